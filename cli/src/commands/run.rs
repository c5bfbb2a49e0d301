//! `run`, `rerun`, `cancel`: what a person starts and ends by hand.

use jiff::Timestamp;
use nightferry_aws::identity;
use nightferry_domain::ids::RunId;
use nightferry_domain::job::Job;
use nightferry_domain::plan::JobName;
use nightferry_workflow::World as _;
use nightferry_workflow::ports::{Dice as _, OpenRecord, RunTable as _};
use nightferry_workflow::{cancel_run, decide, open_run};

use crate::args::Globals;
use crate::commands::show;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::nights::Night;
use crate::output::Output;
use crate::watch;

/// Opens a run of the named jobs, or of all.
pub(crate) async fn run(
    globals: &Globals,
    output: Output,
    jobs: Vec<JobName>,
    wait: bool,
    even_if_running: bool,
) -> Result<Exit, Failure> {
    let context = Context::connect(globals).await?;
    if !even_if_running {
        refuse_if_running(&context, &jobs).await?;
    }
    start(&context, output, jobs, "nightferry run".to_owned(), wait).await
}

/// A job that is in an open run would only wait for itself.
async fn refuse_if_running(context: &Context, jobs: &[JobName]) -> Result<(), Failure> {
    let mut page = None;
    loop {
        let open = context.world.table().open_records(page).await?;
        for record in open.records {
            if let OpenRecord::Job(run, job) = record
                && (jobs.is_empty() || jobs.iter().any(|asked| asked.means(&job) || job.means(asked)))
            {
                let words = format!(
                    "`{job}` is still open in run `{run}`: `nightferry show {run}` tells how far it is; \
                     --even-if-running starts another run that waits for it"
                );
                return Err(Failure::new(Exit::AlreadyRunning, words));
            }
        }
        page = open.next;
        if page.is_none() {
            return Ok(());
        }
    }
}

async fn start(
    context: &Context,
    output: Output,
    jobs: Vec<JobName>,
    note: String,
    wait: bool,
) -> Result<Exit, Failure> {
    let [low, high, ..] = context.world.dice().roll().to_le_bytes();
    let nonce = u16::from_le_bytes([low, high]);
    let request = open_run::Request::Person { jobs, note, requested_at: Timestamp::now(), nonce };
    let opened = open_run::open_run(&context.world, &request).await?;
    Output::say(&format!("opened run {} with {} job(s)", opened.run_id, opened.job_count));
    if !wait {
        output.answer(&opened, || opened.run_id.to_string())?;
        return Ok(Exit::Ok);
    }
    let night = watch::until_closed(context, &opened.run_id).await?;
    output.answer(&night, || show::in_words(&night))?;
    Ok(show::exit_of(&night))
}

/// A run of the plan's job would copy the source over what the restore reads.
fn refuse_restore(run: &RunId) -> Result<(), Failure> {
    let Some(kind) = run.restore_kind() else { return Ok(()) };
    let words = format!(
        "`{run}` is a {kind}, not a night: running its job would back its source up once more. Ask for it again by \
         `nightferry {kind}`; `nightferry show {run}` tells what was asked for"
    );
    Err(Failure::new(Exit::Usage, words))
}

/// Opens a run of the jobs of an earlier one.
pub(crate) async fn rerun(
    globals: &Globals,
    output: Output,
    run: RunId,
    failed_only: bool,
    wait: bool,
) -> Result<Exit, Failure> {
    refuse_restore(&run)?;
    let context = Context::connect(globals).await?;
    let night = Night::read(&context, &run).await?;
    let jobs = to_repeat(&night, failed_only);
    if jobs.is_empty() {
        Output::say(&format!("every job of {run} that has ended is safe: nothing to run again"));
        return Ok(Exit::Ok);
    }
    refuse_if_running(&context, &jobs).await?;
    start(&context, output, jobs, format!("again after {run}"), wait).await
}

/// All jobs of the night, or those that it did not leave safe.
fn to_repeat(night: &Night, failed_only: bool) -> Vec<JobName> {
    let is_wanted = |job: &&Job| !failed_only || night.outcome_of(job).is_some_and(|outcome| !outcome.is_safe());
    night.jobs.iter().filter(is_wanted).map(|job| job.spec.name.clone()).collect()
}

/// Ends a run, or one job of it.
pub(crate) async fn cancel(
    globals: &Globals,
    output: Output,
    run: RunId,
    job: Option<JobName>,
    reason: String,
) -> Result<Exit, Failure> {
    let context = Context::connect(globals).await?;
    let request = cancel_run::Request { run_id: run.clone(), job, reason };
    let ended = cancel_run::cancel_run(&context.world, &request).await?;
    let document = serde_json::json!({"run": run, "cancelled": ended});
    output.answer(&document, || match ended.as_slice() {
        [] => format!("nothing of {run} was open any more"),
        jobs => format!("asked {} job(s) of {run} to end; the report follows", jobs.len()),
    })?;
    Ok(Exit::Ok)
}

/// Says yes or no to a listed batch job, in the caller's name.
pub(crate) async fn confirm(globals: &Globals, output: Output, request: decide::Request) -> Result<Exit, Failure> {
    let context = Context::connect(globals).await?;
    let by = identity::caller(&context.config).await?.arn;
    let decision = decide::decide(&context.world, &decide::Request { by, ..request.clone() }).await?;
    let (run, job) = (&request.run_id, &request.job);
    let document = serde_json::json!({"run": run, "job": job, "decision": decision});
    output.answer(&document, || {
        let what = if decision.is_yes { "let through, if it is within the plan's limits" } else { "cancelled" };
        format!("the batch job of `{job}` is to be {what}; `nightferry show {run}` tells how it goes on")
    })?;
    Ok(Exit::Ok)
}

#[cfg(test)]
mod tests {
    use nightferry_domain::batch::new_objects::RuleState;

    use super::*;
    use crate::nights::tests::night;

    #[test]
    fn a_job_whose_new_objects_do_not_arrive_is_among_those_that_failed() {
        let names = |state, failed_only| {
            to_repeat(&night(state), failed_only).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(names(RuleState::Failing, true), ["assets"]);
        assert_eq!(names(RuleState::Healthy, true), Vec::<String>::new());
        assert_eq!(names(RuleState::Failing, false), ["assets", "home"]);
    }

    #[test]
    fn regression_a_failed_restore_is_not_run_again_as_the_backup_that_would_overwrite_its_copy() {
        for (kind, is_drill) in [("restore", false), ("drill", true)] {
            let run = RunId::restore("2026-11-20T21:00:00Z".parse().unwrap(), 7, is_drill);
            let refused = refuse_restore(&run).unwrap_err();
            assert_eq!(refused.exit, Exit::Usage);
            assert!(refused.error.to_string().contains(&format!("`nightferry {kind}`")), "{}", refused.error);
        }
        assert!(refuse_restore(&"nightly-2026-11-20T21-00-00Z".parse().unwrap()).is_ok());
    }
}
