//! `cost`: what a run cost, or what a month of the plan file will, and what it would cost in two other ways.

use jiff::{SignedDuration, Timestamp};
use nightferry_domain::cost::{Bill, Comparison, Done, Item};
use nightferry_domain::ids::RunId;
use nightferry_domain::plan::{Plan, ScheduleName, fire_times};
use serde::Serialize;

use crate::args::{CostArgs, Globals};
use crate::commands::table;
use crate::context::{Context, read_plan};
use crate::exit::{Exit, Failure};
use crate::nights::Night;
use crate::output::Output;

/// Days that the month of an estimate has.
const DAYS: u32 = 30;

#[derive(Serialize)]
struct Told {
    of: String,
    assumptions: Vec<String>,
    #[serde(flatten)]
    comparison: Comparison,
    native_schedules_usd: f64,
    unverified_prices: Vec<&'static str>,
}

/// Of a run that was, or of the plan file.
pub(crate) async fn cost(globals: &Globals, output: Output, wanted: CostArgs) -> Result<Exit, Failure> {
    let told = match wanted.run {
        Some(run) => of_run(globals, run).await?,
        None => of_plan(&read_plan(globals)?, wanted.hours, wanted.gb)?,
    };
    output.answer(&told, || words(&told))?;
    Ok(Exit::Ok)
}

async fn of_run(globals: &Globals, run: RunId) -> Result<Told, Failure> {
    let context = Context::connect(globals).await?;
    let night = Night::read(&context, &run).await?;
    let now = Timestamp::now();
    let jobs: Vec<_> = night.jobs.iter().map(|job| Done::of_job(job, now)).collect();
    let mut assumptions = vec![];
    if !night.is_settled() {
        assumptions.push("the run is still going on: what its open jobs copied is not counted yet".to_owned());
    }
    Ok(told(format!("run {run}"), Comparison::of_run(&jobs), assumptions))
}

fn of_plan(plan: &Plan, hours: u32, gb: u32) -> Result<Told, Failure> {
    let mut bills = vec![Comparison::of_nights(&[], 0, DAYS)];
    for schedule in plan.schedules.keys() {
        let jobs = plan.jobs.values().filter(|job| &job.schedule == schedule);
        let jobs: Vec<_> = jobs.map(|job| Done::assumed(&job.protection, hours.saturating_mul(3_600), gb)).collect();
        if !jobs.is_empty() {
            bills.push(Comparison::of_nights(&jobs, nights(plan, schedule)?, 0));
        }
    }
    let comparison = Comparison::sum(&bills);
    let assumptions = vec![
        format!("each job takes one attempt of {hours} h and copies {gb} GB a night (--hours, --gb)"),
        "a backup's storage is paid as snapshots by size and month, and is not in here".to_owned(),
    ];
    Ok(told(format!("{DAYS} days of the plan"), comparison, assumptions))
}

/// How often the schedule opens a run in the coming month.
fn nights(plan: &Plan, name: &ScheduleName) -> Result<u32, Failure> {
    let Some(schedule) = plan.schedules.get(name) else { return Ok(0) };
    let now = Timestamp::now();
    let end = now + SignedDuration::from_hours(24 * i64::from(DAYS));
    let most = usize::try_from(DAYS * 24 * 60).unwrap_or(usize::MAX);
    let fires = fire_times(schedule, now, most).map_err(Failure::usage)?;
    let within = fires.iter().filter_map(|fire| fire.at()).filter(|at| at.timestamp() <= end);
    Ok(u32::try_from(within.count()).unwrap_or(u32::MAX))
}

fn told(of: String, comparison: Comparison, mut assumptions: Vec<String>) -> Told {
    assumptions.push("a Lambda call is billed 0.1 s at 256 MB; no free tier is taken off".to_owned());
    let lines = comparison.orchestration.lines.iter().chain(&comparison.services.lines);
    let unverified = lines.filter(|line| !line.is_price_verified).map(|line| line.item.name());
    Told {
        of,
        assumptions,
        native_schedules_usd: comparison.services.usd,
        unverified_prices: unverified.collect(),
        comparison,
    }
}

fn words(told: &Told) -> String {
    let comparison = &told.comparison;
    let mut parts = vec![
        format!("{}, in US dollars", told.of),
        bill("the services' own work", &comparison.services),
        bill("Nightferry's orchestration", &comparison.orchestration),
    ];
    let mut ways = vec![["Nightferry".to_owned(), usd(comparison.orchestration.usd)]];
    for polled in &comparison.polling {
        ways.push([format!("a workflow that looks every {} s", polled.every_secs), usd(polled.orchestration.usd)]);
    }
    ways.push(["the services' own schedules, where nothing is proved or re-run".to_owned(), usd(0.0)]);
    parts.push(table(["ORCHESTRATED BY", "USD"], ways));
    parts.extend(told.assumptions.iter().map(|line| format!("assumed: {line}")));
    let found: Vec<_> = Item::ALL.into_iter().filter(|item| told.unverified_prices.contains(&item.name())).collect();
    parts.extend(found.into_iter().map(|item| {
        let price = item.price();
        format!(
            "unverified price: {}: {} USD for {} ({}, {})",
            price.what, price.usd, price.per, price.source, price.of
        )
    }));
    parts.join("\n")
}

fn bill(title: &str, bill: &Bill) -> String {
    let row =
        |line: &nightferry_domain::cost::Line| [line.what.to_owned(), format!("{:.2}", line.amount), usd(line.usd)];
    let rows = bill.lines.iter().map(row).chain([["sum".to_owned(), String::new(), usd(bill.usd)]]);
    format!("\n{title}\n{}", table(["WHAT", "AMOUNT", "USD"], rows))
}

fn usd(amount: f64) -> String {
    format!("{amount:.4}")
}
