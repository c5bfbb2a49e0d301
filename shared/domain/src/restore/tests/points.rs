//! Which point is chosen.

use proptest::prelude::*;

use super::super::point::{NoPoint, Pick, Point, PointStatus, choose};
use super::{MACHINE, at};

fn point(ami: &str, created_at: &str, status: &str) -> Point {
    Point {
        arn: format!("arn:aws:ec2:ap-northeast-1::image/{ami}"),
        machine: MACHINE.into(),
        vault: "EC2".into(),
        created_at: at(created_at),
        status: PointStatus::of(status),
        bytes: Some(1),
        cold_at: None,
    }
}

fn three() -> Vec<Point> {
    vec![
        point("ami-2", "2026-11-19T21:00:00Z", "AVAILABLE"),
        point("ami-4", "2026-11-21T21:00:00Z", "PARTIAL"),
        point("ami-1", "2026-11-18T21:00:00Z", "COMPLETED"),
        point("ami-3", "2026-11-20T21:00:00Z", "COMPLETED"),
    ]
}

fn chosen(pick: &Pick) -> Result<String, NoPoint> {
    choose(&three(), "EC2", MACHINE, pick).map(|point| super::super::id_of(&point.arn).to_owned())
}

#[test]
fn the_latest_whole_point_is_chosen_though_a_younger_one_is_partial() {
    assert_eq!(chosen(&Pick::Latest).unwrap(), "ami-3");
}

#[test]
fn a_time_means_the_machine_as_it_was_then() {
    for (time, ami) in [
        ("2026-11-18T21:00:00Z", "ami-1"),
        ("2026-11-19T20:59:59Z", "ami-1"),
        ("2026-11-19T21:00:00Z", "ami-2"),
        ("2026-12-01T00:00:00Z", "ami-3"),
    ] {
        assert_eq!(chosen(&Pick::At(at(time))).unwrap(), ami, "{time}");
    }
}

#[test]
fn a_time_before_the_oldest_point_names_the_oldest() {
    let refused = chosen(&Pick::At(at("2026-11-18T20:59:59Z"))).unwrap_err();
    assert!(matches!(refused, NoPoint::NoneSoOld { oldest, .. } if oldest == at("2026-11-18T21:00:00Z")), "{refused}");
}

#[test]
fn a_named_point_is_taken_only_if_it_is_whole_and_of_this_machine() {
    let named = |ami: &str| Pick::Given(format!("arn:aws:ec2:ap-northeast-1::image/{ami}"));
    assert_eq!(chosen(&named("ami-1")).unwrap(), "ami-1");
    assert!(matches!(chosen(&named("ami-4")).unwrap_err(), NoPoint::NotWhole { status, .. } if status == "PARTIAL"));
    let unknown = chosen(&named("ami-9")).unwrap_err().to_string();
    assert!(unknown.contains("ami-9") && unknown.contains("ami-4 of 2026-11-21T21:00:00Z (PARTIAL)"), "{unknown}");
}

#[test]
fn nothing_backed_up_and_nothing_whole_are_two_sentences() {
    let none = choose(&[], "EC2", MACHINE, &Pick::Latest).unwrap_err();
    assert_eq!(none, NoPoint::None { vault: "EC2".into(), machine: "i-0aaaaaaaaaaaaaaa1".into() });
    let expired = [point("ami-1", "2026-11-18T21:00:00Z", "EXPIRED")];
    let refused = choose(&expired, "EC2", MACHINE, &Pick::Random(7)).unwrap_err().to_string();
    assert!(refused.contains("(EXPIRED)") && refused.contains("none of the 1"), "{refused}");
}

#[test]
fn only_completed_and_available_are_whole() {
    for word in ["COMPLETED", "AVAILABLE"] {
        assert_eq!(PointStatus::of(word), PointStatus::Whole);
    }
    for word in ["PARTIAL", "DELETING", "EXPIRED", "STOPPED", "CREATING", "completed", "NEW WORD", ""] {
        assert!(matches!(PointStatus::of(word), PointStatus::Other(_)), "{word}");
    }
}

#[test]
fn chance_reaches_every_whole_point_and_no_other() {
    let drawn: std::collections::BTreeSet<String> =
        (0..64_u64).map(|n| chosen(&Pick::Random(n << 58)).unwrap()).collect();
    assert_eq!(drawn.into_iter().collect::<Vec<_>>(), ["ami-1", "ami-2", "ami-3"]);
    assert_eq!(chosen(&Pick::Random(u64::MAX)).unwrap(), "ami-3");
}

fn any_point() -> impl Strategy<Value = Point> {
    let word = prop::sample::select(vec!["COMPLETED", "AVAILABLE", "PARTIAL", "EXPIRED", "DELETING"]);
    let whose =
        prop::sample::select(vec![MACHINE, "arn:aws:ec2:ap-northeast-1:123456789012:instance/i-0bbbbbbbbbbbbbbb2"]);
    (0..50_i64, word, whose, any::<u32>()).prop_map(|(day, word, whose, id)| Point {
        machine: whose.into(),
        created_at: jiff::Timestamp::from_second(1_700_000_000 + day * 86_400).unwrap(),
        ..point(&format!("ami-{id:08x}"), "2026-11-18T21:00:00Z", word)
    })
}

fn any_pick() -> impl Strategy<Value = Pick> {
    prop_oneof![
        Just(Pick::Latest),
        any::<u64>().prop_map(Pick::Random),
        (0..60_i64).prop_map(|day| Pick::At(jiff::Timestamp::from_second(1_700_000_000 + day * 86_400).unwrap())),
    ]
}

proptest! {
    #[test]
    fn whatever_is_asked_what_is_chosen_is_whole_and_of_this_machine(
        points in prop::collection::vec(any_point(), 0..12), pick in any_pick(),
    ) {
        let wholes = points.iter().filter(|it| it.machine == MACHINE && it.status == PointStatus::Whole);
        let count = wholes.count();
        match choose(&points, "EC2", MACHINE, &pick) {
            Ok(point) => {
                prop_assert!(point.machine == MACHINE && point.status == PointStatus::Whole);
                if let Pick::At(at) = pick {
                    prop_assert!(point.created_at <= at);
                    prop_assert!(points.iter().all(|other| other.machine != MACHINE
                        || other.status != PointStatus::Whole || other.created_at > at
                        || other.created_at <= point.created_at));
                }
            }
            Err(NoPoint::NoneSoOld { .. }) => prop_assert!(count > 0),
            Err(_) => prop_assert_eq!(count, 0),
        }
    }

    #[test]
    fn the_order_of_the_list_changes_nothing(points in prop::collection::vec(any_point(), 0..12), pick in any_pick()) {
        let mut turned = points.clone();
        turned.reverse();
        let one = choose(&points, "EC2", MACHINE, &pick).ok().map(|point| point.arn.clone());
        prop_assert_eq!(one, choose(&turned, "EC2", MACHINE, &pick).ok().map(|point| point.arn.clone()));
    }
}
