//! What AWS says of everything that a restore needs.

use nightferry_domain::preflight::{self, Findings, ProfileFacts, RestoreFacts, SubnetFacts};
use nightferry_domain::restore::Restore;
use nightferry_domain::restore::metadata::profile_of;
use nightferry_workflow::error::PortError;

use super::{DataSyncPreflight, is_denied, restore_keys as keys, role};
use crate::ec2::{EC2, document, read};
use crate::sdk_error::Call;
use crate::signed::Signed;

const PROFILE: Call = Call::read("IAM", "GetInstanceProfile");
const SUBNETS: Call = Call::read("EC2", "DescribeSubnets");

impl DataSyncPreflight {
    /// Where machines are restored: EC2 is asked about subnets by these signed calls.
    #[must_use]
    pub(crate) fn with_ec2(self, ec2: Signed) -> Self {
        Self { ec2: Some(ec2), ..self }
    }

    pub(super) async fn restore_findings(&self, restore: &Restore) -> Result<Findings, PortError> {
        let facts = RestoreFacts {
            role: role::read(&self.iam, &restore.restore_role).await?,
            profile: profile(&self.iam, restore).await?,
            subnet: self.subnet(restore).await?,
            keys: keys::read(self, restore).await?,
        };
        Ok(preflight::restore(&self.stack, restore, &facts))
    }

    async fn subnet(&self, restore: &Restore) -> Result<SubnetFacts, PortError> {
        let Some(id) = restore.metadata.get("SubnetId") else { return Ok(SubnetFacts::NotAsked) };
        let Some(ec2) = &self.ec2 else { return Ok(SubnetFacts::Unreadable) };
        let filter = [("Filter.1.Name", "subnet-id"), ("Filter.1.Value.1", id.as_str())];
        let asked: Vec<_> = filter.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        match ec2.query(SUBNETS, EC2, "DescribeSubnets", &asked).await {
            Ok(reply) => {
                let document = document(SUBNETS, &reply)?;
                let found = read::items(document.root_element(), "subnetSet").next();
                Ok(found.map_or(SubnetFacts::Missing, |subnet| SubnetFacts::Found {
                    free_addresses: read::text(subnet, &["availableIpAddressCount"])
                        .and_then(|count| count.parse().ok())
                        .unwrap_or_default(),
                    gives_public_address: read::text(subnet, &["mapPublicIpOnLaunch"]).as_deref() == Some("true"),
                }))
            }
            Err(refusal) if is_denied(&refusal) => Ok(SubnetFacts::Unreadable),
            Err(refusal) => Err(refusal),
        }
    }
}

async fn profile(iam: &aws_sdk_iam::Client, restore: &Restore) -> Result<ProfileFacts, PortError> {
    let Some(name) = profile_of(&restore.metadata) else { return Ok(ProfileFacts::NotAsked) };
    let told = iam.get_instance_profile().instance_profile_name(name).send().await;
    match told.map_err(|error| PROFILE.refused(&error)) {
        Ok(told) => {
            let role = told.instance_profile().and_then(|profile| profile.roles().first());
            Ok(ProfileFacts::Found(role.map(|role| role.arn().to_owned())))
        }
        Err(PortError::Missing { .. }) => Ok(ProfileFacts::Missing),
        Err(refusal) if is_denied(&refusal) => Ok(ProfileFacts::Unreadable),
        Err(refusal) => Err(refusal),
    }
}
