//! File servers on the premises, in both kinds of template. An agent's ARN is known only once it is activated: whoever
//! deploys the template tells it, as a parameter or variable.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::logical::{pascal, snake};
use crate::provision::{Desired, NfsLocation, SmbLocation, names};

/// The agents that a template has to be told, as CloudFormation parameters.
pub(super) fn parameters(desired: &Desired) -> Map<String, Value> {
    let parameter = |agent: &str| (parameter_name(agent), json!({"Type": "String", "Description": told(agent)}));
    agents(desired).into_iter().map(parameter).collect()
}

/// The same as Terraform variables.
pub(super) fn variables(desired: &Desired) -> Map<String, Value> {
    let variable = |agent: &str| (variable_name(agent), json!({"type": "string", "description": told(agent)}));
    agents(desired).into_iter().map(variable).collect()
}

pub(super) fn nfs_cloudformation(server: &NfsLocation, tags: &Value) -> Value {
    json!({
        "ServerHostname": server.server_hostname,
        "Subdirectory": server.subdirectory,
        "OnPremConfig": {"AgentArns": [{"Ref": parameter_name(&server.agent_name)}]},
        "Tags": tags,
    })
}

/// CloudFormation reads user and password itself; neither is in the template.
pub(super) fn smb_cloudformation(server: &SmbLocation, tags: &Value) -> Value {
    let secret = |key: &str| format!("{{{{resolve:secretsmanager:{}:SecretString:{key}}}}}", server.credentials);
    let marked = json!({"Key": names::CREDENTIALS_TAG, "Value": server.credentials});
    json!({
        "ServerHostname": server.server_hostname,
        "Subdirectory": server.subdirectory,
        "AgentArns": [{"Ref": parameter_name(&server.agent_name)}],
        "User": secret("user"),
        "Password": secret("password"),
        "Tags": tags.as_array().into_iter().flatten().cloned().chain([marked]).collect::<Vec<_>>(),
    })
}

pub(super) fn nfs_terraform(server: &NfsLocation, tags: &Value) -> Value {
    json!({
        "server_hostname": server.server_hostname,
        "subdirectory": server.subdirectory,
        "on_prem_config": {"agent_arns": [variable(&server.agent_name)]},
        "tags": tags,
    })
}

/// Terraform keeps what it reads in its state, the password too: the note says so where the template is read.
pub(super) fn smb_terraform(server: &SmbLocation, tags: &Value) -> Value {
    let data = format!("data.aws_secretsmanager_secret_version.{}", secret_name(server));
    let secret = |key: &str| format!("$[jsondecode({data}.secret_string).{key}]$");
    let mut tags = tags.clone();
    if let Value::Object(tags) = &mut tags {
        let _ = tags.insert(names::CREDENTIALS_TAG.to_owned(), server.credentials.clone().into());
    }
    json!({
        "//": "Terraform's state holds the password in clear: keep it encrypted and few people's",
        "server_hostname": server.server_hostname,
        "subdirectory": server.subdirectory,
        "agent_arns": [variable(&server.agent_name)],
        "user": secret("user"),
        "password": secret("password"),
        "tags": tags,
    })
}

/// The secrets that the configuration reads.
pub(super) fn secrets(desired: &Desired) -> Map<String, Value> {
    let servers = desired.setups.iter().filter_map(|setup| match &setup.from {
        crate::provision::Location::Smb(server) => Some(server),
        crate::provision::Location::Nfs(_) | crate::provision::Location::Efs(_) | crate::provision::Location::S3(_) => {
            None
        }
    });
    servers.map(|server| (secret_name(server), json!({"secret_id": server.credentials}))).collect()
}

fn secret_name(server: &SmbLocation) -> String {
    snake(&[server.credentials.rsplit(':').next().unwrap_or_default()])
}

fn agents(desired: &Desired) -> BTreeSet<&str> {
    desired.agents().into_keys().collect()
}

fn told(agent: &str) -> String {
    format!("ARN of the DataSync agent {agent}, once it is activated")
}

fn parameter_name(agent: &str) -> String {
    pascal(&["Agent", agent])
}

fn variable_name(agent: &str) -> String {
    snake(&["agent", agent])
}

fn variable(agent: &str) -> Value {
    format!("$[var.{}]$", variable_name(agent)).into()
}
