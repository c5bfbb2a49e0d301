//! Services that speak forms: SNS, IAM, STS, CloudFormation, EC2.

use hyper::http::request::Parts;

use super::{Asked, Need, Place, ec2, plain};
use crate::front_door::heading::form_value;

/// Understands a form. A request that names no action is told by its method and path.
pub(super) fn understand(service: &str, form: &str, parts: &Parts, place: &Place) -> Asked {
    let named = form_value(form, "Action").or_else(|| form_value(parts.uri.query()?, "Action"));
    let Some(operation) = named else {
        let operation = format!("{} {}", parts.method, parts.uri.path());
        return Asked { needs: vec![plain(service, &operation)], operation };
    };
    let on_instances = if service == "ec2" { ec2::needs(&operation, form, place) } else { Vec::new() };
    if !on_instances.is_empty() {
        return Asked { operation, needs: on_instances };
    }
    let resource = match service {
        "sns" => form_value(form, "TopicArn").or_else(|| form_value(form, "ResourceArn")),
        "iam" => iam(form, place),
        "sts" => form_value(form, "RoleArn"),
        "sqs" => form_value(form, "QueueUrl").and_then(|url| Some(place.arn("sqs", url.rsplit('/').next()?))),
        _ => None,
    };
    let need = match resource {
        Some(resource) => Need::new(format!("{service}:{operation}"), resource),
        None => plain(service, &operation),
    };
    Asked { operation, needs: vec![need] }
}

/// Roles are named without their path; the front door puts the role's real ARN in before it decides. A profile is what a
/// call is about that names its role too.
fn iam(form: &str, place: &Place) -> Option<String> {
    if let Some(policy) = form_value(form, "PolicyArn") {
        return Some(policy);
    }
    if let Some(profile) = form_value(form, "InstanceProfileName") {
        return Some(format!("arn:aws:iam::{}:instance-profile/{profile}", place.account));
    }
    let role = form_value(form, "RoleName")?;
    let path = form_value(form, "Path").unwrap_or_else(|| "/".to_owned());
    Some(format!("arn:aws:iam::{}:role{path}{role}", place.account))
}
