//! S3. Its SDK models few errors; the others are those of the reference's "Error responses" that these calls can get.

use super::protocol::Protocol;
use super::{Busy, Code, Doubt, Missing, Refused, Service, code};

const ANY: &[Code] = &[
    code(403, "AccessDenied", Refused),
    code(403, "AccountProblem", Refused),
    code(403, "AllAccessDisabled", Refused),
    code(400, "AuthorizationHeaderMalformed", Refused),
    code(400, "BadDigest", Refused),
    code(503, "Busy", Busy),
    code(409, "ConditionalRequestConflict", Busy),
    code(400, "EntityTooLarge", Refused),
    code(400, "ExpiredToken", Refused),
    code(400, "IncompleteBody", Refused),
    code(500, "InternalError", Doubt),
    code(403, "InvalidAccessKeyId", Refused),
    code(400, "InvalidArgument", Refused),
    code(400, "InvalidBucketName", Refused),
    code(400, "InvalidDigest", Refused),
    code(400, "InvalidRequest", Refused),
    code(403, "InvalidSecurity", Refused),
    code(400, "InvalidToken", Refused),
    code(400, "KMS.DisabledException", Refused),
    code(400, "KMS.KMSInvalidStateException", Refused),
    code(400, "KMS.NotFoundException", Refused),
    code(400, "KeyTooLongError", Refused),
    code(405, "MethodNotAllowed", Refused),
    code(411, "MissingContentLength", Refused),
    code(404, "NoSuchBucket", Missing),
    code(501, "NotImplemented", Refused),
    code(403, "NotSignedUp", Refused),
    code(409, "OperationAborted", Busy),
    code(301, "PermanentRedirect", Refused),
    code(412, "PreconditionFailed", Refused),
    code(400, "RequestTimeout", Doubt),
    code(403, "RequestTimeTooSkewed", Refused),
    code(503, "ServiceUnavailable", Doubt),
    code(403, "SignatureDoesNotMatch", Refused),
    code(503, "SlowDown", Busy),
    code(307, "TemporaryRedirect", Refused),
    code(400, "TooManyRequests", Busy),
];

const CODES: &[Code] = &[
    code(400, "EncryptionTypeMismatch", Refused),
    code(403, "InvalidObjectState", Refused),
    code(400, "InvalidWriteOffset", Refused),
    code(404, "NoSuchBucketPolicy", Missing),
    code(404, "NotFound", Missing),
    code(404, "ReplicationConfigurationNotFoundError", Refused),
    code(404, "NoSuchKey", Missing),
    code(404, "NoSuchVersion", Missing),
    code(400, "TooManyParts", Refused),
];

pub(super) const S3: Service = Service {
    name: "S3",
    sdk: "aws-sdk-s3",
    protocol: Protocol::S3,
    any: ANY,
    codes: CODES,
    operations: &[
        ("DeleteObject", &[]),
        ("GetBucketPolicy", &["NoSuchBucketPolicy"]),
        ("GetBucketReplication", &["ReplicationConfigurationNotFoundError"]),
        ("HeadObject", &["NotFound"]),
        ("GetObject", &["InvalidObjectState", "NoSuchKey", "NoSuchVersion"]),
        ("ListObjectsV2", &["NoSuchBucket"]),
        ("PutObject", &["EncryptionTypeMismatch", "InvalidRequest", "InvalidWriteOffset", "TooManyParts"]),
    ],
};
