//! The `plan/` folder of the records bucket.

use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;
use nightferry_workflow::provision::ports::PlanShelf;

use super::AwsAccount;
use crate::sdk_error::Call;

impl PlanShelf for AwsAccount {
    async fn read(&self, stack: &Stack, key: &str) -> Result<Option<Vec<u8>>, PortError> {
        const GET: Call = Call::read("S3", "GetObject");
        match self.s3.get_object().bucket(stack.records_bucket()).key(key).send().await {
            Ok(told) => {
                let body = told.body.collect().await;
                let body = body.map_err(|_| GET.retryable("the document could not be read to its end"))?;
                Ok(Some(body.to_vec()))
            }
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(aws_sdk_s3::operation::get_object::GetObjectError::is_no_such_key) =>
            {
                Ok(None)
            }
            Err(error) => Err(GET.refused(&error)),
        }
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
