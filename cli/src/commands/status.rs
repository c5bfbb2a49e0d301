//! `status` and `list`: what is going on, what was last, what was missed.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use nightferry_domain::agent::standing::AgentInUse;
use nightferry_domain::ids::RunId;
use nightferry_domain::job_spec::DeployedPlan;
use nightferry_domain::outcome::Outcome;
use nightferry_domain::plan::{Fire, Schedule, ScheduleName, fire_times};
use nightferry_domain::report::agents::lines;
use nightferry_workflow::World as _;
use nightferry_workflow::agents_in_use::agents_in_use;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{Records as _, RunTable as _};
use serde::Serialize;

use crate::args::Globals;
use crate::commands::table;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::nights::{self, Night};
use crate::output::Output;

/// How late a schedule's run may be before it counts as missed, in minutes: Scheduler's own precision and its retries.
const LATE_AFTER_MINS: i64 = 15;
/// How far back a fire time is looked for, in hours: a month and a day.
const LOOK_BACK_HOURS: i64 = 32 * 24;

#[derive(Serialize)]
struct Line {
    run: RunId,
    trigger: String,
    opened_at: Timestamp,
    is_open: bool,
    settled: usize,
    jobs: u32,
    outcome: Option<Outcome>,
}

impl Line {
    fn of(night: &Night) -> Self {
        Self {
            run: night.run.id.clone(),
            trigger: nights::trigger(&night.run),
            opened_at: night.run.opened_at,
            is_open: night.run.is_open(),
            settled: night.jobs.iter().filter(|job| job.settlement().is_some()).count(),
            jobs: night.run.job_count,
            outcome: if night.is_settled() { night.outcome() } else { None },
        }
    }

    fn row(&self) -> [String; 5] {
        let outcome = self.outcome.map_or_else(|| "-".to_owned(), |outcome| outcome.word().to_owned());
        let state = if self.is_open { "open" } else { "closed" };
        let settled = format!("{}/{}", self.settled, self.jobs);
        [self.run.to_string(), self.opened_at.strftime("%F %T").to_string(), state.into(), settled, outcome]
    }
}

const HEAD: [&str; 5] = ["RUN", "OPENED (UTC)", "STATE", "SETTLED", "OUTCOME"];

/// The runs, latest first.
pub(crate) async fn list(globals: &Globals, output: Output, limit: usize) -> Result<Exit, Failure> {
    let context = Context::connect(globals).await?;
    let lines: Vec<Line> = nights::latest(&context, limit).await?.iter().map(Line::of).collect();
    output.answer(&lines, || table(HEAD, lines.iter().map(Line::row)))?;
    Ok(Exit::Ok)
}

#[derive(Serialize)]
struct Status {
    open: Vec<Line>,
    last: Option<Line>,
    /// Restores and drills that ended after it, latest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    since: Vec<Line>,
    missed: Vec<Missed>,
    /// How the agents stand that the applied plan's jobs go through.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    agents: Vec<AgentInUse>,
}

#[derive(Serialize)]
struct Missed {
    schedule: ScheduleName,
    fired_at: Timestamp,
    run: RunId,
}

/// What is going on, what was last, what was missed. A missed night outweighs a bad one.
pub(crate) async fn status(globals: &Globals, output: Output) -> Result<Exit, Failure> {
    let context = Context::connect(globals).await?;
    let recent = nights::latest(&context, 20).await?;
    let open = recent.iter().filter(|night| night.run.is_open()).map(Line::of).collect();
    let ended = ended(&recent);
    let (missed, agents) = match applied(&context).await? {
        Some(plan) => (missed(&context, &plan).await?, agents_in_use(&context.world, &plan, Timestamp::now()).await),
        None => (vec![], vec![]),
    };
    let worst = ended.iter().filter_map(|run| run.outcome()).max().map_or(Exit::Ok, Exit::of_outcome);
    let exit = if missed.is_empty() { worst } else { Exit::Missed };
    let mut ended = ended.into_iter().map(Line::of).collect::<Vec<_>>();
    let status = Status { open, last: ended.pop(), since: ended, missed, agents };
    output.answer(&status, || words(&status))?;
    Ok(exit)
}

/// The last night, at the end, and before it what was restored or rehearsed since: the good end of a drill says nothing of the night
/// before it.
fn ended(recent: &[Night]) -> Vec<&Night> {
    let closed = || recent.iter().filter(|run| !run.run.is_open());
    let since = closed().take_while(|run| run.run.id.is_restore()).count();
    closed().take(since + 1).collect()
}

fn words(status: &Status) -> String {
    let missed = |missed: &Missed| {
        let Missed { schedule, fired_at, run } = missed;
        format!("MISSED: schedule {schedule} should have fired at {fired_at}, and there is no run {run}")
    };
    let mut parts: Vec<String> = status.missed.iter().map(missed).collect();
    parts.extend(lines(&status.agents, &TimeZone::UTC));
    match status.open.as_slice() {
        [] => parts.push("no run is open".to_owned()),
        open => parts.push(table(HEAD, open.iter().map(Line::row))),
    }
    match &status.last {
        Some(last) => parts.push(format!("last run:\n{}", table(HEAD, [last.row()]))),
        None => parts.push("no run has ended yet".to_owned()),
    }
    if !status.since.is_empty() {
        parts.push(format!("restores and drills since:\n{}", table(HEAD, status.since.iter().map(Line::row))));
    }
    parts.join("\n")
}

