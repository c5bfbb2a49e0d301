//! The plan as the functions read it, and the key that its content gives it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::names;
use crate::ids::TaskArn;
use crate::job_spec::{DeployedPlan, JobSpec, Overlap, ReportPlace, Transfer, Verify, Work};
use crate::plan::{self, DataSync, Endpoint, Job, JobName, Plan, Protection};
use crate::stack::Stack;

/// The task of each carried job.
pub type Tasks = BTreeMap<JobName, TaskArn>;

/// The plan in force, as it is found in the records bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct Deployed {
    /// Its key; empty when the pointer can't be read.
    pub key: String,
    /// The plan; nothing when it is not there or was written by another version of this program.
    pub plan: Option<DeployedPlan>,
}

/// The pointer to the plan in force, as `plan/current.json` holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanPointer {
    /// Key of the deployed plan.
    pub key: String,
}

/// The deployed plan: the jobs that have a task.
#[must_use]
pub fn assemble(plan: &Plan, stack: &Stack, tasks: &Tasks, applied_at: jiff::Timestamp) -> DeployedPlan {
    let jobs = plan.jobs.iter().filter_map(|(name, job)| job_spec(stack, name, job, tasks.get(name)?));
    DeployedPlan {
        version: DeployedPlan::VERSION,
        applied_at,
        schedules: plan.schedules.clone(),
        jobs: jobs.collect(),
        keep_records_days: clamped(plan.keep_records.secs().div_ceil(86_400)),
        concurrency: plan.concurrency,
    }
}

/// Where this plan is stored: `plan/<digest>.json`. The same plan has the same key whenever it is applied.
#[must_use]
pub fn key(deployed: &DeployedPlan) -> String {
    // A deployed plan consists of texts and numbers: it always is JSON.
    let mut content = serde_json::to_value(deployed).unwrap_or_default();
    if let Value::Object(fields) = &mut content {
        let _ = fields.remove("applied_at");
    }
    format!("plan/{}.json", names::hex_digest(super::canonical::canonical(&content).as_bytes()))
}

fn job_spec(stack: &Stack, name: &JobName, job: &Job, task: &TaskArn) -> Option<JobSpec> {
    let Protection::DataSync(datasync) = &job.protection else { return None };
    Some(JobSpec {
        name: name.clone(),
        schedule: job.schedule.clone(),
        attempts_max: u32::from(job.retry.attempts),
        retry_wait_secs: clamped(job.retry.wait.secs()),
        complete_within_secs: clamped(job.complete_within.secs()),
        overlap: match job.overlap {
            plan::Overlap::Wait => Overlap::Wait,
            plan::Overlap::Skip => Overlap::Skip,
        },
        work: Work::DataSync(transfer(stack, name, datasync, task)?),
    })
}

fn transfer(stack: &Stack, name: &JobName, datasync: &DataSync, task: &TaskArn) -> Option<Transfer> {
    let (Endpoint::Efs(from), Endpoint::S3(to)) = (&datasync.from, &datasync.to) else { return None };
    Some(Transfer {
        task: task.clone(),
        from: format!("efs {}{}", from.efs, from.path),
        to: format!("s3://{}/{}", to.s3, to.prefix.key_prefix()),
        bucket: to.s3.to_string(),
        prefix: to.prefix.key_prefix(),
        bucket_access_role: names::bucket_access_role_arn(stack, name),
        verify: verify(datasync.verify),
        transfers_all: datasync.transfer == plan::Transfer::All,
        is_enhanced: false,
        task_reports: ReportPlace { bucket: stack.records_bucket(), prefix: names::task_reports(name) },
    })
}

const fn verify(verify: plan::Verify) -> Verify {
    match verify {
        plan::Verify::Transferred => Verify::Transferred,
        plan::Verify::PointInTime => Verify::PointInTime,
        plan::Verify::None => Verify::None,
    }
}

/// The plan's own limits lie far below.
fn clamped(amount: u64) -> u32 {
    u32::try_from(amount).unwrap_or(u32::MAX)
}
