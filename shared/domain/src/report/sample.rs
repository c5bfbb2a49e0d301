//! A night with all four outcomes, and nights drawn at random, for the tests of this folder.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::Report;
use crate::ids::{ExecutionArn, RunId};
use crate::job::{Claim, Job};
use crate::job_spec::{JobSpec, Overlap, ReportPlace, Transfer, Verify, Work};
use crate::observation::FailedItem;
use crate::outcome::{Cause, Judgement, Outcome, Retry, Tally};
use crate::plan::JobName;
use crate::run::{Run, RunPhase, Trigger};

/// 2026-11-20 at 21:00 UTC, six in the morning of the next day in Tokyo.
pub(super) fn at(mins: i64) -> Timestamp {
    "2026-11-20T21:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(mins)
}

fn execution(job: u8, number: u32) -> ExecutionArn {
    format!(
        "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0a1b2c3d4e5f607{job:02x}/execution/exec-00000000000000{job:02x}{number}"
    )
    .parse()
    .unwrap()
}

fn spec(name: &str, id: u8, from: &str, to: &str) -> JobSpec {
    JobSpec {
        name: name.parse().unwrap(),
        schedule: "nightly".parse().unwrap(),
        attempts_max: 3,
        retry_wait_secs: 600,
        complete_within_secs: 28_800,
        overlap: Overlap::Wait,
        work: Work::DataSync(Transfer {
            task: execution(id, 1).task().unwrap(),
            from: from.into(),
            to: to.into(),
            destination: crate::destination::BucketEnd {
                bucket: "example-backups".into(),
                prefix: "home/".into(),
                bucket_access_role: "arn:aws:iam::123456789012:role/nightferry-transfer".into(),
            }
            .into(),
            verify: Verify::Transferred,
            transfers_all: false,
            agent: None,
            is_enhanced: false,
            task_reports: ReportPlace { bucket: "records".into(), prefix: "task-reports/".into() },
            reach: crate::reach::Reach::default(),
            drill: None,
            back: None,
        }),
    }
}

pub(super) fn judged(outcome: Outcome, files: u64, failed: u64, cause: Option<Cause>) -> Judgement {
    Judgement {
        outcome,
        cause,
        retry: Retry::Sensible,
        tally: Tally {
            files,
            bytes: files * 1_500_000,
            deleted: files / 10,
            failed,
            unverified: 0,
            uncounted_attempts: 0,
        },
        failed_items: vec![],
        point: None,
    }
}

fn cause(id: &str, what: &str, fix: &str, said: Option<&str>) -> Cause {
    Cause { id: id.into(), what: what.into(), fix: fix.into(), said: said.map(str::to_owned) }
}

/// Lets a job run through `tries`: begin and end in minutes, and the judgement.
fn carried(spec: JobSpec, id: u8, tries: Vec<(i64, i64, Judgement)>) -> Job {
    let mut job = Job::open("nightly-2026-11-20T21-00-00Z".parse().unwrap(), spec, at(0));
    job.ready(at(0));
    for (number, (start, end, judgement)) in (1..).zip(tries) {
        assert_eq!(job.claim(number, at(start)), Claim::Granted);
        job.started(number, &execution(id, number));
        job.conclude(number, judgement, at(end), 0);
    }
    job
}

fn home() -> Job {
    let what = "2 item(s) failed; the first is `/alice/mail.pst`: Permission denied";
    let fix = "Mend what the listed items have in common, then `nightferry rerun`.";
    let failing = |files| judged(Outcome::Partial, files, 2, Some(cause("items-failed", what, fix, None)));
    let mut last = failing(0);
    last.failed_items = ["/alice/mail.pst", "/bob/<script>alert(1)</script>"]
        .map(|path| FailedItem {
            path: path.into(),
            phase: "transfer".into(),
            code: "EACCES".into(),
            reason: "Permission denied".into(),
        })
        .to_vec();
    let spec = spec("home-directories", 1, "efs fs-0123456789abcdef0/", "s3://example-backups/home");
    let mut job = carried(spec, 1, vec![(1, 95, failing(41_200)), (105, 119, failing(3)), (140, 151, last)]);
    job.note(at(96), "attempt 2 begins after a wait of 10 minutes".into());
    job
}

