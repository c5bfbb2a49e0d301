//! S3 Control's operations on jobs.

use hyper::http::request::Parts;
use roxmltree::{Document, Node};

use super::{Asked, Need, Place, plain};
use crate::account_block;
use crate::batch::{SERVICE, route};
use crate::front_door::heading::query_value;

/// Understands a request to S3 Control's jobs.
pub(super) fn understand(parts: &Parts, body: &[u8], place: &Place) -> Asked {
    let path = parts.uri.path();
    if let Some(operation) = account_block::operation(&parts.method, path) {
        let needs = vec![Need::new(account_block::action(operation), "*")];
        return Asked { operation: operation.to_owned(), needs };
    }
    let Some(route) = route::route(&parts.method, path) else {
        let operation = format!("{} {path}", parts.method);
        return Asked { needs: vec![plain("s3", &operation)], operation };
    };
    let job = route.job.as_deref().map_or_else(|| "*".to_owned(), |job| place.arn("s3", &format!("job/{job}")));
    let action = format!("s3:{}", route.operation);
    let needs = match route.operation {
        "CreateJob" => creation(body, place),
        "UpdateJobPriority" => {
            let priority = query_value(&parts.uri, "priority").unwrap_or_default();
            vec![Need::new(action, job).with("s3:RequestJobPriority", vec![priority])]
        }
        _ => vec![Need::new(action, job)],
    };
    Asked { operation: route.operation.to_owned(), needs }
}

/// A job hands a role to the service, and its tags are a permission of their own.
fn creation(body: &[u8], place: &Place) -> Vec<Need> {
    let text = String::from_utf8_lossy(body);
    let Ok(document) = Document::parse(&text) else { return vec![plain("s3", "CreateJob")] };
    let root = document.root_element();
    let mut create = plain("s3", "CreateJob");
    if let Some(priority) = child(root, "Priority").and_then(|priority| priority.text()) {
        create = create.with("s3:RequestJobPriority", vec![priority.to_owned()]);
    }
    let operation = child(root, "Operation").and_then(|operation| operation.children().find(Node::is_element));
    if let Some(operation) = operation {
        create = create.with("s3:RequestJobOperation", vec![operation.tag_name().name().to_owned()]);
    }
    let mut needs = vec![create];
    if let Some(role) = child(root, "RoleArn").and_then(|role| role.text()) {
        needs.push(Need::new("iam:PassRole", role).with("iam:PassedToService", vec![SERVICE.to_owned()]));
    }
    if child(root, "Tags").is_some_and(|tags| tags.has_children()) {
        needs.push(Need::new("s3:PutJobTagging", place.arn("s3", "job/*")));
    }
    needs
}

fn child<'a>(node: Node<'a, 'a>, name: &str) -> Option<Node<'a, 'a>> {
    node.children().find(|child| child.tag_name().name() == name)
}
