//! CloudWatch Logs.

use super::protocol::Protocol;
use super::{Busy, Code, Doubt, Missing, Refused, Service, code, common};

const READ: &[&str] = &["InvalidParameterException", "ServiceUnavailableException"];
const CHANGE: &[&str] = &[
    "InvalidParameterException",
    "OperationAbortedException",
    "ResourceNotFoundException",
    "ServiceUnavailableException",
];

const CODES: &[Code] = &[
    code(400, "InvalidParameterException", Refused),
    code(400, "LimitExceededException", Refused),
    code(400, "OperationAbortedException", Busy),
    code(400, "ResourceAlreadyExistsException", Refused),
    code(400, "ResourceNotFoundException", Missing),
    code(500, "ServiceUnavailableException", Doubt),
    code(400, "ValidationException", Refused),
];

pub(super) const LOGS: Service = Service {
    name: "CloudWatch Logs",
    sdk: "aws-sdk-cloudwatchlogs",
    protocol: Protocol::Json,
    any: common::JSON,
    codes: CODES,
    operations: &[
        (
            "CreateLogGroup",
            &[
                "InvalidParameterException",
                "LimitExceededException",
                "OperationAbortedException",
                "ResourceAlreadyExistsException",
                "ServiceUnavailableException",
            ],
        ),
        (
            "DeleteLogGroup",
            &[
                "InvalidParameterException",
                "OperationAbortedException",
                "ResourceNotFoundException",
                "ServiceUnavailableException",
                "ValidationException",
            ],
        ),
        ("DeleteResourcePolicy", CHANGE),
        ("DescribeLogGroups", READ),
        ("DescribeResourcePolicies", READ),
        (
            "ListTagsForResource",
            &["InvalidParameterException", "ResourceNotFoundException", "ServiceUnavailableException"],
        ),
        (
            "PutResourcePolicy",
            &[
                "InvalidParameterException",
                "LimitExceededException",
                "OperationAbortedException",
                "ResourceNotFoundException",
                "ServiceUnavailableException",
            ],
        ),
        ("PutRetentionPolicy", CHANGE),
    ],
};
