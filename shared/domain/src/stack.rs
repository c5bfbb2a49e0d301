//! The names of everything that one deployed stack consists of, derived in one place from four facts.

use serde::{Deserialize, Serialize};

/// One deployed stack: where it is and what it is called. `template.yaml` derives the same names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stack {
    /// `aws`, `aws-cn`, `aws-us-gov` ...
    pub partition: String,
    /// Twelve digits.
    pub account: String,
    /// For example `ap-northeast-1`.
    pub region: String,
    /// The CloudFormation stack's name.
    pub name: String,
}

/// The partition of a Region, for what names no ARN.
#[must_use]
pub fn partition_of(region: &str) -> &'static str {
    match region.split('-').next().unwrap_or_default() {
        "cn" => "aws-cn",
        "us" if region.starts_with("us-gov-") => "aws-us-gov",
        "us" if region.starts_with("us-iso-") => "aws-iso",
        "us" if region.starts_with("us-isob-") => "aws-iso-b",
        _ => "aws",
    }
}

impl Stack {
    /// The stack of this name in an account and a Region, which tells the partition.
    #[must_use]
    pub fn in_region(account: &str, region: &str, name: &str) -> Self {
        let partition = partition_of(region);
        let [partition, account, region, name] = [partition, account, region, name].map(str::to_owned);
        Self { partition, account, region, name }
    }

    /// The run table.
    #[must_use]
    pub fn table(&self) -> String {
        self.name.clone()
    }

    /// The bucket of plans, manifests, task reports and reports.
    #[must_use]
    pub fn records_bucket(&self) -> String {
        format!("{}-{}-{}", self.name, self.account, self.region)
    }

    /// An ARN in this account and region.
    #[must_use]
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition, self.region, self.account)
    }

    /// The state machine that carries one night.
    #[must_use]
    pub fn nightly_run_arn(&self) -> String {
        self.arn("states", &format!("stateMachine:{}-nightly-run", self.name))
    }

    /// The state machine that carries one restore, or one drill.
    #[must_use]
    pub fn restore_arn(&self) -> String {
        self.arn("states", &format!("stateMachine:{}-restore", self.name))
    }

    /// A function, by its verb (`open-run`).
    #[must_use]
    pub fn function_arn(&self, verb: &str) -> String {
        self.arn("lambda", &format!("function:{}-{verb}", self.name))
    }

    /// The group of the plan's schedules.
    #[must_use]
    pub fn schedule_group(&self) -> String {
        self.name.clone()
    }

    /// An IAM role of the stack, by the part of its name behind the stack's.
    #[must_use]
    pub fn role_arn(&self, suffix: &str) -> String {
        format!("arn:{}:iam::{}:role/{}-{suffix}", self.partition, self.account, self.name)
    }

    /// The topic that carries the morning message.
    #[must_use]
    pub fn report_topic_arn(&self) -> String {
        self.arn("sns", &format!("{}-reports", self.name))
    }

    /// The queue of schedule calls that could not be delivered.
    #[must_use]
    pub fn undelivered_schedules_arn(&self) -> String {
        self.arn("sqs", &format!("{}-undelivered-schedules", self.name))
    }

    /// DataSync's log group for all tasks of the plan.
    #[must_use]
    pub fn transfer_log_group(&self) -> String {
        format!("/aws/datasync/{}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_tells_its_partition() {
        let regions = ["ap-northeast-1", "cn-north-1", "us-gov-west-1", "us-east-1"];
        assert_eq!(regions.map(partition_of), ["aws", "aws-cn", "aws-us-gov", "aws"]);
    }

    #[test]
    fn names_follow_from_partition_account_region_and_name() {
        let stack = Stack {
            partition: "aws-cn".into(),
            account: "123456789012".into(),
            region: "cn-north-1".into(),
            name: "nightferry".into(),
        };
        assert_eq!(stack.records_bucket(), "nightferry-123456789012-cn-north-1");
        assert_eq!(
            stack.nightly_run_arn(),
            "arn:aws-cn:states:cn-north-1:123456789012:stateMachine:nightferry-nightly-run"
        );
        assert_eq!(stack.table(), "nightferry");
        assert_eq!(stack.report_topic_arn(), "arn:aws-cn:sns:cn-north-1:123456789012:nightferry-reports");
        assert_eq!(stack.role_arn("scheduler"), "arn:aws-cn:iam::123456789012:role/nightferry-scheduler");
    }
}
