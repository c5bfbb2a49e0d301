//! What is drawn, and what is said of it.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::filters::Filters;
use crate::ids::RunId;
use crate::limits::COPY_DRILL_LONGEST_SECS;
use crate::restore::drill::CameOut;

fn promised_until() -> Timestamp {
    "2026-11-22T21:00:00Z".parse().unwrap()
}

fn drill(nonce: u16) -> RunId {
    RunId::restore(promised_until(), nonce, true)
}

fn object(key: &str) -> Object {
    let written_at = promised_until() - SignedDuration::from_hours(1);
    Object { key: key.into(), bytes: 3, written_at, is_archived: false }
}

fn digest(of: &str) -> Digest {
    Digest { bytes: 3, sha256: of.repeat(64) }
}

fn ends() -> Ends {
    let folder = |bucket: &str, prefix: &str| Folder { bucket: bucket.into(), prefix: prefix.into() };
    Ends { source: folder("example", "a/"), copy: folder("example-dr", "b/"), filters: Filters::default() }
}

fn asked() -> Asked {
    Asked {
        drill: drill(1),
        job: "assets".parse().unwrap(),
        ends: ends(),
        read_by: "arn:aws:iam::222222222222:role/recovery".into(),
        began_at: promised_until(),
    }
}

fn said(looked: Looked) -> CopyVerdict {
    verdict(asked(), looked, promised_until() + SignedDuration::from_secs(7))
}

fn looked(copies: &[(&str, Read)]) -> Looked {
    let objects = copies.iter().map(|(key, copy)| ((*key).to_owned(), digest("a"), copy.clone())).collect();
    Looked::At { objects, left_out: vec![] }
}

#[test]
fn only_what_was_promised_and_can_be_read_is_drawn_and_the_rest_is_told() {
    let young = Object { written_at: promised_until(), ..object("young") };
    let archived = Object { is_archived: true, ..object("archived") };
    let large = Object { bytes: OBJECT_BYTES_MAX + 1, ..object("large") };
    let drawn = draw(&drill(1), &ends(), &[young, archived, object("good"), large], 20, promised_until());
    assert_eq!(drawn.objects, [object("good")]);
    assert_eq!(drawn.left_out.len(), 3, "{:?}", drawn.left_out);
    assert_eq!(draw(&drill(1), &ends(), &[object("good")], 20, promised_until()).left_out, Vec::<String>::new());
}

#[test]
fn regression_what_the_plan_leaves_out_is_not_drawn_and_that_is_told() {
    let filters = Filters { include: vec!["/deep".into()], exclude: vec!["*.tmp".into()] };
    let ends = Ends { filters, ..ends() };
    let listed = ["a/deep/x", "a/deep/y.tmp", "a/other"].map(object);
    let drawn = draw(&drill(1), &ends, &listed, 20, promised_until());
    assert_eq!(drawn.objects, [object("a/deep/x")]);
    assert_eq!(drawn.left_out, ["2 object(s) not drawn from: left out by the plan's `include` and `exclude`"]);
}

#[test]
fn another_drill_draws_others() {
    let listed: Vec<Object> = (0..200).map(|n| object(&format!("key-{n}"))).collect();
    let keys = |nonce| draw(&drill(nonce), &ends(), &listed, 10, promised_until()).objects;
    assert_ne!(keys(1), keys(2));
}

#[test]
fn a_copys_key_lies_below_its_own_prefix() {
    assert_eq!(ends().key_of_copy("a/deep/x.txt"), "b/deep/x.txt");
    let whole = Ends { source: Folder { prefix: String::new(), ..ends().source }, ..ends() };
    assert_eq!(whole.key_of_copy("x.txt"), "b/x.txt");
}

#[test]
fn a_pass_is_said_only_of_equal_bytes() {
    let passed = said(looked(&[("b/x", Read::Whole(digest("a"))), ("b/y", Read::Whole(digest("a")))]));
    assert_eq!((passed.came_out, passed.took_secs), (CameOut::Passed, 7));
    assert!(passed.message().contains("role/recovery"), "{}", passed.message());
    for (copy, words) in [
        (Read::Whole(digest("b")), "SHA-256 bbbb"),
        (Read::Whole(Digest { bytes: 2, ..digest("a") }), "2 byte(s)"),
        (Read::Missing, "not there"),
        (Read::Refused("S3 refused GetObject: AccessDenied".into()), "AccessDenied"),
    ] {
        let failed = said(looked(&[("b/x", Read::Whole(digest("a"))), ("b/y", copy)]));
        assert_eq!(failed.came_out, CameOut::Failed);
        assert!(
            failed.why.contains("1 of 2") && failed.why.contains("`b/y`") && failed.why.contains(words),
            "{}",
            failed.why
        );
        assert_eq!(failed.subject(), "[Nightferry] drill of assets: FAILED");
    }
}

