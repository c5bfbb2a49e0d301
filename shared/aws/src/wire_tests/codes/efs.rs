//! EFS: its SDK is not among the dependencies, so these are the codes that its reference names for what we call.

use super::protocol::Protocol;
use super::{Code, Doubt, Missing, Refused, Service, code, common};

const CODES: &[Code] = &[
    code(404, "AccessPointNotFound", Missing),
    code(400, "BadRequest", Refused),
    code(404, "FileSystemNotFound", Missing),
    code(409, "IncorrectMountTargetState", Refused),
    code(500, "InternalServerError", Doubt),
    code(404, "MountTargetNotFound", Missing),
];

pub(super) const EFS: Service = Service {
    name: "EFS",
    sdk: "",
    protocol: Protocol::RestJson,
    any: common::JSON,
    codes: CODES,
    operations: &[
        ("DescribeAccessPoints", &["AccessPointNotFound", "BadRequest", "FileSystemNotFound", "InternalServerError"]),
        (
            "DescribeMountTargetSecurityGroups",
            &["BadRequest", "IncorrectMountTargetState", "InternalServerError", "MountTargetNotFound"],
        ),
        ("DescribeMountTargets", &["BadRequest", "FileSystemNotFound", "InternalServerError", "MountTargetNotFound"]),
    ],
};
