//! The demo's plan, applied as people of three accounts would: our half, and each of the others with its own credentials.

use std::collections::BTreeMap;

use nightferry_aws::connect;
use nightferry_aws::provision::AwsAccount;
use nightferry_domain::plan::{self, Plan};
use nightferry_domain::provision::{Creator, other_sides};
use nightferry_local::{FileSystem, LocalAws, Settings};
use nightferry_workflow::provision::{self as carry, ProvisionError, other};

use super::office::Office;
use super::{JOB, SCHEDULE, buckets, folder, servers};
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Writes the demo's plan. The office adds its agent, and with it come the jobs between two accounts and the machines.
pub(super) async fn written(
    settings: &Settings,
    from: &FileSystem,
    bucket: &str,
    office: Option<&Office>,
) -> Result<Plan, Failure> {
    let mut text = plan_text(from, bucket);
    if let Some(office) = office {
        text.push_str(&plan_of_buckets());
        text.push_str(&Office::job(bucket));
        text.push_str(&plan_of_servers(from));
        text.push_str(&office.agent());
    }
    let file = folder(settings).join("nightferry.yaml");
    tokio::fs::write(&file, &text).await?;
    Output::say(&format!("the plan is {}", file.display()));
    plan::parse(&text).map_err(|error| Failure { exit: Exit::Usage, error: error.into() })
}

/// Applies it.
pub(super) async fn apply(local: &LocalAws, context: &Context, plan: &Plan) -> Result<(), Failure> {
    Output::say("applying it");
    // Two people at once: ours is tried again for two minutes until the other accounts have let us in.
    let (ours, others) = tokio::join!(ours(context, plan), others(local, context, plan));
    others?;
    Ok(ours?)
}

/// The halves of the other accounts, each with that account's own credentials.
async fn others(local: &LocalAws, context: &Context, plan: &Plan) -> Result<(), Failure> {
    for (account, side) in other_sides(plan, &context.stack, Creator::of(&context.caller).as_ref()) {
        Output::say(&format!("applying the half of account {account}, with its own credentials"));
        let stage = ("STAGE".to_owned(), "local".to_owned());
        let variables: BTreeMap<_, _> = local.environment_of(&account).into_iter().chain([stage]).collect();
        let owner = AwsAccount::new(&connect::for_function(&variables)?);
        let changeset = other::plan(&owner, &context.stack, &account, &side).await?;
        other::carry(&owner, &context.stack, &changeset, &mut |_, _| ()).await?;
    }
    Ok(())
}

async fn ours(context: &Context, plan: &Plan) -> Result<(), ProvisionError> {
    let account = AwsAccount::new(&context.config);
    let changeset = carry::plan(&account, &context.stack, plan).await?;
    carry::apply(&account, &context.stack, plan, &changeset, &mut |_, _| ()).await
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

fn plan_of_buckets() -> String {
    let (logs, partner, log_copies) = (buckets::LOGS, buckets::PARTNER, buckets::LOG_COPIES);
    let (assets, replicas, safe_haven) = (buckets::ASSETS, buckets::REPLICAS, buckets::SAFE_HAVEN);
    format!(
        r#"  partner-logs:
    schedule: {SCHEDULE}
    datasync:
      from: {{ s3: {logs}, account: "{partner}" }}
      to: {{ s3: {log_copies}, prefix: /partner }}
    retry: {{ attempts: 2, wait: 10s }}
    complete_within: 1h
  assets:
    schedule: {SCHEDULE}
    replicate:
      from: {{ s3: {assets} }}
      to: {{ s3: {replicas}, account: "{safe_haven}" }}
      delete_markers: true
      confirm: {{ max_objects: 5_000, max_bytes: 1GiB }}
    retry: {{ attempts: 2, wait: 10s }}
    complete_within: 1h
"#
    )
}

fn plan_of_servers(place: &FileSystem) -> String {
    let (job, vault, (key, value)) = (servers::JOB, servers::VAULT, servers::TAG);
    format!(
        r"  {job}:
    schedule: {SCHEDULE}
    backup:
      select: {{ resource: ec2, tag: {{ {key}: {value} }} }}
      vault: {vault}
      start_within: 1h
      keep: 30d
      drill: {{ subnet: {}, security_group: {} }}
    retry: {{ attempts: 2, wait: 10s }}
    complete_within: 8h
",
        place.subnet_id, place.security_group_id
    )
}