#[test]
fn regression_what_nobody_could_read_is_not_said_to_differ() {
    let denied = || Read::Refused("S3 refused GetObject: AccessDenied".into());
    let unread = said(looked(&[("b/x", Read::Whole(digest("a"))), ("b/y", denied())]));
    assert!(unread.why.starts_with("1 of 2 object(s) can't be read: `b/y`"), "{}", unread.why);
    let both = said(looked(&[("b/x", Read::Missing), ("b/y", denied())]));
    let words = "1 of 2 object(s) are not the source's, 1 of 2 object(s) can't be read: ";
    assert!(both.why.starts_with(words), "{}", both.why);
}

#[test]
fn regression_what_gave_no_answer_breaks_the_check_unless_another_copy_is_wrong() {
    let busy = || Read::Unanswered("S3 is busy with GetObject: SlowDown".into());
    let right = || Read::Whole(digest("a"));
    let broke = said(looked(&[("b/x", right()), ("b/y", busy())]));
    assert_eq!(broke.came_out, CameOut::CheckBroke);
    assert!(broke.why.starts_with("1 of 2 object(s) gave no answer: `b/y`: no answer: S3 is busy"), "{}", broke.why);
    let failed = said(looked(&[("b/y", busy()), ("b/x", Read::Missing)]));
    assert_eq!(failed.came_out, CameOut::Failed);
    let words = "1 of 2 object(s) are not the source's, 1 of 2 object(s) gave no answer: `b/x`: not there; `b/y`";
    assert!(failed.why.starts_with(words), "{}", failed.why);
}

#[test]
fn what_could_not_be_compared_is_no_pass() {
    let broke = said(Looked::Broke("S3 is busy with ListObjectsV2: SlowDown".into()));
    assert_eq!(broke.came_out, CameOut::CheckBroke);
    assert!(broke.why.contains("SlowDown") && broke.subject().ends_with("CHECK BROKE"), "{broke:?}");
    assert_eq!(said(looked(&[])).came_out, CameOut::CheckBroke);
}

#[test]
fn a_drill_that_owes_its_verdict_for_a_day_is_lost_and_nothing_is_proved() {
    let begun = Begun::new(asked());
    let after = |secs| promised_until() + SignedDuration::from_secs(secs);
    assert!(!begun.is_lost(after(COPY_DRILL_LONGEST_SECS - 1)));
    assert!(begun.is_lost(after(COPY_DRILL_LONGEST_SECS)));
    assert!(!begun.clone().told(after(5)).is_lost(after(COPY_DRILL_LONGEST_SECS)));
    let lost = begun.lost(after(COPY_DRILL_LONGEST_SECS));
    assert_eq!((lost.came_out, lost.asked), (CameOut::CheckBroke, asked()));
    assert!(lost.why.contains("Nothing is proved"), "{}", lost.why);
}

#[test]
fn many_wrong_objects_are_counted_and_the_first_are_named() {
    let copies: Vec<(String, Read)> = (0..9).map(|n| (format!("b/{n}"), Read::Missing)).collect();
    let copies: Vec<(&str, Read)> = copies.iter().map(|(key, copy)| (key.as_str(), copy.clone())).collect();
    let why = said(looked(&copies)).why;
    assert!(
        why.contains("9 of 9") && why.contains("`b/4`") && !why.contains("`b/5`") && why.ends_with("and 4 more"),
        "{why}"
    );
}

proptest! {
    #[test]
    fn a_draw_depends_on_the_drill_and_the_objects_alone(names in prop::collection::btree_set("[a-z/]{1,6}", 0..30), count in 0_u16..40) {
        let listed: Vec<Object> = names.iter().map(|name| object(name)).collect();
        let drawn = draw(&drill(1), &ends(), &listed, count, promised_until()).objects;
        let backwards: Vec<Object> = listed.iter().rev().cloned().collect();
        prop_assert_eq!(&drawn, &draw(&drill(1), &ends(), &backwards, count, promised_until()).objects);
        prop_assert_eq!(drawn.len(), listed.len().min(usize::from(count)));
        prop_assert!(drawn.iter().all(|object| names.contains(&object.key)));
    }
}
