//! The morning message over SNS.

use aws_sdk_sns::Client;
use aws_sdk_sns::config::retry::RetryConfig;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::Notices;

use crate::sdk_error::Call;

/// SNS knows no token by which it would notice a second copy of one message.
const PUBLISH: Call = Call::start("SNS", "Publish");

/// [`Notices`] over one topic.
#[derive(Debug, Clone)]
pub struct Topic {
    client: Client,
    arn: String,
}

impl Topic {
    /// The topic of this ARN.
    #[must_use]
    pub fn new(client: Client, arn: String) -> Self {
        Self { client, arn }
    }
}

impl Notices for Topic {
    async fn publish(&self, subject: &str, message: &str) -> Result<(), PortError> {
        let one_try = aws_sdk_sns::config::Builder::new().retry_config(RetryConfig::disabled());
        let request = self.client.publish().topic_arn(&self.arn).subject(subject).message(message);
        let sent = request.customize().config_override(one_try).send().await;
        let _ = sent.map_err(|error| PUBLISH.refused(&error))?;
        Ok(())
    }
}
