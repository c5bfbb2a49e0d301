//! What EFS and EC2 say around a file system that a transfer writes: described calls only, nothing is changed.
//!
//! A thing that is not there and one that may not be looked at are two answers, and neither is an error.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use aws_types::SdkConfig;
use nightferry_domain::agent::network::facts::{EfsFacts, MountTarget, Seen};
use nightferry_domain::destination::FilesEnd;
use nightferry_workflow::error::PortError;
use serde_json::Value;

use crate::ec2::network::Ec2Network;
use crate::sdk_error::Call;
use crate::signed::{Service, Signed};

/// Of EFS a few calls are made, so its SDK is not among the dependencies.
pub(crate) const EFS: Service = Service { name: "elasticfilesystem", version: "2015-02-01" };
const TARGETS: Call = Call::read("EFS", "DescribeMountTargets");
const GROUPS: Call = Call::read("EFS", "DescribeMountTargetSecurityGroups");

/// Pages of mount targets that are read: a file system has at most one a zone and VPC.
pub const PAGES_MAX: usize = 20;

/// EFS's description of file systems.
#[derive(Debug, Clone)]
pub struct FileSystems {
    signed: Signed,
    network: Ec2Network,
}

impl FileSystems {
    /// The file systems of the settings' account and Region.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self { signed: Signed::new(config), network: Ec2Network::new(config) }
    }

    /// Everything around an end: its subnet, the file system's mount targets, and the security groups of both.
    ///
    /// # Errors
    /// When EC2 or EFS does not answer.
    pub async fn facts(&self, end: &FilesEnd) -> Result<EfsFacts, PortError> {
        let subnet = self.network.subnet(&end.subnet).await?;
        let zone = subnet.found().map(|subnet| subnet.zone.clone());
        let mount_targets = self.mount_targets(end.id(), zone.as_deref()).await?;
        let of_targets = mount_targets.found().into_iter().flatten().flat_map(|target| &target.groups);
        let ids: BTreeSet<&str> = of_targets.chain(&end.security_groups).map(String::as_str).collect();
        let groups = self.network.groups(&ids).await?;
        let prefix_lists = self.network.prefix_lists(&groups).await?;
        Ok(EfsFacts { subnet, location_groups: end.security_groups.clone(), mount_targets, groups, prefix_lists })
    }

    /// The groups are read of those in the zone alone: the others are not mounted.
    async fn mount_targets(&self, id: &str, zone: Option<&str>) -> Result<Seen<Vec<MountTarget>>, PortError> {
        let listed = match self.listed(id).await? {
            Seen::Found(listed) => listed,
            Seen::Missing => return Ok(Seen::Missing),
            Seen::Unreadable(why) => return Ok(Seen::Unreadable(why)),
        };
        let mut targets = vec![];
        for told in &listed {
            let Some((name, mut target)) = target(told) else {
                return Err(TARGETS.unreadable("a mount target without its id, zone or VPC"));
            };
            if zone == Some(target.zone.as_str()) {
                match self.groups_of(name).await? {
                    Seen::Found(groups) => target.groups = groups,
                    // Deleted since it was listed.
                    Seen::Missing => continue,
                    Seen::Unreadable(why) => return Ok(Seen::Unreadable(why)),
                }
            }
            targets.push(target);
        }
        Ok(if targets.is_empty() { Seen::Missing } else { Seen::Found(targets) })
    }

    async fn listed(&self, id: &str) -> Result<Seen<Vec<Value>>, PortError> {
        let (mut all, mut marker) = (vec![], String::new());
        for _ in 0..PAGES_MAX {
            let page = match self.ask(TARGETS, format!("/mount-targets?FileSystemId={id}{marker}")).await? {
                Seen::Found(page) => page,
                Seen::Missing => return Ok(Seen::Missing),
                Seen::Unreadable(why) => return Ok(Seen::Unreadable(why)),
            };
            all.extend(page.get("MountTargets").and_then(Value::as_array).into_iter().flatten().cloned());
            match page.get("NextMarker").and_then(Value::as_str).filter(|next| !next.is_empty()) {
                Some(next) => marker = format!("&Marker={}", crate::signed::encoded(next)),
                None => return Ok(Seen::Found(all)),
            }
        }
        Err(TARGETS.rejected("TooManyPages", &format!("{id} has more than {PAGES_MAX} pages of mount targets")))
    }

    async fn groups_of(&self, target: &str) -> Result<Seen<Vec<String>>, PortError> {
        let told = self.ask(GROUPS, format!("/mount-targets/{target}/security-groups")).await?;
        Ok(match told {
            Seen::Found(told) => {
                let groups = told.get("SecurityGroups").and_then(Value::as_array).into_iter().flatten();
                Seen::Found(groups.filter_map(|id| id.as_str().map(str::to_owned)).collect())
            }
            Seen::Missing => Seen::Missing,
            Seen::Unreadable(why) => Seen::Unreadable(why),
        })
    }

    async fn ask(&self, call: Call, path: String) -> Result<Seen<Value>, PortError> {
        match self.signed.get(call, EFS, format!("/{}{path}", EFS.version)).await {
            Ok(told) => Ok(Seen::Found(told)),
            Err(PortError::Missing { .. }) => Ok(Seen::Missing),
            Err(PortError::Rejected { code, .. }) if code.starts_with("AccessDenied") => {
                Ok(Seen::Unreadable(format!("elasticfilesystem:{} is not allowed", call.operation())))
            }
            Err(error) => Err(error),
        }
    }
}

/// A mount target's id, and what is known of it without its groups.
fn target(told: &Value) -> Option<(&str, MountTarget)> {
    let text = |name: &str| told.get(name).and_then(Value::as_str);
    let target =
        MountTarget { zone: text("AvailabilityZoneName")?.to_owned(), vpc: text("VpcId")?.to_owned(), groups: vec![] };
    Some((text("MountTargetId")?, target))
}
