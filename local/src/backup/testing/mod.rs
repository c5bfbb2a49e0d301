//! Restore testing: plans that restore points by themselves, so that somebody can look whether they are any good.

pub(super) mod calls;
pub(super) mod fire;
pub(super) mod selections;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::ids::{epoch, lean, maybe_epoch};
use super::read::{Asked, Home, Tags};
use super::refusal::Refusal;
use super::store::State;

/// Which points a plan restores, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rules {
    /// Any of the points in the window, not the latest.
    pub(super) is_random: bool,
    pub(super) include: Vec<String>,
    pub(super) exclude: Vec<String>,
    pub(super) window_days: i64,
    /// As it was written.
    pub(super) points: Value,
    pub(super) cron: String,
    pub(super) timezone: String,
    pub(super) start_hours: i64,
}

/// What a plan restores, under which role and with what changed.
#[derive(Debug, Clone)]
pub(super) struct Selection {
    pub(super) name: String,
    pub(super) role: String,
    /// ARNs, or a star for all.
    pub(super) resources: Vec<String>,
    /// As they were written.
    pub(super) conditions: Value,
    pub(super) overrides: Tags,
    pub(super) validation_hours: i64,
    pub(super) request_id: Option<String>,
    pub(super) created: Timestamp,
}

/// One plan.
#[derive(Debug, Clone)]
pub(super) struct TestPlan {
    pub(super) home: Home,
    pub(super) name: String,
    /// Its name with letters that only the service knows.
    pub(super) arn: String,
    pub(super) rules: Rules,
    pub(super) request_id: Option<String>,
    pub(super) tags: Tags,
    pub(super) selections: Vec<Selection>,
    pub(super) created: Timestamp,
    pub(super) updated: Option<Timestamp>,
    pub(super) fired: Option<Timestamp>,
    /// Everything that was due until then has been started.
    pub(super) seen: Timestamp,
}

impl TestPlan {
    /// As lists show it.
    pub(super) fn listed(&self) -> Value {
        let rules = &self.rules;
        lean(json!({
            "RestoreTestingPlanName": self.name, "RestoreTestingPlanArn": self.arn, "CreationTime": epoch(self.created),
            "LastUpdateTime": maybe_epoch(self.updated), "LastExecutionTime": maybe_epoch(self.fired),
            "ScheduleExpression": rules.cron, "ScheduleExpressionTimezone": rules.timezone,
            "StartWindowHours": rules.start_hours,
        }))
    }
}

impl Selection {
    /// As the API shows it.
    pub(super) fn shown(&self, plan: &str) -> Value {
        lean(json!({
            "RestoreTestingPlanName": plan, "RestoreTestingSelectionName": self.name, "IamRoleArn": self.role,
            "ProtectedResourceType": "EC2", "ProtectedResourceArns": self.resources,
            "ProtectedResourceConditions": self.conditions, "RestoreMetadataOverrides": self.overrides,
            "ValidationWindowHours": self.validation_hours, "CreatorRequestId": self.request_id,
            "CreationTime": epoch(self.created),
        }))
    }
}

impl State {
    /// The test plan that a call's path names.
    pub(super) fn test_plan(&mut self, asked: &Asked) -> Result<&mut TestPlan, Refusal> {
        let name = asked.route.part("plan");
        let plan = self.tests.iter_mut().find(|plan| plan.home == asked.home && plan.name == name);
        plan.ok_or_else(|| Refusal::missing(format!("Could not find restore testing plan {name}")))
    }
}
