//! Agents: activated once, found again ever after.
//!
//! Nothing is stored in between. The agent's name in DataSync is the record of an activation: one that died anywhere is
//! completed by running it again, and one that is complete changes nothing.

mod activate;
mod ports;
#[cfg(test)]
mod tests;

pub use activate::{ActivateError, Activated, Progress, Question, activate};
pub use ports::{AgentKeys, Agents, Pause};
