//! The plan's schedules in EventBridge Scheduler, all in the stack's group.

use aws_sdk_scheduler::error::BuildError;
use aws_sdk_scheduler::operation::get_schedule::GetScheduleOutput;
use aws_sdk_scheduler::types::{
    DeadLetterConfig, FlexibleTimeWindow, FlexibleTimeWindowMode, RetryPolicy, ScheduleState, Target,
};
use nightferry_domain::provision::{ScheduleEntry, ScheduleTarget};
use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;
use nightferry_workflow::provision::Marked;
use nightferry_workflow::provision::ports::Schedules;

use super::AwsAccount;
use crate::sdk_error::Call;

const CREATE: Call = Call::write("EventBridge Scheduler", "CreateSchedule");
const UPDATE: Call = Call::write("EventBridge Scheduler", "UpdateSchedule");

impl Schedules for AwsAccount {
    async fn schedules(&self, stack: &Stack) -> Result<Marked<ScheduleEntry>, PortError> {
        const LIST: Call = Call::read("EventBridge Scheduler", "ListSchedules");
        const GET: Call = Call::read("EventBridge Scheduler", "GetSchedule");
        let group = stack.schedule_group();
        let mut pages = self.scheduler.list_schedules().group_name(&group).into_paginator().items().send();
        let mut found = Marked { ours: vec![], foreign: vec![] };
        while let Some(summary) = pages.next().await {
            let name = summary.map_err(|error| LIST.refused(&error))?.name.unwrap_or_default();
            let told = self.scheduler.get_schedule().group_name(&group).name(&name).send().await;
            let entry = match told.map_err(|error| GET.refused(&error)) {
                Ok(told) => observed(told),
                // It went away since it was listed; `Missing` would say that of the whole group.
                Err(PortError::Missing { .. }) => continue,
                Err(refusal) => return Err(refusal),
            };
            if entry.is_ours(stack) {
                found.ours.push(entry);
            } else {
                found.foreign.push(name);
            }
        }
        Ok(found)
    }

    /// May be sent again: the SDK gives both the same client token.
    async fn create_schedule(&self, entry: &ScheduleEntry) -> Result<(), PortError> {
        let target = target(&entry.target).map_err(|error| CREATE.rejected("RequestNotBuilt", &error.to_string()))?;
        let window = window(entry).map_err(|error| CREATE.rejected("RequestNotBuilt", &error.to_string()))?;
        let request = self.scheduler.create_schedule().name(&entry.name).group_name(&entry.group_name);
        let request = request
            .schedule_expression(&entry.schedule_expression)
            .schedule_expression_timezone(&entry.schedule_expression_timezone)
            .state(ScheduleState::from(entry.state.as_str()))
            .description(&entry.description);
        let made = request.flexible_time_window(window).target(target).send().await;
        made.map(drop).map_err(|error| CREATE.refused(&error))
    }

    async fn update_schedule(&self, entry: &ScheduleEntry) -> Result<(), PortError> {
        let target = target(&entry.target).map_err(|error| UPDATE.rejected("RequestNotBuilt", &error.to_string()))?;
        let window = window(entry).map_err(|error| UPDATE.rejected("RequestNotBuilt", &error.to_string()))?;
        let request = self.scheduler.update_schedule().name(&entry.name).group_name(&entry.group_name);
        let request = request
            .schedule_expression(&entry.schedule_expression)
            .schedule_expression_timezone(&entry.schedule_expression_timezone)
            .state(ScheduleState::from(entry.state.as_str()))
            .description(&entry.description);
        let set = request.flexible_time_window(window).target(target).send().await;
        set.map(drop).map_err(|error| UPDATE.refused(&error))
    }

    async fn delete_schedule(&self, stack: &Stack, name: &str) -> Result<(), PortError> {
        const DELETE: Call = Call::write("EventBridge Scheduler", "DeleteSchedule");
        let deleted = self.scheduler.delete_schedule().group_name(stack.schedule_group()).name(name).send().await;
        deleted.map(drop).map_err(|error| DELETE.refused(&error))
    }
}

fn observed(told: GetScheduleOutput) -> ScheduleEntry {
    ScheduleEntry {
        name: told.name.unwrap_or_default(),
        group_name: told.group_name.unwrap_or_default(),
        schedule_expression: told.schedule_expression.unwrap_or_default(),
        schedule_expression_timezone: told.schedule_expression_timezone.unwrap_or_default(),
        state: told.state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
        flexible_time_window: told.flexible_time_window.map(|w| w.mode.as_str().to_owned()).unwrap_or_default(),
        description: told.description.unwrap_or_default(),
        target: observed_target(told.target),
    }
}

/// A schedule without a target is none that we made; empty texts make it differ.
fn observed_target(target: Option<Target>) -> ScheduleTarget {
    let (arn, role_arn, input, letters, policy) =
        target.map(|t| (t.arn, t.role_arn, t.input, t.dead_letter_config, t.retry_policy)).unwrap_or_default();
    ScheduleTarget {
        arn,
        role_arn,
        input: input.unwrap_or_default(),
        dead_letter_arn: letters.and_then(|letters| letters.arn),
        maximum_event_age_in_seconds: policy.as_ref().and_then(|policy| policy.maximum_event_age_in_seconds),
        maximum_retry_attempts: policy.and_then(|policy| policy.maximum_retry_attempts),
    }
}

fn target(wanted: &ScheduleTarget) -> Result<Target, BuildError> {
    let policy = RetryPolicy::builder()
        .set_maximum_event_age_in_seconds(wanted.maximum_event_age_in_seconds)
        .set_maximum_retry_attempts(wanted.maximum_retry_attempts)
        .build();
    let letters = wanted.dead_letter_arn.as_ref().map(|arn| DeadLetterConfig::builder().arn(arn).build());
    let target = Target::builder().arn(&wanted.arn).role_arn(&wanted.role_arn).input(&wanted.input);
    target.retry_policy(policy).set_dead_letter_config(letters).build()
}

fn window(entry: &ScheduleEntry) -> Result<FlexibleTimeWindow, BuildError> {
    FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::from(entry.flexible_time_window.as_str())).build()
}
