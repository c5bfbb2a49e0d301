//! STS.

use super::protocol::Protocol;
use super::{Code, Refused, Service, code, common};

const CODES: &[Code] = &[code(400, "InvalidAuthorizationMessageException", Refused)];

pub(super) const STS: Service = Service {
    name: "STS",
    sdk: "aws-sdk-sts",
    protocol: Protocol::Query,
    any: common::QUERY,
    codes: CODES,
    operations: &[
        ("DecodeAuthorizationMessage", &["InvalidAuthorizationMessageException"]),
        ("GetCallerIdentity", &[]),
    ],
};
