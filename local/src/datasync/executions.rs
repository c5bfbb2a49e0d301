//! Executions: started, queued, described, listed, throttled, cancelled.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::control::Control;
use super::counters::Counters;
use super::paging::page;
use super::record::{Execution, Outcome, ReportOutcome, Setup, Task, put};
use super::refusal::Refusal;
use super::status::Status;
use super::store::{Tables, own};
use super::{DataSync, ids, run, tags, tasks};
use crate::stand_in::Call;

const QUEUED_MAX: usize = 50;

/// `StartTaskExecution`. There is no token: two calls are two executions, unless the task is already running.
pub(super) fn start(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let arn = own(call, request, "TaskArn")?;
    let mut tables = sync.store.open();
    let task = tables.task(arn)?.clone();
    let setup = setup(&task, request)?;
    let status = place(&tables, &task, &setup)?;
    let execution = execution(&task, setup, status);
    let started = execution.arn.clone();
    tables.order.push(started.clone());
    let _ = tables.tags.insert(started.clone(), tags::given(request));
    let _ = tables.executions.insert(started.clone(), execution);
    tables.task_mut(arn)?.latest = Some(started.clone());
    drop(tables);
    sync.tell_execution(&started, status.word());
    if status == Status::Launching {
        sync.tell_task(arn, "RUNNING");
        run::launch(sync, started.clone());
    }
    Ok(json!({"TaskExecutionArn": started}))
}

fn setup(task: &Task, request: &Value) -> Result<Setup, Refusal> {
    let mut setup = task.setup.clone();
    setup.options = setup.options.overridden(request.get("OverrideOptions"), task.ends)?;
    tasks::changed(&setup, request)
}

/// Whether the execution begins now, waits behind another, or is refused.
fn place(tables: &Tables, task: &Task, setup: &Setup) -> Result<Status, Refusal> {
    let unfinished: Vec<&Execution> =
        tables.executions_of(&task.arn).filter(|execution| !execution.status.is_end()).collect();
    let Some(first) = unfinished.first() else { return by_agent(tables, task, setup) };
    let same = |other: &&Execution| selection(&other.setup) == selection(setup);
    if setup.options.is("TaskQueueing", "DISABLED") || unfinished.iter().any(same) {
        let id = ids::last_part(&task.arn);
        let message =
            format!("Task {id} is already running: {} is {}.", ids::last_part(&first.arn), first.status.word());
        return Err(Refusal::coded("TaskAlreadyRunning", message));
    }
    let queued = unfinished.iter().filter(|execution| execution.status == Status::Queued).count();
    if queued >= QUEUED_MAX {
        return Err(Refusal::coded(
            "QueueLimitExceeded",
            format!("Task {} already has {QUEUED_MAX} queued executions.", ids::last_part(&task.arn)),
        ));
    }
    Ok(Status::Queued)
}

/// An agent runs one task at a time.
fn by_agent(tables: &Tables, task: &Task, setup: &Setup) -> Result<Status, Refusal> {
    match tables.ahead_at_agent(task) {
        None => Ok(Status::Launching),
        Some(ahead) if setup.options.is("TaskQueueing", "DISABLED") => {
            let (id, ahead) = (ids::last_part(&task.arn), ids::last_part(&ahead.arn));
            let message =
                format!("Task {id} cannot be started: its agent is running {ahead}, and queueing is disabled.");
            Err(Refusal::coded("AgentBusy", message))
        }
        Some(_) => Ok(Status::Queued),
    }
}

/// What two executions must differ in for the second to be queued behind the first.
fn selection(setup: &Setup) -> [&Value; 3] {
    [&setup.includes, &setup.excludes, &setup.manifest]
}

fn execution(task: &Task, setup: Setup, status: Status) -> Execution {
    let now = Timestamp::now();
    Execution {
        arn: format!("{}/execution/{}", task.arn, ids::fresh("exec")),
        task: task.arn.clone(),
        status,
        mode: task.mode,
        started: now,
        launched: (status == Status::Launching).then_some(now),
        ended: None,
        counters: Counters::default(),
        result: Outcome::default(),
        report: setup.report.is_object().then(ReportOutcome::default),
        control: Control::new(setup.options.bytes_per_second()),
        setup,
    }
}

