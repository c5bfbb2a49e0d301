//! AWS Backup's operations, known by method and path.

use hyper::http::request::Parts;
use serde_json::Value;

use super::{Asked, Need, Place, plain};
use crate::backup::{SERVICE, route};

/// The service to which a restore test's role is handed.
const TESTING_SERVICE: &str = "restore-testing.backup.amazonaws.com";

/// Understands a request to AWS Backup.
pub(super) fn understand(parts: &Parts, body: &[u8], place: &Place) -> Asked {
    let path = parts.uri.path();
    let Some(route) = route::route(&parts.method, path) else {
        let operation = format!("{} {path}", parts.method);
        return Asked { needs: vec![plain("backup", &operation)], operation };
    };
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let resource = resource(&route, &body, place);
    let mut needs = vec![Need::new(format!("backup:{}", route.operation), resource.clone())];
    needs.extend(tagging(&body, &resource));
    needs.extend(passing(route.operation, &body));
    Asked { operation: route.operation.to_owned(), needs }
}

fn resource(route: &route::Route, body: &Value, place: &Place) -> String {
    let field = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or("*").to_owned();
    let arn = |kind: &str, name: &str| place.arn("backup", &format!("{kind}:{name}"));
    match route.operation {
        "StartBackupJob" => arn("backup-vault", &field("BackupVaultName")),
        "StartCopyJob" | "StartRestoreJob" => field("RecoveryPointArn"),
        "ListBackupPlans" | "ListBackupVaults" | "ListRestoreTestingPlans" => "*".to_owned(),
        "CreateBackupPlan" => arn("backup-plan", "*"),
        "CreateRestoreTestingPlan" => arn("restore-testing-plan", "*"),
        "TagResource" | "UntagResource" | "ListTags" => route.part("resource").to_owned(),
        testing if testing.contains("RestoreTesting") && !route.part("plan").is_empty() => {
            // The real name ends in letters that only the service knows, so policies end in a star.
            arn("restore-testing-plan", &format!("{}-*", route.part("plan")))
        }
        _ if !route.part("point").is_empty() => route.part("point").to_owned(),
        _ if !route.part("vault").is_empty() => arn("backup-vault", route.part("vault")),
        _ if !route.part("plan").is_empty() => arn("backup-plan", route.part("plan")),
        _ => "*".to_owned(),
    }
}

/// Tags that come with a creation are a permission of their own.
fn tagging(body: &Value, resource: &str) -> Option<Need> {
    let has = |name: &str| body.get(name).and_then(Value::as_object).is_some_and(|tags| !tags.is_empty());
    (has("BackupVaultTags") || has("BackupPlanTags")).then(|| Need::new("backup:TagResource", resource))
}

/// A job and a selection hand a role to the service.
fn passing(operation: &str, body: &Value) -> Option<Need> {
    let (path, service) = match operation {
        "StartBackupJob" | "StartCopyJob" | "StartRestoreJob" => ("/IamRoleArn", SERVICE),
        "CreateBackupSelection" => ("/BackupSelection/IamRoleArn", SERVICE),
        "CreateRestoreTestingSelection" | "UpdateRestoreTestingSelection" => {
            ("/RestoreTestingSelection/IamRoleArn", TESTING_SERVICE)
        }
        _ => return None,
    };
    let role = body.pointer(path)?.as_str()?;
    Some(Need::new("iam:PassRole", role).with("iam:PassedToService", vec![service.to_owned()]))
}

#[cfg(test)]
mod tests {
    use hyper::Request;
    use serde_json::json;

    use super::*;

    const ROLE: &str = "arn:aws:iam::123456789012:role/r";

    fn understood(method: &str, path: &str, body: &Value) -> Vec<(String, String)> {
        let place = Place { account: "123456789012".to_owned(), region: "ap-northeast-1".to_owned() };
        let (parts, ()) = Request::builder().method(method).uri(path).body(()).unwrap().into_parts();
        let asked = understand(&parts, body.to_string().as_bytes(), &place);
        asked.needs.into_iter().map(|need| (need.action, need.resource)).collect()
    }

    fn own(rest: &str) -> String {
        format!("arn:aws:backup:ap-northeast-1:123456789012:{rest}")
    }

    fn pair(action: &str, resource: impl Into<String>) -> (String, String) {
        (action.to_owned(), resource.into())
    }

    #[test]
    fn a_backup_needs_its_vault_and_passes_its_role() {
        let body = json!({"BackupVaultName": "EC2", "IamRoleArn": ROLE});
        let expected = [pair("backup:StartBackupJob", own("backup-vault:EC2")), pair("iam:PassRole", ROLE)];
        assert_eq!(understood("PUT", "/backup-jobs", &body), expected);
        let point = "arn:aws:ec2:ap-northeast-1::image/ami-1";
        let body = json!({"RecoveryPointArn": point, "IamRoleArn": ROLE});
        for (path, action) in [("/restore-jobs", "backup:StartRestoreJob"), ("/copy-jobs", "backup:StartCopyJob")] {
            assert_eq!(understood("PUT", path, &body), [pair(action, point), pair("iam:PassRole", ROLE)]);
        }
    }

    #[test]
    fn looking_needs_the_vault_the_point_or_nothing_in_particular() {
        let point = "/backup-vaults/EC2/recovery-points/arn%3Aaws%3Aec2%3Aap-northeast-1%3A%3Aimage%2Fami-1";
        let image = "arn:aws:ec2:ap-northeast-1::image/ami-1";
        for (path, action, resource) in [
            ("/backup-vaults/EC2", "backup:DescribeBackupVault", own("backup-vault:EC2")),
            ("/backup-vaults/", "backup:ListBackupVaults", "*".to_owned()),
            (point, "backup:DescribeRecoveryPoint", image.to_owned()),
            ("/backup-vaults/EC2/recovery-points/", "backup:ListRecoveryPointsByBackupVault", own("backup-vault:EC2")),
            ("/backup-jobs/J", "backup:DescribeBackupJob", "*".to_owned()),
            ("/backup-jobs/?state=FAILED", "backup:ListBackupJobs", "*".to_owned()),
            ("/restore-jobs/J", "backup:DescribeRestoreJob", "*".to_owned()),
            ("/backup/plans/p-1/", "backup:GetBackupPlan", own("backup-plan:p-1")),
            ("/restore-testing/plans/weekly", "backup:GetRestoreTestingPlan", own("restore-testing-plan:weekly-*")),
            ("/account-settings", "backup:DescribeRegionSettings", "*".to_owned()),
        ] {
            assert_eq!(understood("GET", path, &Value::Null), [pair(action, resource)], "{path}");
        }
    }

    #[test]
    fn selections_pass_their_roles_and_tags_are_a_permission_of_their_own() {
        let selected =
            understood("PUT", "/backup/plans/p-1/selections/", &json!({"BackupSelection": {"IamRoleArn": ROLE}}));
        assert_eq!(selected[1], pair("iam:PassRole", ROLE));
        let tagged = understood("PUT", "/backup-vaults/EC2", &json!({"BackupVaultTags": {"a": "b"}}));
        assert_eq!(tagged[1], pair("backup:TagResource", own("backup-vault:EC2")));
        assert_eq!(understood("PUT", "/backup-vaults/EC2", &json!({"BackupVaultTags": {}})).len(), 1);
    }
}
