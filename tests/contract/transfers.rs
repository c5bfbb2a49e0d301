//! DataSync's executions: exactly what a start does and does not promise, and how an execution is found again.

use nightferry_domain::ids::{AttemptId, ExecutionArn};
use nightferry_domain::job_spec::Transfer;
use nightferry_domain::observation::ExecutionState;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{StartRefusal, Transfers};

use super::things::{number, unknown_execution_of};

/// A task with two files to carry, and a hand on the service.
pub(crate) trait Bench {
    /// The port.
    type Port: Transfers;
    /// The port.
    fn port(&self) -> &Self::Port;
    /// The task; nothing runs.
    fn transfer(&self) -> &Transfer;
    /// Executions stay in progress from now on.
    async fn hold(&self);
    /// Ends what runs, with both files carried and verified.
    async fn let_go(&self, execution: &ExecutionArn);
    /// Waits until a cancelled execution has ended.
    async fn let_it_be_cancelled(&self, execution: &ExecutionArn);
    /// Whether an execution is missing from lists when it is new.
    async fn lists_are_late(&self, late: bool);
    /// Somebody else starts the task beside what runs, with or without a tag.
    async fn starts_elsewhere(&self, tag: Option<&AttemptId>) -> ExecutionArn;
    /// What happens to the next start.
    async fn breaks_the_next_start(&self, how: Break);
    /// A transfer of a task that was deleted.
    fn of_a_deleted_task(&self) -> Transfer {
        let task = "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0dead0dead0dead00".parse().unwrap();
        Transfer { task, ..self.transfer().clone() }
    }
}

/// What happens to a call.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Break {
    /// It never arrives.
    Lost,
    /// It takes effect, and nobody hears of it.
    ReplyLost,
    /// The service says: not now.
    Throttled,
}

fn attempt() -> AttemptId {
    format!("contract-{}/home/1", number()).parse().unwrap()
}

async fn a_start_makes_an_execution_of_its_task_with_the_tag_of_its_attempt(bench: &impl Bench) {
    bench.hold().await;
    let attempt = attempt();
    let execution = bench.port().start(bench.transfer(), &attempt).await.unwrap();
    assert_eq!(execution.task(), Some(bench.transfer().task.clone()));
    assert_eq!(bench.port().tagged_attempt(&execution).await, Ok(Some(attempt)));
    assert!(!bench.port().observe(&execution).await.unwrap().state.is_end());
}

async fn an_execution_is_found_by_its_attempt_and_by_no_other(bench: &impl Bench) {
    bench.hold().await;
    let started = attempt();
    let execution = bench.port().start(bench.transfer(), &started).await.unwrap();
    let task = &bench.transfer().task;
    assert_eq!(bench.port().find(task, &started).await, Ok(Some(execution.clone())));
    assert_eq!(bench.port().find(task, &attempt()).await, Ok(None));
    bench.let_go(&execution).await;
    assert_eq!(bench.port().find(task, &started).await, Ok(Some(execution)));
}

async fn a_task_that_runs_refuses_a_second_start(bench: &impl Bench) {
    bench.hold().await;
    let first = attempt();
    let execution = bench.port().start(bench.transfer(), &first).await.unwrap();
    assert_eq!(bench.port().start(bench.transfer(), &first).await, Err(StartRefusal::Busy));
    assert_eq!(bench.port().start(bench.transfer(), &attempt()).await, Err(StartRefusal::Busy));
    assert_eq!(bench.port().in_progress(&bench.transfer().task, &first).await, Ok(vec![execution]));
}

async fn a_second_blind_start_of_one_attempt_makes_a_second_execution(bench: &impl Bench) {
    bench.hold().await;
    let attempt = attempt();
    let first = bench.port().start(bench.transfer(), &attempt).await.unwrap();
    bench.let_go(&first).await;
    bench.hold().await;
    let second = bench.port().start(bench.transfer(), &attempt).await.unwrap();
    assert_ne!(first, second);
    assert_eq!(bench.port().tagged_attempt(&first).await, Ok(Some(attempt.clone())));
    assert_eq!(bench.port().tagged_attempt(&second).await, Ok(Some(attempt)));
}

