//! DataSync without a token: a second start of a busy task is refused, of a free one it is a second execution.

use jiff::{SignedDuration, Timestamp};
use nightferry_domain::ids::{AttemptId, ExecutionArn, TaskArn};
use nightferry_domain::job_spec::Transfer;
use nightferry_domain::observation::{
    ExecutionState, PhaseResults, ReportDelivery, TransferCounts, TransferObservation,
};

use super::{Execution, Fake, LateStart, News, State, execution_of, missing};
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{StartRefusal, Transfers};

impl Transfers for Fake {
    async fn start(&self, transfer: &Transfer, attempt: &AttemptId) -> Result<ExecutionArn, StartRefusal> {
        self.asks_for_start(&transfer.task);
        let started = self.call("start", |state| {
            if let Some((code, message)) = state.refusals.get(&transfer.task) {
                return Err(refused(code, message));
            }
            if state.is_busy(&transfer.task) {
                return Ok(None);
            }
            let late_secs = self.weather.borrow_mut().late_start_secs();
            if let Some(after_secs) = late_secs {
                let late = LateStart { task: transfer.task.clone(), attempt: attempt.clone(), after_secs };
                state.news.push(News::StartsLater(late));
                return Err(super::no_reply("start"));
            }
            Ok(Some(self.add(state, &transfer.task, Some(attempt.clone()))))
        });
        started.await?.ok_or(StartRefusal::Busy)
    }

    async fn find(&self, task: &TaskArn, attempt: &AttemptId) -> Result<Option<ExecutionArn>, PortError> {
        let listed_before = self.listed_before();
        self.call("find", |state| {
            let mut listed = listed(state, task, listed_before);
            Ok(listed.find(|e| e.tag.as_ref() == Some(attempt)).map(|e| e.seen.execution.clone()))
        })
        .await
    }

    async fn in_progress(&self, task: &TaskArn, attempt: &AttemptId) -> Result<Vec<ExecutionArn>, PortError> {
        let listed_before = self.listed_before();
        self.call("in_progress", |state| {
            let listed = listed(state, task, listed_before);
            let ours = listed.filter(|e| e.tag.as_ref() == Some(attempt) && !is_over(e));
            Ok(ours.map(|e| e.seen.execution.clone()).collect())
        })
        .await
    }

    async fn latest(&self, task: &TaskArn) -> Result<Option<ExecutionArn>, PortError> {
        let listed_before = self.listed_before();
        self.call("latest", |state| Ok(listed(state, task, listed_before).last().map(|e| e.seen.execution.clone())))
            .await
    }

    async fn observe(&self, execution: &ExecutionArn) -> Result<TransferObservation, PortError> {
        self.call("observe", |state| Ok(known(state, execution, "observe")?.seen.clone())).await
    }

    async fn tagged_attempt(&self, execution: &ExecutionArn) -> Result<Option<AttemptId>, PortError> {
        self.call("tagged_attempt", |state| Ok(known(state, execution, "tagged_attempt")?.tag.clone())).await
    }

    async fn cancel(&self, arn: &ExecutionArn) -> Result<(), PortError> {
        self.call("cancel", |state| {
            // What is not there can't run: there is nothing left to end.
            let Ok(execution) = known(state, arn, "cancel") else { return Ok(()) };
            execution.cancel_count += 1;
            if !is_over(execution) {
                execution.seen.state = ExecutionState::InProgress("CANCELLING".into());
                let at = state.place_of(arn);
                state.news.extend(at.map(News::Cancelled));
            }
            Ok(())
        })
        .await
    }

    async fn delete_task(&self, task: &TaskArn) -> Result<(), PortError> {
        self.call("delete_task", |state| state.delete_task(task)).await
    }

    async fn delete_location(&self, arn: &str) -> Result<(), PortError> {
        self.call("delete_location", |state| state.delete_location(arn)).await
    }
}

impl Fake {
    fn asks_for_start(&self, task: &TaskArn) {
        let now = self.time();
        self.state.borrow_mut().start_calls.entry(task.clone()).or_default().push(now);
    }

    /// What started later than the first, or is listed later than the second, is missing from lists.
    fn listed_before(&self) -> (Timestamp, Timestamp) {
        (self.time() - SignedDuration::from_secs(self.stale_secs.get()), self.time())
    }

    /// Somebody starts the task by other ways than ours, with or without a tag; the task's rules are not asked.
    pub fn starts_elsewhere(&self, task: &TaskArn, tag: Option<AttemptId>) -> ExecutionArn {
        self.add(&mut self.state.borrow_mut(), task, tag)
    }

