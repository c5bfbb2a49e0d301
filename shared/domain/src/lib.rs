//! What is true, and what follows from it: plan, run, job, attempt, observation, outcome, policies, report.
//!
//! Pure decisions only. Nothing here waits, reads a clock, draws a random number or knows an SDK.

pub mod agent;
pub mod back;
pub mod back_off;
pub mod backup;
pub mod batch;
pub mod copy_drill;
pub mod cost;
pub mod destination;
pub mod diagnosis;
pub mod filters;
pub mod ids;
pub mod job;
mod job_blocked;
pub mod job_spec;
mod job_sum;
mod job_time;
pub mod judge;
pub mod limits;
pub mod observation;
pub mod outcome;
pub mod place;
pub mod plan;
pub mod policy;
pub mod preflight;
pub mod printable;
pub mod provision;
pub mod reach;
pub mod replication;
pub mod report;
pub mod restore;
pub mod run;
pub mod stack;
pub mod state_change;
pub mod task_report;
pub mod turn;
