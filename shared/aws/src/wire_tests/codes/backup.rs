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

const MAKE: &[&str] = &[
    "AlreadyExistsException",
    "InvalidParameterValueException",
    "LimitExceededException",
    "MissingParameterValueException",
    "ServiceUnavailableException",
];
const CHANGE: &[&str] = &[
    "InvalidParameterValueException",
    "InvalidRequestException",
    "MissingParameterValueException",
    "ResourceNotFoundException",
    "ServiceUnavailableException",
];

const DESCRIBE: &[&str] = &[
    "DependencyFailureException",
    "InvalidParameterValueException",
    "MissingParameterValueException",
    "ResourceNotFoundException",
    "ServiceUnavailableException",
];

const CODES: &[Code] = &[
    code(400, "AlreadyExistsException", Refused),
    code(500, "DependencyFailureException", Doubt),
    code(400, "InvalidParameterValueException", Refused),
    code(400, "InvalidRequestException", Refused),
    // Of jobs at once: another one may end. What can be made only so often is in `meaning`.
    code(400, "LimitExceededException", Busy),
    code(400, "MissingParameterValueException", Refused),
    code(400, "ResourceNotFoundException", Missing),
    code(500, "ServiceUnavailableException", Doubt),
];

/// What a code means of this operation, where that is not what it means of the others.
pub(super) fn meaning(operation: &str, known: Code) -> Code {
    let is_a_quota = known.word == "LimitExceededException" && operation.starts_with("Create");
    if is_a_quota { Code { meaning: Refused, ..known } } else { known }
}

pub(super) const BACKUP: Service = Service {
    name: "AWS Backup",
    sdk: "aws-sdk-backup",
    protocol: Protocol::Json,
    any: common::JSON,
    codes: CODES,
    operations: &[
        ("CreateBackupPlan", MAKE),
        ("CreateBackupSelection", MAKE),
        ("CreateBackupVault", MAKE),
        ("DeleteBackupPlan", CHANGE),
        ("DeleteBackupSelection", READ),
        ("DeleteBackupVault", CHANGE),
        ("DeleteBackupVaultAccessPolicy", READ),
        ("DeleteBackupVaultLockConfiguration", CHANGE),
        ("DescribeRegionSettings", &["ServiceUnavailableException"]),
        ("GetBackupPlan", READ),
        ("GetBackupSelection", READ),
        ("GetBackupVaultAccessPolicy", READ),
        ("ListBackupPlans", READ),
        ("ListBackupSelections", READ),
        ("ListBackupVaults", READ),
        ("ListTags", READ),
        ("PutBackupVaultAccessPolicy", READ),
        ("PutBackupVaultLockConfiguration", CHANGE),
        ("UpdateBackupPlan", READ),
        ("DescribeBackupJob", DESCRIBE),
        ("DescribeRestoreJob", DESCRIBE),
        ("GetRecoveryPointRestoreMetadata", READ),
        ("StartRestoreJob", CHANGE),
        ("DescribeRecoveryPoint", READ),
        ("ListBackupJobs", LIST),
        ("ListCopyJobs", LIST),
        ("ListRecoveryPointsByBackupVault", READ),
        ("ListRestoreJobs", READ),
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
