//! `demo`: a whole night on this machine, with the real template, the real functions and real bytes.

mod faults;
mod files;
mod proof;
pub(crate) mod stage;
mod story;

use std::path::{Path, PathBuf};

use nightferry_aws::provision::AwsAccount;
use nightferry_domain::ids::RunId;
use nightferry_domain::plan;
use nightferry_local::front_door::Firing;
use nightferry_local::{FileSystem, LocalAws, Settings};
use nightferry_workflow::provision as carry;

use crate::args::{DemoArgs, DemoFault, Globals};
use crate::commands::local;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::nights::Night;
use crate::output::Output;
use crate::watch;

/// The demo's only schedule.
const SCHEDULE: &str = "nightly";
/// The demo's only job.
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
        night = night(&settings, &local, bootstraps, &files, wanted.fault) => night,
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
    fault: Option<DemoFault>,
) -> Result<story::Told, Failure> {
    stage::deploy(settings, local, bootstraps).await?;
    let context = Context::local(&stage::variables(local), &settings.stack).await?;
    let file_system = local.admin().file_system(files).await?;
    let bucket = stage::destination_bucket(local).await?;
    apply(settings, &context, &file_system, &bucket).await?;
    if let Some(fault) = fault {
        faults::order(fault, local, &context, &bucket).await?;
    }
    let run = fire(&context, local, fault).await?;
    let night = watch::until_closed(&context, &run).await?;
    let proof = proof::compare(local, &bucket, PREFIX, files).await?;
    let report = keep_report(settings, &context, &night).await?;
    let faults_injected = local.admin().faults().await?.iter().map(|fault| fault.injected).sum();
    Ok(story::Told {
        night,
        proof,
        faults_injected,
        report,
        endpoint: local.state().endpoint.clone(),
        bucket,
        prefix: PREFIX.into(),
    })
}

/// Writes the demo's plan and applies it, as a user would.
async fn apply(settings: &Settings, context: &Context, from: &FileSystem, bucket: &str) -> Result<(), Failure> {
    let text = plan_text(from, bucket);
    let file = folder(settings).join("nightferry.yaml");
    tokio::fs::write(&file, &text).await?;
    Output::say(&format!("applying {}", file.display()));
    let plan = plan::parse(&text).map_err(|error| Failure { exit: Exit::Usage, error: error.into() })?;
    let account = AwsAccount::new(&context.config);
    let changeset = carry::plan(&account, &context.stack, &plan).await?;
    Ok(carry::apply(&account, &context.stack, &plan, &changeset, &mut |_, _| ()).await?)
}

fn plan_text(from: &FileSystem, bucket: &str) -> String {
    format!(
        r#"version: 1
notify: {{ email: ops@example.com }}
schedules:
  {SCHEDULE}: {{ cron: "0 6 * * ? *", timezone: Asia/Tokyo }}
jobs:
  {JOB}:
    schedule: {SCHEDULE}
    datasync:
      from: {{ efs: {}, path: /, subnet: {}, security_groups: [{}] }}
      to: {{ s3: {bucket}, prefix: /home }}
      transfer: changed
      verify: transferred
    retry: {{ attempts: 2, wait: 10s }}
    complete_within: 1h
"#,
        from.file_system_id, from.subnet_id, from.security_group_id
    )
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
