//! Step Functions: one workflow a run, and a waiter that is woken once.

use nightferry_domain::ids::RunId;
use nightferry_workflow::ports::{TaskToken, Woken, Workflows};
use serde_json::{Value, json};

use super::things::{run, token};

/// Workflows that wait for a token and then end.
pub(crate) trait Bench {
    /// The port.
    type Port: Workflows;
    /// The port.
    fn port(&self) -> &Self::Port;
    /// The token with which the run's workflow waits, as soon as it does.
    async fn waits(&self, run: &RunId) -> TaskToken;
    /// Waits until the woken workflow has ended.
    async fn ends(&self, run: &RunId);
    /// What the run's workflow was started with.
    async fn input(&self, run: &RunId) -> Value;
}

async fn a_started_workflow_is_going_on_with_its_input(bench: &impl Bench) {
    let run = run(0);
    let input = json!({"run": run.id, "jobs": 2});
    assert_eq!(bench.port().start(&run, &input).await, Ok(()));
    assert_eq!(bench.port().is_going_on(&run.id).await, Ok(Some(true)));
    assert_eq!(bench.input(&run.id).await, input);
}

async fn a_run_without_a_workflow_is_none(bench: &impl Bench) {
    assert_eq!(bench.port().is_going_on(&run(0).id).await, Ok(None));
}

async fn a_second_start_is_no_error_and_starts_nothing(bench: &impl Bench) {
    let run = run(0);
    let input = json!({"run": run.id});
    assert_eq!(bench.port().start(&run, &input).await, Ok(()));
    assert_eq!(bench.port().start(&run, &input).await, Ok(()));
    assert_eq!(bench.port().start(&run, &json!({"run": run.id, "other": true})).await, Ok(()));
    assert_eq!(bench.input(&run.id).await, input);
}

async fn a_waiter_is_woken_once(bench: &impl Bench) {
    let run = run(0);
    assert_eq!(bench.port().start(&run, &json!({})).await, Ok(()));
    let token = bench.waits(&run.id).await;
    assert_eq!(bench.port().wake(&token).await, Ok(Woken::Yes));
    assert_eq!(bench.port().wake(&token).await, Ok(Woken::Gone));
}

async fn a_token_that_nobody_waits_with_wakes_nobody(bench: &impl Bench) {
    assert_eq!(bench.port().wake(&token(1, "AQDE-nobody-waits-with-this")).await, Ok(Woken::Gone));
}

async fn a_workflow_that_has_ended_is_not_started_anew(bench: &impl Bench) {
    let run = run(0);
    assert_eq!(bench.port().start(&run, &json!({})).await, Ok(()));
    let token = bench.waits(&run.id).await;
    assert_eq!(bench.port().wake(&token).await, Ok(Woken::Yes));
    bench.ends(&run.id).await;
    assert_eq!(bench.port().is_going_on(&run.id).await, Ok(Some(false)));
    assert_eq!(bench.port().start(&run, &json!({})).await, Ok(()));
    assert_eq!(bench.port().is_going_on(&run.id).await, Ok(Some(false)));
}

checks!(
    crate::fake::workflows(), crate::aws::workflows();
    a_started_workflow_is_going_on_with_its_input,
    a_run_without_a_workflow_is_none,
    a_second_start_is_no_error_and_starts_nothing,
    a_waiter_is_woken_once,
    a_token_that_nobody_waits_with_wakes_nobody,
    a_workflow_that_has_ended_is_not_started_anew,
);