async fn a_task_knows_its_latest_execution_also_when_that_has_ended(bench: &impl Bench) {
    let task = &bench.transfer().task;
    assert_eq!(bench.port().latest(task).await, Ok(None));
    for _ in 0..2 {
        bench.hold().await;
        let execution = bench.port().start(bench.transfer(), &attempt()).await.unwrap();
        assert_eq!(bench.port().latest(task).await, Ok(Some(execution.clone())));
        bench.let_go(&execution).await;
        assert_eq!(bench.port().latest(task).await, Ok(Some(execution)));
    }
}

async fn a_list_that_is_late_does_not_show_what_is_new(bench: &impl Bench) {
    bench.hold().await;
    bench.lists_are_late(true).await;
    let task = &bench.transfer().task;
    let (old, new) = (attempt(), attempt());
    let first = bench.port().start(bench.transfer(), &old).await.unwrap();
    bench.let_go(&first).await;
    bench.hold().await;
    let second = bench.port().start(bench.transfer(), &new).await.unwrap();
    assert_eq!(bench.port().find(task, &old).await, Ok(None), "it hides behind the latest");
    assert_eq!(bench.port().in_progress(task, &new).await, Ok(vec![]));
    bench.lists_are_late(false).await;
    assert_eq!(bench.port().find(task, &old).await, Ok(Some(first)));
    assert_eq!(bench.port().in_progress(task, &new).await, Ok(vec![second]));
}

async fn two_executions_of_one_attempt_are_told_oldest_first(bench: &impl Bench) {
    bench.hold().await;
    let attempt = attempt();
    let ours = bench.port().start(bench.transfer(), &attempt).await.unwrap();
    let double = bench.starts_elsewhere(Some(&attempt)).await;
    assert_eq!(bench.port().in_progress(&bench.transfer().task, &attempt).await, Ok(vec![ours, double]));
}

async fn an_execution_of_somebody_else_has_no_attempt(bench: &impl Bench) {
    bench.hold().await;
    let foreign = bench.starts_elsewhere(None).await;
    assert_eq!(bench.port().tagged_attempt(&foreign).await, Ok(None));
    assert_eq!(bench.port().start(bench.transfer(), &attempt()).await, Err(StartRefusal::Busy));
    assert_eq!(bench.port().latest(&bench.transfer().task).await, Ok(Some(foreign)));
}

async fn what_was_carried_is_counted_when_it_has_ended(bench: &impl Bench) {
    bench.hold().await;
    let execution = bench.port().start(bench.transfer(), &attempt()).await.unwrap();
    bench.let_go(&execution).await;
    let seen = bench.port().observe(&execution).await.unwrap();
    assert_eq!(seen.execution, execution);
    assert_eq!(seen.state, ExecutionState::Success);
    assert!(seen.counts.files_estimated.unwrap() >= 2, "{seen:?}");
    assert_eq!(seen.counts.files_transferred, seen.counts.files_estimated);
    assert_eq!(seen.counts.files_verified, seen.counts.files_estimated);
    assert!(seen.ended_at.unwrap() >= seen.launched_at.unwrap());
}

async fn what_nobody_started_is_missing(bench: &impl Bench) {
    let execution = unknown_execution_of(&bench.transfer().task);
    assert!(matches!(bench.port().observe(&execution).await, Err(PortError::Missing { .. })));
    assert!(matches!(bench.port().tagged_attempt(&execution).await, Err(PortError::Missing { .. })));
}

async fn a_cancelled_execution_ends_and_is_no_success(bench: &impl Bench) {
    bench.hold().await;
    let execution = bench.port().start(bench.transfer(), &attempt()).await.unwrap();
    assert_eq!(bench.port().cancel(&execution).await, Ok(()));
    bench.let_it_be_cancelled(&execution).await;
    assert_eq!(bench.port().observe(&execution).await.unwrap().state, ExecutionState::Error);
    assert!(bench.port().start(bench.transfer(), &attempt()).await.is_ok(), "the task is free again");
}

