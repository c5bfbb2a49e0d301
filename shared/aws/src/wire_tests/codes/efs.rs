//! EFS: its SDK is not among the dependencies, so these are the codes that its reference names.

use super::protocol::Protocol;
use super::{Code, Doubt, Refused, Service, code, common};

/// That a thing is not there is a refusal here: the one place that asks reads the code itself.
const CODES: &[Code] = &[
    code(400, "BadRequest", Refused),
    code(404, "FileSystemNotFound", Refused),
    code(409, "IncorrectMountTargetState", Refused),
    code(500, "InternalServerError", Doubt),
    code(404, "MountTargetNotFound", Refused),
];

pub(super) const EFS: Service = Service {
    name: "EFS",
    sdk: "",
    protocol: Protocol::Rest,
    any: common::JSON,
    codes: CODES,
    operations: &[
        (
            "DescribeMountTargetSecurityGroups",
            &["BadRequest", "IncorrectMountTargetState", "InternalServerError", "MountTargetNotFound"],
        ),
        ("DescribeMountTargets", &["BadRequest", "FileSystemNotFound", "InternalServerError", "MountTargetNotFound"]),
    ],
};
