//! What the program says of a night whose batch job is proved and whose new objects do not arrive: the same everywhere.

use nightferry_domain::batch::new_objects::RuleState;
use nightferry_domain::destination::BucketEnd;
use nightferry_domain::job_spec::{JobSpec, Overlap, ReportPlace, Transfer, Verify, Work};
use nightferry_domain::outcome::{Settlement, Tally};
use nightferry_domain::reach::Reach;

use super::*;
use crate::commands::show;
use crate::exit::Exit;

const NIGHT: &str = "nightly-2026-11-20T21-00-00Z";

fn at() -> Timestamp {
    "2026-11-20T21:00:00Z".parse().unwrap()
}

fn spec(name: &str) -> JobSpec {
    let end = BucketEnd { bucket: "copies".into(), prefix: String::new(), bucket_access_role: "role".into() };
    JobSpec {
        name: name.parse().unwrap(),
        schedule: "nightly".parse().unwrap(),
        attempts_max: 3,
        retry_wait_secs: 60,
        complete_within_secs: 3_600,
        overlap: Overlap::Wait,
        work: Work::DataSync(Transfer {
            task: "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0a1b2c3d4e5f60718".parse().unwrap(),
            from: format!("s3://{name}"),
            to: "s3://copies".into(),
            destination: end.into(),
            verify: Verify::Transferred,
            transfers_all: false,
            is_enhanced: false,
            agent: None,
            task_reports: ReportPlace { bucket: "records".into(), prefix: "task-reports/".into() },
            reach: Reach::default(),
            drill: None,
            back: None,
        }),
    }
}

fn settled(name: &str, outcome: Outcome) -> Job {
    let mut job = Job::open(NIGHT.parse().unwrap(), spec(name), at());
    let tally = Tally::default();
    job.phase = Phase::Settled(Settlement { outcome, at: at(), cause: None, tally, failed_items: vec![] });
    job
}

/// Two jobs, both proved; the new objects of `assets` stand so.
pub(crate) fn night(state: RuleState) -> Night {
    let told = NewObjects {
        rule: "nightferry-assets".into(),
        since: at(),
        state,
        failed: if state == RuleState::Failing { 3 } else { 0 },
        carried: 0,
        operations_pending: None,
        bytes_pending: None,
        behind_secs: None,
        why: None,
    };
    let phase = RunPhase::Closed { report_key: "reports/report.json".into(), at: at() };
    let trigger = Trigger::Schedule { schedule: "nightly".parse().unwrap(), at: at() };
    Night {
        run: Run {
            id: NIGHT.parse().unwrap(),
            trigger,
            opened_at: at(),
            plan_key: "plan/a.json".into(),
            job_count: 2,
            phase,
        },
        jobs: vec![settled("assets", Outcome::Succeeded), settled("home", Outcome::Succeeded)],
        new_objects: BTreeMap::from([("assets".parse().unwrap(), told)]),
    }
}

#[test]
fn a_night_whose_new_objects_fail_is_partial_in_its_code_and_in_its_words() {
    let failing = night(RuleState::Failing);
    assert_eq!((failing.outcome(), show::exit_of(&failing)), (Some(Outcome::Partial), Exit::Partial));
    let said = show::in_words(&failing);
    let row = |job: &str| {
        said.lines().find(|line| line.contains(job)).unwrap_or_else(|| panic!("no {job}: {said}")).to_owned()
    };
    assert!(row("assets").contains("partial") && row("home").contains("succeeded"), "{said}");
    assert!(said.contains("assets: new objects: FAILING: 3 operations failed") && said.contains("do: "), "{said}");
}

#[test]
fn a_night_whose_new_objects_arrive_is_as_good_as_its_batch_jobs() {
    let healthy = night(RuleState::Healthy);
    assert_eq!((healthy.outcome(), show::exit_of(&healthy)), (Some(Outcome::Succeeded), Exit::Ok));
    let said = show::in_words(&healthy);
    assert!(!said.contains("partial") && said.contains("assets: new objects: healthy"), "{said}");
}

#[test]
fn why_tells_such_a_job_as_partial_though_its_own_record_says_that_it_succeeded() {
    let failing = night(RuleState::Failing);
    let said = show::story_of(&failing, failing.job(&"assets".parse().unwrap()).unwrap());
    assert!(said.starts_with(&format!("assets in {NIGHT}: partial")) && said.contains("FAILING"), "{said}");
    let said = show::story_of(&failing, failing.job(&"home".parse().unwrap()).unwrap());
    assert!(said.starts_with(&format!("home in {NIGHT}: succeeded")) && !said.contains("new objects"), "{said}");
}

#[test]
fn regression_why_is_answered_by_the_night_and_not_by_the_drill_that_came_after_it() {
    let run = |id: &str| {
        let mut night = night(RuleState::Healthy);
        night.run.id = id.parse().unwrap();
        night
    };
    let [drill, last, job] = ["drill-2026-11-22T05-00-00Z-home", NIGHT, "home"];
    let job: JobName = job.parse().unwrap();
    let id = |nights: &[Night]| show::meant(nights, &job, None).map(|run| run.run.id.to_string());
    assert_eq!(id(&[run(drill), run(last)]).as_deref(), Some(NIGHT));
    assert_eq!(id(&[run(drill)]).as_deref(), Some(drill), "where there was no night");
    let another_day = show::meant(&[run(last)], &job, "1999-01-01".parse().ok()).is_some();
    assert!(!another_day && show::meant(&[run(last)], &"mail".parse().unwrap(), None).is_none());
}
