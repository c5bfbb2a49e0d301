//! Roles as the emulator's IAM knows them: who may assume them, and what they may do.

use hyper::Method;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use super::{Ask, Upstream, UpstreamError};

/// A role with every document that decides about it.
#[derive(Debug, Clone)]
pub struct Role {
    /// Its ARN as IAM spells it, path included.
    pub arn: String,
    /// Who may assume it.
    pub trust: Value,
    /// What it may do: inline and attached policies.
    pub policies: Vec<Value>,
}

/// Reads a role of the account that `iam` is seen from. `None` when there is no role of this name.
pub async fn role(iam: &Upstream, name: &str) -> Result<Option<Role>, UpstreamError> {
    let found = match query(iam, "GetRole", &[("RoleName", name)]).await {
        Ok(found) => found,
        Err(error) if error.is_missing() => return Ok(None),
        Err(error) => return Err(error),
    };
    let arn = texts(&found, "Arn").into_iter().next().unwrap_or_default();
    let trust = documents(&found, "AssumeRolePolicyDocument").into_iter().next().unwrap_or(Value::Null);
    let mut policies = inline(iam, name).await?;
    policies.extend(attached(iam, name).await?);
    Ok(Some(Role { arn, trust, policies }))
}

/// ARN of the role behind an instance profile; `None` when there is no profile of this name, or no role in it.
pub async fn profile_role(iam: &Upstream, profile: &str) -> Result<Option<String>, UpstreamError> {
    let found = match query(iam, "GetInstanceProfile", &[("InstanceProfileName", profile)]).await {
        Ok(found) => found,
        Err(error) if error.is_missing() => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(texts(&found, "Arn").into_iter().find(|arn| arn.contains(":role/")))
}

async fn inline(iam: &Upstream, name: &str) -> Result<Vec<Value>, UpstreamError> {
    let listed = query(iam, "ListRolePolicies", &[("RoleName", name)]).await?;
    let mut policies = Vec::new();
    for policy in texts(&listed, "member") {
        let found = query(iam, "GetRolePolicy", &[("RoleName", name), ("PolicyName", &policy)]).await?;
        policies.extend(documents(&found, "PolicyDocument"));
    }
    Ok(policies)
}

async fn attached(iam: &Upstream, name: &str) -> Result<Vec<Value>, UpstreamError> {
    let listed = query(iam, "ListAttachedRolePolicies", &[("RoleName", name)]).await?;
    let mut policies = Vec::new();
    for arn in texts(&listed, "PolicyArn") {
        let policy = query(iam, "GetPolicy", &[("PolicyArn", &arn)]).await?;
        let version = texts(&policy, "DefaultVersionId").into_iter().next().unwrap_or_default();
        let found = query(iam, "GetPolicyVersion", &[("PolicyArn", &arn), ("VersionId", &version)]).await?;
        policies.extend(documents(&found, "Document"));
    }
    Ok(policies)
}

async fn query(iam: &Upstream, action: &str, fields: &[(&str, &str)]) -> Result<String, UpstreamError> {
    let pairs = fields.iter().map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
    let form = [format!("Action={action}&Version=2010-05-08")].into_iter().chain(pairs).collect::<Vec<_>>().join("&");
    let ask = Ask::new(Method::POST, "iam", "/").header("content-type", "application/x-www-form-urlencoded").body(form);
    let answer = iam.read(ask).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn texts(xml: &str, tag: &str) -> Vec<String> {
    let Ok(document) = roxmltree::Document::parse(xml) else { return Vec::new() };
    document
        .descendants()
        .filter(|node| node.tag_name().name() == tag)
        .filter_map(|node| node.text())
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Policy documents travel percent-encoded inside the XML.
fn documents(xml: &str, tag: &str) -> Vec<Value> {
    texts(xml, tag)
        .iter()
        .filter_map(|text| {
            serde_json::from_str(text)
                .or_else(|_| serde_json::from_str(&percent_decode_str(text).decode_utf8_lossy()))
                .ok()
        })
        .collect()
}