fn partner() -> Job {
    let why = "The bucket access role, or who makes the location, may not list the bucket";
    let fix = "Allow s3:ListBucket in the role's policy and in the bucket's policy; `nightferry check` names the missing statement.";
    let said = "could not perform s3:HeadBucket on bucket partner-logs. Access denied.";
    let mut end = judged(Outcome::Failed, 0, 0, Some(cause("bucket-access-denied", why, fix, Some(said))));
    end.retry = Retry::Useless;
    carried(spec("partner-logs", 2, "s3://partner-logs", "s3://example-copies/partner"), 2, vec![(2, 6, end)])
}

pub(super) fn jobs() -> Vec<Job> {
    let video = spec("video-archive", 3, "nfs 10.0.0.9/export/video", "s3://example-video");
    let wiki = spec("wiki", 4, "s3://example-wiki", "s3://example-copies/wiki");
    vec![
        home(),
        carried(video, 3, vec![(1, 312, judged(Outcome::Succeeded, 1_204, 0, None))]),
        partner(),
        carried(wiki, 4, vec![(3, 9, judged(Outcome::NothingToDo, 0, 0, None))]),
    ]
}

pub(super) fn run() -> Run {
    Run {
        id: "nightly-2026-11-20T21-00-00Z".parse().unwrap(),
        trigger: Trigger::Schedule { schedule: "nightly".parse().unwrap(), at: at(0) },
        opened_at: at(0),
        plan_key: "plans/6f1e.json".into(),
        job_count: 4,
        phase: RunPhase::Open,
    }
}

pub(super) fn next_runs(jobs: &[Job]) -> BTreeMap<JobName, Timestamp> {
    jobs.iter().map(|job| (job.spec.name.clone(), at(24 * 60))).collect()
}

pub(super) fn night() -> Report {
    let jobs = jobs();
    Report::build(&run(), &jobs, &next_runs(&jobs), at(313)).unwrap()
}

/// A restore of the night's jobs: as it would be told if there were one of so many.
pub(super) fn restored() -> Report {
    let run = Run { id: RunId::restore(at(0), 1, false), ..run() };
    let jobs: Vec<Job> = jobs().into_iter().map(|job| Job { run: run.id.clone(), ..job }).collect();
    Report::build(&run, &jobs, &next_runs(&jobs), at(313)).unwrap()
}

/// Text as a service or a file system may send it: markup, quotes, control and direction characters.
pub(super) fn hostile() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("<script>alert(1)</script>".to_owned()),
        Just("\"'><img src=x onerror=alert(1)>".to_owned()),
        Just("]]>&amp;|`*_[x](javascript:1)".to_owned()),
        Just("\u{202e}gnp.exe\u{2066}\u{1b}[31m\r\nBcc: all\0\u{feff}".to_owned()),
        "\\PC{0,12}",
    ];
    proptest::collection::vec(part, 1..4).prop_map(|parts| parts.concat())
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![Just(Outcome::NothingToDo), Just(Outcome::Succeeded), Just(Outcome::Partial), Just(Outcome::Failed)]
}

prop_compose! {
    fn any_job(id: u8)(
        outcome in outcome(), files in 0..u64::MAX / 1_500_000, failed in 0..u64::from(u32::MAX), text in hostile(),
        start in 0i64..600, length in 0i64..600,
    ) -> Job {
        let failure = cause(&text, &text, &text, Some(&text));
        let mut end = judged(outcome, files, failed, (!outcome.is_safe()).then_some(failure));
        end.retry = Retry::Useless;
        end.failed_items =
            vec![FailedItem { path: text.clone(), phase: text.clone(), code: text.clone(), reason: text.clone() }];
        let mut job = carried(spec(&format!("job-{id}"), id, &text, &text), id, vec![(start, start + length, end)]);
        job.note(at(start), text);
        job
    }
}

/// Up to eight settled jobs of [`run`], with a run that promised them.
pub(super) fn any_night() -> impl Strategy<Value = (Run, Vec<Job>)> {
    (0u8..8).prop_flat_map(|count| (0..count).map(any_job).collect::<Vec<_>>()).prop_map(|jobs| {
        let run = Run { job_count: u32::try_from(jobs.len()).unwrap(), ..run() };
        (run, jobs)
    })
}
