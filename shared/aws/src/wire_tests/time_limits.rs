//! How long each call waits at most, on a clock that runs only while everybody waits.

use std::time::Duration;

use tokio::time::Instant;

use super::sites::{self, Kind, Site};
use super::wire::{Fault, Wire};
use super::{fixture, scenes};
use crate::connect::{ATTEMPT_TIMEOUT, CONNECT_TIMEOUT, OPERATION_TIMEOUT};
use crate::provision::{CALL_TIMEOUT, TRY_TIMEOUT};
use nightferry_workflow::error::PortError;

/// Longest that the call may take with all its tries.
fn limit(site: &Site) -> Duration {
    match (site.kind, site.is_of_a_person()) {
        (Kind::Start, false) => ATTEMPT_TIMEOUT,
        (Kind::Start, true) => TRY_TIMEOUT,
        (Kind::Read | Kind::Write, false) => OPERATION_TIMEOUT,
        (Kind::Read | Kind::Write, true) => CALL_TIMEOUT,
    }
}

#[tokio::test(start_paused = true)]
async fn every_call_that_nobody_answers_ends_in_time_with_the_right_kind() {
    for (number, site) in sites::all().enumerate() {
        let wire = Wire::that_breaks(site.operation, Fault::Silent);
        let begun = Instant::now();
        let outcome = (site.scene.play)(wire.config(&format!("silent-{number}"))).await;
        assert!(begun.elapsed() <= limit(&site) + Duration::from_millis(10), "{site:?} took {:?}", begun.elapsed());
        assert_eq!(wire.sent(site.operation), site.tries_max(), "{site:?}");
        match site.kind {
            Kind::Start => assert!(matches!(outcome, Err(PortError::Ambiguous { .. })), "{site:?}: {outcome:?}"),
            Kind::Read | Kind::Write => {
                assert!(matches!(outcome, Err(PortError::Retryable { .. })), "{site:?}: {outcome:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn regression_a_body_that_never_ends_is_given_up_in_time() {
    let reads = [
        (scenes::GET_RECORD, OPERATION_TIMEOUT),
        (scenes::TASK_REPORT, OPERATION_TIMEOUT),
        (scenes::READ_SHELF, CALL_TIMEOUT),
    ];
    for (scene, limit) in reads {
        let wire = Wire::that_breaks(("S3", "GetObject"), Fault::Unending);
        let begun = Instant::now();
        let outcome = (scene.play)(wire.config(fixture::REGION)).await;
        assert!(begun.elapsed() <= limit + Duration::from_millis(10), "{} took {:?}", scene.name, begun.elapsed());
        assert!(matches!(outcome, Err(PortError::Retryable { .. })), "{}: {outcome:?}", scene.name);
    }
}

#[tokio::test(start_paused = true)]
async fn every_client_gives_its_connector_the_same_time_to_connect() {
    let wire = Wire::default();
    for scene in scenes::all() {
        let _ = (scene.play)(wire.config(fixture::REGION)).await;
    }
    let given = wire.connect_timeouts();
    assert!(given.len() >= scenes::all().len());
    assert!(given.iter().all(|given| *given == Some(CONNECT_TIMEOUT)), "{given:?}");
}
