//! What a rehearsal made is removed; nothing else ever is.

use proptest::prelude::*;

use super::super::machine::Machine;
use super::super::state::{RestoreObservation, RestoreState};
use super::super::tidy::{Tidied, Tidying, is_given_up, next, sum, unrecorded};
use super::{MACHINE, at, completed, machine, restore};
use crate::ids::RunId;

const CREATED: &str = "i-0feed0beef0cafe01";

fn run() -> RunId {
    "drill-2026-11-22".parse().unwrap()
}

fn marked() -> Machine {
    Machine { drill_tag: Some("drill-2026-11-22".into()), ..machine() }
}

fn after(seen: &RestoreObservation, machine: Option<&Machine>) -> Tidying {
    next(&restore(), &run(), at("2026-11-22T01:00:00Z"), seen, machine, at("2026-11-22T02:00:00Z"))
}

#[test]
fn a_machine_is_marked_then_removed_then_seen_to_be_gone() {
    let seen = completed();
    assert_eq!(after(&seen, Some(&machine())), Tidying::Mark(CREATED.into()));
    assert_eq!(after(&seen, Some(&marked())), Tidying::Remove(CREATED.into()));
    let going = Machine { state: "shutting-down".into(), ..marked() };
    assert_eq!(after(&seen, Some(&going)), Tidying::Removing(CREATED.into()));
    let gone = Machine { state: "terminated".into(), ..marked() };
    assert_eq!(after(&seen, Some(&gone)), Tidying::Removed(CREATED.into()));
    assert_eq!(after(&seen, None), Tidying::Removed(CREATED.into()));
}

#[test]
fn a_machine_that_is_not_listed_yet_is_not_taken_for_removed() {
    let soon = next(&restore(), &run(), at("2026-11-22T01:00:00Z"), &completed(), None, at("2026-11-22T01:13:00Z"));
    assert_eq!(soon, Tidying::Wait);
}

#[test]
fn a_restore_that_goes_on_is_waited_for_since_it_can_not_be_stopped() {
    for word in ["PENDING", "RUNNING", "SOMETHING NEW"] {
        let seen = RestoreObservation { state: RestoreState::of(word), created: None, ..completed() };
        assert_eq!(after(&seen, None), Tidying::Wait, "{word}");
    }
    let failed = RestoreObservation { state: RestoreState::Failed, created: None, ..completed() };
    assert_eq!(after(&failed, None), Tidying::NothingMade);
}

#[test]
fn a_failed_restore_that_made_a_machine_all_the_same_is_tidied() {
    let failed = RestoreObservation { state: RestoreState::Failed, ..completed() };
    assert_eq!(after(&failed, Some(&marked())), Tidying::Remove(CREATED.into()));
}

#[test]
fn the_machine_that_was_backed_up_is_never_touched() {
    let itself = RestoreObservation { created: Some(MACHINE.into()), ..completed() };
    let original = Machine { id: "i-0aaaaaaaaaaaaaaa1".into(), ..marked() };
    assert!(matches!(after(&itself, Some(&original)), Tidying::Refuse(why) if why.contains("backed up")));
}

#[test]
fn an_older_machine_or_another_drills_is_never_touched() {
    let old = Machine { launched_at: Some(at("2026-11-22T00:54:59Z")), ..marked() };
    let unknown = Machine { launched_at: None, ..marked() };
    let other = Machine { id: "i-0bbbbbbbbbbbbbbb2".into(), ..marked() };
    let anothers = Machine { drill_tag: Some("drill-other".into()), ..machine() };
    for machine in [old, unknown, other, anothers] {
        assert!(matches!(after(&completed(), Some(&machine)), Tidying::Refuse(_)), "{machine:?}");
    }
}

#[test]
fn a_drill_is_tidied_once_all_its_restores_are() {
    let now = at("2026-11-22T02:00:00Z");
    assert_eq!(sum(&[Tidying::NothingMade, Tidying::Wait], now), None);
    assert_eq!(sum(&[], now), Some(Tidied::NothingMade { at: now }));
    assert_eq!(
        sum(&[Tidying::NothingMade, Tidying::Removed(CREATED.into())], now),
        Some(Tidied::Removed { machines: vec![CREATED.into()], at: now })
    );
    let refused = sum(&[Tidying::Removed(CREATED.into()), Tidying::Refuse("why".into())], now);
    assert_eq!(refused, Some(Tidied::LeftBehind { what: "why".into(), at: now }));
}

