//! Use cases over ports: save the intent, do it, save the result.
//!
//! A use case decides nothing that `nightferry-domain` can decide, and knows no SDK. Any of them may die at any await
//! point and be run again, or run twice at once; the versioned table is what keeps them apart.

// The account in memory of provision's tests names this crate as the contract suite does, which reads the same files.
#[cfg(test)]
extern crate self as nightferry_workflow;

pub mod agents;
pub mod agents_in_use;
mod backup_jobs;
pub mod cancel_run;
pub mod check_job;
pub mod check_restore;
pub mod confirm_batch_job;
pub mod copy_back;
pub mod coverage;
pub mod decide;
pub mod drill_copy;
mod engine;
pub mod error;
mod evidence;
mod evidence_backup;
mod evidence_batch;
mod evidence_restore;
mod expand_jobs;
mod hold;
mod new_objects;
pub mod open_restore;
pub mod open_run;
pub mod ports;
pub mod provision;
pub mod record_state;
pub mod start_job;
pub mod step;
mod sweep_batch_jobs;
mod sweep_copy_drills;
mod sweep_open;
pub mod sweep_runs;
mod tidy_copy;
pub mod tidy_restore;
pub mod verify_job;
pub mod watch_agent;
pub mod write_report;

pub use error::WorkflowError;
pub use ports::World;
