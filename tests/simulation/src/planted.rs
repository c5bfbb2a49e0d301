//! Use cases as somebody could have written them wrongly; only planted nights run them.

use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::outcome::{Judgement, Outcome, Retry, Tally};
use nightferry_workflow::WorkflowError;
use nightferry_workflow::open_run;
use nightferry_workflow::ports::{BatchJobs, Clock, OpenRecord, RunTable, Transfers, World};
use nightferry_workflow::start_job;
use nightferry_workflow::verify_job::{self, verify_job};
use serde_json::Value;

use crate::driver::Call;
use crate::fake::Fake;

/// Takes the event's own word for the outcome.
pub(crate) async fn believe<W: World>(world: &W, event: &Value) -> Result<(), WorkflowError> {
    let execution: Option<ExecutionArn> = event["resources"][0].as_str().and_then(|arn| arn.parse().ok());
    let Some(execution) = execution else { return Ok(()) };
    let Some(attempt) = world.table().attempt_of(&execution).await? else { return Ok(()) };
    let Some(mut job) = world.table().load_job(&attempt.run, &attempt.job).await? else { return Ok(()) };
    let outcome = if event["detail"]["State"] == "SUCCESS" { Outcome::Succeeded } else { Outcome::Failed };
    let judgement = Judgement {
        outcome,
        cause: None,
        retry: Retry::Useless,
        tally: Tally::default(),
        failed_items: vec![],
        point: None,
    };
    job.record.conclude(attempt.number, judgement, world.clock().now(), 0);
    let _ = world.table().save_job(&job, None).await?;
    Ok(())
}

/// Names the run after the time at which the schedule is delivered.
pub(crate) fn renamed<W: World>(world: &W, request: open_run::Request) -> open_run::Request {
    match request {
        open_run::Request::Schedule { schedule, .. } => {
            open_run::Request::Schedule { schedule, scheduled_time: world.clock().now() }
        }
        request @ (open_run::Request::Person { .. } | open_run::Request::Drill { .. }) => request,
    }
}

/// Whether a schedule comes while a night is on.
pub(crate) fn is_dropped(fake: &Fake, call: &Call) -> bool {
    let is_on = fake.state.borrow().runs.values().any(|run| run.record.is_open());
    matches!(call, Call::OpenRun(open_run::Request::Schedule { .. })) && is_on
}

/// A sweep that gives up with the first record that can't be looked at, and looks at jobs only.
pub(crate) async fn sweep_until_failure<W: World>(world: &W) -> Result<(), WorkflowError> {
    let mut page = None;
    loop {
        let open = world.table().open_records(page).await?;
        for record in &open.records {
            let OpenRecord::Job(run, name) = record else { continue };
            let Some(job) = world.table().load_job(run, name).await? else { continue };
            if let nightferry_domain::job::Phase::Running { execution, .. } = &job.record.phase {
                let _ = world.transfers().observe(execution).await?;
            }
            let _ = verify_job(world, &verify_job::Request { run_id: run.clone(), job: name.clone(), gives_up: false })
                .await?;
        }
        page = open.next;
        if page.is_none() {
            return Ok(());
        }
    }
}

/// Lets a batch job through without looking at what it lists.
pub(crate) async fn confirm_blindly<W: World>(world: &W, request: &start_job::Request) -> Result<(), WorkflowError> {
    let Some(job) = world.table().load_job(&request.run_id, &request.job).await? else { return Ok(()) };
    let _ = world.table().save_job(&job, Some(&request.token)).await?;
    if let nightferry_domain::job::Phase::Running { execution, .. } = &job.record.phase {
        world.batch_jobs().confirm(execution, "whatever it is").await?;
    }
    Ok(())
}
