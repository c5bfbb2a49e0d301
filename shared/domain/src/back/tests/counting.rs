//! A restore that brought nothing back is not a good one.

use super::super::{Back, nothing_restored};
use crate::judge::Ruling;
use crate::observation::TransferCounts;
use crate::outcome::{Outcome, Retry};

fn counted(transferred: Option<i64>, skipped: Option<i64>, only: &[&str]) -> Option<Ruling> {
    let only = only.iter().map(|&text| text.to_owned()).collect();
    let back = Back { locations: vec![], only, notes: vec![], is_drill: false, standing: None };
    let counts = TransferCounts { files_transferred: transferred, files_skipped: skipped, ..TransferCounts::default() };
    nothing_restored(&back, &counts)
}

#[test]
fn nothing_at_all_is_a_failure_that_names_the_patterns() {
    for skipped in [None, Some(0)] {
        let Some(Ruling::Ended(judgement)) = counted(Some(0), skipped, &["/a", "/b*"]) else { panic!("{skipped:?}") };
        assert_eq!((judgement.outcome, judgement.retry), (Outcome::Failed, Retry::Useless));
        let cause = judgement.cause.unwrap();
        assert_eq!(cause.id, "nothing-restored");
        assert!(cause.what.contains("/a or /b*"), "{}", cause.what);
    }
}

#[test]
fn what_came_is_something_and_an_unknown_count_is_for_others_to_judge() {
    assert_eq!(counted(Some(1), Some(0), &[]), None);
    assert_eq!(counted(None, None, &[]), None);
}

#[test]
fn regression_what_was_passed_over_as_equal_was_not_brought_back() {
    assert!(counted(Some(0), Some(3), &[]).is_some());
}
