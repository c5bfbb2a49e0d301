//! Every policy statement of the template, wherever it stands.

use serde_json::Value;

use crate::stack::{Stack, items, words};

/// What kind of document a statement is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Who may take a role.
    Trust,
    /// What a role may call.
    Identity,
    /// Who may use a bucket, queue, topic or key.
    Resource,
}

/// One statement.
pub(crate) struct Statement<'a> {
    /// The name that the role has in AWS without the stack's, or the logical id of another owner.
    pub(crate) owner: String,
    pub(crate) kind: Kind,
    pub(crate) body: &'a Value,
}

impl Statement<'_> {
    pub(crate) fn actions(&self) -> Vec<&str> {
        words(&self.body["Action"])
    }

    pub(crate) fn is_allow(&self) -> bool {
        self.body["Effect"] == "Allow"
    }

    /// What a finding calls it.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.owner, self.body["Sid"].as_str().unwrap_or("(trust)"))
    }
}

/// All statements of the template.
pub(crate) fn statements(stack: &Stack) -> Vec<Statement<'_>> {
    stack.resources().flat_map(|(id, resource)| statements_of(id, &resource["Properties"])).collect()
}

fn statements_of<'a>(id: &str, properties: &'a Value) -> Vec<Statement<'a>> {
    let owner = role_name(properties).unwrap_or_else(|| id.to_owned());
    let mut found = Vec::new();
    let mut keep = |kind, document: &'a Value| {
        let bodies = items(&document["Statement"]).into_iter().filter(|body| !body.is_null());
        found.extend(bodies.map(|body| Statement { owner: owner.clone(), kind, body }));
    };
    keep(Kind::Trust, &properties["AssumeRolePolicyDocument"]);
    keep(Kind::Resource, &properties["PolicyDocument"]);
    keep(Kind::Resource, &properties["KeyPolicy"]);
    for policy in properties["Policies"].as_array().into_iter().flatten() {
        keep(Kind::Identity, &policy["PolicyDocument"]);
    }
    found
}

fn role_name(properties: &Value) -> Option<String> {
    properties["RoleName"]["Fn::Sub"].as_str()?.strip_prefix("${AWS::StackName}-").map(str::to_owned)
}

#[test]
fn every_kind_of_document_is_found() {
    let stack = Stack::ours();
    let found = statements(stack);
    for kind in [Kind::Trust, Kind::Identity, Kind::Resource] {
        assert!(found.iter().any(|statement| statement.kind == kind), "{kind:?}");
    }
    assert!(found.iter().any(|statement| statement.owner == "start-job"));
}
