//! `restore` and `drill`: a machine made again from its recovery point, in earnest or for practice.

use jiff::Timestamp;
use nightferry_domain::job::Job;
use nightferry_domain::job_spec::JobSpec;
use nightferry_domain::preflight::{Findings, Obstacle};
use nightferry_domain::printable::quoted;
use nightferry_domain::restore::Restore;
use nightferry_domain::restore::compare::Compared;
use nightferry_domain::restore::drill::{CameOut, Verdict};
use nightferry_domain::restore::metadata::Change;
use nightferry_workflow::World as _;
use nightferry_workflow::open_restore::{Request, Wanted, open_restore, prepare};
use nightferry_workflow::open_run::Opened;
use nightferry_workflow::ports::Dice as _;
use serde::Serialize;

use crate::args::{DrillArgs, Globals, MannerArgs, RestoreArgs};
use crate::commands::{drill_check, drill_copy, restore_copy, show, table};
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::nights::Night;
use crate::output::Output;
use crate::watch;

/// Brings a machine, or a copy, back.
pub(crate) async fn restore(globals: &Globals, output: Output, args: RestoreArgs) -> Result<Exit, Failure> {
    let context = Context::connect(globals).await?;
    if let Some(wish) = args.copy.wish() {
        return restore_copy::restore(&context, output, args.job, wish, &args.manner).await;
    }
    let request = Request {
        job: args.job.clone(),
        machine: args.instance.clone(),
        wanted: args.wanted(),
        overrides: args.overrides(),
        is_drill: false,
        note: format!("nightferry restore, by {}", context.caller),
        requested_at: Timestamp::now(),
        nonce: nonce(&context),
    };
    carry_out(&context, output, &request, &args.manner).await
}

/// Rehearses bringing a machine, or a copied bucket, back.
pub(crate) async fn drill(globals: &Globals, output: Output, args: DrillArgs) -> Result<Exit, Failure> {
    let context = Context::connect(globals).await?;
    if let Some(wish) = args.scratch.wish() {
        return restore_copy::restore(&context, output, args.job, wish, &args.manner).await;
    }
    if let Some(ends) = drill_copy::ends(&context, &args.job).await? {
        return drill_copy::drill(&context, output, args, ends).await;
    }
    let request = Request {
        job: args.job.clone(),
        machine: args.instance.clone(),
        wanted: if args.random { Wanted::Random } else { Wanted::Usual },
        overrides: args.place.overrides(),
        is_drill: true,
        note: format!("nightferry drill, by {}", context.caller),
        requested_at: Timestamp::now(),
        nonce: nonce(&context),
    };
    carry_out(&context, output, &request, &args.manner).await
}

pub(super) fn nonce(context: &Context) -> u16 {
    let [low, high, ..] = context.world.dice().roll().to_le_bytes();
    u16::from_le_bytes([low, high])
}

async fn carry_out(context: &Context, output: Output, request: &Request, manner: &MannerArgs) -> Result<Exit, Failure> {
    if manner.dry_run {
        return dry_run(context, output, request).await;
    }
    let opened = open_restore(&context.world, request).await?;
    opened_run(context, output, &opened, manner, request.is_drill).await
}

/// Names the run, and waits for its end where that is wanted.
pub(super) async fn opened_run(
    context: &Context,
    output: Output,
    opened: &Opened,
    manner: &MannerArgs,
    is_drill: bool,
) -> Result<Exit, Failure> {
    Output::say(&format!("opened run {}", opened.run_id));
    if !manner.wait {
        if is_drill {
            // A command of the plan's runs here: whoever calls stays until it has told its word.
            drill_check::of_run(context, &opened.run_id).await?;
        }
        output.answer(opened, || opened.run_id.to_string())?;
        return Ok(Exit::Ok);
    }
    let checked = async { if is_drill { drill_check::of_run(context, &opened.run_id).await } else { Ok(()) } };
    let ((), night) = tokio::try_join!(checked, watch::until_closed(context, &opened.run_id))?;
    output.answer(&night, || ended(&night))?;
    Ok(exit_of(&night))
}

