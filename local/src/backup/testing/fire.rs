//! A restore testing plan coming due: one restore for each protected resource.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::super::Backup;
use super::super::plan::rule::schedule;
use super::super::point::Point;
use super::super::read::{Tags, objects, text};
use super::super::restore::{Order, Testing, launch_metadata};
use super::{Selection, TestPlan};

const HOURS: i64 = 24;
/// How conditions' keys begin.
const TAG: &str = "aws:ResourceTag/";

/// What was started.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FiredTest {
    /// Ids of the restore jobs, one for each resource.
    pub jobs: Vec<String>,
}

impl Backup {
    /// Starts what has come due since the last look. Of times that were missed together only the latest counts.
    pub(in crate::backup) fn test_due(self: &Arc<Self>) {
        let now = self.clock.now();
        let due: Vec<TestPlan> = {
            let mut state = self.store.open();
            state.tests.iter_mut().filter_map(|plan| taken(plan, now)).collect()
        };
        for plan in due {
            let _ = self.fire_tests(&plan);
        }
    }

    /// Fires a restore testing plan now, whatever its schedule says. The error is for whoever asked.
    pub(crate) fn fire_test_plan(self: &Arc<Self>, name: &str) -> anyhow::Result<FiredTest> {
        let plan = self.store.open().tests.iter().find(|plan| plan.name == name).cloned();
        let plan = plan.ok_or_else(|| anyhow::anyhow!("there is no restore testing plan {name}"))?;
        Ok(FiredTest { jobs: self.fire_tests(&plan) })
    }

    fn fire_tests(self: &Arc<Self>, plan: &TestPlan) -> Vec<String> {
        let now = self.clock.now();
        let mut jobs = Vec::new();
        for selection in &plan.selections {
            for point in self.picked(plan, selection, now) {
                let testing = Testing { plan_arn: plan.arn.clone(), validation_hours: selection.validation_hours };
                jobs.extend(self.restore(&plan.home, order(selection, &point), Some(testing)).ok());
            }
        }
        if let Some(kept) = self.store.open().tests.iter_mut().find(|kept| kept.arn == plan.arn) {
            kept.fired = Some(now);
        }
        jobs
    }

    /// One point of each resource that the selection takes.
    fn picked(&self, plan: &TestPlan, selection: &Selection, now: Timestamp) -> Vec<Point> {
        let oldest = now.checked_sub(SignedDuration::from_hours(plan.rules.window_days * HOURS)).unwrap_or(now);
        let state = self.store.open();
        let mut by_resource: BTreeMap<&str, Vec<&Point>> = BTreeMap::new();
        let eligible = state.points.iter().filter(|point| {
            point.home == plan.home && point.status == "COMPLETED" && point.created >= oldest && is_of(plan, point)
        });
        for point in eligible.filter(|point| takes(selection, point)) {
            by_resource.entry(&point.resource_arn).or_default().push(point);
        }
        let pick = |points: &Vec<&Point>| {
            let any = fastrand::choice(points.iter().copied()).filter(|_| plan.rules.is_random);
            any.or_else(|| points.iter().copied().max_by_key(|point| point.created)).cloned()
        };
        by_resource.values().filter_map(pick).collect()
    }
}

fn taken(plan: &mut TestPlan, now: Timestamp) -> Option<TestPlan> {
    let since = std::mem::replace(&mut plan.seen, now);
    let times = schedule(&plan.rules.cron, &plan.rules.timezone).ok()?.times().ok()?;
    let is_due = times.after(since, 1).iter().filter_map(|fire| fire.at()).any(|at| at.timestamp() <= now);
    is_due.then(|| plan.clone())
}

fn is_of(plan: &TestPlan, point: &Point) -> bool {
    let names = |list: &[String]| list.iter().any(|vault| vault == "*" || *vault == point.vault_arn);
    names(&plan.rules.include) && !names(&plan.rules.exclude)
}

fn takes(selection: &Selection, point: &Point) -> bool {
    let is_named = selection.resources.is_empty()
        || selection.resources.iter().any(|arn| arn == "*" || *arn == point.resource_arn);
    let meets = |operator: &str, is_wanted: bool| {
        objects(&selection.conditions, operator).all(|condition| is_met(condition, &point.tags) == is_wanted)
    };
    is_named && meets("StringEquals", true) && meets("StringNotEquals", false)
}

fn is_met(condition: &Value, tags: &Tags) -> bool {
    let key = text(condition, "Key").unwrap_or_default();
    tags.get(key.strip_prefix(TAG).unwrap_or(key)).map(String::as_str) == text(condition, "Value")
}

fn order(selection: &Selection, point: &Point) -> Order {
    let mut metadata = launch_metadata::inferred(point);
    metadata.extend(selection.overrides.clone());
    Order { token: None, point_arn: point.arn.clone(), role: selection.role.clone(), metadata, copies_tags: false }
}
