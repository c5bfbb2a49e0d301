//! What every function's main needs: where things are, log lines, and errors with names that the state machine matches.

mod config;
mod failure;
mod telemetry;

pub use config::{Config, ConfigError};
pub use failure::{Failure, answer};
pub use telemetry::{log_lines, start_telemetry};
