//! The `plan/` folder of the records bucket.

use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;
use nightferry_workflow::provision::ports::PlanShelf;

use super::{AwsAccount, CALL_TIMEOUT};
use crate::records;
use crate::sdk_error::Call;

impl PlanShelf for AwsAccount {
    async fn read(&self, stack: &Stack, key: &str) -> Result<Option<Vec<u8>>, PortError> {
        records::get_within(CALL_TIMEOUT, &self.s3, &stack.records_bucket(), key).await
    }

    async fn write(&self, stack: &Stack, key: &str, body: Vec<u8>) -> Result<(), PortError> {
        const PUT: Call = Call::write("S3", "PutObject");
        let request = self.s3.put_object().bucket(stack.records_bucket()).key(key).body(body.into());
        let put = request.content_type("application/json").send().await;
        put.map(drop).map_err(|error| PUT.refused(&error))
    }

    async fn remove(&self, stack: &Stack, key: &str) -> Result<(), PortError> {
        const DELETE: Call = Call::write("S3", "DeleteObject");
        let deleted = self.s3.delete_object().bucket(stack.records_bucket()).key(key).send().await;
        deleted.map(drop).map_err(|error| DELETE.refused(&error))
    }
}
