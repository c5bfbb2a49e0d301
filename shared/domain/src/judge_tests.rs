use super::*;
use crate::job_spec::ReportPlace;
use crate::observation::{FailedItem, PhaseResults, PhaseStatus};

fn transfer() -> Transfer {
    Transfer {
        task: "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0a1b2c3d4e5f60718".parse().unwrap(),
        from: "efs".into(),
        to: "s3".into(),
        destination: crate::destination::BucketEnd {
            bucket: "b".into(),
            prefix: "home/".into(),
            bucket_access_role: "arn:aws:iam::123456789012:role/r".into(),
        }
        .into(),
        verify: Verify::Transferred,
        transfers_all: false,
        agent: None,
        is_enhanced: false,
        task_reports: ReportPlace { bucket: "r".into(), prefix: "task-reports/".into() },
        reach: crate::reach::Reach::default(),
        drill: None,
        back: None,
    }
}

fn clean() -> TransferObservation {
    TransferObservation {
        execution:
            "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0a1b2c3d4e5f60718/execution/exec-0f9e8d7c6b5a43210"
                .parse()
                .unwrap(),
        state: ExecutionState::Success,
        counts: TransferCounts {
            files_estimated: Some(3),
            files_to_delete_estimated: None,
            files_transferred: Some(3),
            files_verified: Some(3),
            files_skipped: Some(0),
            files_deleted: Some(0),
            files_failed: None,
            bytes_estimated: Some(10),
            bytes_written: Some(10),
            bytes_transferred: Some(10),
        },
        phases: PhaseResults {
            prepare: Some(PhaseStatus::Success),
            transfer: Some(PhaseStatus::Success),
            verify: Some(PhaseStatus::Success),
        },
        error_code: None,
        error_detail: None,
        report: ReportDelivery::Delivered,
        launched_at: None,
        ended_at: None,
    }
}

fn ruling(seen: &TransferObservation, failures: Option<&TransferFailures>) -> Judgement {
    match judge(&transfer(), seen, failures) {
        Ruling::Ended(judgement) => judgement,
        other @ (Ruling::InProgress
        | Ruling::AwaitsConfirmation
        | Ruling::AwaitsReport
        | Ruling::AwaitsReplicas
        | Ruling::AwaitsCopies
        | Ruling::AwaitsCheck { .. }) => {
            panic!("{other:?}")
        }
    }
}

fn outcome_when(change: impl FnOnce(&mut TransferObservation)) -> (Outcome, Option<String>) {
    let mut seen = clean();
    change(&mut seen);
    let judgement = ruling(&seen, Some(&TransferFailures::default()));
    (judgement.outcome, judgement.cause.map(|cause| cause.id))
}

fn partial(id: &str) -> (Outcome, Option<String>) {
    (Outcome::Partial, Some(id.to_owned()))
}

#[test]
fn everything_transferred_and_verified_has_succeeded() {
    assert_eq!(outcome_when(|_| ()), (Outcome::Succeeded, None));
}

#[test]
fn nothing_to_transfer_is_its_own_outcome() {
    let outcome = outcome_when(|seen| {
        seen.counts.files_estimated = Some(0);
        seen.counts.files_transferred = Some(0);
        seen.counts.files_verified = Some(0);
        seen.counts.bytes_written = Some(0);
    });
    assert_eq!(outcome, (Outcome::NothingToDo, None));
}

#[test]
fn more_than_estimated_is_no_doubt() {
    assert_eq!(outcome_when(|seen| seen.counts.files_estimated = Some(2)), (Outcome::Succeeded, None));
}

#[test]
fn what_was_to_be_deleted_is_not_missed_among_the_transferred() {
    let outcome = outcome_when(|seen| {
        seen.counts.files_estimated = Some(5);
        seen.counts.files_to_delete_estimated = Some(2);
    });
    assert_eq!(outcome, (Outcome::Succeeded, None));
}

#[test]
fn each_doubt_makes_a_success_partial() {
    assert_eq!(outcome_when(|seen| seen.counts.files_estimated = Some(4)), partial("files-left-behind"));
    assert_eq!(outcome_when(|seen| seen.counts.files_verified = Some(2)), partial("files-unverified"));
    assert_eq!(outcome_when(|seen| seen.counts.files_verified = None), partial("files-unverified"));
    assert_eq!(outcome_when(|seen| seen.counts.files_transferred = None), partial("counts-missing"));
    assert_eq!(outcome_when(|seen| seen.counts.bytes_written = None), partial("counts-missing"));
    assert_eq!(outcome_when(|seen| seen.counts.files_failed = Some(1)), partial("files-failed"));
    assert_eq!(outcome_when(|seen| seen.phases.verify = Some(PhaseStatus::Error)), partial("phase-failed"));
    assert_eq!(outcome_when(|seen| seen.report = ReportDelivery::NotAsked), partial("report-missing"));
    assert_eq!(outcome_when(|seen| seen.report = ReportDelivery::Failed("no".into())), partial("report-missing"));
}

