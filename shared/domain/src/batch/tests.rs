//! What the tests of batch jobs begin with.

use super::confirm::{RuleNow, RulesNow};
use super::order::BatchOrder;
use super::*;
use crate::job::Job;
use crate::job_spec::Work;
use crate::replication::sample as plan;
use jiff::Timestamp;

pub(super) const JOB: &str = "arn:aws:s3:ap-northeast-1:123456789012:job/7d0f2c1e-8a4b";

pub(super) fn at(secs: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + secs).unwrap()
}

pub(super) fn job() -> Job {
    let mut spec = crate::job_spec::tests::plan().jobs.remove(0);
    spec.name = "assets".parse().unwrap();
    spec.work = Work::Replicate(plan());
    let mut job = Job::open("nightly-2026-11-20T21-00-00Z".parse().unwrap(), spec, at(0));
    job.ready(at(0));
    let _ = job.claim(1, at(10));
    job
}

pub(super) fn order() -> BatchOrder {
    BatchOrder::of(&job(), 1).unwrap()
}

pub(super) fn seen(state: BatchState, total: u64, succeeded: u64, failed: u64) -> BatchObservation {
    BatchObservation {
        execution: JOB.parse().unwrap(),
        state,
        description: Some(order().description),
        terms: order().terms,
        counts: BatchCounts { total: Some(total), succeeded: Some(succeeded), failed: Some(failed) },
        failures: vec![],
        suspended_cause: None,
        update_reason: None,
        manifest: None,
        created_at: Some(at(11)),
        ended_at: None,
    }
}

pub(super) fn rules() -> RulesNow {
    let plan = plan();
    let rule = RuleNow {
        id: plan.rule,
        is_enabled: true,
        prefix: Some(plan.prefix),
        bucket: plan.destination_bucket,
        account: Some(plan.destination_account),
    };
    RulesNow { role: plan.replication_role, rules: vec![rule] }
}

#[path = "decision_tests.rs"]
mod decisions;
#[path = "end_tests.rs"]
mod ends;
