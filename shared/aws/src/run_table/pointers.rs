//! Pointers: whose execution is this?

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
        let until = expires_at(SystemClock.now(), self.keep_records_days);
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(Key::of_execution(execution).into_item()))
            .item(ATTEMPT, AttributeValue::S(attempt.to_string()))
            .item(EXPIRES_AT, AttributeValue::N(until.to_string()));
        let _ = put.send().await.map_err(|error| POINT.refused(&error))?;
        Ok(())
    }

    pub(super) async fn get_pointer(&self, execution: &ExecutionArn) -> Result<Option<AttemptId>, PortError> {
        let Some(item) = self.item(Key::of_execution(execution)).await? else { return Ok(None) };
        let attempt = text(&item, ATTEMPT).unwrap_or_default();
        let damaged = |error| READ.rejected("DamagedItem", &format!("the pointer of {execution}: {error}"));
        attempt.parse().map(Some).map_err(damaged)
    }
}
