//! IAM.

use super::protocol::Protocol;
use super::{Busy, Code, Doubt, Missing, Refused, Service, code, common};

const READ: &[&str] = &["NoSuchEntity", "ServiceFailure"];
const READ_WITH_INPUT: &[&str] = &["InvalidInput", "NoSuchEntity", "ServiceFailure"];
const PUT: &[&str] =
    &["LimitExceeded", "MalformedPolicyDocument", "NoSuchEntity", "ServiceFailure", "UnmodifiableEntity"];

const CODES: &[Code] = &[
    code(409, "ConcurrentModification", Busy),
    code(409, "DeleteConflict", Refused),
    code(409, "EntityAlreadyExists", Refused),
    code(400, "InvalidInput", Refused),
    code(409, "LimitExceeded", Refused),
    code(400, "MalformedPolicyDocument", Refused),
    code(404, "NoSuchEntity", Missing),
    code(500, "ServiceFailure", Doubt),
    code(400, "UnmodifiableEntity", Refused),
];

pub(super) const IAM: Service = Service {
    name: "IAM",
    sdk: "aws-sdk-iam",
    protocol: Protocol::Query,
    any: common::QUERY,
    codes: CODES,
    operations: &[
        (
            "CreateRole",
            &[
                "ConcurrentModification",
                "EntityAlreadyExists",
                "InvalidInput",
                "LimitExceeded",
                "MalformedPolicyDocument",
                "ServiceFailure",
            ],
        ),
        (
            "DeleteRole",
            &[
                "ConcurrentModification",
                "DeleteConflict",
                "LimitExceeded",
                "NoSuchEntity",
                "ServiceFailure",
                "UnmodifiableEntity",
            ],
        ),
        ("DeleteRolePolicy", &["LimitExceeded", "NoSuchEntity", "ServiceFailure", "UnmodifiableEntity"]),
        ("GetInstanceProfile", READ),
        ("GetPolicy", READ_WITH_INPUT),
        ("GetPolicyVersion", READ_WITH_INPUT),
        ("GetRole", READ),
        ("GetRolePolicy", READ),
        ("ListAttachedRolePolicies", READ_WITH_INPUT),
        ("ListRolePolicies", READ),
        ("ListRoleTags", READ),
        ("ListRoles", &["ServiceFailure"]),
        ("PutRolePolicy", PUT),
        ("UpdateAssumeRolePolicy", PUT),
    ],
};
