//! What is protected now: each selected machine against the recovery points in the vault, and what is in the vault besides.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::expand::machine_of;
use super::seen::RecoveryPoint;
use super::{BackupWork, Machine, PointStatus};
use crate::plan::{InstanceId, JobName};

/// The coverage of one job of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// The plan's job.
    pub job: JobName,
    /// The vault's name.
    pub vault: String,
    /// Oldest age of a machine's newest recovery point that keeps the promise, in seconds.
    pub promise_secs: i64,
    /// Every machine that is selected, or was: what is not covered first, then by id.
    pub machines: Vec<MachineCover>,
    /// Recovery points past their time that AWS Backup may not delete, by ARN: they cost money.
    pub stuck: Vec<StuckPoint>,
    /// Why nothing could be found out, in the service's words; then the rest is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
}

/// How a machine stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineCover {
    /// `i-...`
    pub id: InstanceId,
    /// Its `Name` tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it is covered.
    pub cover: Cover,
    /// When its newest good recovery point was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest_at: Option<Timestamp>,
    /// That recovery point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<String>,
    /// Its good recovery points.
    pub point_count: u64,
}

/// The four ways in which a machine can stand. The order is that in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cover {
    /// Carries the tag, and has no good recovery point within the promise.
    Uncovered,
    /// Has recovery points and does not carry the tag any more: no new ones will come.
    LostTheTag,
    /// Carries the tag, and has a good recovery point within the promise.
    Covered,
    /// Is not there any more; its recovery points still are.
    Gone,
}

/// A recovery point in EXPIRED.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StuckPoint {
    /// Its ARN.
    pub arn: String,
    /// ARN of what it is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Its size, where AWS Backup tells one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// When it should have been deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

/// What there is to say it by.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Machines that carry the tags now.
    pub tagged: &'a [Machine],
    /// Machines that have recovery points, do not carry the tags, and are there.
    pub untagged: &'a [Machine],
    /// Everything in the vault.
    pub points: &'a [RecoveryPoint],
    /// Oldest age that keeps the promise, in seconds.
    pub promise_secs: i64,
    /// Now.
    pub now: Timestamp,
}

impl Coverage {
    /// The coverage of a job by what is there.
    #[must_use]
    pub fn of(job: &JobName, work: &BackupWork, facts: &Facts<'_>) -> Self {
        let good = good_points(facts);
        let mut machines: Vec<MachineCover> = facts.tagged.iter().map(|it| tagged(it, &good, facts)).collect();
        let is_tagged = |id: &InstanceId| facts.tagged.iter().any(|machine| &machine.id == id);
        machines.extend(good.iter().filter(|(id, _)| !is_tagged(id)).map(|(id, points)| others(id, points, facts)));
        machines.sort_by(|one, other| (one.cover, &one.id).cmp(&(other.cover, &other.id)));
        Self {
            job: job.clone(),
            vault: work.vault.clone(),
            promise_secs: facts.promise_secs,
            machines,
            stuck: stuck(facts.points),
            unknown: None,
        }
    }

    /// Nothing could be found out.
    #[must_use]
    pub fn unknown(job: &JobName, work: &BackupWork, why: String) -> Self {
        let (job, vault) = (job.clone(), work.vault.clone());
        Self { job, vault, promise_secs: 0, machines: vec![], stuck: vec![], unknown: Some(why) }
    }

    /// Whether every selected machine is covered, there is one, and that is known.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.unknown.is_none() && self.count(Cover::Uncovered) == 0 && self.count(Cover::Covered) > 0
    }

    /// Machines that stand so.
    #[must_use]
    pub fn count(&self, cover: Cover) -> usize {
        self.machines.iter().filter(|machine| machine.cover == cover).count()
    }
}

/// Machines of which there are recovery points, and that are not among these.
#[must_use]
pub fn untagged_ids(tagged: &[Machine], points: &[RecoveryPoint]) -> Vec<InstanceId> {
    let mut ids: Vec<InstanceId> = points.iter().filter_map(|point| machine_of(point.resource.as_deref()?)).collect();
    ids.sort();
    ids.dedup();
    ids.retain(|id| tagged.iter().all(|machine| &machine.id != id));
    ids
}

type Good<'a> = BTreeMap<InstanceId, Vec<&'a RecoveryPoint>>;

/// What one could restore from, by machine, oldest first.
fn good_points<'a>(facts: &Facts<'a>) -> Good<'a> {
    let mut good = Good::new();
    for point in facts.points.iter().filter(|point| is_good(point, facts.now)) {
        if let Some(id) = point.resource.as_deref().and_then(machine_of) {
            good.entry(id).or_default().push(point);
        }
    }
    for points in good.values_mut() {
        points.sort_by_key(|point| point.created_at);
    }
    good
}

fn is_good(point: &RecoveryPoint, now: Timestamp) -> bool {
    let is_usable = matches!(point.status, PointStatus::Completed | PointStatus::Available);
    let has_content = point.bytes.is_some_and(|bytes| bytes > 0);
    is_usable && has_content && point.created_at.is_some() && point.delete_at.is_none_or(|at| at > now)
}

fn tagged(machine: &Machine, good: &Good<'_>, facts: &Facts<'_>) -> MachineCover {
    let points = good.get(&machine.id).map(Vec::as_slice).unwrap_or_default();
    let newest_at = points.last().and_then(|point| point.created_at);
    let promise = SignedDuration::from_secs(facts.promise_secs);
    let is_covered = newest_at.is_some_and(|at| facts.now.duration_since(at) <= promise);
    standing(&machine.id, machine.name.clone(), if is_covered { Cover::Covered } else { Cover::Uncovered }, points)
}

fn others(id: &InstanceId, points: &[&RecoveryPoint], facts: &Facts<'_>) -> MachineCover {
    match facts.untagged.iter().find(|machine| &machine.id == id) {
        Some(machine) => standing(id, machine.name.clone(), Cover::LostTheTag, points),
        None => standing(id, None, Cover::Gone, points),
    }
}

fn standing(id: &InstanceId, name: Option<String>, cover: Cover, points: &[&RecoveryPoint]) -> MachineCover {
    let newest = points.last();
    MachineCover {
        id: id.clone(),
        name,
        cover,
        newest_at: newest.and_then(|point| point.created_at),
        newest: newest.map(|point| point.arn.clone()),
        point_count: u64::try_from(points.len()).unwrap_or(u64::MAX),
    }
}

fn stuck(points: &[RecoveryPoint]) -> Vec<StuckPoint> {
    let expired = points.iter().filter(|point| point.status == PointStatus::Expired);
    let mut stuck: Vec<StuckPoint> = expired
        .map(|point| StuckPoint {
            arn: point.arn.clone(),
            resource: point.resource.clone(),
            bytes: point.bytes,
            since: point.delete_at,
        })
        .collect();
    stuck.sort_by(|one, other| one.arn.cmp(&other.arn));
    stuck
}

#[cfg(test)]
#[path = "coverage_tests.rs"]
mod tests;
