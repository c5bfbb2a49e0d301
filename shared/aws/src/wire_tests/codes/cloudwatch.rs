//! CloudWatch: its SDK is not among the dependencies, so these are the codes that its reference names for what we call.

use super::protocol::Protocol;
use super::{Code, Refused, Service, code, common};

const CODES: &[Code] = &[code(400, "InvalidNextToken", Refused)];

pub(super) const CLOUDWATCH: Service = Service {
    name: "CloudWatch",
    sdk: "",
    protocol: Protocol::Query,
    any: common::QUERY,
    codes: CODES,
    operations: &[("GetMetricData", &["InvalidNextToken"])],
};
