//! DataSync's operations.

use serde_json::Value;

use super::{Need, plain};

/// What `operation` needs.
pub(super) fn needs(operation: &str, body: &Value) -> Vec<Need> {
    let Some(resource) = resource(operation, body) else {
        return vec![plain("datasync", operation)];
    };
    let call = Need::new(format!("datasync:{operation}"), resource);
    std::iter::once(call).chain(tagging(operation, resource, body)).chain(passed_roles(body)).collect()
}

/// Tags that come with a start are a permission of their own.
fn tagging(operation: &str, task: &str, body: &Value) -> Option<Need> {
    let has_tags = body.get("Tags").and_then(Value::as_array).is_some_and(|tags| !tags.is_empty());
    (operation == "StartTaskExecution" && has_tags).then(|| Need::new("datasync:TagResource", task))
}

fn resource<'a>(operation: &str, body: &'a Value) -> Option<&'a str> {
    let field = match operation {
        "StartTaskExecution" | "DescribeTask" | "UpdateTask" | "DeleteTask" => "TaskArn",
        "DescribeTaskExecution" | "CancelTaskExecution" | "UpdateTaskExecution" => "TaskExecutionArn",
        "TagResource" | "UntagResource" | "ListTagsForResource" => "ResourceArn",
        "DescribeAgent" | "UpdateAgent" | "DeleteAgent" => "AgentArn",
        location
            if location.starts_with("DescribeLocation")
                || location.starts_with("UpdateLocation")
                || location == "DeleteLocation" =>
        {
            "LocationArn"
        }
        _ => return None,
    };
    body.get(field)?.as_str()
}

/// A report or a manifest brings a role along, and handing a role to a service is a permission of its own.
fn passed_roles(body: &Value) -> impl Iterator<Item = Need> {
    [
        "/TaskReportConfig/Destination/S3/BucketAccessRoleArn",
        "/ManifestConfig/Source/S3/BucketAccessRoleArn",
        "/S3Config/BucketAccessRoleArn",
    ]
    .into_iter()
    .filter_map(|path| body.pointer(path)?.as_str())
    .map(|role| Need::new("iam:PassRole", role).with("iam:PassedToService", vec!["datasync.amazonaws.com".to_owned()]))
}
