//! What the adapter makes of S3 Control's answers.

use aws_sdk_s3control::types::{JobListDescriptor, JobStatus};

use super::*;

#[test]
fn a_reason_is_short_and_plain() {
    assert_eq!(plain("夜"), "Nightferry");
    assert_eq!(plain(&"x".repeat(999)).len(), 256);
    assert_eq!(plain("too\nmuch"), "toomuch");
}

#[test]
fn a_negative_count_is_none() {
    assert_eq!((count(Some(-1)), count(Some(0)), count(None)), (None, Some(0), None));
}

#[test]
fn a_status_is_read_in_the_services_own_words() {
    let listed = JobListDescriptor::builder().status(JobStatus::Suspended).build();
    assert_eq!(BatchState::of(listed.status().unwrap().as_str()), BatchState::Suspended);
}
