//! `check`: proves tonight can work, job by job, with the same preflight that the night itself does.

use nightferry_domain::plan::JobName;
use nightferry_workflow::World as _;
use nightferry_workflow::ports::{Obstacle, Preflight as _, Records as _};
use serde::Serialize;

use crate::args::Globals;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::output::Output;

#[derive(Serialize)]
struct Checked {
    job: JobName,
    obstacles: Vec<Obstacle>,
}

/// Checks the applied plan's jobs. Exit code 6 when something stands in the way of one.
pub(crate) async fn check(globals: &Globals, output: Output, job: Option<JobName>) -> Result<Exit, Failure> {
    let context = Context::connect(globals).await?;
    let (_, plan) = context.world.records().current_plan().await?;
    let wanted: Vec<_> = plan.jobs.iter().filter(|spec| job.as_ref().is_none_or(|name| name == &spec.name)).collect();
    if wanted.is_empty() {
        let words = job.map_or_else(
            || "the applied plan has no jobs".to_owned(),
            |name| format!("the applied plan has no job `{name}`; `nightferry apply` it first"),
        );
        return Err(Failure::not_found(words));
    }
    let mut checked = vec![];
    for spec in wanted {
        let obstacles = context.world.preflight().obstacles(spec).await?;
        checked.push(Checked { job: spec.name.clone(), obstacles });
    }
    output.answer(&checked, || checked.iter().map(words).collect::<Vec<_>>().join("\n"))?;
    let is_clear = checked.iter().all(|checked| checked.obstacles.is_empty());
    Ok(if is_clear { Exit::Ok } else { Exit::Preflight })
}

fn words(checked: &Checked) -> String {
    if checked.obstacles.is_empty() {
        return format!("{}: nothing stands in the way", checked.job);
    }
    let line = |obstacle: &Obstacle| {
        let patch = obstacle.patch.as_ref().map(|statement| format!("\n  statement: {statement}")).unwrap_or_default();
        format!("{}: {} [{}]\n  do: {}{patch}", checked.job, obstacle.what, obstacle.id, obstacle.fix)
    };
    checked.obstacles.iter().map(line).collect::<Vec<_>>().join("\n")
}