/// The applied plan, if one was applied.
async fn applied(context: &Context) -> Result<Option<DeployedPlan>, Failure> {
    match context.world.records().current_plan().await {
        Ok((_, plan)) => Ok(Some(plan)),
        Err(PortError::Missing { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Nights and drills that the last fire time of a schedule should have opened, and did not.
async fn missed(context: &Context, plan: &DeployedPlan) -> Result<Vec<Missed>, Failure> {
    let mut missed = vec![];
    for (name, schedule) in &plan.schedules {
        let Some(fired_at) = last_due(schedule, plan, Timestamp::now())? else { continue };
        for run in plan.runs_due(name, fired_at) {
            if context.world.table().load_run(&run).await?.is_none() {
                missed.push(Missed { schedule: name.clone(), fired_at, run });
            }
        }
    }
    Ok(missed)
}

/// The last time that the schedule should have fired since the plan was applied, if that is long enough ago.
fn last_due(schedule: &Schedule, plan: &DeployedPlan, now: Timestamp) -> Result<Option<Timestamp>, Failure> {
    let late = now.saturating_sub(SignedDuration::from_mins(LATE_AFTER_MINS)).unwrap_or(now);
    let earliest = now.saturating_sub(SignedDuration::from_hours(LOOK_BACK_HOURS)).unwrap_or(now);
    let mut from = earliest.max(plan.applied_at);
    let mut last = None;
    // Each turn moves on by at least one fire time, a minute; a month of minutes is the bound.
    for _ in 0..LOOK_BACK_HOURS * 60 {
        let fires = fire_times(schedule, from, 3).map_err(Failure::usage)?;
        let Some(next) = fires.iter().find_map(Fire::at).map(jiff::Zoned::timestamp) else { break };
        if next > late {
            break;
        }
        last = Some(next);
        from = next;
    }
    Ok(last)
}

#[cfg(test)]
mod tests {
    use nightferry_domain::batch::new_objects::RuleState;
    use nightferry_domain::run::RunPhase;

    use super::*;

    fn plan(applied_at: &str) -> DeployedPlan {
        DeployedPlan {
            version: 1,
            applied_at: applied_at.parse().unwrap(),
            schedules: std::collections::BTreeMap::new(),
            jobs: vec![],
            keep_records_days: 30,
            concurrency: 40,
        }
    }

    fn nightly() -> Schedule {
        Schedule { cron: "0 6 * * ? *".into(), timezone: "Asia/Tokyo".into() }
    }

    fn due(applied_at: &str, now: &str) -> Option<Timestamp> {
        last_due(&nightly(), &plan(applied_at), now.parse().unwrap()).unwrap()
    }

    #[test]
    fn the_last_night_is_due_a_quarter_of_an_hour_after_its_time() {
        assert_eq!(due("2026-11-01T00:00:00Z", "2026-11-20T21:14:00Z"), "2026-11-19T21:00:00Z".parse().ok());
        assert_eq!(due("2026-11-01T00:00:00Z", "2026-11-20T21:16:00Z"), "2026-11-20T21:00:00Z".parse().ok());
    }

    #[test]
    fn regression_a_drill_that_went_well_does_not_stand_in_for_the_night_before_it() {
        let run = |id: &str| {
            let mut night = crate::nights::tests::night(RuleState::Healthy);
            night.run.id = id.parse().unwrap();
            night.run.phase = RunPhase::Closed { at: Timestamp::UNIX_EPOCH, report_key: String::new() };
            night
        };
        let ids = |recent: &[Night]| ended(recent).iter().map(|run| run.run.id.to_string()).collect::<Vec<_>>();
        let (drill, restore) = (run("drill-2026-11-22T05-00-00Z-homes"), run("restore-1"));
        let [last, earlier] = ["nightly-2026-11-21T21-00-00Z", "nightly-2026-11-20T21-00-00Z"].map(run);
        let recent = [drill.clone(), restore.clone(), last, earlier];
        assert_eq!(ids(&recent), ["drill-2026-11-22T05-00-00Z-homes", "restore-1", "nightly-2026-11-21T21-00-00Z"]);
        assert_eq!(ids(&[drill, restore]).len(), 2, "where no night is left, the oldest that is known");
        assert!(ids(&[]).is_empty());
    }

    #[test]
    fn a_night_whose_new_objects_do_not_arrive_is_listed_as_partial() {
        let listed = |state| Line::of(&crate::nights::tests::night(state)).row();
        assert_eq!(listed(RuleState::Behind)[4], "partial");
        assert_eq!(listed(RuleState::Healthy)[4], "succeeded");
    }

    #[test]
    fn nothing_is_due_before_the_plan_was_applied() {
        assert_eq!(due("2026-11-20T21:10:00Z", "2026-11-20T22:00:00Z"), None);
    }
}