    /// A start that was accepted earlier takes effect, unless the task has become busy in between.
    pub fn starts_late(&self, late: &LateStart) -> Option<ExecutionArn> {
        let mut state = self.state.borrow_mut();
        (!state.is_busy(&late.task)).then(|| self.add(&mut state, &late.task, Some(late.attempt.clone())))
    }

    fn add(&self, state: &mut State, task: &TaskArn, tag: Option<AttemptId>) -> ExecutionArn {
        let delay = SignedDuration::from_secs(self.weather.borrow_mut().listing_delay_secs());
        let at = state.executions.len();
        let execution = execution_of(task, at + 1);
        let now = self.time();
        let seen = launched(&execution, now);
        state.executions.push(Execution {
            tag,
            seen,
            started_at: now,
            listed_at: now + delay,
            cancel_count: 0,
            is_gone: false,
        });
        state.executions_of.entry(task.clone()).or_default().push(at);
        state.news.push(News::Started(at));
        execution
    }

    /// The execution changes to what `change` makes of it.
    pub fn becomes(&self, execution: &ExecutionArn, change: impl FnOnce(&mut TransferObservation)) {
        let mut state = self.state.borrow_mut();
        change(&mut known(&mut state, execution, "becomes").expect("the execution is there").seen);
    }

    /// The execution ends as `change` says, with a delivered and empty task report.
    pub fn ends(&self, execution: &ExecutionArn, change: impl FnOnce(&mut TransferObservation)) {
        let now = self.time();
        let _ = self.state.borrow_mut().failures.entry(execution.clone()).or_default();
        self.becomes(execution, |seen| {
            seen.ended_at = Some(now);
            seen.report = ReportDelivery::Delivered;
            change(seen);
        });
    }

    /// The execution's history goes away.
    pub fn vanishes(&self, execution: &ExecutionArn) {
        let mut state = self.state.borrow_mut();
        known(&mut state, execution, "vanishes").expect("the execution is there").is_gone = true;
    }

    /// Every execution that was ever started.
    pub fn executions(&self) -> Vec<ExecutionArn> {
        self.state.borrow().executions.iter().map(|e| e.seen.execution.clone()).collect()
    }

    /// The executions that somebody asked to end, each as often as asked.
    pub fn cancelled(&self) -> Vec<ExecutionArn> {
        let state = self.state.borrow();
        let asked = state.executions.iter().flat_map(|e| vec![e.seen.execution.clone(); e.cancel_count]);
        asked.collect()
    }
}

fn is_over(execution: &Execution) -> bool {
    execution.is_gone || execution.seen.state.is_end()
}

fn listed<'a>(
    state: &'a State,
    task: &TaskArn,
    before: (Timestamp, Timestamp),
) -> impl DoubleEndedIterator<Item = &'a Execution> {
    let of_task = state.of_task(task).filter(|e| !e.is_gone);
    of_task.filter(move |e| e.started_at <= before.0 && e.listed_at <= before.1)
}

fn known<'a>(
    state: &'a mut State,
    execution: &ExecutionArn,
    operation: &'static str,
) -> Result<&'a mut Execution, PortError> {
    let at = state.place_of(execution);
    let found = at.and_then(|at| state.executions.get_mut(at)).filter(|e| !e.is_gone);
    found.ok_or_else(|| missing(operation, execution))
}

impl State {
    /// Whether an execution of the task has not ended.
    #[must_use]
    pub fn is_busy(&self, task: &TaskArn) -> bool {
        self.of_task(task).any(|e| !is_over(e))
    }

    /// The task's executions, oldest first.
    fn of_task(&self, task: &TaskArn) -> impl DoubleEndedIterator<Item = &Execution> {
        let places = self.executions_of.get(task).map(Vec::as_slice).unwrap_or_default();
        places.iter().map(|at| &self.executions[*at])
    }

    /// Where in the list an execution is: its ARN ends in its number, see [`execution_of`].
    #[must_use]
    pub fn place_of(&self, execution: &ExecutionArn) -> Option<usize> {
        let number = usize::from_str_radix(execution.id().strip_prefix("exec-")?, 16).ok()?;
        let at = number.checked_sub(1)?;
        self.executions.get(at).filter(|e| &e.seen.execution == execution).map(|_| at)
    }
}

fn refused(code: &str, message: &str) -> PortError {
    PortError::Rejected { service: "Fake", operation: "start", code: code.to_owned(), message: message.to_owned() }
}

fn launched(execution: &ExecutionArn, now: Timestamp) -> TransferObservation {
    TransferObservation {
        execution: execution.clone(),
        state: ExecutionState::InProgress("TRANSFERRING".into()),
        counts: TransferCounts::default(),
        phases: PhaseResults::default(),
        error_code: None,
        error_detail: None,
        report: ReportDelivery::Pending,
        launched_at: Some(now),
        ended_at: None,
    }
}
