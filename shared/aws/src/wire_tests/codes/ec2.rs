//! EC2: its SDK is not among the dependencies, so these are the codes that its reference names for what we call.

use super::protocol::Protocol;
use super::{Code, Doubt, Refused, Service, code, common};

const CODES: &[Code] = &[
    code(403, "AuthFailure", Refused),
    code(500, "InternalError", Doubt),
    code(400, "InvalidPaginationToken", Refused),
    code(503, "Unavailable", Doubt),
    code(403, "UnauthorizedOperation", Refused),
];

const READ: &[&str] =
    &["AuthFailure", "InternalError", "InvalidPaginationToken", "Unavailable", "UnauthorizedOperation"];

pub(super) const EC2: Service = Service {
    name: "EC2",
    sdk: "",
    protocol: Protocol::Query,
    any: common::QUERY,
    codes: CODES,
    operations: &[("DescribeImages", READ), ("DescribeInstances", READ)],
};
