//! EventBridge Scheduler.

use super::protocol::Protocol;
use super::{Busy, Code, Doubt, Missing, Refused, Service, code, common};

const READ: &[&str] =
    &["InternalServerException", "ResourceNotFoundException", "ThrottlingException", "ValidationException"];
const CHANGE: &[&str] = &[
    "ConflictException",
    "InternalServerException",
    "ResourceNotFoundException",
    "ThrottlingException",
    "ValidationException",
];

const CODES: &[Code] = &[
    // One code for a name that is taken and for two changes at once; the first can't succeed, so it is no reason to wait.
    code(409, "ConflictException", Refused),
    code(500, "InternalServerException", Doubt),
    code(404, "ResourceNotFoundException", Missing),
    code(402, "ServiceQuotaExceededException", Refused),
    code(429, "ThrottlingException", Busy),
    code(400, "ValidationException", Refused),
];

pub(super) const SCHEDULER: Service = Service {
    name: "EventBridge Scheduler",
    sdk: "aws-sdk-scheduler",
    protocol: Protocol::Json,
    any: common::JSON,
    codes: CODES,
    operations: &[
        (
            "CreateSchedule",
            &[
                "ConflictException",
                "InternalServerException",
                "ResourceNotFoundException",
                "ServiceQuotaExceededException",
                "ThrottlingException",
                "ValidationException",
            ],
        ),
        ("DeleteSchedule", CHANGE),
        ("GetSchedule", READ),
        ("ListSchedules", READ),
        ("UpdateSchedule", CHANGE),
    ],
};
