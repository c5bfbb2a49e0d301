//! Adapters: one file a service, and the one place where an SDK's error becomes ours.
//!
//! [`connect`] makes the settings that all clients share, [`AwsWorld`] fulfils every port of the use cases over them.

pub mod agents;
pub mod backups;
pub mod batch_jobs;
pub mod chance_and_time;
pub mod connect;
pub mod ec2;
mod endpoint;
pub mod file_systems;
pub mod identity;
pub mod metrics;
pub mod notices;
pub mod objects;
pub mod preflight;
pub mod provision;
pub mod records;
pub mod restores;
pub mod run_table;
mod sdk_error;
mod signed;
mod task_reports;
#[cfg(test)]
mod test_service;
pub mod transfers;
#[cfg(test)]
mod wire_tests;
pub mod workflows;
mod world;

pub use world::AwsWorld;
