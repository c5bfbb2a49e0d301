//! Who is calling: the account and partition that everything else is named after.

use aws_types::SdkConfig;
use nightferry_workflow::error::PortError;

use crate::sdk_error::Call;

const WHO: Call = Call::read("STS", "GetCallerIdentity");

/// The caller, as AWS sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Twelve digits.
    pub account: String,
    /// `aws`, `aws-cn`, `aws-us-gov` ...
    pub partition: String,
    /// The caller's ARN.
    pub arn: String,
}

/// Asks AWS who is calling. Needs no permission, so it also proves that the credentials work.
pub async fn caller(config: &SdkConfig) -> Result<Identity, PortError> {
    let told = aws_sdk_sts::Client::new(config).get_caller_identity().send().await;
    let told = told.map_err(|error| WHO.refused(&error))?;
    let arn = told.arn().unwrap_or_default();
    let (Some(account), Some(partition)) = (told.account(), arn.split(':').nth(1)) else {
        return Err(WHO.rejected("UnreadableAnswer", &format!("no account for `{arn}`")));
    };
    Ok(Identity { account: account.to_owned(), partition: partition.to_owned(), arn: arn.to_owned() })
}