/// Begins the oldest queued execution of a task, or of one that waits for its agent, if the task is free.
pub(super) fn start_next(sync: &Arc<DataSync>, task: &str) {
    let mut tables = sync.store.open();
    if tables.running(task).is_some() {
        return;
    }
    let is_queued = |execution: &Execution| execution.status == Status::Queued;
    let is_over = !tables.executions_of(task).any(is_queued);
    let next = tables.tasks.get(task).and_then(|task| tables.next_after(task));
    if is_over {
        sync.tell_task(task, tables.task_status(task));
    }
    let Some(next) = next else { return };
    if let Some(execution) = tables.executions.get_mut(&next) {
        execution.status = Status::Launching;
        execution.launched = Some(Timestamp::now());
    }
    drop(tables);
    sync.tell_execution(&next, Status::Launching.word());
    run::launch(sync, next);
}

/// `DescribeTaskExecution`.
pub(super) fn describe(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let arn = own(call, request, "TaskExecutionArn")?;
    let mut execution = sync.store.open().execution(arn)?.clone();
    let faults = sync.faults_of(arn);
    let files = &mut execution.counters.transferred.files;
    *files = files.saturating_sub(faults.uncounted_files);
    let mut shown = execution.described();
    if let Some(status) = faults.status_text {
        put(&mut shown, "Status", json!(status));
    }
    Ok(shown)
}

/// `ListTaskExecutions`: of one task or of all, newest first. The service promises no order.
pub(super) fn list(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let tables = sync.store.open();
    let home = match request.get("TaskArn").and_then(Value::as_str) {
        Some(_) => format!("{}/", tables.task(own(call, request, "TaskArn")?)?.arn),
        None => format!("arn:aws:datasync:{}:{}:", call.region, call.account),
    };
    let now = Timestamp::now().as_millisecond();
    let entry = |execution: &Execution| {
        let faults = sync.faults_of(&execution.arn);
        let lag = i64::try_from(faults.list_lag_ms).unwrap_or(i64::MAX);
        let status = faults.status_text.unwrap_or_else(|| execution.status.word().to_owned());
        let shown = lag == 0 || now - execution.started.as_millisecond() >= lag;
        shown.then(|| json!({"TaskExecutionArn": execution.arn, "Status": status, "TaskMode": execution.mode}))
    };
    let executions = tables.order.iter().rev().filter_map(|arn| tables.executions.get(arn));
    let listed = executions.filter(|execution| execution.arn.starts_with(&home)).filter_map(entry).collect();
    let (listed, next) = page(listed, request)?;
    let mut answer = json!({"TaskExecutions": listed});
    if let Some(next) = next {
        put(&mut answer, "NextToken", json!(next));
    }
    Ok(answer)
}

/// `CancelTaskExecution`: a queued one ends at once, a running one as soon as it notices.
pub(super) fn cancel(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let arn = own(call, request, "TaskExecutionArn")?;
    let mut tables = sync.store.open();
    let _ = tables.execution(arn)?;
    let Some(execution) = tables.executions.get_mut(arn) else { return Ok(json!({})) };
    if execution.status.is_end() {
        let (id, status) = (ids::last_part(arn), execution.status.word());
        return Err(Refusal::coded(
            "TaskExecutionNotRunning",
            format!("Task execution {id} cannot be cancelled: it is {status}."),
        ));
    }
    let queued = execution.status == Status::Queued;
    execution.status = Status::Cancelling;
    execution.control.stop();
    drop(tables);
    sync.tell_execution(arn, Status::Cancelling.word());
    if queued {
        run::end_cancelled(sync, arn);
    }
    Ok(json!({}))
}

/// `UpdateTaskExecution`: only the bandwidth limit changes, and it changes at once.
pub(super) fn update(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let arn = own(call, request, "TaskExecutionArn")?;
    let limit = only_limit(request)?;
    let mut tables = sync.store.open();
    let _ = tables.execution(arn)?;
    let Some(execution) = tables.executions.get_mut(arn) else { return Ok(json!({})) };
    if execution.status.is_end() {
        let (id, status) = (ids::last_part(arn), execution.status.word());
        return Err(Refusal::coded(
            "TaskExecutionNotRunning",
            format!("Task execution {id} cannot be updated: it is {status}."),
        ));
    }
    execution.setup.options.set_bytes_per_second(limit);
    execution.control.limit(limit);
    Ok(json!({}))
}

fn only_limit(request: &Value) -> Result<i64, Refusal> {
    let given = request.get("Options").and_then(Value::as_object).cloned().unwrap_or_default();
    let limit = given.get("BytesPerSecond").and_then(Value::as_i64).filter(|_| given.len() == 1);
    let message = "Only BytesPerSecond can be updated for a task execution.";
    limit.ok_or_else(|| Refusal::coded("InvalidOptions", message))
}
