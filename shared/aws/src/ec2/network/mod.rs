//! What EC2 says of the network around an agent: described calls only, nothing is changed.
//!
//! A thing that is not there and one that may not be looked at are two answers, and neither is an error.

mod read;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use aws_types::SdkConfig;
use nightferry_domain::agent::Cidr;
use nightferry_domain::agent::network::facts::{
    AclEntry, EndpointFacts, GroupFacts, NetworkFacts, Peer, Route, Seen, SubnetFacts,
};
use nightferry_domain::plan::Agent;
use nightferry_workflow::error::PortError;

use super::read::next_token;
use super::{EC2, PAGES_MAX, Parameters, document, filter};
use crate::sdk_error::Call;
use crate::signed::Signed;

const ENDPOINTS: Call = Call::read("EC2", "DescribeVpcEndpoints");
const INTERFACES: Call = Call::read("EC2", "DescribeNetworkInterfaces");
const SUBNETS: Call = Call::read("EC2", "DescribeSubnets");
const GROUPS: Call = Call::read("EC2", "DescribeSecurityGroups");
const ACLS: Call = Call::read("EC2", "DescribeNetworkAcls");
const ROUTES: Call = Call::read("EC2", "DescribeRouteTables");
const VPCS: Call = Call::read("EC2", "DescribeVpcs");
const LISTS: Call = Call::read("EC2", "GetManagedPrefixListEntries");

/// EC2's description of networks.
#[derive(Debug, Clone)]
pub struct Ec2Network {
    signed: Signed,
}

