//! AWS Backup.

use super::protocol::Protocol;
use super::{Busy, Code, Doubt, Missing, Refused, Service, code, common};

const START: &[&str] = &[
    "InvalidParameterValueException",
    "InvalidRequestException",
    "LimitExceededException",
    "MissingParameterValueException",
    "ResourceNotFoundException",
    "ServiceUnavailableException",
];
const LIST: &[&str] = &["InvalidParameterValueException", "ServiceUnavailableException"];
const READ: &[&str] = &[
    "InvalidParameterValueException",
    "MissingParameterValueException",
    "ResourceNotFoundException",
    "ServiceUnavailableException",
];

const CODES: &[Code] = &[
    code(500, "DependencyFailureException", Doubt),
    code(400, "InvalidParameterValueException", Refused),
    code(400, "InvalidRequestException", Refused),
    // Of jobs at once: another one may end.
    code(400, "LimitExceededException", Busy),
    code(400, "MissingParameterValueException", Refused),
    code(400, "ResourceNotFoundException", Missing),
    code(500, "ServiceUnavailableException", Doubt),
];

pub(super) const BACKUP: Service = Service {
    name: "AWS Backup",
    sdk: "aws-sdk-backup",
    protocol: Protocol::Json,
    any: common::JSON,
    codes: CODES,
    operations: &[
        (
            "DescribeBackupJob",
            &[
                "DependencyFailureException",
                "InvalidParameterValueException",
                "MissingParameterValueException",
                "ResourceNotFoundException",
                "ServiceUnavailableException",
            ],
        ),
        ("DescribeRecoveryPoint", READ),
        ("ListBackupJobs", LIST),
        ("ListCopyJobs", LIST),
        ("ListRecoveryPointsByBackupVault", READ),
        ("StartBackupJob", START),
        ("StartCopyJob", START),
        (
            "StopBackupJob",
            &[
                "InvalidParameterValueException",
                "InvalidRequestException",
                "MissingParameterValueException",
                "ResourceNotFoundException",
                "ServiceUnavailableException",
            ],
        ),
    ],
};
