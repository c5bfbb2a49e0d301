//! What can be asked of agents.

use clap::Subcommand;
use nightferry_domain::agent::Cidr;
use nightferry_domain::plan::AgentName;

/// DataSync agents.
#[derive(Debug, Subcommand)]
pub(crate) enum AgentCommand {
    /// Ask the plan's agent for its key, make it in DataSync, and wait until it is online. Again, it changes nothing.
    Activate {
        /// The agent, by its name in the plan.
        name: AgentName,
        /// Where the agent is asked instead of at the plan's address: a private address, or a name that leads to one.
        #[arg(long, value_name = "HOST")]
        address: Option<String>,
        /// The port of an agent of the local AWS.
        #[arg(long, hide = true, value_name = "PORT")]
        local_port: Option<u16>,
    },
    /// Prove that the agent can work: its network in AWS, your permissions, its port. Changes nothing.
    Check {
        /// The agent, by its name in the plan.
        name: AgentName,
        /// Networks of the agent and its file servers, such as 192.168.7.0/24.
        #[arg(long, value_name = "NETWORK")]
        source_network: Vec<Cidr>,
        /// AWS Support is to be let in through the agent (TCP 22).
        #[arg(long)]
        support_channel: bool,
        /// Where the agent's port is tried instead of at the plan's address, as `activate` would ask it there.
        #[arg(long, value_name = "HOST")]
        address: Option<String>,
        /// The port of an agent of the local AWS.
        #[arg(long, hide = true, value_name = "PORT")]
        local_port: Option<u16>,
    },
    /// The plan's agents, and whether they are online.
    List,
    /// Delete the agent in DataSync. Its machine has to be deployed anew before it can be activated again.
    Forget {
        /// The agent, by its name in the plan.
        name: AgentName,
        /// Don't ask.
        #[arg(long, short)]
        yes: bool,
    },
}
