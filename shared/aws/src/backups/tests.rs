//! What the adapter makes of AWS Backup's answers.

use aws_sdk_backup::primitives::DateTime;

use super::observe::percent;
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