#[test]
fn verification_switched_off_is_never_green() {
    let mut transfer = transfer();
    transfer.verify = Verify::None;
    let Ruling::Ended(judgement) = judge(&transfer, &clean(), Some(&TransferFailures::default())) else { panic!() };
    assert_eq!((judgement.outcome, judgement.retry), (Outcome::Partial, Retry::Useless));
}

#[test]
fn a_report_that_names_a_failure_outweighs_all_counts() {
    let item = FailedItem { path: "/x".into(), phase: "transfer".into(), code: String::new(), reason: "EIO".into() };
    let failures = TransferFailures { count: 1, named: vec![item] };
    let judgement = ruling(&clean(), Some(&failures));
    assert_eq!(judgement.outcome, Outcome::Partial);
    assert_eq!(judgement.tally.failed, 1);
    assert!(judgement.cause.unwrap().what.contains("/x"));
}

#[test]
fn a_delivered_report_that_can_not_be_read_leaves_a_doubt() {
    assert_eq!(ruling(&clean(), None).cause.unwrap().id, "report-missing");
}

#[test]
fn an_unknown_state_is_never_an_end() {
    let mut seen = clean();
    seen.state = ExecutionState::of_datasync("FINISHED_SOMEHOW");
    assert_eq!(judge(&transfer(), &seen, None), Ruling::InProgress);
}

#[test]
fn an_end_waits_for_its_report() {
    let mut seen = clean();
    seen.report = ReportDelivery::Pending;
    assert_eq!(judge(&transfer(), &seen, None), Ruling::AwaitsReport);
}

#[test]
fn an_error_that_skipped_some_files_is_partial_and_worth_another_attempt() {
    let mut seen = clean();
    seen.state = ExecutionState::Error;
    seen.error_detail = Some("Selected files transferred except for files skipped due to errors.".into());
    seen.counts.files_transferred = Some(2);
    let judgement = ruling(&seen, None);
    assert_eq!((judgement.outcome, judgement.retry), (Outcome::Partial, Retry::Sensible));
    assert_eq!(judgement.cause.unwrap().id, "files-skipped");
}

#[test]
fn a_permission_error_is_failed_and_not_retried() {
    let mut seen = clean();
    seen.state = ExecutionState::Error;
    seen.counts = TransferCounts::default();
    seen.error_code = Some("FsS3HeadBucketFailed".into());
    let judgement = ruling(&seen, None);
    assert_eq!((judgement.outcome, judgement.retry), (Outcome::Failed, Retry::Useless));
}

#[test]
fn success_needs_every_count_to_add_up() {
    use proptest::prelude::*;
    let count = || proptest::option::of(0_i64..5);
    proptest!(|(est in count(), done in count(), ver in count(), written in count(), failed in count())| {
        let mut seen = clean();
        seen.counts.files_estimated = est;
        seen.counts.files_transferred = done;
        seen.counts.files_verified = ver;
        seen.counts.bytes_written = written;
        seen.counts.files_failed = failed;
        let judgement = ruling(&seen, Some(&TransferFailures::default()));
        if judgement.outcome.is_safe() {
            prop_assert!(done >= est && est.is_some() && written.is_some());
            prop_assert!(failed.unwrap_or(0) == 0);
            prop_assert!(ver.unwrap_or(0) >= done.unwrap_or(0));
        }
    });
}

#[test]
fn an_error_is_partial_only_if_something_arrived_and_the_cause_leaves_the_rest_alone() {
    let outcome_of = |files: i64, detail: &str| {
        let mut seen = clean();
        seen.state = ExecutionState::Error;
        seen.error_detail = Some(detail.into());
        seen.counts.files_transferred = Some(files);
        ruling(&seen, None).outcome
    };
    assert_eq!(outcome_of(2, "Files skipped due to errors."), Outcome::Partial);
    assert_eq!(outcome_of(0, "Files skipped due to errors."), Outcome::Failed);
    assert_eq!(outcome_of(2, "Cross-account pass role is not allowed"), Outcome::Failed);
}

#[test]
fn a_counter_of_failed_files_at_zero_is_no_doubt() {
    assert_eq!(outcome_when(|seen| seen.counts.files_failed = Some(0)), (Outcome::Succeeded, None));
}

#[test]
fn an_attempt_whose_copies_nobody_counted_says_so() {
    let uncounted = |change: fn(&mut TransferObservation)| {
        let mut seen = clean();
        seen.counts.files_transferred = None;
        change(&mut seen);
        ruling(&seen, Some(&TransferFailures::default())).tally.uncounted_attempts
    };
    assert_eq!(uncounted(|_| ()), 1);
    assert_eq!(uncounted(|seen| seen.counts.files_transferred = Some(0)), 0, "none is a count");
    assert_eq!(uncounted(|seen| seen.state = ExecutionState::Error), 1, "its transfer had begun");
    let before_its_transfer = |seen: &mut TransferObservation| {
        seen.state = ExecutionState::Error;
        seen.phases.transfer = Some(PhaseStatus::Pending);
    };
    assert_eq!(uncounted(before_its_transfer), 0);
}
