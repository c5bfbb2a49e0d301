//! KMS: its SDK is not among the dependencies, so these are the codes that its reference names for what we call.

use super::protocol::Protocol;
use super::{Code, Doubt, Missing, Refused, Service, code, common};

const CODES: &[Code] = &[
    code(500, "DependencyTimeoutException", Doubt),
    code(400, "InvalidArnException", Refused),
    code(400, "KMSInvalidStateException", Refused),
    code(500, "KMSInternalException", Doubt),
    code(400, "NotFoundException", Missing),
];

pub(super) const KMS: Service = Service {
    name: "KMS",
    sdk: "",
    protocol: Protocol::Json,
    any: common::JSON,
    codes: CODES,
    operations: &[
        (
            "DescribeKey",
            &["DependencyTimeoutException", "InvalidArnException", "KMSInternalException", "NotFoundException"],
        ),
        (
            "GetKeyPolicy",
            &["InvalidArnException", "KMSInternalException", "KMSInvalidStateException", "NotFoundException"],
        ),
    ],
};
