//! Silence is the alarm.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::stack::{Findings, Stack, items};

/// Alarms of things that must happen: when they stop there is nothing to measure, and that is the failure.
const RINGING_WHEN_SILENT: &[&str] = &["ReportMissingAlarm", "SweepSilentAlarm"];

/// Alarms of what is measured only when it changes: until then it is as it was.
const STAYING_WHEN_SILENT: &[&str] = &["AgentOfflineAlarm"];

fn when_silent(alarm: &str) -> &'static str {
    match alarm {
        alarm if RINGING_WHEN_SILENT.contains(&alarm) => "breaching",
        alarm if STAYING_WHEN_SILENT.contains(&alarm) => "ignore",
        _ => "notBreaching",
    }
}

fn every_alarm_is_heard(stack: &Stack) -> Findings {
    let mut findings = Findings::new();
    for (id, alarm) in stack.of_type("AWS::CloudWatch::Alarm") {
        let missing = when_silent(id);
        if alarm["TreatMissingData"] != missing {
            findings.push(format!("{id}: missing data has to be {missing}"));
        }
        if alarm["AlarmActions"] != json!([{"Ref": "ReportTopic"}]) {
            findings.push(format!("{id}: tells nobody"));
        }
    }
    let absent =
        RINGING_WHEN_SILENT.iter().filter(|name| stack.of_type("AWS::CloudWatch::Alarm").all(|(id, _)| id != **name));
    findings.extend(absent.map(|name| format!("{name}: is gone")));
    findings
}

/// Logical ids whose own metric an alarm watches.
fn watched(stack: &Stack) -> BTreeSet<String> {
    let alarms: Vec<&Value> = stack.of_type("AWS::CloudWatch::Alarm").map(|(_, alarm)| alarm).collect();
    let plain = alarms.iter().flat_map(|alarm| items(&alarm["Dimensions"]));
    let metrics = alarms.iter().flat_map(|alarm| items(&alarm["Metrics"]));
    let math = metrics.flat_map(|metric| items(&metric["MetricStat"]["Metric"]["Dimensions"]));
    plain.chain(math).filter_map(|dimension| Stack::target(&dimension["Value"])).map(str::to_owned).collect()
}

fn every_part_is_watched(stack: &Stack) -> Findings {
    let watched = watched(stack);
    let kinds = ["AWS::Serverless::Function", "AWS::Serverless::StateMachine", "AWS::SQS::Queue"];
    let parts = kinds.into_iter().flat_map(|kind| stack.of_type(kind)).map(|(id, _)| id);
    parts.filter(|id| !watched.contains(*id)).map(|id| format!("{id}: its failures ring no alarm")).collect()
}

#[test]
fn silence_rings() {
    let ours = Stack::ours();
    assert_eq!(every_alarm_is_heard(ours), Findings::new());
    let deaf = ours.with("/Resources/ReportMissingAlarm/Properties/TreatMissingData", json!("ignore"));
    assert_eq!(every_alarm_is_heard(&deaf).len(), 1);
    let mute = ours.with("/Resources/NightFailedAlarm/Properties/AlarmActions", json!([]));
    assert_eq!(every_alarm_is_heard(&mute).len(), 1);
    assert_eq!(every_alarm_is_heard(&ours.with("/Resources/SweepSilentAlarm", Value::Null)).len(), 1);
}

#[test]
fn every_function_queue_and_night_is_watched() {
    let ours = Stack::ours();
    assert_eq!(every_part_is_watched(ours), Findings::new());
    assert_eq!(
        every_part_is_watched(&ours.with("/Resources/FailedInvocationAlarm", Value::Null)),
        ["FailedInvocationQueue: its failures ring no alarm"]
    );
}

#[test]
fn the_alarm_on_agents_watches_what_the_functions_measure_and_stays_until_that_changes() {
    let ours = Stack::ours();
    let measured = nightferry_domain::report::metrics::jobs_at_risk("nightferry", 2, jiff::Timestamp::UNIX_EPOCH);
    let directive = &measured["_aws"]["CloudWatchMetrics"][0];
    let alarm = ours.properties("AgentOfflineAlarm");
    assert_eq!(alarm["Namespace"], directive["Namespace"]);
    assert_eq!(alarm["MetricName"], directive["Metrics"][0]["Name"]);
    assert_eq!(alarm["Dimensions"][0]["Name"], directive["Dimensions"][0][0]);
    let forgetful = ours.with("/Resources/AgentOfflineAlarm/Properties/TreatMissingData", json!("notBreaching"));
    assert_eq!(every_alarm_is_heard(&forgetful).len(), 1);
}

#[test]
fn the_sweep_rings_after_three_missed_turns() {
    let ours = Stack::ours();
    let alarm = ours.properties("SweepSilentAlarm");
    assert_eq!((&alarm["Period"], &alarm["EvaluationPeriods"]), (&json!(300), &json!(3)));
    assert_eq!(ours.properties("SweepRule")["ScheduleExpression"], json!({"Ref": "SweepRate"}));
}
