//! What the adapter makes of AWS Backup's answers.

use aws_sdk_backup::primitives::DateTime;

use super::told::percent;
use super::*;

#[test]
fn a_percentage_is_read_whatever_its_fraction() {
    assert_eq!((percent(Some("57.9")), percent(Some("100")), percent(Some("n/a"))), (Some(57), Some(100), None));
}

#[test]
fn a_time_keeps_its_milliseconds_and_an_empty_text_says_nothing() {
    let at = DateTime::from_millis(1_795_208_405_214);
    assert_eq!(time(Some(&at)).unwrap().as_millisecond(), 1_795_208_405_214);
    assert_eq!((text(Some("")), count(Some(-1))), (None, None));
}

#[test]
fn regression_a_good_status_without_a_job_is_a_doubt_that_asking_again_resolves() {
    let stack = Stack::in_region("123456789012", "ap-northeast-1", "nightferry");
    for id in [None, Some("")] {
        assert_eq!(job_arn(STOP, &stack, id), Err(STOP.retryable("the reply could not be read")));
    }
    assert!(job_arn(STOP, &stack, Some("8F1D2C3B")).is_ok());
}
