//! `agent list` and `agent forget`.

use nightferry_aws::agents::DataSyncAgents;
use nightferry_domain::agent::activation::service_name;
use nightferry_domain::agent::jobs;
use nightferry_domain::plan::JobName;
use nightferry_workflow::agents::Agents as _;
use serde::Serialize;

use super::Asked;
use crate::args::Globals;
use crate::commands::{confirm, table};
use crate::context::{Context, read_plan};
use crate::exit::{Exit, Failure};
use crate::output::Output;

#[derive(Serialize)]
struct Listed {
    agent: String,
    address: String,
    /// As DataSync calls it; nothing before it is activated.
    status: Option<String>,
    arn: Option<String>,
    jobs: Vec<JobName>,
}

/// Lists the plan's agents. Exit code 6 when one that a job needs is not ONLINE.
pub(super) async fn list(globals: &Globals, output: Output) -> Result<Exit, Failure> {
    let plan = read_plan(globals)?;
    let context = Context::connect(globals).await?;
    let all = DataSyncAgents::new(&context.config).all().await?;
    let listed: Vec<Listed> = plan
        .agents
        .iter()
        .map(|(name, agent)| {
            let seen = all.iter().find(|seen| seen.name == service_name(&context.stack, name));
            Listed {
                agent: name.to_string(),
                address: agent.address.to_string(),
                status: seen.map(|seen| seen.status.clone()),
                arn: seen.map(|seen| seen.arn.clone()),
                jobs: jobs::through(&plan, name).cloned().collect(),
            }
        })
        .collect();
    output.answer(&listed, || table(["AGENT", "ADDRESS", "STATUS", "JOBS", "ARN"], listed.iter().map(row)))?;
    let works = |agent: &Listed| agent.jobs.is_empty() || agent.status.as_deref() == Some("ONLINE");
    Ok(if listed.iter().all(works) { Exit::Ok } else { Exit::Preflight })
}

fn row(agent: &Listed) -> [String; 5] {
    let jobs: Vec<&str> = agent.jobs.iter().map(JobName::as_str).collect();
    let status = agent.status.clone().unwrap_or_else(|| "not activated".to_owned());
    [agent.agent.clone(), agent.address.clone(), status, jobs.join(" "), agent.arn.clone().unwrap_or_default()]
}

/// Deletes the agent in DataSync. Its jobs can't work afterwards.
pub(super) async fn forget(asked: &Asked, output: Output, yes: bool) -> Result<Exit, Failure> {
    let name = service_name(&asked.context.stack, &asked.name);
    let named = asked.agents.named(&name).await?;
    if !named.is_empty() {
        let jobs: Vec<&str> = jobs::through(&asked.plan, &asked.name).map(JobName::as_str).collect();
        let jobs = if jobs.is_empty() { String::new() } else { format!(" These jobs need it: {}.", jobs.join(", ")) };
        let question = format!(
            "Delete the agent {} in DataSync? Its machine has to be deployed anew before it can be activated again.{jobs}",
            asked.name
        );
        if !confirm(&question, yes)? {
            return Err(Failure::new(Exit::Interrupted, "nothing was deleted"));
        }
    }
    for seen in &named {
        asked.agents.delete(&seen.arn).await?;
    }
    let arns: Vec<&str> = named.iter().map(|seen| seen.arn.as_str()).collect();
    let document = serde_json::json!({"agent": asked.name, "deleted": arns});
    output.answer(&document, || match arns.as_slice() {
        [] => format!("DataSync has no agent {name}"),
        arns => format!("deleted: {}", arns.join(", ")),
    })?;
    Ok(Exit::Ok)
}
