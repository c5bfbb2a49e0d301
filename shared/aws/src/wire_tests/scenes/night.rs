//! What the functions of a night ask.

use nightferry_domain::run::{Run, RunPhase};
use nightferry_workflow::World as _;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{
    Notices as _, Preflight as _, Records as _, RunTable as _, StartRefusal, Transfers as _, Versioned, Workflows as _,
};
use serde_json::json;

use super::{Scene, scene};
use crate::AwsWorld;
use crate::identity;
use crate::records::RecordsBucket;
use crate::wire_tests::fixture::{
    attempt, encrypted, execution, job, replicated, run, spec, stack, task, token, transfer, world,
};

scene!(START_TRANSFER, |config| start(world(&config), 1).await);
scene!(START_TRANSFER_AGAIN, |config| start(world(&config), 2).await);
scene!(FIND_EXECUTION, |config| world(&config).transfers().find(&task(), &attempt(1)).await);
scene!(EXECUTIONS_IN_PROGRESS, |config| world(&config).transfers().in_progress(&task(), &attempt(2)).await);
scene!(LATEST_EXECUTION, |config| world(&config).transfers().latest(&task()).await);
scene!(OBSERVE_EXECUTION, |config| world(&config).transfers().observe(&execution()).await);
scene!(TAGGED_ATTEMPT, |config| world(&config).transfers().tagged_attempt(&execution()).await);
scene!(CANCEL_EXECUTION, |config| world(&config).transfers().cancel(&execution()).await);

scene!(CREATE_RUN, |config| world(&config).table().create_run(&run()).await);
scene!(CLOSE_RUN, |config| world(&config).table().save_run(&closed()).await);
scene!(LOAD_RUN, |config| world(&config).table().load_run(&run().id).await);
scene!(CREATE_JOB, |config| world(&config).table().create_job(&job()).await);
scene!(SAVE_JOB_WITH_TOKEN, |config| {
    world(&config).table().save_job(&Versioned { record: job(), version: 4 }, Some(&token())).await
});
scene!(LOAD_JOB, |config| world(&config).table().load_job(&run().id, &spec().name).await);
scene!(TASK_TOKEN, |config| world(&config).table().task_token(&run().id, &spec().name).await);
scene!(JOBS_OF_RUN, |config| world(&config).table().jobs_of(&run().id).await);
scene!(CLAIM_EXECUTION, |config| world(&config).table().claim_execution(&execution(), &attempt(1)).await);
scene!(POINT, |config| world(&config).table().point(&execution(), &attempt(1)).await);
scene!(ATTEMPT_OF_EXECUTION, |config| world(&config).table().attempt_of(&execution()).await);
scene!(OPEN_RECORDS, |config| world(&config).table().open_records(None).await);

scene!(START_WORKFLOW, |config| world(&config).workflows().start(&run(), &json!({"run": run().id})).await);
scene!(IS_WORKFLOW_GOING_ON, |config| world(&config).workflows().is_going_on(&run().id).await);
scene!(WAKE, |config| world(&config).workflows().wake(&token()).await);

scene!(CURRENT_PLAN, |config| current_plan(world(&config)).await);
scene!(PUT_RECORD, |config| world(&config).records().put("runs/r/report.md", "text/markdown", b"# r".to_vec()).await);
scene!(PUT_RECORD_ONCE, |config| {
    world(&config).records().put_once("runs/r/report.json", "application/json", b"{}".to_vec()).await
});
scene!(GET_RECORD, |config| world(&config).records().get("runs/r/report.json").await);
scene!(TASK_REPORT, |config| world(&config).records().failures(&transfer(), &execution()).await);
scene!(RUN_IDS, |config| {
    RecordsBucket::new(crate::connect::s3(&config), stack().records_bucket()).run_ids(10).await
});

scene!(PUBLISH, |config| world(&config)
    .notices()
    .publish("nightly: all safe", "# nightly\n1 of 1 jobs safe & sound")
    .await);
scene!(PREFLIGHT, |config| world(&config).preflight().obstacles(&spec()).await);
scene!(PREFLIGHT_REPLICATION, |config| world(&config).preflight().obstacles(&replicated()).await);
scene!(PREFLIGHT_KEY, |config| world(&config).preflight().obstacles(&encrypted(&config)).await);
scene!(PREFLIGHT_OTHER_SIDE, |config| {
    world(&config).preflight().clone().with_other_side("222222222222".to_owned(), &config).await
});
scene!(PREFLIGHT_TRAILS, |config| world(&config).preflight().clone().with_trails().await);
scene!(CALLER, |config| identity::caller(&config).await);

/// All of them.
pub(super) const NIGHT: &[Scene] = &[
    START_TRANSFER,
    START_TRANSFER_AGAIN,
    FIND_EXECUTION,
    EXECUTIONS_IN_PROGRESS,
    LATEST_EXECUTION,
    OBSERVE_EXECUTION,
    TAGGED_ATTEMPT,
    CANCEL_EXECUTION,
    CREATE_RUN,
    CLOSE_RUN,
    LOAD_RUN,
    CREATE_JOB,
    SAVE_JOB_WITH_TOKEN,
    LOAD_JOB,
    TASK_TOKEN,
    JOBS_OF_RUN,
    CLAIM_EXECUTION,
    POINT,
    ATTEMPT_OF_EXECUTION,
    OPEN_RECORDS,
    START_WORKFLOW,
    IS_WORKFLOW_GOING_ON,
    WAKE,
    CURRENT_PLAN,
    PUT_RECORD,
    PUT_RECORD_ONCE,
    GET_RECORD,
    TASK_REPORT,
    RUN_IDS,
    PUBLISH,
    PREFLIGHT,
    PREFLIGHT_REPLICATION,
    PREFLIGHT_KEY,
    PREFLIGHT_OTHER_SIDE,
    PREFLIGHT_TRAILS,
    CALLER,
];

/// A busy task is told apart by DataSync's words, which are the adapter's own tests' matter.
async fn start(world: AwsWorld, number: u32) -> Result<(), PortError> {
    match world.transfers().start(&transfer(), &attempt(number)).await {
        Err(StartRefusal::Port(error)) => Err(error),
        Ok(_) | Err(StartRefusal::Busy) => Ok(()),
    }
}

/// The wire's one document is a pointer and no plan, so the second read is refused as unreadable: that is its end here.
async fn current_plan(world: AwsWorld) -> Result<(), PortError> {
    match world.records().current_plan().await {
        Err(PortError::Rejected { code, .. }) if code == "UnreadableDocument" => Ok(()),
        told => told.map(drop),
    }
}

fn closed() -> Versioned<Run> {
    let phase =
        RunPhase::Closed { at: "2026-11-21T00:00:00Z".parse().unwrap(), report_key: "runs/r/report.json".into() };
    Versioned { record: Run { phase, ..run() }, version: 7 }
}