async fn cancelling_twice_or_what_has_ended_or_was_never_there_is_no_error(bench: &impl Bench) {
    bench.hold().await;
    let execution = bench.port().start(bench.transfer(), &attempt()).await.unwrap();
    assert_eq!(bench.port().cancel(&execution).await, Ok(()));
    assert_eq!(bench.port().cancel(&execution).await, Ok(()));
    bench.let_it_be_cancelled(&execution).await;
    assert_eq!(bench.port().cancel(&execution).await, Ok(()));
    assert_eq!(bench.port().cancel(&unknown_execution_of(&bench.transfer().task)).await, Ok(()));
}

async fn a_start_whose_reply_is_lost_is_a_doubt_and_is_found_by_its_attempt(bench: &impl Bench) {
    bench.hold().await;
    bench.breaks_the_next_start(Break::ReplyLost).await;
    let attempt = attempt();
    let refusal = bench.port().start(bench.transfer(), &attempt).await.unwrap_err();
    assert!(matches!(refusal, StartRefusal::Port(PortError::Ambiguous { .. })), "{refusal:?}");
    let found = bench.port().find(&bench.transfer().task, &attempt).await.unwrap();
    assert_eq!(bench.port().in_progress(&bench.transfer().task, &attempt).await.unwrap(), Vec::from_iter(found));
}

async fn a_start_that_never_arrived_is_a_doubt_too_and_is_not_found(bench: &impl Bench) {
    bench.breaks_the_next_start(Break::Lost).await;
    let attempt = attempt();
    let refusal = bench.port().start(bench.transfer(), &attempt).await.unwrap_err();
    assert!(matches!(refusal, StartRefusal::Port(PortError::Ambiguous { .. })), "{refusal:?}");
    assert_eq!(bench.port().find(&bench.transfer().task, &attempt).await, Ok(None));
}

async fn a_start_that_was_throttled_started_nothing(bench: &impl Bench) {
    bench.breaks_the_next_start(Break::Throttled).await;
    let attempt = attempt();
    let refusal = bench.port().start(bench.transfer(), &attempt).await.unwrap_err();
    assert!(matches!(refusal, StartRefusal::Port(PortError::Retryable { .. })), "{refusal:?}");
    assert_eq!(bench.port().latest(&bench.transfer().task).await, Ok(None));
}

async fn a_task_that_was_deleted_is_missing(bench: &impl Bench) {
    let transfer = bench.of_a_deleted_task();
    let refusal = bench.port().start(&transfer, &attempt()).await.unwrap_err();
    assert!(matches!(refusal, StartRefusal::Port(PortError::Missing { .. })), "{refusal:?}");
    assert!(matches!(bench.port().find(&transfer.task, &attempt()).await, Err(PortError::Missing { .. })));
    assert!(matches!(bench.port().latest(&transfer.task).await, Err(PortError::Missing { .. })));
}

checks!(
    crate::fake::transfers(), crate::aws::transfers();
    a_start_makes_an_execution_of_its_task_with_the_tag_of_its_attempt,
    an_execution_is_found_by_its_attempt_and_by_no_other,
    a_task_that_runs_refuses_a_second_start,
    a_second_blind_start_of_one_attempt_makes_a_second_execution,
    a_task_knows_its_latest_execution_also_when_that_has_ended,
    a_list_that_is_late_does_not_show_what_is_new,
    two_executions_of_one_attempt_are_told_oldest_first,
    an_execution_of_somebody_else_has_no_attempt,
    what_was_carried_is_counted_when_it_has_ended,
    what_nobody_started_is_missing,
    a_cancelled_execution_ends_and_is_no_success,
    cancelling_twice_or_what_has_ended_or_was_never_there_is_no_error,
    a_start_whose_reply_is_lost_is_a_doubt_and_is_found_by_its_attempt,
    a_start_that_never_arrived_is_a_doubt_too_and_is_not_found,
    a_start_that_was_throttled_started_nothing;
    not by fake "memory-has-every-task": a_task_that_was_deleted_is_missing
);
