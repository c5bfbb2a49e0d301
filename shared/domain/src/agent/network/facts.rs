//! What EC2 and EFS say, as far as the judgement asks.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::PortRange;
use crate::agent::Cidr;

/// What was seen of a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen<T> {
    /// It is not there.
    Missing,
    /// It may not be looked at, or can't be understood; the words say why.
    Unreadable(String),
    /// It is there.
    Found(T),
}

impl<T> Seen<T> {
    /// The thing, if it was seen.
    pub const fn found(&self) -> Option<&T> {
        match self {
            Self::Found(thing) => Some(thing),
            Self::Missing | Self::Unreadable(_) => None,
        }
    }
}

/// Everything around an agent's VPC endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkFacts {
    /// The endpoint.
    pub endpoint: Seen<EndpointFacts>,
    /// The subnet that the plan names.
    pub subnet: Seen<SubnetFacts>,
    /// Security groups by id: those of the endpoint's interfaces and the plan's own.
    pub groups: BTreeMap<String, Seen<GroupFacts>>,
    /// Networks by the id of the prefix list that holds them. A list that is not in it can't be read.
    pub prefix_lists: BTreeMap<String, Vec<Cidr>>,
    /// The network ACL of the subnet.
    pub acl: Seen<Vec<AclEntry>>,
    /// The routes of the subnet.
    pub routes: Seen<Vec<Route>>,
    /// The networks of the VPC.
    pub vpc_networks: Vec<Cidr>,
    /// Names of agents of this account and Region that talk to DataSync's public endpoint.
    pub public_agents: Vec<String>,
}

/// A VPC endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointFacts {
    /// `State`, as EC2 writes it.
    pub state: String,
    /// `com.amazonaws.ap-northeast-1.datasync`
    pub service: String,
    /// Its VPC.
    pub vpc: String,
    /// Whether the service's own name leads to it in its VPC.
    pub has_private_dns: bool,
    /// Its interfaces.
    pub interfaces: Vec<InterfaceFacts>,
}

impl EndpointFacts {
    /// Its interface in a subnet.
    #[must_use]
    pub fn interface_in(&self, subnet: &str) -> Option<&InterfaceFacts> {
        self.interfaces.iter().find(|interface| interface.subnet == subnet)
    }
}

/// A network interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterfaceFacts {
    /// Its subnet.
    pub subnet: String,
    /// Its private address.
    pub address: Ipv4Addr,
    /// Its security groups.
    pub groups: Vec<String>,
}

/// A subnet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubnetFacts {
    /// Its id.
    pub id: String,
    /// Its VPC.
    pub vpc: String,
    /// Its zone's id or name.
    pub zone: String,
    /// Its addresses.
    pub network: Cidr,
    /// Addresses of it that nothing uses.
    pub free: u32,
}

/// A security group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupFacts {
    /// Its VPC.
    pub vpc: String,
    /// What it lets in.
    pub inbound: Vec<Rule>,
}

/// A rule of a security group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The TCP ports that it opens; none for a rule of another protocol.
    pub tcp: Option<PortRange>,
    /// To whom.
    pub peers: Vec<Peer>,
}

/// Whom a rule lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// A network.
    Network(Cidr),
    /// The interfaces that are in this security group, its own included where it names itself.
    Group(String),
    /// The networks of this prefix list.
    PrefixList(String),
}

/// An entry of a network ACL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AclEntry {
    /// The lowest that fits decides.
    pub number: u32,
    /// Whether it is about what leaves the subnet.
    pub is_egress: bool,
    /// Whether it lets pass.
    pub allows: bool,
    /// The TCP ports that it is about; none for an entry of another protocol.
    pub tcp: Option<PortRange>,
    /// The other side.
    pub network: Cidr,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Where to; none for one to a prefix list that can't be read.
    pub to: Option<Cidr>,
    /// Through what: `local`, `vgw-...`, `tgw-...`, `pcx-...`, `igw-...`
    pub through: String,
    /// Whether that is gone.
    pub is_blackhole: bool,
}

/// What an EFS end of a transfer meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EfsFacts {
    /// The subnet of the location.
    pub subnet: Seen<SubnetFacts>,
    /// The security groups of the location's interfaces.
    pub location_groups: Vec<String>,
    /// The file system's mount targets; unreadable where EFS does not say.
    pub mount_targets: Seen<Vec<MountTarget>>,
    /// Security groups of the mount targets and of the location's interfaces, by id.
    pub groups: BTreeMap<String, Seen<GroupFacts>>,
    /// As [`NetworkFacts::prefix_lists`].
    pub prefix_lists: BTreeMap<String, Vec<Cidr>>,
}

/// A mount target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountTarget {
    /// Its zone, as the subnet names its own.
    pub zone: String,
    /// Its VPC.
    pub vpc: String,
    /// Its security groups.
    pub groups: Vec<String>,
}
