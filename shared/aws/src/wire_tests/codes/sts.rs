//! STS: the one call we make names no errors of its own.

use super::protocol::Protocol;
use super::{Service, common};

pub(super) const STS: Service = Service {
    name: "STS",
    sdk: "aws-sdk-sts",
    protocol: Protocol::Query,
    any: common::QUERY,
    codes: &[],
    operations: &[("GetCallerIdentity", &[])],
};
