//! What is said to be protected, and what is not.

use super::*;
use crate::backup::sample;

const DAY_SECS: i64 = 86_400;

fn now() -> Timestamp {
    "2026-11-22T00:00:00Z".parse().unwrap()
}

fn machine(n: u8) -> Machine {
    let id: InstanceId = format!("i-{n:017x}").parse().unwrap();
    Machine {
        arn: format!("arn:aws:ec2:ap-northeast-1:123456789012:instance/{id}"),
        id,
        name: Some(format!("web-{n}")),
    }
}

fn point(n: u8, age_hours: i64) -> RecoveryPoint {
    let created_at = now() - SignedDuration::from_hours(age_hours);
    RecoveryPoint {
        arn: format!("arn:aws:ec2:ap-northeast-1::image/ami-{n}-{age_hours}"),
        resource: Some(machine(n).arn),
        vault: Some("EC2".into()),
        status: PointStatus::Completed,
        message: None,
        bytes: Some(1),
        created_at: Some(created_at),
        completed_at: Some(created_at),
        delete_at: Some(created_at + SignedDuration::from_hours(24 * 30)),
        cold_at: None,
    }
}

fn covered(tagged: &[Machine], untagged: &[Machine], points: &[RecoveryPoint]) -> Coverage {
    let facts = Facts { tagged, untagged, points, promise_secs: DAY_SECS + 8 * 3_600, now: now() };
    Coverage::of(&"servers".parse().unwrap(), &sample(), &facts)
}

fn covers(coverage: &Coverage) -> Vec<Cover> {
    coverage.machines.iter().map(|machine| machine.cover).collect()
}

#[test]
fn a_machine_is_covered_by_a_good_point_within_the_promise() {
    let coverage = covered(&[machine(1)], &[], &[point(1, 50), point(1, 32)]);
    assert_eq!(covers(&coverage), [Cover::Covered]);
    assert_eq!(coverage.machines[0].point_count, 2);
    assert_eq!(coverage.machines[0].newest.as_deref(), Some("arn:aws:ec2:ap-northeast-1::image/ami-1-32"));
    assert!(coverage.is_whole());
}

#[test]
fn an_old_a_broken_an_empty_and_a_missing_point_cover_nothing() {
    let broken = RecoveryPoint { status: PointStatus::Partial, ..point(1, 1) };
    let empty = RecoveryPoint { bytes: Some(0), ..point(1, 1) };
    let unsized_ = RecoveryPoint { bytes: None, ..point(1, 1) };
    let past = RecoveryPoint { delete_at: Some(now()), ..point(1, 1) };
    for points in [vec![point(1, 33)], vec![broken], vec![empty], vec![unsized_], vec![past], vec![]] {
        let coverage = covered(&[machine(1)], &[], &points);
        assert_eq!((covers(&coverage), coverage.is_whole()), (vec![Cover::Uncovered], false), "{points:?}");
    }
}

#[test]
fn who_lost_the_tag_and_who_is_gone_are_told_apart_and_the_uncovered_come_first() {
    let points = [point(1, 1), point(2, 1), point(4, 1)];
    let coverage = covered(&[machine(1), machine(3)], &[machine(2)], &points);
    assert_eq!(covers(&coverage), [Cover::Uncovered, Cover::LostTheTag, Cover::Covered, Cover::Gone]);
    assert_eq!(coverage.machines[1].name.as_deref(), Some("web-2"));
    assert_eq!(untagged_ids(&[machine(1), machine(3)], &points), [machine(2).id, machine(4).id]);
}

#[test]
fn a_point_stuck_in_expired_is_told_with_its_size_and_covers_nothing() {
    let stuck = RecoveryPoint { status: PointStatus::Expired, bytes: Some(9), ..point(1, 1) };
    let coverage = covered(&[machine(1)], &[], std::slice::from_ref(&stuck));
    assert_eq!(
        coverage.stuck.iter().map(|point| (point.arn.as_str(), point.bytes)).collect::<Vec<_>>(),
        [(stuck.arn.as_str(), Some(9))]
    );
    assert!(!coverage.is_whole());
}

#[test]
fn nothing_selected_and_nothing_known_are_not_whole() {
    assert!(!covered(&[], &[], &[]).is_whole());
    assert!(!Coverage::unknown(&"servers".parse().unwrap(), &sample(), "AccessDenied".into()).is_whole());
}
