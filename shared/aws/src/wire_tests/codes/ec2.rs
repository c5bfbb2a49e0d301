//! EC2: its SDK is not among the dependencies, so these are the codes that its reference names for what we call.

use super::protocol::Protocol;
use super::{Busy, Code, Doubt, Refused, Service, code};

/// What any of its calls can say: its own page of common errors, and those that stand before every service.
const ANY: &[Code] = &[
    code(403, "AccessDenied", Refused),
    code(403, "AuthFailure", Refused),
    code(403, "Blocked", Refused),
    code(403, "ExpiredToken", Refused),
    code(400, "IncompleteSignature", Refused),
    code(500, "InternalError", Doubt),
    code(500, "InternalFailure", Doubt),
    code(400, "InvalidAction", Refused),
    code(403, "InvalidClientTokenId", Refused),
    code(400, "InvalidPaginationToken", Refused),
    code(400, "InvalidParameter", Refused),
    code(400, "InvalidParameterCombination", Refused),
    code(400, "InvalidParameterValue", Refused),
    code(404, "InvalidQueryParameter", Refused),
    code(404, "MalformedQueryString", Refused),
    code(400, "MissingAction", Refused),
    code(403, "MissingAuthenticationToken", Refused),
    code(400, "MissingParameter", Refused),
    code(403, "OptInRequired", Refused),
    code(400, "PendingVerification", Refused),
    code(400, "RequestExpired", Refused),
    code(503, "RequestLimitExceeded", Busy),
    code(503, "ServiceUnavailable", Doubt),
    code(403, "SignatureDoesNotMatch", Refused),
    code(400, "Throttling", Busy),
    code(503, "Unavailable", Doubt),
    code(403, "UnauthorizedOperation", Refused),
    code(400, "UnknownParameter", Refused),
    code(400, "UnsupportedOperation", Refused),
    code(400, "ValidationError", Refused),
];

/// That a thing is not there is a refusal among many here: each place that asks by id reads the code itself.
const CODES: &[Code] = &[
    code(400, "IncorrectInstanceState", Refused),
    code(400, "InvalidGroup.NotFound", Refused),
    code(400, "InvalidID", Refused),
    code(400, "InvalidInstanceID.Malformed", Refused),
    code(400, "InvalidInstanceID.NotFound", Refused),
    code(400, "InvalidNetworkInterfaceID.NotFound", Refused),
    code(400, "InvalidPrefixListID.NotFound", Refused),
    code(400, "InvalidSubnetID.NotFound", Refused),
    code(400, "InvalidVpcEndpointId.NotFound", Refused),
    code(400, "InvalidVpcID.NotFound", Refused),
    code(400, "OperationNotPermitted", Refused),
    code(400, "TagLimitExceeded", Refused),
];

pub(super) const EC2: Service = Service {
    name: "EC2",
    sdk: "",
    protocol: Protocol::Ec2,
    any: ANY,
    codes: CODES,
    operations: &[
        ("CreateTags", &["InvalidInstanceID.NotFound", "InvalidID", "TagLimitExceeded"]),
        ("DescribeImages", &[]),
        ("DescribeInstanceStatus", &["InvalidInstanceID.Malformed", "InvalidInstanceID.NotFound"]),
        ("DescribeInstances", &[]),
        ("DescribeNetworkAcls", &[]),
        ("DescribeNetworkInterfaces", &["InvalidNetworkInterfaceID.NotFound"]),
        ("DescribeRouteTables", &[]),
        ("DescribeSecurityGroups", &["InvalidGroup.NotFound"]),
        ("DescribeSnapshots", &[]),
        ("DescribeSubnets", &["InvalidSubnetID.NotFound"]),
        ("DescribeVolumes", &[]),
        ("DescribeVpcEndpoints", &["InvalidVpcEndpointId.NotFound"]),
        ("DescribeVpcs", &["InvalidVpcID.NotFound"]),
        ("GetManagedPrefixListEntries", &["InvalidPrefixListID.NotFound"]),
        (
            "TerminateInstances",
            &[
                "IncorrectInstanceState",
                "InvalidInstanceID.Malformed",
                "InvalidInstanceID.NotFound",
                "OperationNotPermitted",
            ],
        ),
    ],
};