/// A drill's verdict decides; of a restore in earnest, its outcome.
fn exit_of(night: &Night) -> Exit {
    match verdict_of(night).map(|verdict| verdict.came_out) {
        Some(CameOut::Failed) => Exit::Mismatch,
        Some(CameOut::CheckBroke) => Exit::Partial,
        Some(CameOut::Passed) | None => show::exit_of(night),
    }
}

fn verdict_of(night: &Night) -> Option<&Verdict> {
    night.jobs.iter().find_map(|job| job.drill.verdict.as_ref())
}

fn ended(night: &Night) -> String {
    let mut parts = vec![show::in_words(night)];
    parts.extend(night.jobs.iter().flat_map(noted));
    if let Some(verdict) = verdict_of(night).filter(|verdict| !verdict.compared.is_empty()) {
        parts.push(table(["COMPARED", "WANTED", "FOUND", ""], verdict.compared.iter().map(compared)));
    }
    parts.join("\n")
}

fn noted(job: &Job) -> impl Iterator<Item = String> {
    job.notes.iter().cloned().chain(job.drill.notes()).map(|note| note.text)
}

pub(super) fn compared(it: &Compared) -> [String; 4] {
    let word = match (it.is_known, it.is_right) {
        (false, _) => "NOT KNOWN",
        (true, true) => "right",
        (true, false) => "WRONG",
    };
    [it.what.clone(), it.wanted.clone(), it.found.clone(), word.to_owned()]
}

/// What would be asked for.
#[derive(Serialize)]
struct DryRun<'a> {
    job: &'a JobSpec,
    obstacles: Vec<Obstacle>,
    /// What could not be judged: not green, and no obstacle either.
    not_judged: Vec<String>,
}

async fn dry_run(context: &Context, output: Output, request: &Request) -> Result<Exit, Failure> {
    let job = prepare(&context.world, request).await?;
    let Findings { obstacles, notes, .. } = context.world.preflight().findings(&job).await?;
    let told = DryRun { job: &job, obstacles, not_judged: notes };
    output.answer(&told, || in_words(&told))?;
    Ok(if told.obstacles.is_empty() { Exit::Ok } else { Exit::Preflight })
}

fn in_words(told: &DryRun<'_>) -> String {
    let Some(restore) = told.job.work.restore() else { return String::new() };
    let mut parts = vec![format!("would restore {}\n  to {}, by {}", restore.from, restore.to, restore.restore_role)];
    parts.push(settings(restore));
    parts.extend(restore.notes.iter().map(|note| format!("note: {note}")));
    parts.extend(told.not_judged.iter().map(|note| format!("not judged: {note}")));
    parts.extend(told.obstacles.iter().map(|it| {
        let patch = it.patch.as_ref().map(|statement| format!("\n  statement: {statement}")).unwrap_or_default();
        format!("IN THE WAY: {} [{}]\n  do: {}{patch}", it.what, it.id, it.fix)
    }));
    parts.push("nothing was changed: this was a dry run".to_owned());
    parts.join("\n")
}

/// Every setting, those that differ from what AWS Backup proposes with the reason.
fn settings(restore: &Restore) -> String {
    let change = |key: &str| restore.changes.iter().find(|change| change.key == key);
    let asked = restore.metadata.iter().map(|(key, value)| {
        [key.clone(), quoted(value), change(key).map(|change| change.why.clone()).unwrap_or_default()]
    });
    let left_out = restore.changes.iter().filter(|change| change.after.is_none());
    let left_out = left_out.map(|Change { key, why, .. }| [key.clone(), "(left out)".to_owned(), why.clone()]);
    table(["SETTING", "VALUE", "WHY IT DIFFERS"], asked.chain(left_out))
}
