//! What lets a listed batch job through. Pure: from what was seen to confirm, cancel, or ask a person.
//!
//! Nothing is confirmed that was listed for other settings than the plan's, that nobody could count, or that is larger
//! than the plan allows. A person can let through what is unusual or could not be summed up, never what is too large.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::order::BatchOrder;
use super::{BatchObservation, BatchState};
use crate::job::after;
use crate::outcome::Cause;
use crate::replication::{DecidedBy, Guardrails, Replication, Unless};

/// A night is unusual when it lists more than so many times the objects of the largest of the last nights ...
pub const UNUSUAL_TIMES: u64 = 10;
/// ... and more than so many: small nights vary without meaning anything.
pub const UNUSUAL_OBJECTS_MIN: u64 = 10_000;
/// How much earlier than its claim a job may say that it was created: clocks differ.
pub const CLOCK_SKEW_SECS: i64 = 300;

/// A person's word about a batch job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The attempt that it is about: a word about one list is none about the next.
    pub attempt: u32,
    /// Let it through, or cancel it.
    pub is_yes: bool,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why, for the report.
    pub reason: String,
}

/// How a batch job was let through, or why it was not: saved before the service is told, and marked when it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// When it was decided.
    pub at: Timestamp,
    /// `None` lets it through; otherwise it is cancelled, for this cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Cause>,
    /// By whom or by what.
    pub by: String,
    /// Objects that were listed.
    pub objects: Option<u64>,
    /// Their bytes, where somebody could sum them up.
    pub bytes: Option<u64>,
    /// When the service took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_at: Option<Timestamp>,
}

/// A listed batch job that waits for a person's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaited {
    /// Until when; then the plan's `unless_decided` counts.
    pub until: Timestamp,
    /// Why a person is asked.
    pub why: String,
    /// Objects that were listed.
    pub objects: Option<u64>,
    /// Their bytes, where somebody could sum them up.
    pub bytes: Option<u64>,
}

/// A bucket's replication configuration, as it stands now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RulesNow {
    /// The role by which S3 replicates.
    pub role: String,
    /// Its rules.
    pub rules: Vec<RuleNow>,
}

/// One rule of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleNow {
    /// Its id.
    pub id: String,
    /// Whether it is in force.
    pub is_enabled: bool,
    /// Key prefix that it covers; empty for the whole bucket; `None` where it asks for tags besides, or instead.
    pub prefix: Option<String>,
    /// Destination bucket's name.
    pub bucket: String,
    /// Who owns it, where the rule says so.
    pub account: Option<String>,
}

/// Everything that a decision depends on.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The plan's settings.
    pub replication: &'a Replication,
    /// What this attempt ordered.
    pub order: &'a BatchOrder,
    /// What the service says of the job.
    pub seen: &'a BatchObservation,
    /// The bucket's replication configuration.
    pub rules: &'a RulesNow,
    /// The sum of the listed objects' sizes, where it is known.
    pub bytes: Option<u64>,
    /// Objects of the largest of the last nights; `None` if there was none.
    pub largest: Option<u64>,
    /// A person's word about this attempt.
    pub decision: Option<&'a Decision>,
    /// Until when a person was asked, if one was.
    pub asked_until: Option<Timestamp>,
    /// Now.
    pub now: Timestamp,
}

/// What is to be done about a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It does not wait: it is still being listed, was let through already, or has ended.
    NotWaiting,
    /// Let it through.
    Confirm {
        /// By whom or by what.
        by: String,
    },
    /// End it, and say why.
    Cancel {
        /// By whom or by what.
        by: String,
        /// For the report.
        cause: Cause,
    },
    /// A person is to say.
    AwaitPerson {
        /// Until when.
        until: Timestamp,
        /// Why.
        why: String,
    },
}

/// Decides about a job that has listed its objects.
#[must_use]
pub fn decide(facts: &Facts<'_>) -> Verdict {
    if facts.seen.state != BatchState::Suspended {
        return Verdict::NotWaiting;
    }
    let guards = [not_ours, not_as_planned, uncounted, above_limits];
    if let Some(cause) = guards.iter().find_map(|guard| guard(facts)) {
        return Verdict::Cancel { by: "guardrails".to_owned(), cause };
    }
    if let Some(decision) = facts.decision {
        return decided(decision);
    }
    match why_a_person(facts) {
        None => Verdict::Confirm { by: "guardrails".to_owned() },
        Some(why) => ask(facts, why),
    }
}

fn decided(decision: &Decision) -> Verdict {
    if decision.is_yes {
        return Verdict::Confirm { by: decision.by.clone() };
    }
    let what = format!("{} cancelled the listed batch job: {}", decision.by, decision.reason);
    let cause = cause("batch-job-declined", what, "`nightferry rerun` lists the objects anew.");
    Verdict::Cancel { by: decision.by.clone(), cause }
}

