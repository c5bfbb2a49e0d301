//! KMS, which is called without its SDK: what its reference names for the one call that we make.

use super::protocol::Protocol;
use super::{Code, Doubt, Missing, Refused, Service, code, common};

const CODES: &[Code] = &[
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
    operations: &[(
        "GetKeyPolicy",
        &["InvalidArnException", "KMSInternalException", "KMSInvalidStateException", "NotFoundException"],
    )],
};
