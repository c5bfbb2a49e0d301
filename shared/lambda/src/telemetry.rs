//! Log lines: JSON on standard output, one object a line, which Lambda passes on to CloudWatch.

use tracing_subscriber::EnvFilter;

/// What is logged where `RUST_LOG` says nothing.
const LEVEL: &str = "info";

/// Starts logging for the rest of the process. A second call changes nothing.
pub fn start_telemetry() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(LEVEL));
    let lines = tracing_subscriber::fmt().json().flatten_event(true).with_current_span(true).with_span_list(false);
    let _ = lines.with_env_filter(filter).with_ansi(false).try_init();
}
