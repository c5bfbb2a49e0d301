//! Ten functions, each with everything of its own.

use std::collections::BTreeSet;

use nightferry_domain::limits::{OPEN_FUNCTION_TIMEOUT_SECS, SWEEP_FUNCTION_TIMEOUT_SECS};
use serde_json::{Value, json};

use crate::stack::{Findings, Stack, root};

/// Longest that a function may run: what the state machine's own timeouts are made for.
const TIMEOUT_SECS_MAX: u64 = 60;
/// Functions that no state machine waits for, and for how long they may run: what the domain reckons with.
const LONG_ONES: [(&str, i64); 2] =
    [("open-run", OPEN_FUNCTION_TIMEOUT_SECS), ("sweep-runs", SWEEP_FUNCTION_TIMEOUT_SECS)];

fn every_function_has_its_own(stack: &Stack) -> Findings {
    let mut roles = BTreeSet::new();
    let mut findings = Findings::new();
    for (id, function) in stack.of_type("AWS::Serverless::Function") {
        findings.extend(missing(stack, function).into_iter().map(|what| format!("{id}: {what}")));
        if !roles.insert(function["Role"].to_string()) {
            findings.push(format!("{id}: shares its role"));
        }
    }
    findings
}

fn missing(stack: &Stack, function: &Value) -> Vec<&'static str> {
    let timeout = stack.function_property(function, "Timeout").as_u64();
    let binary = binary(function).unwrap_or_default();
    let role = Stack::target(&function["Role"]).map(|id| stack.properties(id));
    let log = Stack::target(&function["LoggingConfig"]["LogGroup"]).map(|id| stack.properties(id));
    let checks = [
        (timeout.is_some_and(|secs| is_in_time(binary, secs)), "no timeout, or one beyond a minute"),
        (stack.function_property(function, "MemorySize").is_u64(), "no memory size"),
        (
            role.is_some_and(|role| role["RoleName"]["Fn::Sub"] == format!("${{AWS::StackName}}-{binary}")),
            "its role is not named after it",
        ),
        (
            log.is_some_and(|log| {
                log["LogGroupName"]["Fn::Sub"] == format!("/aws/lambda/${{AWS::StackName}}-{binary}")
            }),
            "no log group of its own",
        ),
        (
            function["FunctionName"]["Fn::Sub"] == format!("${{AWS::StackName}}-{binary}"),
            "its name is not its binary's",
        ),
        (
            function["Environment"]["Variables"]["AWS_SDK_UA_APP_ID"] == format!("nightferry-{binary}"),
            "its calls do not carry its name",
        ),
    ];
    checks.into_iter().filter_map(|(is_there, what)| (!is_there).then_some(what)).collect()
}

fn is_in_time(binary: &str, secs: u64) -> bool {
    let long = LONG_ONES.iter().find(|(name, _)| *name == binary);
    long.map_or(secs <= TIMEOUT_SECS_MAX, |(_, expected)| u64::try_from(*expected) == Ok(secs))
}

/// The binary that is built for a function.
fn binary(function: &Value) -> Option<&str> {
    function["FunctionName"]["Fn::Sub"].as_str()?.strip_prefix("${AWS::StackName}-")
}

fn every_log_group_ends(stack: &Stack) -> Findings {
    let endless = stack.of_type("AWS::Logs::LogGroup").filter(|(_, log)| log["RetentionInDays"].is_null());
    endless.map(|(id, _)| format!("{id}: keeps its lines for ever")).collect()
}

#[test]
fn every_function_has_its_own_role_log_and_limits() {
    let ours = Stack::ours();
    assert_eq!(every_function_has_its_own(ours), Findings::new());
    assert_eq!(every_function_has_its_own(&ours.with("/Globals/Function/MemorySize", Value::Null)).len(), 9);
    assert_eq!(every_function_has_its_own(&ours.with("/Globals/Function/Timeout", json!(900))).len(), 4);
    let shared =
        ours.with("/Resources/OpenRunFunction/Properties/Role", json!({"Fn::GetAtt": ["StartJobRole", "Arn"]}));
    assert_eq!(every_function_has_its_own(&shared).len(), 2);
}

#[test]
fn every_log_group_has_a_retention() {
    let ours = Stack::ours();
    assert_eq!(every_log_group_ends(ours), Findings::new());
    assert_eq!(
        every_log_group_ends(&ours.with("/Resources/OpenRunLogGroup/Properties/RetentionInDays", Value::Null)).len(),
        1
    );
}

#[test]
fn the_functions_of_the_template_are_the_folders_of_the_repository() {
    let ours = Stack::ours();
    let deployed: BTreeSet<String> = ours
        .of_type("AWS::Serverless::Function")
        .filter_map(|(_, function)| binary(function))
        .map(str::to_owned)
        .collect();
    let built: BTreeSet<String> = ours
        .resources()
        .filter(|(_, resource)| resource["Metadata"]["BuildMethod"] == "rust-cargolambda")
        .filter_map(|(_, resource)| resource["Metadata"]["BuildProperties"]["Binary"].as_str())
        .map(str::to_owned)
        .collect();
    let folders: BTreeSet<String> = std::fs::read_dir(root().join("functions"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(deployed, folders);
    assert_eq!(deployed, built);
}

#[test]
fn only_the_sweep_is_kept_from_running_twice_at_once() {
    let ours = Stack::ours();
    let reserved: Vec<_> = ours
        .of_type("AWS::Serverless::Function")
        .filter(|(_, function)| !function["ReservedConcurrentExecutions"].is_null())
        .collect();
    assert_eq!(reserved.len(), 1);
    assert_eq!((reserved[0].0, &reserved[0].1["ReservedConcurrentExecutions"]), ("SweepRunsFunction", &json!(1)));
}
