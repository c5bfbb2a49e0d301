//! Tasks: made of two locations, described, listed, changed, deleted.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::filter::Filter;
use super::options::{Ends, Mode, Options};
use super::paging::page;
use super::record::{Location, Setup, Task, put};
use super::refusal::Refusal;
use super::store::{own, text};
use super::{DataSync, ids, query, tags};
use crate::stand_in::Call;

/// `CreateTask`.
pub(super) fn create(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let (source, destination) =
        (own(call, request, "SourceLocationArn")?, own(call, request, "DestinationLocationArn")?);
    let tasks_max = sync.quotas().tasks;
    let mut tables = sync.store.open();
    let home = format!("arn:aws:datasync:{}:{}:", call.region, call.account);
    if tables.tasks.keys().filter(|arn| arn.starts_with(&home)).count() >= tasks_max {
        return Err(Refusal::coded(
            "TaskLimitExceeded",
            format!("The limit of {tasks_max} tasks per account and Region is reached."),
        ));
    }
    let mode = mode(request);
    let ends = ends(tables.location(source)?, tables.location(destination)?, mode)?;
    let options = Options::complete(request.get("Options"), ends)?;
    let setup = Setup { options, includes: json!([]), excludes: json!([]), manifest: Value::Null, report: Value::Null };
    let arn = format!("{home}task/{}", ids::fresh("task"));
    let task = Task {
        arn: arn.clone(),
        created: Timestamp::now(),
        name: text(request, "Name").to_owned(),
        source: source.to_owned(),
        destination: destination.to_owned(),
        log_group: log_group(request, mode)?,
        mode,
        ends,
        setup: changed(&setup, request)?,
        schedule: request.get("Schedule").cloned().unwrap_or_default(),
        latest: None,
    };
    let _ = tables.tasks.insert(arn.clone(), task);
    let _ = tables.tags.insert(arn.clone(), tags::given(request));
    drop(tables);
    sync.tell_task(&arn, "AVAILABLE");
    Ok(json!({"TaskArn": arn}))
}

fn mode(request: &Value) -> Mode {
    if text(request, "TaskMode") == "ENHANCED" { Mode::Enhanced } else { Mode::Basic }
}

fn ends(source: &Location, destination: &Location, mode: Mode) -> Result<Ends, Refusal> {
    if source.arn == destination.arn {
        return Err(Refusal::coded(
            "InvalidLocationPair",
            "The source and the destination location must not be the same.",
        ));
    }
    let ends = Ends {
        posix_source: source.is_posix(),
        posix_destination: destination.is_posix(),
        archive: destination.is_archive(),
        mode,
    };
    if mode == Mode::Enhanced && (ends.posix_source || ends.posix_destination) {
        return Err(Refusal::coded("InvalidTaskMode", "Enhanced task mode does not support Amazon EFS locations."));
    }
    Ok(ends)
}

/// Basic mode writes where it is told; Enhanced mode always to `/aws/datasync`.
fn log_group(request: &Value, mode: Mode) -> Result<Option<String>, Refusal> {
    let Some(arn) = request.get("CloudWatchLogGroupArn").and_then(Value::as_str).filter(|arn| !arn.is_empty()) else {
        return Ok(None);
    };
    let name = arn.trim_end_matches(":*").rsplit(':').next().unwrap_or_default();
    if mode == Mode::Enhanced && name != "/aws/datasync" {
        return Err(Refusal::coded("InvalidLogGroup", "Enhanced mode tasks must use the log group /aws/datasync."));
    }
    Ok(Some(arn.to_owned()))
}

/// A setup with the filters, manifest and report of a request in place of its own. Empty ones clear.
pub(super) fn changed(setup: &Setup, request: &Value) -> Result<Setup, Refusal> {
    let mut setup = setup.clone();
    for (name, member) in [
        ("Includes", &mut setup.includes),
        ("Excludes", &mut setup.excludes),
        ("ManifestConfig", &mut setup.manifest),
        ("TaskReportConfig", &mut setup.report),
    ] {
        match request.get(name) {
            None | Some(Value::Null) => {}
            Some(Value::Object(members)) if members.is_empty() => *member = Value::Null,
            Some(value) => *member = value.clone(),
        }
    }
    let _ = Filter::read(&setup.includes, &setup.excludes)?;
    if setup.manifest.is_object() && setup.options.is("PreserveDeletedFiles", "REMOVE") {
        let message = "A manifest cannot be combined with PreserveDeletedFiles REMOVE.";
        return Err(Refusal::coded("InvalidManifestConfig", message));
    }
    Ok(setup)
}

/// `UpdateTask`.
pub(super) fn update(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let arn = own(call, request, "TaskArn")?;
    let mut tables = sync.store.open();
    let task = tables.task_mut(arn)?;
    let mut setup = task.setup.clone();
    setup.options = setup.options.overridden(request.get("Options"), task.ends)?;
    let setup = changed(&setup, request)?;
    if request.get("CloudWatchLogGroupArn").is_some() {
        task.log_group = log_group(request, task.mode)?;
    }
    if let Some(name) = request.get("Name").and_then(Value::as_str) {
        name.clone_into(&mut task.name);
    }
    if let Some(schedule) = request.get("Schedule") {
        task.schedule = schedule.clone();
    }
    task.setup = setup;
    Ok(json!({}))
}

/// `DescribeTask`.
pub(super) fn describe(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let arn = own(call, request, "TaskArn")?;
    let tables = sync.store.open();
    Ok(tables.task(arn)?.described(tables.task_status(arn)))
}

/// `DeleteTask`; one that runs stays.
pub(super) fn delete(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let arn = own(call, request, "TaskArn")?;
    let mut tables = sync.store.open();
    let _ = tables.task(arn)?;
    if tables.task_status(arn) != "AVAILABLE" {
        let id = ids::last_part(arn);
        return Err(Refusal::coded(
            "TaskRunning",
            format!("Task {id} has running or queued executions and cannot be deleted."),
        ));
    }
    let _ = (tables.tasks.remove(arn), tables.tags.remove(arn));
    tables.executions.retain(|_, execution| execution.task != arn);
    Ok(json!({}))
}

/// `ListTasks`.
pub(super) fn list(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let tables = sync.store.open();
    let home = format!("arn:aws:datasync:{}:{}:", call.region, call.account);
    let mine = tables.tasks.values().filter(|task| task.arn.starts_with(&home));
    let listed = mine.filter(|task| query::passes(request, |name| filtered_by(task, name)));
    let entry = |task: &Task| json!({"TaskArn": task.arn, "Status": tables.task_status(&task.arn), "Name": task.name, "TaskMode": task.mode});
    let (listed, next) = page(listed.map(entry).collect(), request)?;
    let mut answer = json!({"Tasks": listed});
    if let Some(next) = next {
        put(&mut answer, "NextToken", json!(next));
    }
    Ok(answer)
}

fn filtered_by(task: &Task, name: &str) -> Vec<String> {
    match name {
        "LocationId" => [&task.source, &task.destination].map(|arn| ids::last_part(arn).to_owned()).to_vec(),
        _ => vec![task.created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()],
    }
}
