//! Services that speak JSON with a target header: Step Functions, Logs, EventBridge and newer SQS and SNS.

use serde_json::Value;

use super::{Need, Place, plain, prefix};

/// What `operation` needs.
pub(super) fn needs(service: &str, operation: &str, body: &Value, place: &Place) -> Vec<Need> {
    let resource = match service {
        "states" => states(operation, body),
        "logs" => logs(body, place),
        "events" => events(operation, body, place),
        "sqs" => queue(body, place),
        "sns" => field(body, "TopicArn").or_else(|| field(body, "ResourceArn")),
        _ => field(body, "ResourceArn").or_else(|| field(body, "resourceArn")),
    };
    match resource {
        Some(resource) => vec![Need::new(format!("{}:{operation}", prefix(service)), resource)],
        None => vec![plain(service, operation)],
    }
}

fn field(body: &Value, name: &str) -> Option<String> {
    body.get(name)?.as_str().map(str::to_owned)
}

fn states(operation: &str, body: &Value) -> Option<String> {
    match operation {
        // The action list shows no resource for these: the token is the address.
        "SendTaskSuccess" | "SendTaskFailure" | "SendTaskHeartbeat" | "ListStateMachines" => None,
        "DescribeExecution"
        | "StopExecution"
        | "RedriveExecution"
        | "GetExecutionHistory"
        | "DescribeStateMachineForExecution" => field(body, "executionArn"),
        _ => field(body, "stateMachineArn").or_else(|| field(body, "resourceArn")),
    }
}

fn logs(body: &Value, place: &Place) -> Option<String> {
    let group = field(body, "logGroupName")?;
    let group = place.arn("logs", &format!("log-group:{group}"));
    Some(match field(body, "logStreamName") {
        Some(stream) => format!("{group}:log-stream:{stream}"),
        None => format!("{group}:*"),
    })
}

fn events(operation: &str, body: &Value, place: &Place) -> Option<String> {
    match operation {
        "PutEvents" => {
            let bus = body.pointer("/Entries/0/EventBusName").and_then(Value::as_str).unwrap_or("default");
            Some(if bus.starts_with("arn:") {
                bus.to_owned()
            } else {
                place.arn("events", &format!("event-bus/{bus}"))
            })
        }
        "PutRule" | "DescribeRule" | "DeleteRule" | "EnableRule" | "DisableRule" => {
            Some(place.arn("events", &format!("rule/{}", field(body, "Name")?)))
        }
        "PutTargets" | "RemoveTargets" | "ListTargetsByRule" => {
            Some(place.arn("events", &format!("rule/{}", field(body, "Rule")?)))
        }
        _ => None,
    }
}

fn queue(body: &Value, place: &Place) -> Option<String> {
    let url = field(body, "QueueUrl")?;
    let name = url.rsplit('/').next()?;
    Some(place.arn("sqs", name))
}