/// What is told of a start at one whose reply was lost, when AWS Backup lists these.
fn lost(listed: &[RestoreObservation]) -> Tidying {
    unrecorded(&restore(), at("2026-11-22T01:00:00Z"), &[], listed)
}

#[test]
fn regression_a_restore_that_may_have_been_started_is_told_to_a_person_and_never_called_nothing() {
    let listed = RestoreObservation { created_at: Some(at("2026-11-22T01:00:02Z")), ..completed() };
    let Tidying::Refuse(why) = lost(std::slice::from_ref(&listed)) else { panic!("it is not told") };
    assert!(why.contains("may have been started") && why.contains(CREATED), "{why}");
    let going = RestoreObservation { state: RestoreState::of("RUNNING"), created: None, ..listed };
    assert_eq!(lost(&[going]), Tidying::Wait, "what it makes is still to be named");
}

#[test]
fn a_restore_of_another_point_or_time_or_attempt_or_one_that_made_nothing_is_no_doubt() {
    let listed = RestoreObservation { created_at: Some(at("2026-11-22T01:00:02Z")), ..completed() };
    let other = RestoreObservation { recovery_point: Some("arn:aws:ec2:r::image/ami-9".into()), ..listed.clone() };
    let earlier = RestoreObservation { created_at: Some(at("2026-11-22T00:54:59Z")), ..listed.clone() };
    let failed = RestoreObservation { state: RestoreState::Failed, created: None, ..listed.clone() };
    assert_eq!(lost(&[other, earlier, failed]), Tidying::NothingMade);
    let known = [&listed.execution];
    let told = unrecorded(&restore(), at("2026-11-22T01:00:00Z"), &known, std::slice::from_ref(&listed));
    assert_eq!(told, Tidying::NothingMade, "another attempt of the drill removes it");
}

#[test]
fn what_still_goes_on_after_a_day_is_left_to_a_person() {
    let settled = at("2026-11-22T01:00:00Z");
    assert!(!is_given_up(settled, at("2026-11-23T01:00:00Z")));
    assert!(is_given_up(settled, at("2026-11-23T01:00:01Z")));
}

proptest! {
    #[test]
    fn only_a_marked_young_machine_of_this_drill_is_ever_removed(
        id in prop::sample::select(vec!["i-0feed0beef0cafe01", "i-0aaaaaaaaaaaaaaa1", "i-0bbbbbbbbbbbbbbb2"]),
        created in prop::option::of(prop::sample::select(vec![super::CREATED, MACHINE])),
        tag in prop::option::of(prop::sample::select(vec!["drill-2026-11-22", "drill-other", ""])),
        state in prop::sample::select(vec!["pending", "running", "stopped", "shutting-down", "terminated", "new"]),
        launched in prop::option::of(-100_000_i64..100_000),
        word in prop::sample::select(vec!["PENDING", "COMPLETED", "FAILED", "ABORTED"]),
    ) {
        let claimed = at("2026-11-22T01:00:00Z");
        let launched_at = launched.map(|secs| claimed + jiff::SignedDuration::from_secs(secs));
        let tag = tag.map(str::to_owned);
        let machine = Machine { id: id.into(), state: state.into(), drill_tag: tag.clone(), launched_at, ..machine() };
        let seen = RestoreObservation {
            created: created.map(str::to_owned), state: RestoreState::of(word), ..completed()
        };
        let is_young = launched.is_some_and(|secs| secs >= -300);
        match after(&seen, Some(&machine)) {
            Tidying::Remove(which) => {
                prop_assert!(which == id && id == CREATED && created == Some(super::CREATED) && is_young);
                prop_assert_eq!(tag.as_deref(), Some("drill-2026-11-22"));
            }
            Tidying::Mark(which) => {
                prop_assert!(which == id && id == CREATED && created == Some(super::CREATED) && is_young);
                prop_assert_eq!(tag, None);
            }
            Tidying::Wait | Tidying::NothingMade | Tidying::Removing(_) | Tidying::Removed(_) | Tidying::Refuse(_) => {}
        }
    }
}
