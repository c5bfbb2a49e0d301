//! EFS's access points, of which one call is needed: where do they begin?

use nightferry_workflow::copy_back::ports::AccessPoints;
use nightferry_workflow::error::PortError;
use serde_json::Value;

use super::AwsAccount;
use crate::file_systems::EFS;
use crate::sdk_error::Call;

const POINTS: Call = Call::read("EFS", "DescribeAccessPoints");

impl AccessPoints for AwsAccount {
    async fn root_of(&self, point: &str) -> Result<String, PortError> {
        let id = point.rsplit('/').next().unwrap_or_default();
        let path = format!("/{}/access-points?AccessPointId={id}", EFS.version);
        let told = self.signed.get(POINTS, EFS, path).await?;
        let shown = told.pointer("/AccessPoints/0").ok_or_else(|| POINTS.unreadable("it shows no access point"))?;
        // One that was made without a root directory begins at the file system's own.
        Ok(shown.pointer("/RootDirectory/Path").and_then(Value::as_str).unwrap_or("/").to_owned())
    }
}
