//! IPv4 networks, as AWS writes them: `10.0.0.0/16`.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

/// A network: its first address and how many bits name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cidr {
    first: u32,
    bits: u32,
}

/// A text that is no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is no IPv4 network such as 10.0.0.0/16")]
pub struct NotACidr {
    /// What was given, fit to be printed.
    pub given: String,
}

impl Cidr {
    /// Every address.
    pub const ALL: Self = Self { first: 0, bits: 0 };

    /// The network of this one address.
    #[must_use]
    pub fn of(address: Ipv4Addr) -> Self {
        Self { first: address.into(), bits: 32 }
    }

    /// Whether an address is in it.
    #[must_use]
    pub fn contains(self, address: Ipv4Addr) -> bool {
        u32::from(address) & self.mask() == self.first
    }

    /// Whether an address is in both. Networks that meet lie one in the other.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        let mask = self.mask() & other.mask();
        self.first & mask == other.first & mask
    }

    /// Whether the whole of the other lies in it.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self.bits <= other.bits && self.contains(other.first.into())
    }

    /// How many bits name it: the more, the narrower.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.bits
    }

    fn mask(self) -> u32 {
        u32::MAX.checked_shl(32_u32.saturating_sub(self.bits)).unwrap_or(0)
    }
}

impl FromStr for Cidr {
    type Err = NotACidr;

    /// Bits behind the network's own are dropped, as AWS does.
    fn from_str(text: &str) -> Result<Self, NotACidr> {
        let read = || {
            let (address, bits) = text.split_once('/')?;
            let address: Ipv4Addr = address.parse().ok()?;
            let bits = bits.parse().ok().filter(|bits| *bits <= 32)?;
            let all = Self { first: 0, bits };
            Some(Self { first: u32::from(address) & all.mask(), bits })
        };
        read().ok_or_else(|| NotACidr { given: crate::printable::quoted(text) })
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", Ipv4Addr::from(self.first), self.bits)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cidr(text: &str) -> Cidr {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_has_its_addresses_and_no_other() {
        let net = cidr("10.0.1.7/24");
        assert_eq!(net.to_string(), "10.0.1.0/24");
        assert!(net.contains(Ipv4Addr::new(10, 0, 1, 255)) && !net.contains(Ipv4Addr::new(10, 0, 2, 0)));
        assert!(Cidr::ALL.contains(Ipv4Addr::BROADCAST));
        assert_eq!(cidr("0.0.0.0/0"), Cidr::ALL);
        for other in ["", "10.0.0.0", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/-1", "fd00::/8", "10.0.0.0/8 "] {
            assert!(other.parse::<Cidr>().is_err(), "{other}");
        }
    }

    #[test]
    fn networks_overlap_when_one_lies_in_the_other() {
        assert!(cidr("10.0.0.0/8").overlaps(cidr("10.9.0.0/16")));
        assert!(cidr("10.9.0.0/16").overlaps(cidr("10.0.0.0/8")));
        assert!(!cidr("10.0.0.0/16").overlaps(cidr("10.1.0.0/16")));
    }

    proptest! {
        #[test]
        fn an_address_that_both_contain_makes_them_overlap(a: u32, b: u32, bits_a in 0..=32_u32, bits_b in 0..=32_u32) {
            let net = |ip: u32, bits: u32| cidr(&format!("{}/{bits}", Ipv4Addr::from(ip)));
            let (left, right) = (net(a, bits_a), net(b, bits_b));
            let both = |ip: u32| left.contains(ip.into()) && right.contains(ip.into());
            prop_assert_eq!(left.overlaps(right), both(left.first) || both(right.first));
        }
    }
}
