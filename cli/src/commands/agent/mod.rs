//! `agent`: activate one, check one, list them, forget one.

mod activate;
mod check;
mod list;

use nightferry_aws::agents::DataSyncAgents;
use nightferry_domain::plan::{Agent, AgentName, Plan};
use nightferry_workflow::agents::{ActivateError, Activated};

use crate::args::{AgentCommand, Globals};
use crate::context::{Context, read_plan};
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Does what was asked of agents.
pub(crate) async fn agent(globals: &Globals, output: Output, command: AgentCommand) -> Result<Exit, Failure> {
    match command {
        AgentCommand::Activate { name, address, local_port } => {
            activate::activate(&Asked::of(globals, &name).await?, output, address, local_port).await
        }
        AgentCommand::Check { name, source_network, support_channel, address, local_port } => {
            let from = check::From { source_networks: source_network, support_channel, address, local_port };
            check::check(&Asked::of(globals, &name).await?, output, from).await
        }
        AgentCommand::List => list::list(globals, output).await,
        AgentCommand::Forget { name, yes } => list::forget(&Asked::of(globals, &name).await?, output, yes).await,
    }
}

/// Activates an agent of a plan that was just read, at `host`, as the command does and without telling its end.
pub(crate) async fn activated(
    context: Context,
    plan: &Plan,
    name: &AgentName,
    (host, local_port): (String, u16),
) -> Result<Activated, Failure> {
    activate::activated(&Asked::over(context, plan, name)?, Some(host), Some(local_port)).await
}

/// An agent of the plan, and the account that it is for.
struct Asked {
    name: AgentName,
    agent: Agent,
    plan: Plan,
    context: Context,
    agents: DataSyncAgents,
}

impl Asked {
    async fn of(globals: &Globals, name: &AgentName) -> Result<Self, Failure> {
        let plan = read_plan(globals)?;
        // An agent that the plan does not have is told without asking AWS who is calling.
        let _ = known(&plan, name)?;
        Self::over(Context::connect(globals).await?, &plan, name)
    }

    fn over(context: Context, plan: &Plan, name: &AgentName) -> Result<Self, Failure> {
        let agent = known(plan, name)?;
        let agents = DataSyncAgents::new(&context.config);
        Ok(Self { name: name.clone(), agent, plan: plan.clone(), context, agents })
    }
}

fn known(plan: &Plan, name: &AgentName) -> Result<Agent, Failure> {
    plan.agents.get(name).cloned().ok_or_else(|| {
        let known: Vec<&str> = plan.agents.keys().map(AgentName::as_str).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Failure::not_found(format!("the plan has no agent `{name}`; its agents: {known}"))
    })
}

impl From<ActivateError> for Failure {
    fn from(error: ActivateError) -> Self {
        match error {
            ActivateError::Port(error) => error.into(),
            ActivateError::Refused(cause) => {
                let said = cause.said.map(|said| format!("\n  said: {said}")).unwrap_or_default();
                let exit = if cause.id == "agent-stays-offline" { Exit::Temporary } else { Exit::Preflight };
                Self::new(exit, format!("{} [{}]\n  do: {}{said}", cause.what, cause.id, cause.fix))
            }
        }
    }
}
