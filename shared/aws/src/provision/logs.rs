//! DataSync's log group in CloudWatch Logs, and the resource policy that lets DataSync write to it.

use aws_smithy_types::retry::RetryConfig;
use nightferry_domain::provision::{LogGroup, LogPolicy, names};
use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;
use nightferry_workflow::provision::Marked;
use nightferry_workflow::provision::ports::TransferLogs;

use super::settings::document;
use super::{AwsAccount, PAGES_MAX};
use crate::sdk_error::Call;

impl TransferLogs for AwsAccount {
    async fn log_group(&self, stack: &Stack) -> Result<Marked<LogGroup>, PortError> {
        let name = stack.transfer_log_group();
        let Some(retention_in_days) = self.retention(&name).await? else {
            return Ok(Marked { ours: vec![], foreign: vec![] });
        };
        if self.is_ours(stack).await? {
            return Ok(Marked { ours: vec![LogGroup { log_group_name: name, retention_in_days }], foreign: vec![] });
        }
        Ok(Marked { ours: vec![], foreign: vec![name] })
    }

    async fn log_policy(&self, stack: &Stack) -> Result<Option<LogPolicy>, PortError> {
        const DESCRIBE: Call = Call::read("CloudWatch Logs", "DescribeResourcePolicies");
        let name = names::log_policy(stack);
        let mut next = None;
        for _ in 0..PAGES_MAX {
            let page = self.logs.describe_resource_policies().set_next_token(next).send().await;
            let page = page.map_err(|error| DESCRIBE.refused(&error))?;
            if let Some(there) = page.resource_policies().iter().find(|there| there.policy_name() == Some(&name)) {
                let policy_document = document(there.policy_document().unwrap_or_default());
                return Ok(Some(LogPolicy { policy_name: name, policy_document }));
            }
            next = page.next_token;
            if next.is_none() {
                break;
            }
        }
        Ok(None)
    }

    /// Sent once: sent again after a lost reply, it would meet its own group as somebody else's.
    async fn create_log_group(&self, stack: &Stack, group: &LogGroup) -> Result<(), PortError> {
        const CREATE: Call = Call::start("CloudWatch Logs", "CreateLogGroup");
        let once = aws_sdk_cloudwatchlogs::config::Builder::new().retry_config(RetryConfig::disabled());
        let request = self.logs.create_log_group().log_group_name(&group.log_group_name);
        let made = request.tags(names::STACK_TAG, &stack.name).customize().config_override(once).send().await;
        made.map(drop).map_err(|error| CREATE.refused(&error))
    }

    async fn set_retention(&self, group: &LogGroup) -> Result<(), PortError> {
        const PUT: Call = Call::write("CloudWatch Logs", "PutRetentionPolicy");
        let Some(days) = group.retention_in_days else { return Ok(()) };
        let request = self.logs.put_retention_policy().log_group_name(&group.log_group_name);
        request.retention_in_days(days).send().await.map(drop).map_err(|error| PUT.refused(&error))
    }

    async fn put_log_policy(&self, policy: &LogPolicy) -> Result<(), PortError> {
        const PUT: Call = Call::write("CloudWatch Logs", "PutResourcePolicy");
        let request = self.logs.put_resource_policy().policy_name(&policy.policy_name);
        let put = request.policy_document(policy.policy_document.to_string()).send().await;
        put.map(drop).map_err(|error| PUT.refused(&error))
    }

    async fn delete_log_group(&self, name: &str) -> Result<(), PortError> {
        const DELETE: Call = Call::write("CloudWatch Logs", "DeleteLogGroup");
        let deleted = self.logs.delete_log_group().log_group_name(name).send().await;
        deleted.map(drop).map_err(|error| DELETE.refused(&error))
    }

    async fn delete_log_policy(&self, name: &str) -> Result<(), PortError> {
        const DELETE: Call = Call::write("CloudWatch Logs", "DeleteResourcePolicy");
        let deleted = self.logs.delete_resource_policy().policy_name(name).send().await;
        deleted.map(drop).map_err(|error| DELETE.refused(&error))
    }
}

impl AwsAccount {
    /// The group's retention in days, if there is such a group: the list is by prefix, and sorted by name.
    async fn retention(&self, name: &str) -> Result<Option<Option<i32>>, PortError> {
        const DESCRIBE: Call = Call::read("CloudWatch Logs", "DescribeLogGroups");
        let told = self.logs.describe_log_groups().log_group_name_prefix(name).send().await;
        let told = told.map_err(|error| DESCRIBE.refused(&error))?;
        let there = told.log_groups().iter().find(|group| group.log_group_name() == Some(name));
        Ok(there.map(|group| group.retention_in_days))
    }

    async fn is_ours(&self, stack: &Stack) -> Result<bool, PortError> {
        const TAGS: Call = Call::read("CloudWatch Logs", "ListTagsForResource");
        let told = self.logs.list_tags_for_resource().resource_arn(names::log_group_arn(stack)).send().await;
        let told = told.map_err(|error| TAGS.refused(&error))?;
        Ok(told.tags().and_then(|tags| tags.get(names::STACK_TAG)).is_some_and(|name| *name == stack.name))
    }
}
