//! Roles, logs and schedules as `apply` wants them and as AWS shows them: one type for both, so that they compare.

use serde::Serialize;
use serde_json::Value;

use super::{documents, names};
use crate::plan::{JobName, Schedule, ScheduleName};
use crate::stack::Stack;

/// Seconds for which EventBridge Scheduler tries to deliver a fire time: 24 hours, its most.
const DELIVERY_SECS: i32 = 86_400;
/// Tries within that time: its most.
const DELIVERY_TRIES: i32 = 185;

/// A role by which a service reads or writes one job's bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Role {
    /// At most 64 characters.
    pub role_name: String,
    /// Who may assume it.
    pub assume_role_policy_document: Value,
    /// The inline policy; nothing when a failure came between the role and its policy.
    pub policy: Option<Value>,
}

/// DataSync's log group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LogGroup {
    /// Begins with `/aws/datasync`.
    pub log_group_name: String,
    /// Days; nothing keeps everything for ever.
    pub retention_in_days: Option<i32>,
}

/// The resource policy that lets DataSync write to the log group: without it, the group stays empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LogPolicy {
    /// Unique in account and region.
    pub policy_name: String,
    /// The document.
    pub policy_document: Value,
}

/// One schedule of the plan in EventBridge Scheduler.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ScheduleEntry {
    /// The plan's name of it; of a drill `drill.` and its job's.
    pub name: String,
    /// The stack's group.
    pub group_name: String,
    /// `cron(...)`
    pub schedule_expression: String,
    /// IANA zone.
    pub schedule_expression_timezone: String,
    /// `ENABLED` or `DISABLED`.
    pub state: String,
    /// `OFF`: a night begins when the plan says so.
    pub flexible_time_window: String,
    /// Carries the mark of the stack.
    pub description: String,
    /// What is called.
    pub target: ScheduleTarget,
}

/// Whom a schedule calls, and what becomes of a call that does not get through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ScheduleTarget {
    /// The function.
    pub arn: String,
    /// The role of the call.
    pub role_arn: String,
    /// The JSON text that the function is given.
    pub input: String,
    /// The queue of undelivered calls.
    pub dead_letter_arn: Option<String>,
    /// Seconds.
    pub maximum_event_age_in_seconds: Option<i32>,
    /// Tries.
    pub maximum_retry_attempts: Option<i32>,
}

impl Role {
    /// For DataSync.
    pub(super) fn of(stack: &Stack, role_name: String, policy: Value) -> Self {
        Self { role_name, assume_role_policy_document: documents::trust(stack), policy: Some(policy) }
    }
}

impl LogGroup {
    pub(super) fn of(stack: &Stack) -> Self {
        Self { log_group_name: stack.transfer_log_group(), retention_in_days: Some(names::LOG_RETENTION_DAYS) }
    }
}

impl LogPolicy {
    pub(super) fn of(stack: &Stack) -> Self {
        Self { policy_name: names::log_policy(stack), policy_document: documents::log_policy(stack) }
    }
}

impl ScheduleEntry {
    pub(super) fn of(stack: &Stack, name: &ScheduleName, schedule: &Schedule) -> Self {
        Self {
            name: name.to_string(),
            group_name: stack.schedule_group(),
            schedule_expression: format!("cron({})", schedule.cron),
            schedule_expression_timezone: schedule.timezone.clone(),
            state: "ENABLED".to_owned(),
            flexible_time_window: "OFF".to_owned(),
            description: names::schedule_mark(stack),
            target: ScheduleTarget::of(stack, documents::schedule_input(name)),
        }
    }

    /// By which a job's machines are restored for practice. The dot keeps its name apart from the plan's own schedules.
    pub(super) fn of_drill(stack: &Stack, job: &JobName, name: &ScheduleName, schedule: &Schedule) -> Self {
        Self {
            name: format!("drill.{job}"),
            target: ScheduleTarget::of(stack, documents::drill_input(name, job)),
            ..Self::of(stack, name, schedule)
        }
    }

    /// Whether `apply` of this stack made it.
    #[must_use]
    pub fn is_ours(&self, stack: &Stack) -> bool {
        self.description == names::schedule_mark(stack)
    }
}

impl ScheduleTarget {
    fn of(stack: &Stack, input: String) -> Self {
        Self {
            arn: stack.function_arn("open-run"),
            role_arn: stack.role_arn("scheduler"),
            input,
            dead_letter_arn: Some(stack.undelivered_schedules_arn()),
            maximum_event_age_in_seconds: Some(DELIVERY_SECS),
            maximum_retry_attempts: Some(DELIVERY_TRIES),
        }
    }
}
