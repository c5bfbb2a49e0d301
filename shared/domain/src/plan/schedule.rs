//! When runs open, who reads about them, and which agents stand on the premises.

use std::net::Ipv4Addr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EmailAddress, SecurityGroupId, SubnetId, VpcEndpointId};

/// One schedule: a run opens at each of its times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Six fields as EventBridge Scheduler reads them: minute hour day-of-month month day-of-week year,
    /// one of the two days being `?`. Without the word cron: `0 6 * * ? *`.
    pub cron: String,
    /// An IANA zone such as `Asia/Tokyo`; the times of `cron` are this zone's wall clock.
    pub timezone: String,
}

/// Who gets the morning message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Notify {
    /// The address that Amazon SNS writes to (it must confirm the subscription once).
    pub email: EmailAddress,
}

/// A DataSync agent on the premises, activated over a VPC endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// The agent machine's IPv4 address, as `nightferry agent activate` reaches it.
    #[schemars(regex(pattern = r"^[0-9]{1,3}(\.[0-9]{1,3}){3}$"))]
    pub address: Ipv4Addr,
    /// The DataSync interface endpoint that the agent talks to.
    pub vpc_endpoint: VpcEndpointId,
    /// Where DataSync places the network interfaces of the agent's transfers.
    pub subnet: SubnetId,
    /// The security group of the endpoint and those network interfaces.
    pub security_group: SecurityGroupId,
}
