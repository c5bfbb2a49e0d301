//! Which operation a method and a path of AWS Backup name, and what the path says it is about.

use std::collections::BTreeMap;

use hyper::Method;
use percent_encoding::percent_decode_str;

/// The operations by method and path; a name in braces stands for one part of the path.
const OPERATIONS: [(&str, &str, &str); 58] = [
    ("GET", "backup-vaults", "ListBackupVaults"),
    ("PUT", "backup-vaults/{vault}", "CreateBackupVault"),
    ("GET", "backup-vaults/{vault}", "DescribeBackupVault"),
    ("DELETE", "backup-vaults/{vault}", "DeleteBackupVault"),
    ("PUT", "backup-vaults/{vault}/access-policy", "PutBackupVaultAccessPolicy"),
    ("GET", "backup-vaults/{vault}/access-policy", "GetBackupVaultAccessPolicy"),
    ("DELETE", "backup-vaults/{vault}/access-policy", "DeleteBackupVaultAccessPolicy"),
    ("PUT", "backup-vaults/{vault}/vault-lock", "PutBackupVaultLockConfiguration"),
    ("DELETE", "backup-vaults/{vault}/vault-lock", "DeleteBackupVaultLockConfiguration"),
    ("PUT", "backup-vaults/{vault}/notification-configuration", "PutBackupVaultNotifications"),
    ("GET", "backup-vaults/{vault}/notification-configuration", "GetBackupVaultNotifications"),
    ("DELETE", "backup-vaults/{vault}/notification-configuration", "DeleteBackupVaultNotifications"),
    ("GET", "backup-vaults/{vault}/recovery-points", "ListRecoveryPointsByBackupVault"),
    ("GET", "backup-vaults/{vault}/recovery-points/{point}", "DescribeRecoveryPoint"),
    ("POST", "backup-vaults/{vault}/recovery-points/{point}", "UpdateRecoveryPointLifecycle"),
    ("DELETE", "backup-vaults/{vault}/recovery-points/{point}", "DeleteRecoveryPoint"),
    ("GET", "backup-vaults/{vault}/recovery-points/{point}/restore-metadata", "GetRecoveryPointRestoreMetadata"),
    ("GET", "resources/{resource}/recovery-points", "ListRecoveryPointsByResource"),
    ("GET", "resources/{resource}/restore-jobs", "ListRestoreJobsByProtectedResource"),
    ("GET", "resources", "ListProtectedResources"),
    ("PUT", "backup-jobs", "StartBackupJob"),
    ("GET", "backup-jobs", "ListBackupJobs"),
    ("GET", "backup-jobs/{job}", "DescribeBackupJob"),
    ("POST", "backup-jobs/{job}", "StopBackupJob"),
    ("PUT", "copy-jobs", "StartCopyJob"),
    ("GET", "copy-jobs", "ListCopyJobs"),
    ("GET", "copy-jobs/{job}", "DescribeCopyJob"),
    ("PUT", "restore-jobs", "StartRestoreJob"),
    ("GET", "restore-jobs", "ListRestoreJobs"),
    ("GET", "restore-jobs/{job}", "DescribeRestoreJob"),
    ("GET", "restore-jobs/{job}/metadata", "GetRestoreJobMetadata"),
    ("PUT", "restore-jobs/{job}/validations", "PutRestoreValidationResult"),
    ("GET", "backup/plans", "ListBackupPlans"),
    ("PUT", "backup/plans", "CreateBackupPlan"),
    ("GET", "backup/plans/{plan}", "GetBackupPlan"),
    ("POST", "backup/plans/{plan}", "UpdateBackupPlan"),
    ("DELETE", "backup/plans/{plan}", "DeleteBackupPlan"),
    ("GET", "backup/plans/{plan}/versions", "ListBackupPlanVersions"),
    ("GET", "backup/plans/{plan}/selections", "ListBackupSelections"),
    ("PUT", "backup/plans/{plan}/selections", "CreateBackupSelection"),
    ("GET", "backup/plans/{plan}/selections/{selection}", "GetBackupSelection"),
    ("DELETE", "backup/plans/{plan}/selections/{selection}", "DeleteBackupSelection"),
    ("GET", "tags/{resource}", "ListTags"),
    ("POST", "tags/{resource}", "TagResource"),
    ("POST", "untag/{resource}", "UntagResource"),
    ("GET", "account-settings", "DescribeRegionSettings"),
    ("PUT", "account-settings", "UpdateRegionSettings"),
    ("GET", "restore-testing/plans", "ListRestoreTestingPlans"),
    ("PUT", "restore-testing/plans", "CreateRestoreTestingPlan"),
    ("GET", "restore-testing/plans/{plan}", "GetRestoreTestingPlan"),
    ("PUT", "restore-testing/plans/{plan}", "UpdateRestoreTestingPlan"),
    ("DELETE", "restore-testing/plans/{plan}", "DeleteRestoreTestingPlan"),
    ("GET", "restore-testing/plans/{plan}/selections", "ListRestoreTestingSelections"),
    ("PUT", "restore-testing/plans/{plan}/selections", "CreateRestoreTestingSelection"),
    ("GET", "restore-testing/plans/{plan}/selections/{selection}", "GetRestoreTestingSelection"),
    ("PUT", "restore-testing/plans/{plan}/selections/{selection}", "UpdateRestoreTestingSelection"),
    ("DELETE", "restore-testing/plans/{plan}/selections/{selection}", "DeleteRestoreTestingSelection"),
    ("GET", "restore-testing/inferred-metadata", "GetRestoreTestingInferredMetadata"),
];