/// A job that is not what this attempt ordered is never let through, whoever says so.
fn not_ours(facts: &Facts<'_>) -> Option<Cause> {
    let (order, seen) = (facts.order, facts.seen);
    let is_older = seen.created_at.is_none_or(|at| at < after(order.created_before, -CLOCK_SKEW_SECS));
    let differs = order.terms.first_difference(&seen.terms);
    let differs =
        differs.or_else(|| (seen.description.as_deref() != Some(&order.description)).then_some("its description"));
    let differs = differs.or_else(|| is_older.then_some("the time of its creation"))?;
    let what = format!("Batch job {} is not what this attempt ordered: {differs} differs", seen.execution.id());
    Some(cause(
        "batch-job-differs",
        what,
        "Find out who changed the plan or the job while it ran, then `nightferry rerun`.",
    ))
}

fn not_as_planned(facts: &Facts<'_>) -> Option<Cause> {
    let what = rule_difference(facts.replication, facts.rules)?;
    Some(cause(
        "replication-rule-differs",
        what,
        "`nightferry apply` restores the plan's rule; then `nightferry rerun`.",
    ))
}

/// Why the bucket's replication configuration is not the plan's any more.
#[must_use]
pub fn rule_difference(plan: &Replication, now: &RulesNow) -> Option<String> {
    let Some(rule) = now.rules.iter().find(|rule| rule.id == plan.rule) else {
        return Some(format!("Bucket {} has no replication rule `{}` any more", plan.bucket, plan.rule));
    };
    let differs = [
        (!rule.is_enabled, "is switched off".to_owned()),
        (rule.bucket != plan.destination_bucket, format!("copies to bucket {}", rule.bucket)),
        (
            rule.account.as_ref().is_some_and(|account| *account != plan.destination_account),
            format!("copies to account {}", rule.account.as_deref().unwrap_or_default()),
        ),
        (rule.prefix.as_deref() != Some(&plan.prefix), "covers other keys than the plan says".to_owned()),
        (now.role != plan.replication_role, format!("works under role {}", now.role)),
    ];
    let (_, how) = differs.into_iter().find(|(differs, _)| *differs)?;
    Some(format!("Replication rule `{}` of bucket {} {how}", plan.rule, plan.bucket))
}

fn uncounted(facts: &Facts<'_>) -> Option<Cause> {
    facts.seen.counts.total.is_none().then(|| {
        let what = format!("S3 does not say how many objects batch job {} listed", facts.seen.execution.id());
        cause("batch-objects-uncounted", what, "`nightferry rerun` lists the objects anew.")
    })
}

fn above_limits(facts: &Facts<'_>) -> Option<Cause> {
    let Guardrails { objects_max, bytes_max, .. } = facts.replication.guardrails;
    let above = |name: &str, unit: &str, given: Option<u64>, max: Option<u64>| {
        let (given, max) = (given?, max?);
        (given > max).then(|| format!("The batch job listed {given} {unit}, and the plan's `{name}` is {max}"))
    };
    let what = above("max_objects", "objects", facts.seen.counts.total, objects_max)
        .or_else(|| above("max_bytes", "bytes", facts.bytes, bytes_max))?;
    let fix = "If that much is right, raise the limit under `confirm` in the plan, apply it, then `nightferry rerun`.";
    Some(cause("batch-above-limit", what, fix))
}

fn why_a_person(facts: &Facts<'_>) -> Option<String> {
    let guardrails = &facts.replication.guardrails;
    let listed = facts.seen.counts.total.unwrap_or_default();
    match guardrails.decided_by {
        DecidedBy::Person => return Some("the plan asks a person every night".to_owned()),
        DecidedBy::Limits => {}
    }
    if guardrails.bytes_max.is_some() && facts.bytes.is_none() && listed > 0 {
        return Some("the plan limits the bytes, and nobody could sum up those that were listed".to_owned());
    }
    let largest = facts.largest?;
    let is_unusual = listed > UNUSUAL_OBJECTS_MIN && listed > largest.saturating_mul(UNUSUAL_TIMES);
    is_unusual.then(|| format!("{listed} objects were listed, and the largest of the last nights had {largest}"))
}

fn ask(facts: &Facts<'_>, why: String) -> Verdict {
    let guardrails = &facts.replication.guardrails;
    let until = facts.asked_until.unwrap_or_else(|| after(facts.now, i64::from(guardrails.decide_within_secs)));
    if facts.now < until {
        return Verdict::AwaitPerson { until, why };
    }
    let by = "nobody in time".to_owned();
    match guardrails.unless_decided {
        Unless::Confirm => Verdict::Confirm { by },
        Unless::Cancel => {
            let what = format!("A person was asked about the batch job, because {why}; nobody answered in time");
            let fix = "`nightferry rerun`, then `nightferry confirm RUN JOB` within the plan's time.";
            Verdict::Cancel { by, cause: cause("batch-job-undecided", what, fix) }
        }
    }
}

fn cause(id: &str, what: String, fix: &str) -> Cause {
    Cause { id: id.to_owned(), what, fix: fix.to_owned(), said: None }
}
