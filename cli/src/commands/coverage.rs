//! `coverage`: which machines are protected now, which are not, and what costs money for nothing.

use jiff::tz::TimeZone;
use nightferry_domain::backup::coverage::{Cover, Coverage, MachineCover};
use nightferry_domain::plan::JobName;
use nightferry_domain::report::cover::{gaps, machine_name, summary};
use nightferry_workflow::World as _;
use nightferry_workflow::coverage;
use nightferry_workflow::ports::Records as _;

use crate::args::Globals;
use crate::commands::table;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// The coverage of one job of the applied plan, or of all that back machines up. A gap is a failure.
pub(crate) async fn coverage(globals: &Globals, output: Output, job: Option<JobName>) -> Result<Exit, Failure> {
    let context = Context::connect(globals).await?;
    let (_, plan) = context.world.records().current_plan().await?;
    let jobs = plan.jobs.iter().filter(|spec| job.as_ref().is_none_or(|name| name == &spec.name));
    let all = coverage::coverage(&context.world, &plan, jobs).await;
    if all.is_empty() {
        let which = job.map_or_else(|| "a job".to_owned(), |name| format!("a job `{name}`"));
        return Err(Failure::not_found(format!("the applied plan has no `backup` under {which}: nothing to cover")));
    }
    output.answer(&all, || in_words(&all))?;
    Ok(exit_of(&all))
}

fn exit_of(all: &[Coverage]) -> Exit {
    let is_known = all.iter().all(|coverage| coverage.unknown.is_none());
    let is_clean = all.iter().all(|coverage| coverage.is_whole() && gaps(coverage, &TimeZone::UTC).is_empty());
    match (is_known, is_clean) {
        (false, _) => Exit::Failed,
        (true, true) => Exit::Ok,
        (true, false) => Exit::Partial,
    }
}

fn in_words(all: &[Coverage]) -> String {
    let one = |coverage: &Coverage| {
        let mut parts = vec![summary(coverage)];
        if !coverage.machines.is_empty() {
            parts.push(table(
                ["MACHINE", "STANDING", "NEWEST GOOD POINT (UTC)", "POINTS"],
                coverage.machines.iter().map(row),
            ));
        }
        parts.extend(gaps(coverage, &TimeZone::UTC));
        parts.join("\n")
    };
    all.iter().map(one).collect::<Vec<_>>().join("\n\n")
}

fn row(machine: &MachineCover) -> [String; 4] {
    let standing = match machine.cover {
        Cover::Uncovered => "NOT COVERED",
        Cover::LostTheTag => "LOST THE TAG",
        Cover::Covered => "covered",
        Cover::Gone => "gone",
    };
    let newest = machine.newest_at.map_or_else(|| "-".to_owned(), |at| at.strftime("%F %T").to_string());
    [machine_name(machine), standing.to_owned(), newest, machine.point_count.to_string()]
}