impl Ec2Network {
    /// The networks of the settings' account and Region.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self { signed: Signed::new(config) }
    }

    /// Everything around an agent's VPC endpoint. `public_agents` is DataSync's to say.
    ///
    /// # Errors
    /// When EC2 does not answer.
    pub async fn facts(&self, plan: &Agent, public_agents: Vec<String>) -> Result<NetworkFacts, PortError> {
        let endpoint = self.endpoint(plan.vpc_endpoint.as_str()).await?;
        let subnet = self.subnet(plan.subnet.as_str()).await?;
        let interface = endpoint.found().and_then(|endpoint| endpoint.interface_in(plan.subnet.as_str()));
        let mut ids: BTreeSet<&str> = interface.into_iter().flat_map(|it| &it.groups).map(String::as_str).collect();
        let _ = ids.insert(plan.security_group.as_str());
        let groups = self.groups(&ids).await?;
        let prefix_lists = self.prefix_lists(&groups).await?;
        let (acl, routes, vpc_networks) = match subnet.found() {
            None => (Seen::Missing, Seen::Missing, vec![]),
            Some(subnet) => {
                (self.acl(subnet).await?, self.routes(subnet).await?, self.vpc_networks(&subnet.vpc).await?)
            }
        };
        Ok(NetworkFacts { endpoint, subnet, groups, prefix_lists, acl, routes, vpc_networks, public_agents })
    }

    async fn endpoint(&self, id: &str) -> Result<Seen<EndpointFacts>, PortError> {
        let reply = match self.ask(ENDPOINTS, numbered("VpcEndpointId", [id])).await? {
            Seen::Found(reply) => reply,
            Seen::Missing => return Ok(Seen::Missing),
            Seen::Unreadable(why) => return Ok(Seen::Unreadable(why)),
        };
        let Some((mut endpoint, interfaces)) = read::endpoint(&document(ENDPOINTS, &reply)?) else {
            return Ok(Seen::Missing);
        };
        if interfaces.is_empty() {
            return Ok(Seen::Found(endpoint));
        }
        let asked = numbered("NetworkInterfaceId", interfaces.iter().map(String::as_str));
        match self.ask(INTERFACES, asked).await? {
            Seen::Found(reply) => endpoint.interfaces = read::interfaces(&document(INTERFACES, &reply)?),
            // Without its interfaces nothing can be said of where it is.
            Seen::Unreadable(why) => return Ok(Seen::Unreadable(why)),
            Seen::Missing => {}
        }
        Ok(Seen::Found(endpoint))
    }

    pub(crate) async fn subnet(&self, id: &str) -> Result<Seen<SubnetFacts>, PortError> {
        self.read(SUBNETS, numbered("SubnetId", [id]), read::subnet).await
    }

    pub(crate) async fn groups(&self, ids: &BTreeSet<&str>) -> Result<BTreeMap<String, Seen<GroupFacts>>, PortError> {
        let mut groups = BTreeMap::new();
        // One at a time: an id that EC2 does not know has the whole call refused.
        for id in ids {
            let seen = self.read(GROUPS, numbered("GroupId", [*id]), read::group).await?;
            let _ = groups.insert((*id).to_owned(), seen);
        }
        Ok(groups)
    }

    pub(crate) async fn prefix_lists(
        &self,
        groups: &BTreeMap<String, Seen<GroupFacts>>,
    ) -> Result<BTreeMap<String, Vec<Cidr>>, PortError> {
        let rules = groups.values().filter_map(Seen::found).flat_map(|group| &group.inbound);
        let ids: BTreeSet<&String> = rules.flat_map(|rule| &rule.peers).filter_map(list_of).collect();
        let mut lists = BTreeMap::new();
        for id in ids {
            if let Some(networks) = self.prefix_list(id).await? {
                let _ = lists.insert(id.clone(), networks);
            }
        }
        Ok(lists)
    }

    /// Read whole or not at all: a network on a later page is let in too.
    async fn prefix_list(&self, id: &str) -> Result<Option<Vec<Cidr>>, PortError> {
        let (mut networks, mut next) = (vec![], None);
        for _ in 0..PAGES_MAX {
            let mut asked = vec![("PrefixListId".to_owned(), id.to_owned())];
            asked.extend(next.map(|token| ("NextToken".to_owned(), token)));
            let Seen::Found(reply) = self.ask(LISTS, asked).await? else { return Ok(None) };
            let document = document(LISTS, &reply)?;
            let Some(page) = read::prefix_list(&document) else { return Ok(None) };
            networks.extend(page);
            next = next_token(&document);
            if next.is_none() {
                return Ok(Some(networks));
            }
        }
        Err(LISTS.rejected("TooManyPages", &format!("prefix list {id} has more than {PAGES_MAX} pages")))
    }

    async fn acl(&self, subnet: &SubnetFacts) -> Result<Seen<Vec<AclEntry>>, PortError> {
        let asked = filter(1, "association.subnet-id", [subnet.id.clone()]).collect();
        self.read(ACLS, asked, read::acl).await
    }

    /// The subnet's own table, else the main one of its VPC.
    async fn routes(&self, subnet: &SubnetFacts) -> Result<Seen<Vec<Route>>, PortError> {
        let own = filter(1, "association.subnet-id", [subnet.id.clone()]).collect();
        let own = self.read(ROUTES, own, read::routes).await?;
        if own != Seen::Missing {
            return Ok(own);
        }
        let of_vpc = filter(1, "vpc-id", [subnet.vpc.clone()]);
        let main = of_vpc.chain(filter(2, "association.main", ["true".to_owned()])).collect();
        self.read(ROUTES, main, read::routes).await
    }

    /// Whoever may not look at VPCs learns nothing of overlaps.
    async fn vpc_networks(&self, vpc: &str) -> Result<Vec<Cidr>, PortError> {
        let seen = self.read(VPCS, numbered("VpcId", [vpc]), read::vpc_networks).await?;
        Ok(seen.found().cloned().unwrap_or_default())
    }

    async fn read<T>(
        &self,
        call: Call,
        parameters: Parameters,
        read: fn(&roxmltree::Document<'_>) -> Option<T>,
    ) -> Result<Seen<T>, PortError> {
        Ok(match self.ask(call, parameters).await? {
            Seen::Found(reply) => read(&document(call, &reply)?).map_or(Seen::Missing, Seen::Found),
            Seen::Missing => Seen::Missing,
            Seen::Unreadable(why) => Seen::Unreadable(why),
        })
    }

    async fn ask(&self, call: Call, parameters: Parameters) -> Result<Seen<String>, PortError> {
        match self.signed.query(call, EC2, call.operation(), &parameters).await {
            Ok(reply) => Ok(Seen::Found(reply)),
            Err(PortError::Missing { .. }) => Ok(Seen::Missing),
            // `InvalidSubnetID.NotFound`, `InvalidGroup.NotFound`, `InvalidVpcEndpointId.NotFound` ...
            Err(PortError::Rejected { code, .. }) if code.ends_with(".NotFound") => Ok(Seen::Missing),
            Err(PortError::Rejected { code, .. })
                if code == "UnauthorizedOperation" || code.starts_with("AccessDenied") =>
            {
                Ok(Seen::Unreadable(format!("ec2:{} is not allowed", call.operation())))
            }
            Err(error) => Err(error),
        }
    }
}

fn list_of(peer: &Peer) -> Option<&String> {
    match peer {
        Peer::PrefixList(id) => Some(id),
        Peer::Network(_) | Peer::Group(_) => None,
    }
}

/// EC2's numbered form of a list.
fn numbered<'a>(name: &str, values: impl IntoIterator<Item = &'a str>) -> Parameters {
    (1_u32..).zip(values).map(|(n, value)| (format!("{name}.{n}"), value.to_owned())).collect()
}
