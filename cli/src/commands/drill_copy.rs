//! `drill JOB` for a copy between buckets: objects are read at both ends, and the verdict is said and posted.

use jiff::Timestamp;
use nightferry_aws::objects::S3Objects;
use nightferry_aws::{connect, identity};
use nightferry_domain::copy_drill::{Asked, CopyVerdict, Ends};
use nightferry_domain::ids::RunId;
use nightferry_domain::job::Job;
use nightferry_domain::plan::JobName;
use nightferry_domain::restore::drill::CameOut;
use nightferry_workflow::World as _;
use nightferry_workflow::drill_copy::{Extent, begin, drill_copy, post};
use nightferry_workflow::ports::Records as _;

use super::restore::{compared, nonce};
use super::table;
use crate::args::DrillArgs;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::nights::{self, Night};
use crate::output::Output;

/// Nights that are looked through for the last good one.
const NIGHTS_MAX: usize = 30;

/// Both ends of the job's copy, where the applied plan has such a job and both are buckets.
pub(super) async fn ends(context: &Context, job: &JobName) -> Result<Option<Ends>, Failure> {
    let (_, plan) = context.world.records().current_plan().await?;
    Ok(plan.jobs.iter().find(|spec| &spec.name == job).and_then(|spec| Ends::of(&spec.work)))
}

/// Reads both ends, says the verdict, and posts it.
pub(super) async fn drill(context: &Context, output: Output, args: DrillArgs, ends: Ends) -> Result<Exit, Failure> {
    if args.instance.is_some() || args.random {
        return Err(Failure::usage(format!(
            "job `{}` copies a bucket: it has no machines and no recovery points",
            args.job
        )));
    }
    let night = last_good(&nights::latest(context, NIGHTS_MAX).await?, &args.job);
    let (night, promised_until) = night.ok_or_else(|| {
        Failure::not_found(format!(
            "no good night of job `{}` is on record: nothing is promised to be copied yet",
            args.job
        ))
    })?;
    let reader = match &args.objects.recovery_profile {
        Some(profile) => connect::as_profile(profile, args.objects.recovery_region.as_deref()).await,
        None => context.config.clone(),
    };
    let began_at = Timestamp::now();
    let drill = RunId::restore(began_at, nonce(context), true);
    let asked = Asked { drill, job: args.job.clone(), ends, read_by: read_by(&reader, &args).await, began_at };
    if args.manner.dry_run {
        output.answer(&asked, || in_words(&asked, args.objects.objects, &night))?;
        return Ok(Exit::Ok);
    }
    let (source, copy) = (S3Objects::new(&context.config), S3Objects::new(&reader));
    let extent = Extent { objects: args.objects.objects, promised_until };
    let begun = begin(&context.world, asked.clone()).await?;
    let said = drill_copy(&context.world, &source, &copy, asked, extent).await;
    output.answer(&said, || told(&said))?;
    post(&context.world, &said, begun).await?;
    Ok(exit_of(said.came_out))
}

/// The last night of which the job's end was good, and when it began: what was written before was promised to be copied.
fn last_good(latest_first: &[Night], job: &JobName) -> Option<(RunId, Timestamp)> {
    let is_good = |found: &Job| {
        found.spec.work.back().is_none() && found.settlement().is_some_and(|settled| settled.outcome.is_safe())
    };
    let good = latest_first.iter().find(|night| night.job(job).is_some_and(is_good))?;
    Some((good.run.id.clone(), good.run.opened_at))
}

/// Somebody whom AWS does not know will not be let read either; that is for the verdict.
async fn read_by(reader: &aws_types::SdkConfig, args: &DrillArgs) -> String {
    identity::caller(reader).await.map_or_else(
        |error| format!("profile {}: {error}", args.objects.recovery_profile.as_deref().unwrap_or("of the caller")),
        |caller| caller.arn,
    )
}

const fn exit_of(came_out: CameOut) -> Exit {
    match came_out {
        CameOut::Passed => Exit::Ok,
        CameOut::Failed => Exit::Mismatch,
        CameOut::CheckBroke => Exit::Partial,
    }
}

fn in_words(asked: &Asked, objects: u16, night: &RunId) -> String {
    let Asked { ends, read_by, .. } = asked;
    format!(
        "would draw {objects} object(s) of s3://{}/{} that {night} or a night before it had to copy\n  and read them in s3://{}/{} as {read_by}\n\
         nothing was read: this was a dry run",
        ends.source.bucket, ends.source.prefix, ends.copy.bucket, ends.copy.prefix
    )
}

fn told(said: &CopyVerdict) -> String {
    let mut parts = vec![said.message()];
    if !said.compared.is_empty() {
        parts.push(table(["OBJECT", "WANTED", "FOUND", ""], said.compared.iter().map(compared)));
    }
    parts.join("\n")
}
