//! Log lines: JSON on standard output, one object a line, which Lambda passes on to CloudWatch.

use tracing::Subscriber;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// What is logged where `RUST_LOG` says nothing, or nothing that can be read.
const LEVEL: LevelFilter = LevelFilter::INFO;

/// Starts logging for the rest of the process. A second call changes nothing.
pub fn start_telemetry() {
    let asked = std::env::var("RUST_LOG").ok();
    let _ = log_lines(std::io::stdout, filter(asked.as_deref())).try_init();
}

/// `RUST_LOG` by level and target (`info,nightferry_workflow=debug`). Filters by the fields of spans, which nobody asked for,
/// would bring regular expressions into every function.
fn filter(asked: Option<&str>) -> Targets {
    asked.and_then(|asked| asked.parse().ok()).unwrap_or_else(|| Targets::new().with_default(LEVEL))
}

/// Writes the functions' log lines elsewhere: for whoever wants to hold them against what they promise.
pub fn log_lines<W>(writer: W, filter: Targets) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(true);
    let lines = lines.with_span_list(false).with_ansi(false).with_writer(writer);
    tracing_subscriber::registry().with(filter).with(lines)
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn each_target_is_logged_at_the_level_that_is_asked_for_it() {
        let filter = filter(Some("warn,nightferry_workflow=debug"));
        assert!(filter.would_enable("nightferry_workflow::open_run", &Level::DEBUG));
        assert!(!filter.would_enable("nightferry_aws", &Level::INFO));
        assert!(filter.would_enable("nightferry_aws", &Level::WARN));
    }

    #[test]
    fn what_says_nothing_of_a_level_leaves_it_at_info() {
        for asked in [None, Some("nightferry=loud"), Some("a=b=c")] {
            assert!(filter(asked).would_enable("nightferry_aws", &Level::INFO), "{asked:?}");
            assert!(!filter(asked).would_enable("nightferry_aws", &Level::DEBUG), "{asked:?}");
        }
    }
}
