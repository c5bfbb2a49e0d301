use super::*;
use crate::job_spec::{Overlap, ReportPlace, Transfer, Verify, Work};
use crate::limits::{CANCEL_GRACE_SECS, SILENCE_MAX_SECS};
use crate::outcome::{Outcome, Tally};

fn at(secs: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + secs).unwrap()
}

fn execution(id: u8) -> ExecutionArn {
    format!("arn:aws:datasync:ap-northeast-1:123456789012:task/task-0a1b2c3d4e5f60718/execution/exec-000000000000000{id:02x}")
        .parse()
        .unwrap()
}

fn spec() -> JobSpec {
    JobSpec {
        name: "home".parse().unwrap(),
        schedule: "nightly".parse().unwrap(),
        attempts_max: 3,
        retry_wait_secs: 10,
        complete_within_secs: 3_600,
        overlap: Overlap::Wait,
        work: Work::DataSync(Transfer {
            task: execution(1).task().unwrap(),
            from: "efs".into(),
            to: "s3".into(),
            destination: crate::destination::BucketEnd {
                bucket: "b".into(),
                prefix: String::new(),
                bucket_access_role: "r".into(),
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
        }),
    }
}

fn job() -> Job {
    let mut job = Job::open("nightly-1".parse().unwrap(), spec(), at(0));
    job.ready(at(0));
    job
}

fn running() -> Job {
    let mut job = job();
    assert_eq!(job.claim(1, at(1)), Claim::Granted);
    job.started(1, &execution(1));
    job
}

fn judgement(outcome: Outcome, retry: Retry, files: u64) -> Judgement {
    let cause = Cause { id: "x".into(), what: "x".into(), fix: "x".into(), said: Some("said".into()) };
    Judgement {
        outcome,
        cause: (!outcome.is_safe()).then_some(cause),
        retry,
        tally: Tally {
            files,
            bytes: files * 10,
            deleted: 0,
            failed: u64::from(!outcome.is_safe()),
            unverified: 0,
            uncounted_attempts: 0,
        },
        failed_items: vec![],
        point: None,
    }
}

#[test]
fn an_attempt_is_claimed_by_one_invocation_only() {
    let mut job = job();
    assert_eq!(job.claim(1, at(0)), Claim::Granted);
    assert_eq!(job.claim(1, at(1)), Claim::Leased { until: at(LEASE_SECS) });
    assert_eq!(job.claim(1, at(LEASE_SECS)), Claim::Granted);
    assert_eq!(job.attempts.len(), 1);
}

#[test]
fn a_running_attempt_is_never_claimed() {
    assert_eq!(running().claim(1, at(5)), Claim::Running(execution(1)));
}

#[test]
fn an_attempt_that_is_not_the_current_one_is_over() {
    assert_eq!(job().claim(2, at(0)), Claim::Over);
    let mut settled = running();
    settled.conclude(1, judgement(Outcome::Succeeded, Retry::Useless, 3), at(9), 0);
    assert_eq!(settled.claim(1, at(10)), Claim::Over);
}

#[test]
fn a_preflight_that_is_still_to_come_grants_nothing() {
    let mut job = Job::open("nightly-1".parse().unwrap(), spec(), at(0));
    assert_eq!(job.claim(1, at(0)), Claim::Over);
}

#[test]
fn a_late_start_does_not_overwrite_the_execution() {
    let mut job = running();
    job.started(1, &execution(2));
    assert!(matches!(&job.phase, Phase::Running { execution: e, .. } if *e == execution(1)));
}

#[test]
fn a_refused_start_may_be_claimed_again_at_once() {
    let mut job = job();
    let _ = job.claim(1, at(0));
    job.release(1, at(1));
    assert_eq!(job.claim(1, at(1)), Claim::Granted);
}

#[test]
fn a_blocked_job_goes_on_with_the_same_attempt() {
    let mut job = job();
    let _ = job.claim(1, at(0));
    job.blocked(1, execution(9), at(1));
    job.unblocked(at(2));
    assert_eq!(job.phase, Phase::Ready { attempt: 1, not_before: at(2) });
    assert_eq!(job.notes.len(), 1);
}

#[test]
fn a_failure_worth_retrying_makes_the_next_attempt_ready_after_a_back_off() {
    let mut job = running();
    job.conclude(1, judgement(Outcome::Failed, Retry::Sensible, 0), at(100), 7);
    assert_eq!(job.phase, Phase::Ready { attempt: 2, not_before: at(107) });
    assert_eq!(job.attempts[0].ended_at, Some(at(100)));
}

#[test]
fn attempts_are_bounded() {
    let mut job = running();
    for number in 1..=3 {
        let _ = job.claim(number, at(1_000 * i64::from(number)));
        job.started(number, &execution(u8::try_from(number).unwrap()));
        job.conclude(number, judgement(Outcome::Failed, Retry::Sensible, 0), at(1_000 * i64::from(number)), 0);
    }
    assert_eq!(job.settlement().unwrap().outcome, Outcome::Failed);
    assert_eq!(job.attempts.len(), 3);
}

#[test]
fn a_permission_error_is_settled_at_once() {
    let mut job = running();
    job.conclude(1, judgement(Outcome::Failed, Retry::Useless, 0), at(9), 0);
    assert_eq!(job.settlement().unwrap().outcome, Outcome::Failed);
}

#[test]
fn a_settled_job_never_changes() {
    let mut job = running();
    job.conclude(1, judgement(Outcome::Partial, Retry::Useless, 2), at(9), 0);
    let settled = job.clone();
    job.conclude(1, judgement(Outcome::Succeeded, Retry::Useless, 3), at(10), 0);
    job.settle(judgement(Outcome::Succeeded, Retry::Useless, 3), at(11));
    job.started(1, &execution(4));
    job.ready(at(12));
    assert_eq!(job, settled);
}

#[test]
fn a_judgement_of_another_attempt_changes_nothing() {
    let mut job = running();
    let before = job.clone();
    job.conclude(2, judgement(Outcome::Succeeded, Retry::Useless, 3), at(10), 0);
    assert_eq!(job, before);
}

#[test]
fn a_second_attempt_that_finds_nothing_to_do_proves_the_first() {
    let mut job = running();
    job.conclude(1, judgement(Outcome::Partial, Retry::Sensible, 5), at(10), 0);
    let _ = job.claim(2, at(11));
    job.started(2, &execution(2));
    job.conclude(2, judgement(Outcome::NothingToDo, Retry::Useless, 0), at(12), 0);
    let settlement = job.settlement().unwrap();
    assert_eq!((settlement.outcome, settlement.tally.files, settlement.tally.failed), (Outcome::Succeeded, 5, 0));
}

/// A second attempt with nothing to do made a job green whose first had copied files that nobody verified.
#[test]
fn regression_what_an_earlier_attempt_left_unverified_is_never_green() {
    let mut job = running();
    let mut first = judgement(Outcome::Partial, Retry::Sensible, 5);
    first.tally.unverified = 1;
    job.conclude(1, first, at(10), 0);
    let _ = job.claim(2, at(11));
    job.started(2, &execution(2));
    job.conclude(2, judgement(Outcome::NothingToDo, Retry::Useless, 0), at(12), 0);
    let settlement = job.settlement().unwrap();
    assert_eq!(settlement.outcome, Outcome::Partial);
    assert_eq!(settlement.cause.clone().unwrap().id, "files-unverified");
}

#[test]
fn a_later_failure_does_not_undo_what_was_carried() {
    let mut job = running();
    job.conclude(1, judgement(Outcome::Partial, Retry::Sensible, 5), at(10), 0);
    let _ = job.claim(2, at(11));
    job.started(2, &execution(2));
    job.conclude(2, judgement(Outcome::Failed, Retry::Useless, 0), at(12), 0);
    assert_eq!(job.settlement().unwrap().outcome, Outcome::Partial);
}

#[test]
fn past_its_deadline_a_job_is_not_tried_again_and_says_so() {
    let mut job = running();
    job.conclude(1, judgement(Outcome::Failed, Retry::Sensible, 0), at(3_601), 0);
    let cause = job.settlement().unwrap().cause.clone().unwrap();
    assert_eq!(cause.id, "deadline-passed");
    assert_eq!(cause.said.as_deref(), Some("said"));
}

#[test]
fn a_cancelled_job_names_the_reason() {
    let mut job = running();
    job.cancel = Some(Cancellation { at: at(5), reason: "maintenance".into() });
    assert!(job.must_end(at(5)) && !job.grace_is_over(at(6)) && job.grace_is_over(at(5 + CANCEL_GRACE_SECS)));
    job.conclude(1, judgement(Outcome::Failed, Retry::Sensible, 0), at(9), 0);
    assert!(job.settlement().unwrap().cause.clone().unwrap().what.contains("maintenance"));
}

#[test]
fn success_in_the_last_moment_counts() {
    let mut job = running();
    job.conclude(1, judgement(Outcome::Succeeded, Retry::Useless, 3), at(9_999), 0);
    assert_eq!(job.settlement().unwrap().outcome, Outcome::Succeeded);
}

#[test]
fn a_record_reads_back() {
    let mut job = running();
    job.conclude(1, judgement(Outcome::Partial, Retry::Sensible, 5), at(10), 3);
    let text = serde_json::to_string(&job).unwrap();
    assert_eq!(serde_json::from_str::<Job>(&text).unwrap(), job);
}

#[test]
fn a_back_off_that_ends_with_the_deadline_is_too_long() {
    let mut job = running();
    job.conclude(1, judgement(Outcome::Failed, Retry::Sensible, 0), at(3_590), 10);
    assert_eq!(job.settlement().unwrap().outcome, Outcome::Failed);
    let mut in_time = running();
    in_time.conclude(1, judgement(Outcome::Failed, Retry::Sensible, 0), at(3_590), 9);
    assert_eq!(in_time.phase, Phase::Ready { attempt: 2, not_before: at(3_599) });
}

#[test]
fn a_passed_deadline_is_told_in_minutes() {
    assert!(job().end_cause(None).what.contains("within 60 minutes"));
}

/// One attempt that may be followed by another, and the last one.
fn two_attempts(mut job: Job, first: Judgement, last: Judgement) -> Settlement {
    job.conclude(1, first, at(10), 0);
    let _ = job.claim(2, at(11));
    job.started(2, &execution(2));
    job.conclude(2, last, at(12), 0);
    job.settlement().unwrap().clone()
}

#[test]
fn a_failed_last_attempt_tells_its_own_cause_and_not_what_was_left_unverified() {
    let mut first = judgement(Outcome::Partial, Retry::Sensible, 5);
    first.tally.unverified = 1;
    let settlement = two_attempts(running(), first, judgement(Outcome::Failed, Retry::Useless, 0));
    assert_eq!(settlement.cause.unwrap().id, "x");
}

#[test]
fn a_last_attempt_that_verified_the_whole_destination_leaves_no_doubt_of_the_first() {
    let mut job = running();
    let Work::DataSync(transfer) = &mut job.spec.work else { panic!("a DataSync job") };
    transfer.verify = Verify::PointInTime;
    let mut first = judgement(Outcome::Partial, Retry::Sensible, 5);
    first.tally.unverified = 1;
    let settlement = two_attempts(job, first, judgement(Outcome::NothingToDo, Retry::Useless, 0));
    assert_eq!(settlement.outcome, Outcome::Succeeded);
}

#[test]
fn attempts_that_all_failed_are_not_partial_whatever_they_moved() {
    let first = judgement(Outcome::Failed, Retry::Sensible, 5);
    let settlement = two_attempts(running(), first, judgement(Outcome::Failed, Retry::Useless, 0));
    assert_eq!(settlement.outcome, Outcome::Failed);
}

#[test]
fn a_note_is_written_once() {
    let mut job = job();
    for text in ["busy", "late", "busy"] {
        job.note(at(1), text.into());
    }
    assert_eq!(job.notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(), ["busy", "late"]);
}

#[test]
fn an_attempt_is_silent_when_it_was_due_long_ago_and_nobody_claimed_it() {
    let due = after(at(0), SILENCE_MAX_SECS);
    let just_before = at(SILENCE_MAX_SECS - 1);
    assert!(job().is_silent(due) && !job().is_silent(just_before));
    let mut starting = job();
    let _ = starting.claim(1, at(0));
    assert!(starting.is_silent(at(LEASE_SECS + SILENCE_MAX_SECS)) && !starting.is_silent(due));
    let opened = Job::open("nightly-1".parse().unwrap(), spec(), at(0));
    assert!(!opened.is_silent(due) && !running().is_silent(due));
}

#[test]
fn a_service_without_an_answer_is_waited_for_an_hour_past_the_jobs_end() {
    let unseen = |secs| running().is_unseen_too_long(at(secs));
    assert!(unseen(3_600 + 3_600) && !unseen(3_600 + 3_599));
    let mut cancelled = running();
    cancelled.cancel = Some(Cancellation { at: at(5), reason: "maintenance".into() });
    assert!(cancelled.is_unseen_too_long(at(3_605)) && !cancelled.is_unseen_too_long(at(3_604)));
}

#[test]
fn each_refusal_for_now_is_counted_and_waited_for_longer() {
    let mut job = job();
    for (refusals, wait_secs) in [(1, 5), (2, 10), (3, 20)] {
        let _ = job.claim(1, at(0));
        job.refused_for_now(1, at(0), 0);
        assert_eq!(job.phase, Phase::Ready { attempt: 1, not_before: at(wait_secs) });
        assert_eq!(job.attempts[0].refusals, refusals);
    }
    job.refused_for_now(2, at(0), 0);
    assert_eq!(job.attempts.iter().map(|attempt| attempt.refusals).collect::<Vec<_>>(), [3]);
}

#[test]
fn a_record_says_nothing_of_refusals_that_never_were() {
    let mut job = running();
    assert!(!serde_json::to_string(&job).unwrap().contains("refusals"));
    job.attempts[0].refusals = 2;
    assert!(serde_json::to_string(&job).unwrap().contains(r#""refusals":2"#));
}