/// What a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    /// The operation as its API names it.
    pub(crate) operation: &'static str,
    parts: BTreeMap<&'static str, String>,
}

impl Route {
    /// A part of the path by its name in the table; empty where the operation has none.
    pub(crate) fn part(&self, name: &str) -> &str {
        self.parts.get(name).map_or("", String::as_str)
    }
}

/// Reads method and path; `None` when they are no operation that is carried. An ARN in a path is one part, because its slashes come encoded.
pub(crate) fn route(method: &Method, path: &str) -> Option<Route> {
    let asked: Vec<String> = path
        .trim_matches('/')
        .split('/')
        .map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned())
        .collect();
    OPERATIONS.iter().filter(|(verb, _, _)| *verb == method.as_str()).find_map(|(_, pattern, operation)| {
        let parts = matched(pattern, &asked)?;
        Some(Route { operation, parts })
    })
}

fn matched(pattern: &'static str, asked: &[String]) -> Option<BTreeMap<&'static str, String>> {
    let expected: Vec<&'static str> = pattern.split('/').collect();
    if expected.len() != asked.len() {
        return None;
    }
    let mut parts = BTreeMap::new();
    for (expected, asked) in expected.into_iter().zip(asked) {
        match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !asked.is_empty() => drop(parts.insert(name, asked.clone())),
            None if expected == asked => {}
            Some(_) | None => return None,
        }
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn method_and_path_name_the_operation_and_what_it_is_about() {
        let found = |method, path| route(&method, path).map(|route| route.operation);
        assert_eq!(found(Method::PUT, "/backup-jobs"), Some("StartBackupJob"));
        assert_eq!(found(Method::GET, "/backup-jobs/"), Some("ListBackupJobs"));
        assert_eq!(found(Method::PUT, "/backup/plans/"), Some("CreateBackupPlan"));
        assert_eq!(found(Method::POST, "/backup-vaults/v"), None);
        let point = "/backup-vaults/EC2/recovery-points/arn%3Aaws%3Aec2%3Aeu-west-1%3A%3Aimage%2Fami-1";
        let route = route(&Method::GET, point).unwrap();
        assert_eq!(route.operation, "DescribeRecoveryPoint");
        assert_eq!((route.part("vault"), route.part("point")), ("EC2", "arn:aws:ec2:eu-west-1::image/ami-1"));
        assert_eq!(route.part("job"), "");
    }

    #[test]
    fn no_two_operations_share_a_method_and_a_path() {
        let mut all: Vec<_> = OPERATIONS.iter().map(|(method, path, _)| (method, path)).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), OPERATIONS.len());
    }
}
