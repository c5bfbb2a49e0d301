//! DataSync without a token: a second start of a busy task is refused, of a free one it is a second execution.

use jiff::{SignedDuration, Timestamp};
use nightferry_domain::ids::{AttemptId, ExecutionArn, TaskArn};
use nightferry_domain::job_spec::Transfer;
use nightferry_domain::observation::{
    ExecutionState, PhaseResults, ReportDelivery, TransferCounts, TransferObservation,
};

use super::{Execution, Fake, State, execution_of, missing};
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{StartRefusal, Transfers};

impl Transfers for Fake {
    async fn start(&self, transfer: &Transfer, attempt: &AttemptId) -> Result<ExecutionArn, StartRefusal> {
        let now = self.time();
        let started = self.call("start", |state| {
            let is_busy = state.executions.iter().any(|e| e.seen.execution.task() == transfer.task && !is_over(e));
            Ok((!is_busy).then(|| add(state, &transfer.task, Some(attempt.clone()), now)))
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

    async fn cancel(&self, execution: &ExecutionArn) -> Result<(), PortError> {
        self.call("cancel", |state| {
            // What is not there can't run: there is nothing left to end.
            let Ok(execution) = known(state, execution, "cancel") else { return Ok(()) };
            execution.cancel_count += 1;
            if !is_over(execution) {
                execution.seen.state = ExecutionState::InProgress("CANCELLING".into());
            }
            Ok(())
        })
        .await
    }
}

impl Fake {
    fn listed_before(&self) -> Timestamp {
        self.time() - SignedDuration::from_secs(self.stale_secs.get())
    }

    /// Somebody starts the task by other ways than ours, with or without a tag; the task's rules are not asked.
    pub fn starts_elsewhere(&self, task: &TaskArn, tag: Option<AttemptId>) -> ExecutionArn {
        let now = self.time();
        add(&mut self.state.borrow_mut(), task, tag, now)
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
    task: &'a TaskArn,
    listed_before: Timestamp,
) -> impl DoubleEndedIterator<Item = &'a Execution> {
    let of_task = state.executions.iter().filter(move |e| &e.seen.execution.task() == task && !e.is_gone);
    of_task.filter(move |e| e.started_at <= listed_before)
}

fn known<'a>(
    state: &'a mut State,
    execution: &ExecutionArn,
    operation: &'static str,
) -> Result<&'a mut Execution, PortError> {
    let mut all = state.executions.iter_mut();
    all.find(|e| &e.seen.execution == execution && !e.is_gone).ok_or_else(|| missing(operation, execution))
}

fn add(state: &mut State, task: &TaskArn, tag: Option<AttemptId>, now: Timestamp) -> ExecutionArn {
    let execution = execution_of(task, state.executions.len() + 1);
    let seen = TransferObservation {
        execution: execution.clone(),
        state: ExecutionState::InProgress("TRANSFERRING".into()),
        counts: TransferCounts::default(),
        phases: PhaseResults::default(),
        error_code: None,
        error_detail: None,
        report: ReportDelivery::Pending,
        launched_at: Some(now),
        ended_at: None,
    };
    state.executions.push(Execution { tag, seen, started_at: now, cancel_count: 0, is_gone: false });
    execution
}
