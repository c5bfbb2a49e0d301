//! Who has to act on a cause: the person to call at 06:00.

use std::fmt;

use serde::Serialize;

/// Who can mend what a row of the catalogue describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// Whoever administers the account in which Nightferry runs.
    OurAccount,
    /// Both sides of a transfer across accounts, each its own half.
    BothAccounts,
    /// Whoever owns the source bucket.
    SourceAccount,
    /// Whoever owns the destination bucket.
    DestinationAccount,
    /// Whoever runs the storage that is copied from, or writes to it.
    SourceStorage,
    /// Whoever runs the network and its firewalls.
    Network,
    /// Whoever keeps the plan file.
    PlanAuthor,
    /// Whoever runs Nightferry.
    Operator,
    /// AWS Support, when it does not pass.
    AwsSupport,
    /// Nobody.
    Nobody,
}

impl fmt::Display for Who {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::OurAccount => "whoever administers our account",
            Self::BothAccounts => "both accounts, each its own half",
            Self::SourceAccount => "whoever owns the source bucket",
            Self::DestinationAccount => "whoever owns the destination bucket",
            Self::SourceStorage => "whoever runs the source storage, or writes to it",
            Self::Network => "whoever runs the network and its firewalls",
            Self::PlanAuthor => "whoever keeps nightferry.yaml",
            Self::Operator => "whoever runs Nightferry",
            Self::AwsSupport => "AWS Support, if it does not pass",
            Self::Nobody => "nobody",
        })
    }
}
