//! S3 Control: jobs of S3 Batch Operations.

use super::protocol::Protocol;
use super::{Busy, Code, Doubt, Missing, Refused, Service, code};

const ANY: &[Code] = &[
    code(403, "AccessDenied", Refused),
    code(400, "ExpiredToken", Refused),
    code(500, "InternalError", Doubt),
    code(403, "InvalidAccessKeyId", Refused),
    code(403, "RequestTimeTooSkewed", Refused),
    code(503, "ServiceUnavailable", Doubt),
    code(403, "SignatureDoesNotMatch", Refused),
    code(503, "SlowDown", Busy),
];

const CODES: &[Code] = &[
    code(400, "BadRequestException", Refused),
    code(400, "IdempotencyException", Refused),
    code(500, "InternalServiceException", Doubt),
    code(400, "InvalidNextTokenException", Refused),
    code(400, "InvalidRequestException", Refused),
    code(400, "JobStatusException", Refused),
    code(404, "NoSuchPublicAccessBlockConfiguration", Missing),
    code(400, "NotFoundException", Missing),
    code(400, "TooManyRequestsException", Busy),
];

pub(super) const S3_CONTROL: Service = Service {
    name: "S3 Control",
    sdk: "aws-sdk-s3control",
    protocol: Protocol::Query,
    any: ANY,
    codes: CODES,
    operations: &[
        (
            "CreateJob",
            &["BadRequestException", "IdempotencyException", "InternalServiceException", "TooManyRequestsException"],
        ),
        (
            "DescribeJob",
            &["BadRequestException", "InternalServiceException", "NotFoundException", "TooManyRequestsException"],
        ),
        ("GetPublicAccessBlock", &["NoSuchPublicAccessBlockConfiguration"]),
        ("ListJobs", &["InternalServiceException", "InvalidNextTokenException", "InvalidRequestException"]),
        (
            "UpdateJobStatus",
            &[
                "BadRequestException",
                "InternalServiceException",
                "JobStatusException",
                "NotFoundException",
                "TooManyRequestsException",
            ],
        ),
    ],
};
