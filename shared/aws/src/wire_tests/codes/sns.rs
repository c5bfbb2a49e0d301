//! SNS. On the wire its codes lack the word `Exception`.

use super::protocol::Protocol;
use super::{Busy, Code, Doubt, Missing, Refused, Service, code, common};

const CODES: &[Code] = &[
    code(403, "AuthorizationError", Refused),
    code(400, "EndpointDisabled", Refused),
    code(500, "InternalError", Doubt),
    code(400, "InvalidParameter", Refused),
    code(403, "InvalidSecurity", Refused),
    code(400, "KMSAccessDenied", Refused),
    code(400, "KMSDisabled", Refused),
    code(400, "KMSInvalidState", Refused),
    code(400, "KMSNotFound", Refused),
    code(403, "KMSOptInRequired", Refused),
    code(400, "KMSThrottling", Busy),
    code(404, "NotFound", Missing),
    code(400, "ParameterValueInvalid", Refused),
    code(400, "PlatformApplicationDisabled", Refused),
    code(429, "Throttled", Busy),
    code(400, "ValidationException", Refused),
];

pub(super) const SNS: Service = Service {
    name: "SNS",
    sdk: "aws-sdk-sns",
    protocol: Protocol::Query,
    any: common::QUERY,
    codes: CODES,
    operations: &[(
        "Publish",
        &[
            "AuthorizationError",
            "EndpointDisabled",
            "InternalError",
            "InvalidParameter",
            "InvalidSecurity",
            "KMSAccessDenied",
            "KMSDisabled",
            "KMSInvalidState",
            "KMSNotFound",
            "KMSOptInRequired",
            "KMSThrottling",
            "NotFound",
            "ParameterValueInvalid",
            "PlatformApplicationDisabled",
            "Throttled",
            "ValidationException",
        ],
    )],
};
