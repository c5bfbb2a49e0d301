//! The demo's office: an NFS server on the premises, whose files go to S3 through an agent that the demo activates.

use std::path::PathBuf;

use nightferry_domain::plan::{AgentName, Plan};
use nightferry_local::server_room::{self, ADDRESS};
use nightferry_local::{LocalAws, ServerRoom, Settings};
use serde::Serialize;

use super::{SCHEDULE, files, proof, stage, story::BucketProof};
use crate::commands::agent;
use crate::context::Context;
use crate::exit::Failure;
use crate::output::Output;

/// The job that protects it.
const JOB: &str = "office-files";
/// Where its files go, in the bucket.
const PREFIX: &str = "office/";
/// The NFS server, and what it exports.
const SERVER: &str = "files.office.example";
const EXPORT: &str = "/export";
/// The agent beside it, as the plan calls it.
const AGENT: &str = "office";

/// The server's directory, the agent's machine and the network in AWS.
pub(super) struct Office {
    files: PathBuf,
    room: ServerRoom,
}

/// An agent that was activated.
#[derive(Serialize)]
pub(crate) struct Connected {
    /// Its name in the plan.
    pub(crate) name: &'static str,
    /// Its ARN.
    pub(crate) arn: String,
}

impl Connected {
    /// In words.
    pub(crate) fn words(&self) -> String {
        format!("agent {} is ONLINE: {}", self.name, self.arn)
    }
}

/// Makes the files, and everything that is there before anybody thinks of backups.
pub(super) async fn furnish(settings: &Settings, local: &LocalAws) -> Result<Office, Failure> {
    Output::say(&format!("setting up the NFS server {SERVER}, an agent beside it and a VPC endpoint of DataSync"));
    let server = files::office(settings).await?;
    let files = server.join(EXPORT.trim_start_matches('/'));
    let room = server_room::furnish(local, SERVER, &server).await?;
    Ok(Office { files, room })
}

impl Office {
    /// The job, as the plan has it among the others.
    pub(super) fn job(bucket: &str) -> String {
        format!(
            r"  {JOB}:
    schedule: {SCHEDULE}
    datasync:
      from: {{ nfs: {SERVER}, path: {EXPORT}, agent: {AGENT} }}
      to: {{ s3: {bucket}, prefix: /{} }}
    retry: {{ attempts: 2, wait: 10s }}
    complete_within: 1h
",
            PREFIX.trim_end_matches('/')
        )
    }

    /// The agent, as the plan has it at its end.
    pub(super) fn agent(&self) -> String {
        let ServerRoom { vpc_endpoint_id, subnet_id, security_group_id, .. } = &self.room;
        format!(
            "agents:
  {AGENT}: {{ address: {ADDRESS}, vpc_endpoint: {vpc_endpoint_id}, subnet: {subnet_id}, security_group: {security_group_id} }}
"
        )
    }

    /// Activates the agent as `nightferry agent activate` does; its machine answers on a loopback address here.
    pub(super) async fn activate(
        &self,
        settings: &Settings,
        local: &LocalAws,
        plan: &Plan,
    ) -> Result<Connected, Failure> {
        Output::say(&format!("activating the agent {AGENT}"));
        let context = Context::local(&stage::variables(local), &settings.stack).await?;
        let name: AgentName = AGENT.parse().map_err(|error| Failure::usage(format!("{error}")))?;
        let at = (self.room.machine.address.clone(), self.room.machine.port);
        let done = agent::activated(context, plan, &name, at).await?;
        Ok(Connected { name: AGENT, arn: done.arn })
    }

    /// Compares the server's files with their copies.
    pub(super) async fn compare(&self, local: &LocalAws, bucket: &str) -> Result<BucketProof, Failure> {
        let proof = proof::compare(local, bucket, PREFIX, &self.files).await?;
        Ok(BucketProof { job: JOB, counts: "files", proof })
    }
}
