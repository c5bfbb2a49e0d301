//! Promises about the morning.

use jiff::SignedDuration;
use nightferry_domain::job::Job;
use nightferry_domain::limits::{CLOSING_GRACE_SECS, LEASE_SECS};
use nightferry_domain::outcome::Outcome;
use nightferry_domain::report::{JobReport, Report, junit, markdown};
use nightferry_domain::run::{Run, RunPhase, Trigger};

use crate::driver::{SWEEP_SECS, Simulation};
use crate::fake::State;

/// From the last job's end, or the end of the faults, to the closed run: the workflow's next look, or a sweep; and the
/// lease of an invocation that died while it sent the message.
const CLOSE_SLACK_SECS: i64 = LEASE_SECS + CLOSING_GRACE_SECS + 2 * SWEEP_SECS + 600;
/// What each death that is not one of the faults may cost besides: another such lease, and the sweep that died.
const DEATH_SLACK_SECS: i64 = LEASE_SECS + SWEEP_SECS;

pub(super) fn violations(night: &Simulation) -> Vec<String> {
    let state = night.fake.state.borrow();
    let mut told: Vec<String> = vec![];
    for run in state.runs.values().map(|run| &run.record) {
        let broken = broken(night, &state, run);
        told.extend(broken.into_iter().map(|what| format!("{what}: run {}", run.id)));
    }
    let closed = state.runs.values().filter(|run| !run.record.is_open()).count();
    if state.notices.len() < closed {
        told.push(format!("R6: {closed} runs are closed, {} messages were sent", state.notices.len()));
    }
    told
}

fn broken(night: &Simulation, state: &State, run: &Run) -> Vec<String> {
    let RunPhase::Closed { at, report_key } = &run.phase else { return vec![] };
    let Some(bytes) = state.documents.get(report_key) else {
        return vec!["R6: closed without a report".to_owned()];
    };
    let report = match Report::read(bytes) {
        Ok(report) => report,
        Err(error) => return vec![format!("R6: the report can't be read: {error}")],
    };
    let jobs: Vec<&Job> = state.jobs.values().map(|job| &job.record).filter(|job| job.run == run.id).collect();
    let checks = [
        misses_jobs(night, run, &report),
        differs(state, &report, &jobs),
        is_early(&report, &jobs),
        is_late(night, *at, &jobs),
        forms_differ(state, run, &report),
    ];
    checks.into_iter().flatten().collect()
}

/// One line for each job that the plan promised.
fn misses_jobs(night: &Simulation, run: &Run, report: &Report) -> Option<String> {
    let promised = match &run.trigger {
        Trigger::Schedule { .. } => night.night.jobs.len(),
        Trigger::Person { jobs, .. } if jobs.is_empty() => night.night.jobs.len(),
        Trigger::Person { jobs, .. } => jobs.len(),
        Trigger::ForeignFailure { .. } => 1,
    };
    (report.jobs.len() != promised).then(|| format!("R6: {promised} jobs promised, {} told", report.jobs.len()))
}

fn differs(state: &State, report: &Report, jobs: &[&Job]) -> Option<String> {
    report.jobs.iter().find_map(|told| {
        let job = jobs.iter().find(|job| job.spec.name == told.name)?;
        let end = job.settlement()?;
        let is_same = told.outcome == end.outcome && told.cause == end.cause;
        let is_explained = is_same || lost_its_rule(state, job, told);
        let is_told = is_explained && told.files == end.tally.files;
        (!is_told).then(|| format!("R6: the report's {} differs from the record", told.name))
    })
}

/// What a batch job has copied is safe; new objects of a bucket whose rule somebody changed are not.
fn lost_its_rule(state: &State, job: &Job, told: &JobReport) -> bool {
    let Some(replication) = job.spec.work.replication() else { return false };
    let was_safe = job.settlement().is_some_and(|end| end.outcome.is_safe());
    let is_changed = state.rules_changed_at.contains_key(&replication.bucket);
    let cause = told.cause.as_ref().map(|cause| cause.id.as_str());
    was_safe && is_changed && (told.outcome, cause) == (Outcome::Partial, Some("replication-rule-differs"))
}

/// No job may end after the report was made.
fn is_early(report: &Report, jobs: &[&Job]) -> Option<String> {
    let late = jobs.iter().find(|job| job.settlement().is_none_or(|end| end.at > report.run.closed_at))?;
    Some(format!("R6: the report was made before {} had ended", late.spec.name))
}

fn is_late(night: &Simulation, closed_at: jiff::Timestamp, jobs: &[&Job]) -> Option<String> {
    let last = jobs.iter().filter_map(|job| Some(job.settlement()?.at)).max()?;
    let since = night.millis(last).max(night.storm_ends_ms);
    let late = SignedDuration::from_millis(night.millis(closed_at) - since).as_secs();
    (late > CLOSE_SLACK_SECS + night.deaths() * DEATH_SLACK_SECS)
        .then(|| format!("R2: told {late} s after the last job had ended"))
}

/// Every form of the report tells the same night as the one that is kept.
fn forms_differ(state: &State, run: &Run, report: &Report) -> Option<String> {
    let forms = [("md", Some(markdown::text(report))), ("xml", junit::xml(report).ok()), ("html", None)];
    forms.into_iter().find_map(|(ending, expected)| match (state.documents.get(&run.report_key(ending)), expected) {
        (None, _) => Some(format!("R6: there is no report.{ending}")),
        (Some(stored), Some(expected)) if stored != expected.as_bytes() => {
            Some(format!("R6: report.{ending} tells another night than report.json"))
        }
        (Some(_), _) => None,
    })
}
