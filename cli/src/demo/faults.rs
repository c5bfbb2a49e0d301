//! What goes wrong on order, by the front door's own means: nothing in the product knows of it.

use nightferry_domain::job_spec::Work;
use nightferry_local::LocalAws;
use nightferry_local::front_door::{CallEffect, CallFault, CallMatch, EventEffect, EventFault, EventMatch, Often};
use nightferry_local::upstream::Ask;
use nightferry_workflow::World as _;
use nightferry_workflow::ports::Records as _;
use serde_json::json;

use crate::args::DemoFault;
use crate::context::Context;
use crate::exit::Failure;
use crate::output::Output;

/// Orders the fault, before the night begins.
pub(crate) async fn order(fault: DemoFault, local: &LocalAws, context: &Context, bucket: &str) -> Result<(), Failure> {
    match fault {
        DemoFault::LoseEvents => break_events(local, EventEffect::Lose).await?,
        DemoFault::DoubleEvents => break_events(local, EventEffect::Double).await?,
        DemoFault::KillStartJob => break_start(local, CallEffect::KillCaller, Often::nth(1)).await?,
        DemoFault::Throttle => break_start(local, CallEffect::Throttle, Often::times(2)).await?,
        // The file itself is locked already, where the files were made.
        DemoFault::UnreadableFile => {}
        DemoFault::DenyBucket => deny(local, context, bucket).await?,
    }
    Output::say(&format!("fault ordered: {fault:?}"));
    Ok(())
}

async fn break_events(local: &LocalAws, effect: EventEffect) -> Result<(), Failure> {
    let matches = EventMatch { source: Some("aws.datasync".to_owned()), ..EventMatch::default() };
    let _ = local.admin().break_events(EventFault { matches, often: Often::default(), effect }).await?;
    Ok(())
}

async fn break_start(local: &LocalAws, effect: CallEffect, often: Often) -> Result<(), Failure> {
    let matches = CallMatch {
        service: Some("datasync".to_owned()),
        operation: Some("StartTaskExecution".to_owned()),
        ..CallMatch::default()
    };
    let _ = local.admin().break_calls(CallFault { matches, often, effect }).await?;
    Ok(())
}

/// A bucket policy that denies the writing role, as another team might have put it there.
async fn deny(local: &LocalAws, context: &Context, bucket: &str) -> Result<(), Failure> {
    let (_, plan) = context.world.records().current_plan().await?;
    let roles: Vec<&str> = plan
        .jobs
        .iter()
        .filter_map(|job| match &job.work {
            Work::DataSync(transfer) => transfer.destination.bucket().map(|to| to.bucket_access_role.as_str()),
            Work::Replicate(replication) => Some(replication.replication_role.as_str()),
            Work::Backup(backup) => Some(backup.role.as_str()),
            Work::Restore(restore) => Some(restore.restore_role.as_str()),
        })
        .collect();
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "NobodyWrites", "Effect": "Deny", "Principal": {"AWS": roles},
        "Action": "s3:PutObject", "Resource": format!("arn:aws:s3:::{bucket}/*")
    }]});
    let ask = Ask::new(hyper::Method::PUT, "s3", format!("/{bucket}?policy")).body(policy.to_string());
    let _ = local.aws().read(ask).await.map_err(anyhow::Error::from)?;
    Ok(())
}
