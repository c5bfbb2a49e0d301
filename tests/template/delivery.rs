//! Whatever is handed over without anybody waiting for it has a place to go when it fails.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    policies::statements,
    stack::{Findings, Stack, items},
};

fn every_asynchronous_path_has_dead_letters(stack: &Stack) -> Findings {
    let mut findings = Findings::new();
    for (id, rule) in stack.of_type("AWS::Events::Rule") {
        for target in items(&rule["Targets"]) {
            if queue(&target["DeadLetterConfig"]["Arn"]).is_none() || target["RetryPolicy"].is_null() {
                findings.push(format!("{id}: an event that cannot be delivered is dropped"));
            }
        }
        if !may_write_dead_letters(stack, id) {
            findings.push(format!("{id}: its dead letters are refused by the queue"));
        }
    }
    for function in asynchronous_functions(stack) {
        let on_failure =
            &stack.properties(&function)["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"];
        if queue(on_failure).is_none() {
            findings.push(format!("{function}: an event that it fails on is dropped"));
        }
    }
    findings
}

fn queue(arn: &Value) -> Option<&str> {
    Stack::target(arn).filter(|id| id.ends_with("Queue"))
}

fn may_write_dead_letters(stack: &Stack, rule: &str) -> bool {
    let sources = &stack.properties("UndeliveredEventQueuePolicy")["PolicyDocument"]["Statement"][0]["Condition"]["ArnEquals"]
        ["aws:SourceArn"];
    items(sources).into_iter().any(|source| Stack::target(source) == Some(rule))
}

/// Functions that a rule or a schedule invokes: nobody waits for their answer.
fn asynchronous_functions(stack: &Stack) -> BTreeSet<String> {
    let targets = stack.of_type("AWS::Events::Rule").flat_map(|(_, rule)| items(&rule["Targets"]));
    let by_rule = targets.filter_map(|target| Stack::target(&target["Arn"])).map(str::to_owned);
    let by_schedule = stack
        .of_type("AWS::Serverless::Function")
        .filter(|(_, function)| is_scheduled(stack, function))
        .map(|(id, _)| id.to_owned());
    by_rule.chain(by_schedule).collect()
}

fn is_scheduled(stack: &Stack, function: &Value) -> bool {
    let name = function["FunctionName"]["Fn::Sub"].as_str().unwrap_or_default();
    let invocations = statements(stack)
        .into_iter()
        .filter(|statement| statement.owner == "scheduler" && statement.actions() == ["lambda:InvokeFunction"]);
    invocations.into_iter().any(|statement| {
        statement.body["Resource"]["Fn::Sub"].as_str().is_some_and(|arn| arn.ends_with(&format!(":function:{name}")))
    })
}

#[test]
fn nothing_that_fails_is_dropped() {
    let ours = Stack::ours();
    assert_eq!(
        asynchronous_functions(ours),
        ["OpenRunFunction", "RecordStateFunction", "SweepRunsFunction"].map(str::to_owned).into()
    );
    assert_eq!(every_asynchronous_path_has_dead_letters(ours), Findings::new());
}

#[test]
fn a_path_without_dead_letters_is_found() {
    let ours = Stack::ours();
    let rule = ours.with("/Resources/SweepRule/Properties/Targets/0/DeadLetterConfig", Value::Null);
    assert_eq!(every_asynchronous_path_has_dead_letters(&rule).len(), 1);
    let function = ours.with("/Resources/OpenRunFunction/Properties/EventInvokeConfig", Value::Null);
    assert_eq!(every_asynchronous_path_has_dead_letters(&function).len(), 1);
    let source = json!([{"Fn::GetAtt": ["SweepRule", "Arn"]}]);
    let refused = ours.with("/Resources/UndeliveredEventQueuePolicy/Properties/PolicyDocument/Statement/0/Condition/ArnEquals/aws:SourceArn", source);
    assert_eq!(every_asynchronous_path_has_dead_letters(&refused).len(), 5);
}

#[test]
fn a_function_may_be_invoked_by_the_rule_that_targets_it_and_by_no_other() {
    let ours = Stack::ours();
    let admitted: BTreeSet<_> = ours
        .of_type("AWS::Lambda::Permission")
        .map(|(_, permission)| {
            assert_eq!(permission["SourceAccount"], json!({"Ref": "AWS::AccountId"}));
            (Stack::target(&permission["SourceArn"]), Stack::target(&permission["FunctionName"]))
        })
        .collect();
    let targeted: BTreeSet<_> = ours
        .of_type("AWS::Events::Rule")
        .map(|(id, rule)| (Some(id), Stack::target(&rule["Targets"][0]["Arn"])))
        .collect();
    assert_eq!(admitted, targeted);
}

#[test]
fn the_rule_hears_of_both_ends_of_an_execution_and_of_nothing_before() {
    let ours = Stack::ours();
    let pattern = &ours.properties("DataSyncStateRule")["EventPattern"];
    let states: Vec<&str> = items(&pattern["detail"]["State"])
        .into_iter()
        .filter_map(|state| state["equals-ignore-case"].as_str())
        .collect();
    assert_eq!(states, ["SUCCESS", "ERROR"]);
    let event: Value = serde_json::from_str(&crate::stack::text("events/datasync-task-execution-error.json")).unwrap();
    assert_eq!((&pattern["source"][0], &pattern["detail-type"][0]), (&event["source"], &event["detail-type"]));
}

#[test]
fn the_rule_hears_of_every_change_of_an_agent() {
    let ours = Stack::ours();
    let pattern = &ours.properties("AgentStateRule")["EventPattern"];
    for name in ["offline", "online"] {
        let text = crate::stack::text(&format!("events/datasync-agent-{name}.json"));
        let event: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(*pattern, json!({"source": [event["source"]], "detail-type": [event["detail-type"]]}), "{name}");
    }
}

#[test]
fn the_rule_hears_of_every_end_of_a_backup_job_in_each_of_its_shapes_and_of_nothing_before() {
    let ours = Stack::ours();
    let pattern = &ours.properties("BackupJobStateRule")["EventPattern"];
    let hears = |name: &str| {
        let text = crate::stack::text(&format!("events/backup-job-{name}.json"));
        let event: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&pattern["source"][0], &pattern["detail-type"][0]), (&event["source"], &event["detail-type"]));
        items(&pattern["detail"]["state"]).into_iter().any(|state| *state == event["detail"]["state"])
    };
    let ends = [
        "completed",
        "completed-with-issues",
        "failed",
        "failed-role",
        "aborted",
        "expired",
        "expired-window",
        "partial",
    ];
    assert!(ends.into_iter().all(hears));
    assert!(!["created", "pending", "running"].into_iter().any(hears));
}
