//! Secrets Manager: its SDK is not among the dependencies, so these are the codes that its reference names.

use super::protocol::Protocol;
use super::{Code, Doubt, Missing, Refused, Service, code, common};

const CODES: &[Code] = &[
    code(400, "DecryptionFailure", Refused),
    code(500, "InternalServiceError", Doubt),
    code(400, "InvalidParameterException", Refused),
    code(400, "InvalidRequestException", Refused),
    code(400, "ResourceNotFoundException", Missing),
];

pub(super) const SECRETS: Service = Service {
    name: "Secrets Manager",
    sdk: "",
    protocol: Protocol::Json,
    any: common::JSON,
    codes: CODES,
    operations: &[(
        "GetSecretValue",
        &[
            "DecryptionFailure",
            "InternalServiceError",
            "InvalidParameterException",
            "InvalidRequestException",
            "ResourceNotFoundException",
        ],
    )],
};
