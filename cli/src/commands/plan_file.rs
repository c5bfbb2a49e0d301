//! `init`, `validate`, `schema`: the plan file, without any network.

use jiff::Timestamp;
use nightferry_domain::plan::{self, Fire, Plan, ScheduleName};
use serde::Serialize;

use crate::args::Globals;
use crate::context::read_plan;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Writes a commented plan file.
pub(crate) fn init(globals: &Globals, force: bool) -> Result<Exit, Failure> {
    let file = globals.file.display();
    if globals.file.exists() && !force {
        return Err(Failure::usage(format!("{file} is there already; --force replaces it")));
    }
    std::fs::write(&globals.file, plan::init_text())
        .map_err(|error| Failure::usage(format!("{file} can't be written: {error}")))?;
    Output::say(&format!("wrote {file}; edit it, then `nightferry validate`"));
    Ok(Exit::Ok)
}

/// Prints the JSON Schema.
pub(crate) fn schema() -> Result<Exit, Failure> {
    Output::text(&serde_json::to_string_pretty(&plan::schema()).map_err(anyhow::Error::from)?);
    Ok(Exit::Ok)
}

#[derive(Serialize)]
struct Validated {
    file: String,
    jobs: usize,
    not_carried: Vec<NotCarried>,
    warnings: Vec<plan::Warning>,
    schedules: Vec<NextFires>,
}

#[derive(Serialize)]
struct NotCarried {
    job: String,
    why: String,
}

#[derive(Serialize)]
struct NextFires {
    schedule: ScheduleName,
    timezone: String,
    next: Vec<String>,
}

/// Checks the file and tells the next nights.
pub(crate) fn validate(globals: &Globals, output: Output, next: usize) -> Result<Exit, Failure> {
    let plan = read_plan(globals)?;
    let validated = Validated {
        file: globals.file.display().to_string(),
        jobs: plan.jobs.len(),
        not_carried: not_carried(&plan),
        warnings: plan.warnings(),
        schedules: next_fires(&plan, next)?,
    };
    output.answer(&validated, || words(&validated))?;
    Ok(Exit::Ok)
}

fn not_carried(plan: &Plan) -> Vec<NotCarried> {
    let refusals = plan.jobs.iter().filter_map(|(name, job)| Some((name, job.protection.carried().err()?)));
    refusals.map(|(job, why)| NotCarried { job: job.to_string(), why: why.to_string() }).collect()
}

fn next_fires(plan: &Plan, count: usize) -> Result<Vec<NextFires>, Failure> {
    let of = |(name, schedule): (&ScheduleName, &plan::Schedule)| {
        let fires = plan::fire_times(schedule, Timestamp::now(), count).map_err(Failure::usage)?;
        let next = fires.iter().map(Fire::to_string).collect();
        Ok(NextFires { schedule: name.clone(), timezone: schedule.timezone.clone(), next })
    };
    plan.schedules.iter().map(of).collect()
}

fn words(validated: &Validated) -> String {
    let mut lines = vec![format!("{}: {} job(s), no errors", validated.file, validated.jobs)];
    lines.extend(validated.warnings.iter().map(|warning| format!("warning: {warning}")));
    lines.extend(validated.not_carried.iter().map(|left| format!("note: {}: {}", left.job, left.why)));
    for schedule in &validated.schedules {
        lines.push(format!("{} ({}) fires next:", schedule.schedule, schedule.timezone));
        lines.extend(schedule.next.iter().map(|fire| format!("  {fire}")));
    }
    lines.join("\n")
}
