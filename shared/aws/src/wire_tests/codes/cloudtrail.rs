//! `CloudTrail`: its SDK is not among the dependencies, so these are the codes that its reference names for what we call.

use super::protocol::Protocol;
use super::{Code, Refused, Service, code, common};

const CODES: &[Code] = &[
    code(400, "CloudTrailARNInvalidException", Refused),
    code(400, "InvalidTrailNameException", Refused),
    code(400, "NoManagementAccountSLRExistsException", Refused),
    code(400, "OperationNotPermittedException", Refused),
    code(400, "TrailNotFoundException", Refused),
    code(400, "UnsupportedOperationException", Refused),
];

const OF_ONE: &[&str] = &[
    "CloudTrailARNInvalidException",
    "InvalidTrailNameException",
    "NoManagementAccountSLRExistsException",
    "OperationNotPermittedException",
    "TrailNotFoundException",
    "UnsupportedOperationException",
];

pub(super) const CLOUDTRAIL: Service = Service {
    name: "CloudTrail",
    sdk: "",
    protocol: Protocol::Json,
    any: common::JSON,
    codes: CODES,
    operations: &[
        (
            "DescribeTrails",
            &[
                "CloudTrailARNInvalidException",
                "InvalidTrailNameException",
                "NoManagementAccountSLRExistsException",
                "OperationNotPermittedException",
                "UnsupportedOperationException",
            ],
        ),
        ("GetEventSelectors", OF_ONE),
        ("GetTrailStatus", OF_ONE),
    ],
};
