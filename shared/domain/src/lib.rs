//! What is true, and what follows from it: plan, run, job, attempt, observation, outcome, policies, report.
//!
//! Pure decisions only. Nothing here waits, reads a clock, draws a random number or knows an SDK.

pub mod plan;
pub mod policy;
