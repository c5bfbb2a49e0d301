//! Interfaces of VPC endpoints: the emulator makes endpoints without any, and so without an address at which they are reached.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::sync::{PoisonError, RwLock};

use crate::upstream::networks::Subnet;

/// AWS keeps a subnet's first four addresses, and its last.
const KEPT_FIRST: u32 = 4;
/// All that it keeps.
const KEPT: u32 = 5;

/// One interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Interface {
    /// `eni-...`
    pub(crate) id: String,
    /// Where it is.
    pub(crate) subnet: Subnet,
    /// Its address there.
    pub(crate) address: Ipv4Addr,
    /// `sg-...`
    pub(crate) groups: Vec<String>,
}

/// What an interface endpoint has besides what the emulator tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// Twelve digits: whose it is.
    pub(crate) account: String,
    /// Whether the service's public name leads to it inside its VPC.
    pub(crate) has_private_dns: bool,
    /// One a subnet.
    pub(crate) interfaces: Vec<Interface>,
}

/// Every interface endpoint, by its id.
#[derive(Debug, Default)]
pub(crate) struct Interfaces(RwLock<BTreeMap<String, Endpoint>>);

impl Interfaces {
    /// A new endpoint `id` with an interface in each of these subnets. One that is full gets none.
    pub(crate) fn make(&self, id: &str, endpoint: Endpoint, subnets: Vec<Subnet>, groups: &[String]) {
        let mut endpoints = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut made = endpoint;
        for subnet in subnets {
            let others = endpoints.values().chain([&made]).flat_map(|other| &other.interfaces);
            let taken = others.filter(|other| other.subnet.id == subnet.id).map(|other| other.address).collect();
            let Some(address) = first_free(&subnet.network, &taken) else { continue };
            made.interfaces.push(Interface { id: fresh_id(), subnet, address, groups: groups.to_vec() });
        }
        let _ = endpoints.insert(id.to_owned(), made);
    }

    /// What is known of an endpoint.
    pub(crate) fn of(&self, id: &str) -> Option<Endpoint> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// An endpoint is deleted, and its interfaces with it.
    pub(crate) fn remove(&self, id: &str) {
        let _ = self.0.write().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    /// Every interface of an account's endpoints.
    pub(crate) fn owned_by(&self, account: &str) -> Vec<Interface> {
        let endpoints = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let own = endpoints.values().filter(|endpoint| endpoint.account == account);
        own.flat_map(|endpoint| endpoint.interfaces.clone()).collect()
    }
}

/// How many addresses a network has for its owner; `None` for what is no network.
pub(crate) fn addresses(network: &str) -> Option<u32> {
    let bits: u32 = network.split_once('/')?.1.parse().ok()?;
    1_u32.checked_shl(32_u32.checked_sub(bits)?)?.checked_sub(KEPT)
}

fn first_free(network: &str, taken: &BTreeSet<Ipv4Addr>) -> Option<Ipv4Addr> {
    let first: Ipv4Addr = network.split_once('/')?.0.parse().ok()?;
    let first = u32::from(first).checked_add(KEPT_FIRST)?;
    let all = first..first.checked_add(addresses(network)?)?;
    all.map(Ipv4Addr::from).find(|address| !taken.contains(address))
}

fn fresh_id() -> String {
    format!("eni-{:017x}", fastrand::u64(..) >> 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subnet(id: &str, network: &str) -> Subnet {
        Subnet { id: id.to_owned(), network: network.to_owned(), ..Subnet::default() }
    }

    fn addresses_of(interfaces: &Interfaces, endpoint: &str) -> Vec<String> {
        interfaces.of(endpoint).unwrap().interfaces.iter().map(|one| one.address.to_string()).collect()
    }

    #[test]
    fn each_interface_has_the_first_address_of_its_subnet_that_is_nobodys() {
        let interfaces = Interfaces::default();
        let (here, there) = (subnet("subnet-1", "10.20.1.0/24"), subnet("subnet-2", "10.20.2.0/24"));
        interfaces.make("vpce-1", Endpoint::default(), vec![here.clone(), there], &["sg-1".to_owned()]);
        interfaces.make("vpce-2", Endpoint::default(), vec![here], &[]);
        assert_eq!(addresses_of(&interfaces, "vpce-1"), ["10.20.1.4", "10.20.2.4"]);
        assert_eq!(addresses_of(&interfaces, "vpce-2"), ["10.20.1.5"]);
        interfaces.remove("vpce-1");
        assert_eq!(interfaces.of("vpce-1"), None);
    }

    #[test]
    fn a_full_subnet_has_no_interface_for_one_more() {
        let interfaces = Interfaces::default();
        let smallest = subnet("subnet-1", "10.20.1.0/28");
        for number in 0..12 {
            interfaces.make(&format!("vpce-{number}"), Endpoint::default(), vec![smallest.clone()], &[]);
        }
        assert_eq!(addresses_of(&interfaces, "vpce-10"), ["10.20.1.14"], "the last address is AWS's own");
        assert!(addresses_of(&interfaces, "vpce-11").is_empty());
    }

    #[test]
    fn an_account_sees_its_own_alone() {
        let interfaces = Interfaces::default();
        let endpoint = Endpoint { account: "111111111111".to_owned(), ..Endpoint::default() };
        interfaces.make("vpce-1", endpoint, vec![subnet("subnet-1", "10.20.1.0/24")], &[]);
        assert_eq!(interfaces.owned_by("111111111111").len(), 1);
        assert!(interfaces.owned_by("222222222222").is_empty());
    }

    #[test]
    fn five_addresses_of_each_network_are_nobodys() {
        assert_eq!(addresses("10.0.0.0/24"), Some(251));
        assert_eq!(addresses("10.0.0.0/28"), Some(11));
        for text in ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/x", "10.0.0.0/31"] {
            assert_eq!(addresses(text), None, "{text}");
        }
    }
}
