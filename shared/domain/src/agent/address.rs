//! At which addresses an agent may be asked for its key: plainly written private IPv4 addresses, and names that lead there.
//!
//! Every other spelling that some resolver reads as an address (`0x7f.1`, `2130706433`, `010.0.0.1`) is refused as it
//! stands, not translated: what two readers read differently is how a check is passed and another host reached.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::printable::quoted;

/// Most characters of a host name, by DNS.
const NAME_CHARS_MAX: usize = 253;
/// Most characters between two dots of one.
const LABEL_CHARS_MAX: usize = 63;

/// Where the program works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// AWS.
    Production,
    /// The local AWS, whose agents listen on loopback.
    Local,
}

/// An address that may be asked. There is no other way to one than [`read`] and [`pin`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgentAddress(Ipv4Addr);

/// What a person wrote, as far as it may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// An address that may be asked.
    Address(AgentAddress),
    /// A name in lower case: to be resolved once, and pinned.
    Name(String),
}

/// Why an address is not asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an agent is not asked at `{given}`: {why}")]
pub struct AddressRefused {
    /// What was written, fit to be printed.
    pub given: String,
    /// What is wrong with it.
    pub why: Unfit,
}

/// What is wrong with an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Nothing is written.
    #[error("nothing is written there")]
    Empty,
    /// Neither an address nor a host name.
    #[error("it is neither an IPv4 address nor a host name; no scheme, port, path or user belongs to it")]
    NotAHost,
    /// Some resolvers read it as an address.
    #[error("write the address as four decimal numbers without zeros in front, such as 10.0.0.5")]
    OddSpelling,
    /// IPv6, or IPv4 inside it.
    #[error("agents have IPv4 addresses only")]
    Ipv6,
    /// This machine.
    #[error("it is this machine itself")]
    Loopback,
    /// 169.254.0.0/16, where clouds keep their metadata and credentials.
    #[error("it is link-local: the metadata service with its credentials is there")]
    LinkLocal,
    /// 0.0.0.0/8.
    #[error("it is no host's address (0.0.0.0/8)")]
    Unspecified,
    /// 224.0.0.0/4.
    #[error("it is a multicast address")]
    Multicast,
    /// 240.0.0.0/4.
    #[error("it is a broadcast or reserved address")]
    Reserved,
    /// Anything else that RFC 1918 does not set aside.
    #[error("it is not private: only 10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16 are")]
    NotPrivate,
    /// The name has no IPv4 address.
    #[error("the name has no IPv4 address")]
    Unresolved,
}

impl AgentAddress {
    /// The address.
    #[must_use]
    pub const fn ip(self) -> Ipv4Addr {
        self.0
    }
}

/// Reads what a person wrote, to the letter: surrounding spaces are refused too.
pub fn read(given: &str, stage: Stage) -> Result<Written, AddressRefused> {
    let refused = |why| AddressRefused { given: quoted(given), why };
    match spelled(given).map_err(refused)? {
        Spelling::Address(ip) => allowed(ip, stage).map(Written::Address).map_err(refused),
        Spelling::Name(name) => Ok(Written::Name(name)),
    }
}

/// What a name led to becomes the one address that is asked. One forbidden address among them forbids the name: whoever
/// answers for it decides which is taken.
pub fn pin(name: &str, resolved: &[IpAddr], stage: Stage) -> Result<AgentAddress, AddressRefused> {
    let refused = |given: String, why| AddressRefused { given: quoted(&given), why };
    let mut first = None;
    for ip in resolved.iter().filter_map(as_ipv4) {
        let address = allowed(ip, stage).map_err(|why| refused(format!("{name} ({ip})"), why))?;
        let _ = first.get_or_insert(address);
    }
    first.ok_or_else(|| refused(name.to_owned(), Unfit::Unresolved))
}

/// Nobody connects to IPv6 addresses here; those that carry an IPv4 one are judged by it.
fn as_ipv4(ip: &IpAddr) -> Option<Ipv4Addr> {
    match ip {
        IpAddr::V4(ip) => Some(*ip),
        IpAddr::V6(ip) => ip.to_ipv4_mapped(),
    }
}

fn allowed(ip: Ipv4Addr, stage: Stage) -> Result<AgentAddress, Unfit> {
    match unfit(ip) {
        None => Ok(AgentAddress(ip)),
        Some(Unfit::Loopback) if stage == Stage::Local => Ok(AgentAddress(ip)),
        Some(why) => Err(why),
    }
}

fn unfit(ip: Ipv4Addr) -> Option<Unfit> {
    match ip.octets() {
        [0, ..] => Some(Unfit::Unspecified),
        [127, ..] => Some(Unfit::Loopback),
        [169, 254, ..] => Some(Unfit::LinkLocal),
        [224..=239, ..] => Some(Unfit::Multicast),
        [240..=255, ..] => Some(Unfit::Reserved),
        _ if ip.is_private() => None,
        _ => Some(Unfit::NotPrivate),
    }
}

enum Spelling {
    Address(Ipv4Addr),
    Name(String),
}

fn spelled(given: &str) -> Result<Spelling, Unfit> {
    if given.is_empty() {
        return Err(Unfit::Empty);
    }
    // The standard library reads four decimal numbers and nothing else: no zeros in front, no short forms.
    if let Ok(ip) = given.parse() {
        return Ok(Spelling::Address(ip));
    }
    if given.trim_start_matches('[').trim_end_matches(']').parse::<Ipv6Addr>().is_ok() {
        return Err(Unfit::Ipv6);
    }
    if !is_name(given) {
        return Err(Unfit::NotAHost);
    }
    if ends_in_a_number(given) { Err(Unfit::OddSpelling) } else { Ok(Spelling::Name(given.to_ascii_lowercase())) }
}

fn is_name(given: &str) -> bool {
    let is_label = |label: &str| {
        (1..=LABEL_CHARS_MAX).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    given.len() <= NAME_CHARS_MAX && given.split('.').all(is_label)
}

/// By this the readers of URLs tell addresses from names; no top-level domain begins with a digit.
fn ends_in_a_number(given: &str) -> bool {
    given.rsplit('.').next().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
