//! Ranges of TCP ports.

use std::fmt;

/// A range of ports, both ends in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortRange {
    /// The first.
    pub from: u16,
    /// The last.
    pub to: u16,
}

impl PortRange {
    /// Every port.
    pub const ALL: Self = Self { from: 0, to: u16::MAX };

    /// One port.
    #[must_use]
    pub const fn one(port: u16) -> Self {
        Self { from: port, to: port }
    }

    /// A range.
    #[must_use]
    pub const fn of(from: u16, to: u16) -> Self {
        Self { from, to }
    }

    /// Whether a port is in it.
    #[must_use]
    pub const fn contains(self, port: u16) -> bool {
        self.from <= port && port <= self.to
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from == self.to { write!(f, "{}", self.from) } else { write!(f, "{}-{}", self.from, self.to) }
    }
}

/// The ports of these ranges that don't pass, as few ranges as there can be.
pub(super) fn closed(wanted: &[PortRange], is_open: impl Fn(u16) -> bool) -> Vec<PortRange> {
    let mut closed: Vec<PortRange> = vec![];
    for port in wanted.iter().flat_map(|range| range.from..=range.to).filter(|port| !is_open(*port)) {
        match closed.last_mut() {
            Some(last) if last.to.checked_add(1) == Some(port) => last.to = port,
            _ => closed.push(PortRange::one(port)),
        }
    }
    closed
}

/// `443, 1024-1064`
pub(super) fn listed(ranges: &[PortRange]) -> String {
    ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
