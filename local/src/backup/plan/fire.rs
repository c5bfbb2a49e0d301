//! A plan's rules coming due: one job for each selected instance, by the clock or on order.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::Backup;
use super::super::acting::Acting;
use super::super::job::calls::fresh;
use super::super::job::order::{Creator, Order};
use super::rule::Rule;
use super::{Plan, Selection, chosen};
use crate::upstream::ec2;

/// What was started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiredPlan {
    /// Ids of the backup jobs, one for each instance and rule.
    pub jobs: Vec<String>,
}

impl Backup {
    /// Starts what has come due since the last look. Of times that were missed together only the latest counts.
    pub(in crate::backup) async fn fire_due(self: &Arc<Self>) {
        let now = self.clock.now();
        let due: Vec<(Plan, Rule)> = {
            let mut state = self.store.open();
            state.plans.iter_mut().filter(|plan| plan.deleted.is_none()).flat_map(|plan| taken(plan, now)).collect()
        };
        for (plan, rule) in due {
            let _ = self.fire_rule(&plan, &rule).await;
        }
    }

    /// Fires every rule of a plan now, whatever its schedule says. The error is for whoever asked.
    pub(crate) async fn fire_plan(self: &Arc<Self>, id: &str) -> anyhow::Result<FiredPlan> {
        let plan = self.store.open().plans.iter().find(|plan| plan.id == id && plan.deleted.is_none()).cloned();
        let plan = plan.ok_or_else(|| anyhow::anyhow!("there is no backup plan {id}"))?;
        let mut jobs = Vec::new();
        for rule in &plan.current.rules {
            jobs.extend(self.fire_rule(&plan, rule).await);
        }
        Ok(FiredPlan { jobs })
    }

    async fn fire_rule(self: &Arc<Self>, plan: &Plan, rule: &Rule) -> Vec<String> {
        let mut jobs = Vec::new();
        for selection in &plan.selections {
            for resource_arn in self.chosen(plan, selection).await {
                let job = fresh(self, plan.home.clone(), order(plan, rule, selection, resource_arn));
                self.store.open().jobs.push(job.clone());
                self.launch(&job);
                jobs.push(job.id);
            }
        }
        let now = self.clock.now();
        let mut state = self.store.open();
        if let Some(kept) = state.plans.iter_mut().find(|kept| kept.id == plan.id) {
            kept.fired = Some(now);
        }
        jobs
    }

    /// The instances that a selection takes. What its role can't see isn't there, and nobody is told.
    async fn chosen(&self, plan: &Plan, selection: &Selection) -> Vec<String> {
        let is_on = self.opted_in(&plan.home).get("EC2").copied().unwrap_or_default();
        if !is_on || chosen::is_empty(&selection.document) || !self.may_look(plan, selection).await {
            return Vec::new();
        }
        let aws = self.upstream.seen_from(&plan.home.account, &plan.home.region);
        let instances =
            ec2::instances(&aws).await.inspect_err(|error| tracing::warn!(%error, "no instances to select from"));
        let alive = instances.unwrap_or_default().into_iter().filter(|instance| instance.state != "terminated");
        alive
            .map(|instance| {
                let home = &plan.home;
                (format!("arn:aws:ec2:{}:{}:instance/{}", home.region, home.account, instance.id), instance.tags)
            })
            .filter(|(arn, tags)| chosen::takes(&selection.document, arn, tags))
            .map(|(arn, _)| arn)
            .collect()
    }

    async fn may_look(&self, plan: &Plan, selection: &Selection) -> bool {
        let acting = Acting::assume(self, &selection.role, &plan.arn()).await;
        acting.and_then(|acting| acting.may("tag:GetResources", "*", &[])).is_ok()
    }
}

/// The plan's rules that came due since it was last looked at.
fn taken(plan: &mut Plan, now: Timestamp) -> Vec<(Plan, Rule)> {
    let since = std::mem::replace(&mut plan.seen, now);
    let is_due = |rule: &&Rule| is_due(rule, since, now);
    plan.current.rules.iter().filter(is_due).map(|rule| (plan.clone(), rule.clone())).collect()
}

fn is_due(rule: &Rule, since: Timestamp, now: Timestamp) -> bool {
    let Some(times) = rule.schedule().ok().and_then(|schedule| schedule.times().ok()) else { return false };
    times.after(since, 1).iter().filter_map(|fire| fire.at()).any(|at| at.timestamp() <= now)
}

fn order(plan: &Plan, rule: &Rule, selection: &Selection, resource_arn: String) -> Order {
    Order {
        token: None,
        vault: rule.vault.clone(),
        resource_arn,
        role: selection.role.clone(),
        windows: rule.windows,
        lifecycle: rule.lifecycle,
        tags: rule.tags.clone(),
        options: serde_json::Value::Null,
        creator: Some(Creator {
            plan_id: plan.id.clone(),
            plan_arn: plan.arn(),
            plan_name: plan.current.name.clone(),
            version: plan.current.id.clone(),
            rule_id: rule.id.clone(),
            rule_name: rule.name.clone(),
            cron: rule.cron.clone(),
            timezone: rule.timezone.clone(),
        }),
        copies: rule.copies.clone(),
    }
}
