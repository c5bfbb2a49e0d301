//! Firing a schedule now, as Scheduler fires it at its time: its own input, its context keywords, its role.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    FrontDoor,
    action::Need,
    record::{CallRecord, Decision},
};
use crate::upstream::{lambda, scheduler};

/// What may be said about the firing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Firing {
    /// The time for which the schedule stands; now, if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_time: Option<Timestamp>,
    /// How often it fires: Scheduler promises at least once, so 2 is something that happens. 1, if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

/// What was fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fired {
    /// What was called.
    pub target: String,
    /// With what, once for each time.
    pub inputs: Vec<String>,
}

/// Fires it. The error is for whoever asked.
pub(super) async fn fire(door: &FrontDoor, group: &str, name: &str, firing: &Firing) -> anyhow::Result<Fired> {
    let schedule = scheduler::schedule(&door.upstream, group, name).await?;
    let schedule =
        schedule.ok_or_else(|| anyhow::anyhow!("there is no schedule {group}/{name}: deploy the stack first"))?;
    let target = schedule.target.arn.clone();
    let need = Need { action: "lambda:InvokeFunction".to_owned(), resource: target.clone(), context: Vec::new() };
    let ruling = door.permissions.rule_role(&door.upstream, &schedule.target.role_arn, "scheduler", &need).await?;
    door.record.add(recorded(need, ruling.decision));
    if let Some(refusal) = ruling.refusal {
        anyhow::bail!("the schedule's role may not call its target: {refusal}");
    }
    let scheduled = firing.scheduled_time.unwrap_or_else(Timestamp::now);
    let template = schedule.target.input.as_deref().unwrap_or("{}");
    let mut inputs = Vec::new();
    for number in 1..=firing.times.unwrap_or(1) {
        let input = filled(template, &schedule.arn, scheduled, number);
        lambda::invoke_async(&door.upstream, &target, input.clone()).await?;
        inputs.push(input);
    }
    Ok(Fired { target, inputs })
}

/// Scheduler's call is its own, so it comes past no listener; it is recorded all the same.
fn recorded(need: Need, decision: Decision) -> CallRecord {
    CallRecord {
        at: Timestamp::now(),
        caller: "scheduler".to_owned(),
        service: "lambda".to_owned(),
        operation: "Invoke".to_owned(),
        iam_action: need.action.clone(),
        resource: need.resource.clone(),
        needs: vec![need],
        status: if decision == Decision::Denied { 403 } else { 202 },
        decision,
        took_micros: 0,
    }
}

/// The input with its context keywords filled in. The scheduled time is the same each time, the execution's id is not.
fn filled(template: &str, arn: &str, scheduled: Timestamp, number: u32) -> String {
    let time = scheduled.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let execution = format!("local-{}-{number}", Timestamp::now().as_nanosecond());
    template
        .replace("<aws.scheduler.schedule-arn>", arn)
        .replace("<aws.scheduler.scheduled-time>", &time)
        .replace("<aws.scheduler.execution-id>", &execution)
        .replace("<aws.scheduler.attempt-number>", "1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keywords_are_filled_as_scheduler_fills_them() {
        let scheduled = "2026-11-20T21:00:00.25Z".parse().unwrap();
        let arn = "arn:aws:scheduler:ap-northeast-1:123456789012:schedule/nightferry/nightly";
        let template = r#"{"arn":"<aws.scheduler.schedule-arn>","at":"<aws.scheduler.scheduled-time>","attempt":"<aws.scheduler.attempt-number>"}"#;
        assert_eq!(
            filled(template, arn, scheduled, 1),
            format!(r#"{{"arn":"{arn}","at":"2026-11-20T21:00:00Z","attempt":"1"}}"#)
        );
        let id = |number| filled("<aws.scheduler.execution-id>", arn, scheduled, number);
        assert_ne!(id(1), id(2));
    }
}
