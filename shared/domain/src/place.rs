//! Where one stack's things are, as its functions are told and as the program derives it.

use crate::stack::Stack;

/// Days for which a record is kept that no plan says anything about.
pub const KEEP_RECORDS_DAYS: u32 = 400;

/// The things of one stack that a run touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The stack.
    pub stack: Stack,
    /// Name of the run table.
    pub run_table: String,
    /// Name of the bucket of plans, manifests, task reports and reports.
    pub records_bucket: String,
    /// ARN of the state machine that carries one night.
    pub nightly_run_arn: String,
    /// ARN of the topic that carries the morning message.
    pub report_topic_arn: String,
    /// Days after its end for which a record is kept.
    pub keep_records_days: u32,
}

impl Place {
    /// Where `template.yaml` puts the things of a stack.
    #[must_use]
    pub fn of(stack: Stack) -> Self {
        Self {
            run_table: stack.table(),
            records_bucket: stack.records_bucket(),
            nightly_run_arn: stack.nightly_run_arn(),
            report_topic_arn: stack.report_topic_arn(),
            keep_records_days: KEEP_RECORDS_DAYS,
            stack,
        }
    }
}
