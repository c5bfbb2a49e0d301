//! Use cases over ports: save the intent, do it, save the result.
//!
//! A use case decides nothing that `nightferry-domain` can decide, and knows no SDK. Any of them may die at any await
//! point and be run again, or run twice at once; the versioned table is what keeps them apart.

pub mod agents;
mod backup_jobs;
pub mod cancel_run;
pub mod check_job;
pub mod confirm_batch_job;
pub mod decide;
mod engine;
pub mod error;
mod evidence;
mod evidence_batch;
pub mod open_run;
pub mod ports;
pub mod provision;
pub mod record_state;
pub mod start_job;
pub mod step;
mod sweep_batch_jobs;
pub mod sweep_runs;
pub mod verify_job;
pub mod write_report;

pub use error::WorkflowError;
pub use ports::World;
