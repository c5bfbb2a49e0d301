//! `demo`: a whole night on this machine, with the real template, the real functions and real bytes.

mod apply;
mod back;
mod buckets;
mod faults;
mod files;
mod office;
mod proof;
mod replicas;
mod servers;
pub(crate) mod stage;
mod story;

use std::path::{Path, PathBuf};

use nightferry_domain::ids::RunId;
use nightferry_local::front_door::Firing;
use nightferry_local::{FileSystem, LocalAws, Settings};

use crate::args::{DemoArgs, DemoFault, Globals};
use crate::commands::local;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::nights::Night;
use crate::output::Output;
use crate::watch;

/// The demo's only schedule.
const SCHEDULE: &str = "nightly";
/// The job of the file system, which every demo has.
const JOB: &str = "home-directories";
/// Where its files go, in the bucket.
const PREFIX: &str = "home/";

/// Runs a night and tells how it was.
pub(crate) async fn demo(globals: &Globals, output: Output, wanted: DemoArgs) -> Result<Exit, Failure> {
    let settings = local::settings(globals)?;
    if let Some(running) = LocalAws::attach(&settings.dir)? {
        let words =
            format!("a local AWS runs already, at {}: `nightferry local down` ends it", running.state().endpoint);
        return Err(Failure::new(Exit::AlreadyRunning, words));
    }
    let files = files::prepare(&settings, &wanted).await?;
    let bootstraps = stage::build(&settings.root).await?;
    let local = stage::start(&settings, 0, !wanted.keep).await?;
    let night = tokio::select! {
        night = night(&settings, &local, bootstraps, &files, &wanted) => night,
        _ = tokio::signal::ctrl_c() => Err(Failure::new(Exit::Interrupted, "interrupted; the local AWS is ended")),
    };
    let told = match night {
        Ok(told) => told,
        Err(failure) => {
            local.down().await?;
            return Err(failure);
        }
    };
    output.answer(&told.document(), || told.words(wanted.keep))?;
    if !wanted.keep {
        local.down().await?;
    }
    Ok(told.exit())
}

/// From the deployment to the report.
async fn night(
    settings: &Settings,
    local: &LocalAws,
    bootstraps: stage::Bootstraps,
    files: &Path,
    wanted: &DemoArgs,
) -> Result<story::Told, Failure> {
    stage::deploy(settings, local, bootstraps).await?;
    let context = Context::local(&stage::variables(local), &settings.stack).await?;
    let fault = wanted.fault;
    let scene = furnish(settings, local, files, fault.is_none()).await?;
    let agent = Box::pin(applied(settings, local, &context, &scene)).await?;
    if let Some(fault) = fault {
        faults::order(fault, local, &context, &scene.bucket).await?;
    }
    let run = fire(&context, local, fault).await?;
    let night = watch::until_closed(&context, &run).await?;
    let proof = proof::compare(local, &scene.bucket, PREFIX, files).await?;
    let bucket_proofs = compare_others(local, &scene).await?;
    let machines = if scene.office.is_some() { servers::compare(local, &night).await? } else { vec![] };
    let ways_back = back::there_and_gone(&context, local, &machines).await?;
    let report = keep_report(settings, &context, &night).await?;
    let faults_injected = local.admin().faults().await?.iter().map(|fault| fault.injected).sum();
    Ok(story::Told {
        night,
        proof,
        bucket_proofs,
        agent,
        machines,
        ways_back,
        faults_injected,
        report,
        endpoint: local.state().endpoint.clone(),
        bucket: scene.bucket,
        prefix: PREFIX.into(),
    })
}

/// What is there before anybody thinks of backups.
struct Scene {
    file_system: FileSystem,
    bucket: String,
    /// Only a whole night has one, and with it buckets of other accounts and machines.
    office: Option<office::Office>,
}

/// Makes it. A night with an ordered fault has the file system's job alone, so that what it shows is the fault.
async fn furnish(settings: &Settings, local: &LocalAws, files: &Path, is_whole: bool) -> Result<Scene, Failure> {
    let file_system = local.admin().file_system(files).await?;
    let bucket = stage::destination_bucket(local).await?;
    if !is_whole {
        return Ok(Scene { file_system, bucket, office: None });
    }
    buckets::furnish(local).await?;
    servers::furnish(local, &file_system).await?;
    let office = Some(office::furnish(settings, local).await?);
    Ok(Scene { file_system, bucket, office })
}

/// Activates the agent, which a plan can't be applied without, and applies the plan.
async fn applied(
    settings: &Settings,
    local: &LocalAws,
    context: &Context,
    scene: &Scene,
) -> Result<Option<office::Connected>, Failure> {
    let plan = apply::written(settings, &scene.file_system, &scene.bucket, scene.office.as_ref()).await?;
    let Some(office) = &scene.office else {
        apply::apply(local, context, &plan).await?;
        return Ok(None);
    };
    let agent = office.activate(settings, local, &plan).await?;
    apply::apply(local, context, &plan).await?;
    buckets::add_asset(local).await?;
    Ok(Some(agent))
}

/// Compares both ends of the jobs between two accounts, and of the office's.
async fn compare_others(local: &LocalAws, scene: &Scene) -> Result<Vec<story::BucketProof>, Failure> {
    let Some(office) = &scene.office else { return Ok(vec![]) };
    let pulled = replicas::compare_objects(local, buckets::LOGS, buckets::LOG_COPIES, "partner/").await?;
    let replicated = replicas::compare(local, buckets::ASSETS, buckets::REPLICAS).await?;
    Ok(vec![
        story::BucketProof { job: "partner-logs", counts: "objects", proof: pulled },
        story::BucketProof { job: "assets", counts: "versions and delete markers", proof: replicated },
        office.compare(local, &scene.bucket).await?,
    ])
}

/// Fires the schedule as EventBridge Scheduler would, and says which run that opens.
async fn fire(context: &Context, local: &LocalAws, fault: Option<DemoFault>) -> Result<RunId, Failure> {
    let now = jiff::Timestamp::now().round(jiff::Unit::Second).map_err(anyhow::Error::from)?;
    let times = if fault == Some(DemoFault::DoubleEvents) { 2 } else { 1 };
    let firing = Firing { scheduled_time: Some(now), times: Some(times) };
    let _ = local.admin().fire(&context.stack.schedule_group(), SCHEDULE, &firing).await?;
    let schedule = SCHEDULE.parse().map_err(|error| Failure::usage(format!("{error}")))?;
    let run = RunId::scheduled(&schedule, now);
    Output::say(&format!("the schedule has fired; run {run}"));
    stage::until_opened(context, &run).await?;
    Ok(run)
}

/// The report's page, and the document that it is made from, where they outlive the local AWS.
async fn keep_report(settings: &Settings, context: &Context, night: &Night) -> Result<PathBuf, Failure> {
    for ending in ["json", "html"] {
        let form = crate::commands::report::read(context, &night.run.id, ending).await?;
        tokio::fs::write(folder(settings).join(format!("report.{ending}")), form).await?;
    }
    Ok(folder(settings).join("report.html"))
}

/// Where the demo keeps its plan, its files and its report.
fn folder(settings: &Settings) -> PathBuf {
    settings.root.join("target/demo")
}
