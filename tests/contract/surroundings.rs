//! Time, chance and metrics: what a use case may rely on, and no more.

use nightferry_domain::back_off;
use nightferry_workflow::World;
use nightferry_workflow::ports::{Clock as _, Dice as _, Metrics as _};
use serde_json::json;

async fn time_does_not_run_backwards(world: &impl World) {
    let times: Vec<_> = (0..100).map(|_| world.clock().now()).collect();
    assert!(times.is_sorted());
}

async fn every_roll_gives_a_wait_within_the_bounds(world: &impl World) {
    for attempt in 1..10 {
        let secs = back_off::wait_secs(60, attempt, world.dice().roll());
        assert!((0..=nightferry_domain::limits::BACK_OFF_CAP_SECS).contains(&secs), "{secs}");
    }
}

async fn any_document_can_be_emitted_again_and_again(world: &impl World) {
    for _ in 0..3 {
        world.metrics().emit(&json!({"_aws": {"Timestamp": 1}, "outcome": "line\nbreak"}));
    }
}

async fn a_metric_document_arrives_as_it_was_emitted(world: &nightferry_simulation::fake::Fake) {
    let documents = [json!({"_aws": {"Timestamp": 1}, "Jobs": 2}), json!({"_aws": {"Timestamp": 2}})];
    for document in &documents {
        world.metrics().emit(document);
    }
    assert_eq!(world.state.borrow().metrics, documents);
}

checks!(
    crate::fake::world(), crate::aws::world();
    time_does_not_run_backwards,
    every_roll_gives_a_wait_within_the_bounds,
    any_document_can_be_emitted_again_and_again;
    not by aws "metrics-leave-by-standard-output": a_metric_document_arrives_as_it_was_emitted
);
