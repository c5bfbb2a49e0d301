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
