//! State machines: read where CloudFormation makes them, made where they are interpreted.

use hyper::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Ask, Upstream, UpstreamError};

/// A state machine with everything that makes it the same one elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StateMachine {
    /// Its ARN.
    pub state_machine_arn: String,
    /// Its name.
    pub name: String,
    /// The definition as JSON text, substitutions done.
    pub definition: String,
    /// The execution role.
    pub role_arn: String,
    /// `STANDARD` or `EXPRESS`.
    #[serde(rename = "type", default = "standard")]
    pub kind: String,
}

fn standard() -> String {
    "STANDARD".to_owned()
}

/// Every state machine of the account and region.
pub async fn machines(states: &Upstream) -> Result<Vec<StateMachine>, UpstreamError> {
    let listed = call(states, "ListStateMachines", &json!({"maxResults": 1000})).await?;
    let arns = listed.get("stateMachines").and_then(Value::as_array).into_iter().flatten();
    let mut machines = Vec::new();
    for arn in arns.filter_map(|machine| machine.get("stateMachineArn")) {
        let described = call(states, "DescribeStateMachine", &json!({"stateMachineArn": arn})).await?;
        let machine = serde_json::from_value(described)
            .map_err(|error| unreadable("DescribeStateMachine", &error.to_string()))?;
        machines.push(machine);
    }
    Ok(machines)
}

/// Makes the state machine, or brings the one of this name up to date. The ARN stays, because account, region and name do.
pub async fn put(states: &Upstream, machine: &StateMachine, is_there: bool) -> Result<(), UpstreamError> {
    let (definition, role) = (&machine.definition, &machine.role_arn);
    let made = if is_there {
        let update = json!({"stateMachineArn": machine.state_machine_arn, "definition": definition, "roleArn": role});
        call(states, "UpdateStateMachine", &update).await
    } else {
        let create = json!({"name": machine.name, "definition": definition, "roleArn": role, "type": machine.kind});
        call(states, "CreateStateMachine", &create).await
    };
    made.map(|_| ())
}

async fn call(states: &Upstream, operation: &str, question: &Value) -> Result<Value, UpstreamError> {
    let ask = Ask::new(Method::POST, "states", "/")
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", format!("AWSStepFunctions.{operation}"))
        .body(question.to_string());
    let body = states.read(ask).await?;
    serde_json::from_slice(&body).map_err(|error| unreadable(operation, &error.to_string()))
}

fn unreadable(operation: &str, reason: &str) -> UpstreamError {
    UpstreamError::Unreadable { request: format!("states {operation}"), reason: reason.to_owned() }
}
