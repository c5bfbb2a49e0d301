//! Agents: machines on the premises that give keys over HTTP, and what DataSync makes of a key.

mod api;
mod locations;
mod machine;
mod premises;
mod rights;
mod shapes;
mod turns;

pub use api::Connection;
pub use machine::Answers;
pub use premises::Machine;

pub(super) use api::{create, delete, describe, list, update};
pub(super) use locations::{create_nfs, create_smb, describe_shared};
pub(super) use premises::Premises;
pub(super) use shapes::table;

use jiff::Timestamp;

/// An agent as DataSync has it.
#[derive(Debug, Clone)]
pub(super) struct Agent {
    /// Its ARN.
    pub(super) arn: String,
    /// Its name, maybe empty.
    pub(super) name: String,
    /// When it was made.
    pub(super) created: Timestamp,
    /// When it was last heard of.
    pub(super) heard: Timestamp,
    /// Whether it is connected.
    pub(super) is_online: bool,
    /// Through what it works; nothing is the public endpoint.
    pub(super) link: Option<Link>,
}

/// A VPC endpoint with what an agent's tasks use beside it.
#[derive(Debug, Clone)]
pub(super) struct Link {
    /// Its id.
    pub(super) endpoint: String,
    /// The address that the agent was told.
    pub(super) address: String,
    /// ARN of the subnet.
    pub(super) subnet: String,
    /// ARN of the security group.
    pub(super) group: String,
}
