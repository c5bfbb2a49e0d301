//! Log lines: JSON on standard output, one object a line, which Lambda passes on to CloudWatch.

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

/// What is logged where `RUST_LOG` says nothing.
const LEVEL: &str = "info";

/// Starts logging for the rest of the process. A second call changes nothing.
pub fn start_telemetry() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(LEVEL));
    let _ = log_lines(std::io::stdout, filter).try_init();
}

/// Writes the functions' log lines elsewhere: for whoever wants to hold them against what they promise.
pub fn log_lines<W>(writer: W, filter: EnvFilter) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt().json().flatten_event(true).with_current_span(true).with_span_list(false);
    lines.with_env_filter(filter).with_ansi(false).with_writer(writer).finish()
}
