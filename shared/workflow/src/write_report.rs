//! Closes a night: one report, written once, and one message.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use nightferry_domain::backup::coverage::Coverage;
use nightferry_domain::ids::RunId;
use nightferry_domain::job::Job;
use nightferry_domain::job_spec::DeployedPlan;
use nightferry_domain::limits::{LEASE_SECS, LOOK_AGAIN_SECS};
use nightferry_domain::report::{Report, html, junit, markdown, message, metrics};
use nightferry_domain::run::{Run, RunPhase, Trigger};
use serde::{Deserialize, Serialize};

use crate::agents_in_use::{agents_in_use, uses_agents};
use crate::coverage::coverage;
use crate::error::WorkflowError;
use crate::new_objects::new_objects;
use crate::ports::{Clock, Metrics, Notices, Records, RunTable, Versioned, World};
use crate::step::{load_run, save_run};

/// Which run, and whose stack's name the metrics carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The night.
    pub run_id: RunId,
}

/// What the state machine does next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "next", rename_all = "lowercase")]
pub enum Written {
    /// Jobs are still open: come again.
    Wait {
        /// After so many seconds.
        wait_secs: i64,
        /// How many are open.
        open_count: u64,
    },
    /// The report is written and the message sent.
    Closed {
        /// Where the report lies.
        report_key: String,
    },
}

/// Writes the report of a run whose jobs are all settled.
///
/// # Errors
/// When something outside does not answer. What is written stays; calling again does the rest.
#[tracing::instrument(skip_all, fields(run.id = %request.run_id))]
pub async fn write_report<W: World>(world: &W, stack: &str, request: &Request) -> Result<Written, WorkflowError> {
    let mut run = load_run(world, &request.run_id).await?;
    match run.record.phase.clone() {
        RunPhase::Closed { report_key, .. } => Ok(Written::Closed { report_key }),
        RunPhase::Opening | RunPhase::Open => {
            let jobs = records(world.table().jobs_of(&request.run_id).await?);
            let open_count = open_count(&run.record, &jobs);
            if open_count > 0 {
                return Ok(Written::Wait { wait_secs: LOOK_AGAIN_SECS, open_count });
            }
            let report = write_once(world, &run.record, &jobs).await?;
            tell(world, stack, &mut run, &report).await
        }
        RunPhase::Telling { lease_until, report_key } if world.clock().now() >= lease_until => {
            let report = stored(world, &report_key).await?;
            tell(world, stack, &mut run, &report).await
        }
        RunPhase::Telling { .. } => Ok(Written::Wait { wait_secs: LOOK_AGAIN_SECS, open_count: 0 }),
    }
}

fn records(jobs: Vec<Versioned<Job>>) -> Vec<Job> {
    jobs.into_iter().map(|job| job.record).collect()
}

/// Jobs that have not ended, drills whose machine is not removed yet, and jobs that were promised and are not there.
fn open_count(run: &Run, jobs: &[Job]) -> u64 {
    let settled = jobs.iter().filter(|job| job.settlement().is_some() && !job.is_untidy()).count();
    u64::from(run.job_count).saturating_sub(u64::try_from(settled).unwrap_or(u64::MAX))
}

/// Keeps one report, and writes its other forms from what is kept: whoever comes second tells the same night.
async fn write_once<W: World>(world: &W, run: &Run, jobs: &[Job]) -> Result<Report, WorkflowError> {
    let plan = world.records().plan(&run.plan_key).await?;
    let report = keep(world, run, jobs, &plan).await?;
    let forms = [
        ("html", "text/html; charset=utf-8", html::page(&report, &zone_of(run, &plan)).map_err(invalid)?),
        ("md", "text/markdown; charset=utf-8", markdown::text(&report)),
        ("xml", "application/xml", junit::xml(&report).map_err(invalid)?),
    ];
    for (ending, media_type, body) in forms {
        world.records().put(&run.report_key(ending), media_type, body.into_bytes()).await?;
    }
    Ok(report)
}

/// The report that is stored: this one, unless another invocation was first.
async fn keep<W: World>(world: &W, run: &Run, jobs: &[Job], plan: &DeployedPlan) -> Result<Report, WorkflowError> {
    let key = run.report_key("json");
    if let Some(stored) = world.records().get(&key).await? {
        return Report::read(&stored).map_err(invalid);
    }
    let now = world.clock().now();
    let report = Report::build(run, jobs, &plan.next_runs(now), now).map_err(invalid)?;
    let report = report.with_new_objects(new_objects(world, plan, jobs, now).await);
    let report = report.with_coverage(covered(world, run, plan).await);
    let report = report.with_agents(agents_in_use(world, plan, now).await);
    if world.records().put_once(&key, "application/json", report.to_json().into_bytes()).await? {
        return Ok(report);
    }
    stored(world, &key).await
}

/// What is protected now of the machines that the night was about. A refusal is told in its place.
async fn covered<W: World>(world: &W, run: &Run, plan: &DeployedPlan) -> Vec<Coverage> {
    coverage(world, plan, plan.jobs.iter().filter(|job| run.wants(job))).await
}

async fn stored<W: World>(world: &W, key: &str) -> Result<Report, WorkflowError> {
    let stored = world.records().get(key).await?;
    let missing = || WorkflowError::NotFound { record: format!("report `{key}`") };
    Report::read(&stored.ok_or_else(missing)?).map_err(invalid)
}

/// The zone of the schedule that opened the run; UTC for a run that nobody's schedule opened.
fn zone_of(run: &Run, plan: &DeployedPlan) -> TimeZone {
    let Trigger::Schedule { schedule, .. } = &run.trigger else { return TimeZone::UTC };
    let zone = plan.schedules.get(schedule).map(|schedule| schedule.timezone.as_str());
    zone.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
}

fn invalid(error: impl std::error::Error) -> WorkflowError {
    WorkflowError::Invalid { what: error.to_string() }
}

/// Where the plan in force has no job with an agent any more, none is at risk: the alarm keeps its state until it is told so.
/// The night's own plan may be an older one. A plan that can't be read says nothing; the next night asks again.
async fn measure_none_at_risk<W: World>(world: &W, stack: &str, now: Timestamp) {
    if let Ok((_, plan)) = world.records().current_plan().await
        && !uses_agents(&plan)
    {
        world.metrics().emit(&metrics::jobs_at_risk(stack, 0, now));
    }
}

/// Claims the message, sends it, writes down that it is sent. A crash in between sends it twice rather than never.
async fn tell<W: World>(
    world: &W,
    stack: &str,
    run: &mut Versioned<Run>,
    report: &Report,
) -> Result<Written, WorkflowError> {
    let report_key = run.record.report_key("json");
    let now = world.clock().now();
    let lease = SignedDuration::from_secs(LEASE_SECS);
    let lease_until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
    run.record.phase = RunPhase::Telling { lease_until, report_key: report_key.clone() };
    save_run(world, run).await?;
    world.notices().publish(&message::subject(report), &message::message(report)).await?;
    for document in metrics::documents(stack, report) {
        world.metrics().emit(&document);
    }
    if report.agents.is_empty() && !report.run.id.is_restore() {
        measure_none_at_risk(world, stack, now).await;
    }
    run.record.phase = RunPhase::Closed { at: world.clock().now(), report_key: report_key.clone() };
    save_run(world, run).await?;
    Ok(Written::Closed { report_key })
}
