//! Pointers: whose execution is this?

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use nightferry_domain::ids::{AttemptId, ExecutionArn};
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::Clock;

use super::DynamoRunTable;
use super::items::{ATTEMPT, EXPIRES_AT, Key, expires_at, text};
use crate::chance_and_time::SystemClock;
use crate::sdk_error::Call;

const POINT: Call = Call::write("DynamoDB", "PutItem");
const READ: Call = Call::read("DynamoDB", "GetItem");

impl DynamoRunTable {
    pub(super) async fn put_pointer(&self, execution: &ExecutionArn, attempt: &AttemptId) -> Result<(), PortError> {
        let put = self.pointer(execution, attempt);
        let _ = put.send().await.map_err(|error| POINT.refused(&error))?;
        Ok(())
    }

    /// A lost reply and a second try find the pointer as the first try left it: the attempt's own.
    pub(super) async fn put_pointer_unless_taken(
        &self,
        execution: &ExecutionArn,
        attempt: &AttemptId,
    ) -> Result<bool, PortError> {
        let put = self
            .pointer(execution, attempt)
            .condition_expression("attribute_not_exists(#attempt) OR #attempt = :attempt")
            .expression_attribute_names("#attempt", ATTEMPT)
            .expression_attribute_values(":attempt", AttributeValue::S(attempt.to_string()));
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => {
                Ok(false)
            }
            Err(error) => Err(POINT.refused(&error)),
        }
    }

    fn pointer(&self, execution: &ExecutionArn, attempt: &AttemptId) -> PutItemFluentBuilder {
        let until = expires_at(SystemClock.now(), self.keep_records_days);
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(Key::of_execution(execution).into_item()))
            .item(ATTEMPT, AttributeValue::S(attempt.to_string()))
            .item(EXPIRES_AT, AttributeValue::N(until.to_string()))
    }

    pub(super) async fn get_pointer(&self, execution: &ExecutionArn) -> Result<Option<AttemptId>, PortError> {
        let Some(item) = self.item(Key::of_execution(execution)).await? else { return Ok(None) };
        let attempt = text(&item, ATTEMPT).unwrap_or_default();
        let damaged = |error| READ.rejected("DamagedItem", &format!("the pointer of {execution}: {error}"));
        attempt.parse().map(Some).map_err(damaged)
    }
}
