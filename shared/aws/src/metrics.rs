//! Metrics in CloudWatch's embedded format: a line on standard output that CloudWatch turns into metrics.

use nightferry_workflow::ports::Metrics;

/// [`Metrics`] for a function, whose standard output is its log.
#[derive(Debug, Clone, Copy, Default)]
pub struct StdoutMetrics;

impl Metrics for StdoutMetrics {
    #[expect(clippy::print_stdout, reason = "the embedded format is a bare line on standard output, not a log record")]
    fn emit(&self, document: &serde_json::Value) {
        println!("{document}");
    }
}
