//! DynamoDB.

use super::protocol::Protocol;
use super::{Busy, Code, Doubt, Missing, Refused, Service, code, common};

const READ: &[&str] = &[
    "InternalServerError",
    "InvalidEndpointException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ResourceNotFoundException",
    "ThrottlingException",
];

const WRITE: &[&str] = &[
    "ConditionalCheckFailedException",
    "InternalServerError",
    "InvalidEndpointException",
    "ItemCollectionSizeLimitExceededException",
    "ProvisionedThroughputExceededException",
    "ReplicatedWriteConflictException",
    "RequestLimitExceeded",
    "ResourceNotFoundException",
    "ThrottlingException",
    "TransactionConflictException",
];

const CODES: &[Code] = &[
    code(400, "ConditionalCheckFailedException", Refused),
    code(500, "InternalServerError", Doubt),
    code(421, "InvalidEndpointException", Refused),
    code(400, "ItemCollectionSizeLimitExceededException", Refused),
    code(400, "ProvisionedThroughputExceededException", Busy),
    code(400, "ReplicatedWriteConflictException", Busy),
    code(400, "RequestLimitExceeded", Busy),
    code(400, "ResourceNotFoundException", Missing),
    code(400, "ThrottlingException", Busy),
    code(400, "TransactionConflictException", Busy),
];

pub(super) const DYNAMODB: Service = Service {
    name: "DynamoDB",
    sdk: "aws-sdk-dynamodb",
    protocol: Protocol::Json,
    any: common::JSON,
    codes: CODES,
    operations: &[("GetItem", READ), ("PutItem", WRITE), ("Query", READ), ("UpdateItem", WRITE)],
};
