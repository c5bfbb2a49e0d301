//! What KMS says of a key: its policy. Only the key's own account is shown it.

use aws_types::SdkConfig;
use aws_types::region::Region;
use nightferry_workflow::error::PortError;
use serde_json::{Value, json};

use super::is_denied;
use crate::sdk_error::Call;
use crate::signed::{Service, Signed};

const KMS: Service = Service { name: "kms", version: "2014-11-01" };
const POLICY: Call = Call::read("KMS", "GetKeyPolicy");

/// Its policy as JSON; `None` where it is not shown, or the key is not there.
pub(super) async fn policy(config: &SdkConfig, arn: &str) -> Result<Option<String>, PortError> {
    let asked = json!({"KeyId": arn, "PolicyName": "default"});
    let told = Signed::new(&in_its_region(config, arn)).json(POLICY, KMS, "TrentService.GetKeyPolicy", &asked).await;
    match told {
        Ok(told) => Ok(told.get("Policy").and_then(Value::as_str).map(str::to_owned)),
        Err(PortError::Missing { .. }) => Ok(None),
        Err(error) if is_denied(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A replica's key is in the replica's Region.
fn in_its_region(config: &SdkConfig, arn: &str) -> SdkConfig {
    let region = arn.split(':').nth(3).unwrap_or_default().to_owned();
    config.clone().into_builder().region(Region::new(region)).build()
}
