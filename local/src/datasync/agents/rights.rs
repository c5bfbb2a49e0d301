//! `CreateAgent` looks at the network with its caller's own rights, and says only "invalid" where it may not look.

use nightferry_domain::policy::{Document, Policies, Principal, Request, Resource, evaluate};

use super::Link;
use crate::datasync::refusal::Refusal;
use crate::stand_in::Call;
use crate::upstream::{Upstream, iam};

/// Refuses in the service's words what the caller may not look at. Whoever is no role is the account itself.
pub(super) async fn check(upstream: &Upstream, call: &Call, link: &Link) -> Result<(), Refusal> {
    let Some(caller) = call.caller.principal_arn.as_deref() else { return Ok(()) };
    let Ok(principal @ Principal::Role(_)) = Principal::from_arn(caller) else { return Ok(()) };
    let name = caller.rsplit('/').next().unwrap_or(caller);
    let role = iam::role(upstream, name).await?;
    let documents = role.map(|role| role.policies).unwrap_or_default();
    let identity: Vec<Document> =
        documents.into_iter().filter_map(|policy| serde_json::from_value(policy).ok()).collect();
    let policies = Policies { identity, ..Policies::default() };
    let may = |action: &str| {
        let request = Request::new(principal.clone(), action, Resource::new("*", &call.account));
        evaluate(&request, &policies).is_allowed()
    };
    if !may("ec2:DescribeVpcEndpoints") || !may("ec2:DescribeNetworkInterfaces") {
        return Err(invalid(&format!(
            "Private link configuration is invalid: VPC endpoint {} is not valid",
            link.endpoint
        )));
    }
    if !may("ec2:DescribeSubnets") {
        return Err(invalid(&format!(
            "Invalid EC2 subnet, ARN: {}, reason: invalid subnet, StatusCode: 403",
            link.subnet
        )));
    }
    if !may("ec2:DescribeSecurityGroups") {
        let group = &link.group;
        let said = format!("Invalid EC2 security group, ARN: {group}, reason: invalid security group, StatusCode: 403");
        return Err(invalid(&said));
    }
    Ok(())
}

fn invalid(message: &str) -> Refusal {
    Refusal::invalid(message)
}
