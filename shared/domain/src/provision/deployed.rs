//! The plan as the functions read it, and the key that its content gives it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{marks, names};
use crate::agent::activation::service_name;
use crate::backup::{BackupWork, CopyPlace, Starter};
use crate::destination::{BucketEnd, Destination, FilesEnd};
use crate::filters::Filters;
use crate::ids::TaskArn;
use crate::job_spec::{DeployedPlan, JobSpec, Overlap, ReportPlace, Standing, Transfer, Verify, Work};
use crate::plan::{
    self, Backup, Confirm, ConfirmBy, DataSync, EfsEndpoint, Endpoint, Job, JobName, Otherwise, Plan, PlanDuration,
    Protection, Replicate, S3Endpoint, StartedBy,
};
use crate::reach::{Reach, SourceBucket};
use crate::replication::{DecidedBy, Guardrails, Replication, Unless};
use crate::restore::place::{DrillPlace, RestorePlace};
use crate::stack::Stack;

/// The names that AWS itself gives to what jobs need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tasks {
    tasks: BTreeMap<JobName, TaskArn>,
    /// Ids of the backup plans of jobs that AWS Backup starts.
    pub backup_plans: BTreeMap<JobName, String>,
}

impl Tasks {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The task of a job.
    #[must_use]
    pub fn get(&self, job: &JobName) -> Option<&TaskArn> {
        self.tasks.get(job)
    }

    /// Whether a job has its task.
    #[must_use]
    pub fn contains_key(&self, job: &JobName) -> bool {
        self.tasks.contains_key(job)
    }

    /// Gives a job its task; the one that it had before.
    pub fn insert(&mut self, job: JobName, task: TaskArn) -> Option<TaskArn> {
        self.tasks.insert(job, task)
    }
}

impl FromIterator<(JobName, TaskArn)> for Tasks {
    fn from_iter<I: IntoIterator<Item = (JobName, TaskArn)>>(tasks: I) -> Self {
        Self { tasks: tasks.into_iter().collect(), backup_plans: BTreeMap::new() }
    }
}

impl<const N: usize> From<[(JobName, TaskArn); N]> for Tasks {
    fn from(tasks: [(JobName, TaskArn); N]) -> Self {
        tasks.into_iter().collect()
    }
}

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

/// The deployed plan: the jobs that have a task or need none.
#[must_use]
pub fn assemble(plan: &Plan, stack: &Stack, tasks: &Tasks, applied_at: jiff::Timestamp) -> DeployedPlan {
    let jobs = plan.jobs.iter().filter_map(|(name, job)| job_spec(stack, name, job, tasks));
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

fn job_spec(stack: &Stack, name: &JobName, job: &Job, tasks: &Tasks) -> Option<JobSpec> {
    let work = match &job.protection {
        Protection::DataSync(datasync) => {
            let drill = standing(name, datasync, tasks).map(Box::new);
            Work::DataSync(Transfer { drill, ..transfer(stack, name, datasync, tasks.get(name)?)? })
        }
        Protection::Replicate(replicate) => Work::Replicate(replication(stack, name, replicate, job.complete_within)),
        Protection::Backup(backup) => Work::Backup(backup_work(stack, name, job, backup, tasks)?),
    };
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
        work,
    })
}

fn transfer(stack: &Stack, name: &JobName, datasync: &DataSync, task: &TaskArn) -> Option<Transfer> {
    let To { shown, destination, owner, key } = destination(stack, name, &datasync.to)?;
    let (from, source) = match &datasync.from {
        Endpoint::Efs(from) => (folder(from), None),
        Endpoint::S3(from) => (place(stack, from), Some(source(stack, name, from, datasync))),
        Endpoint::Nfs(from) => (format!("nfs {}{}", from.nfs, from.path), None),
        Endpoint::Smb(from) => (format!("smb {}{}", from.smb, from.path), None),
    };
    Some(Transfer {
        task: task.clone(),
        from,
        to: shown,
        destination,
        verify: verify(datasync.verify),
        transfers_all: datasync.transfer == plan::Transfer::All,
        is_enhanced: datasync.mode == plan::TaskMode::Enhanced,
        agent: datasync.from.agent().map(|agent| service_name(stack, agent)),
        task_reports: ReportPlace { bucket: stack.records_bucket(), prefix: names::task_reports(name) },
        reach: Reach { source, owner, key },
        drill: None,
        back: None,
    })
}

/// Nothing while the task by which the copy is rehearsed is not there.
fn standing(name: &JobName, datasync: &DataSync, tasks: &Tasks) -> Option<Standing> {
    let (drill, Endpoint::Efs(from)) = (datasync.drill.as_ref()?, &datasync.from) else { return None };
    let own = name.of_drill();
    Some(Standing {
        schedule: drill.schedule.clone(),
        task: tasks.get(&own)?.clone(),
        to: format!("efs {}{}", from.efs, drill.to),
        task_reports: names::task_reports(&own),
    })
}

/// What is told of a destination.
struct To {
    shown: String,
    destination: Destination,
    owner: Option<String>,
    key: Option<String>,
}

/// Nothing for a server of the premises, where no backup ends.
fn destination(stack: &Stack, name: &JobName, to: &Endpoint) -> Option<To> {
    match to {
        Endpoint::S3(to) => {
            let bucket_access_role = names::bucket_access_role_arn(stack, name);
            let end = BucketEnd { bucket: to.s3.to_string(), prefix: to.prefix.key_prefix(), bucket_access_role };
            let owner = to.other_owner(stack).map(str::to_owned);
            let key = to.kms_key.as_ref().map(ToString::to_string);
            Some(To { shown: place(stack, to), destination: end.into(), owner, key })
        }
        Endpoint::Efs(to) => {
            Some(To { shown: folder(to), destination: FilesEnd::of(stack, to).into(), owner: None, key: None })
        }
        Endpoint::Nfs(_) | Endpoint::Smb(_) => None,
    }
}

/// A file system's folder in a person's words.
fn folder(end: &EfsEndpoint) -> String {
    format!("efs {}{}", end.efs, end.path)
}

/// A bucket's folder in a person's words, with its owner where that is another account.
fn place(stack: &Stack, end: &S3Endpoint) -> String {
    let owner = end.other_owner(stack).map(|owner| format!(" of account {owner}")).unwrap_or_default();
    format!("s3://{}/{}{owner}", end.s3, end.prefix.key_prefix())
}

fn source(stack: &Stack, name: &JobName, from: &S3Endpoint, datasync: &DataSync) -> SourceBucket {
    SourceBucket {
        bucket: from.s3.to_string(),
        prefix: from.prefix.key_prefix(),
        owner: from.other_owner(stack).map(str::to_owned),
        bucket_access_role: names::role_arn(stack, &names::source_access_role(stack, name)),
        key: from.kms_key.as_ref().map(ToString::to_string),
        filters: Filters { include: datasync.include.clone(), exclude: datasync.exclude.clone() },
    }
}

fn replication(stack: &Stack, name: &JobName, replicate: &Replicate, within: PlanDuration) -> Replication {
    let (from, to) = (&replicate.from, &replicate.to);
    let owner = to.other_owner(stack).map(|owner| format!(" of account {owner}")).unwrap_or_default();
    let place = |prefix: String| ReportPlace { bucket: stack.records_bucket(), prefix };
    Replication {
        from: format!("s3://{}/{}", from.s3, from.prefix.key_prefix()).trim_end_matches('/').to_owned(),
        to: format!("s3://{}{owner}", to.s3),
        bucket: from.s3.to_string(),
        prefix: from.prefix.key_prefix(),
        destination_bucket: to.s3.to_string(),
        destination_account: to.owner(stack).to_owned(),
        replication_role: names::role_arn(stack, &names::replication_role(stack, from.s3.as_str())),
        batch_role: names::role_arn(stack, &names::batch_role(stack, name)),
        rule: marks::rule(stack, name),
        priority: replicate.priority,
        reports: place(names::batch_reports(name)),
        manifests: place(names::batch_manifests(name)),
        guardrails: guardrails(&replicate.confirm, within),
    }
}

/// Nothing while AWS Backup's plan, which starts the backups, is not there.
fn backup_work(stack: &Stack, name: &JobName, job: &Job, backup: &Backup, tasks: &Tasks) -> Option<BackupWork> {
    let start = match backup.start {
        StartedBy::Nightferry => Starter::Nightferry,
        StartedBy::AwsBackup => Starter::AwsBackup { plan_id: tasks.backup_plans.get(name)?.clone() },
    };
    let copy = |copy: &plan::CopyTo| CopyPlace {
        vault_arn: copy.vault_arn(stack),
        keep_days: clamped(copy.keep.map_or_else(|| backup.keep_days(), plan::days)),
    };
    Some(BackupWork {
        from: format!("EC2 instances with {}", backup.select.words()),
        to: format!("vault {}", backup.vault),
        machine: None,
        unlisted: None,
        tags: backup.select.tag.clone(),
        narrowed: (!backup.select.is_by_tag_alone()).then(|| backup.select.clone()),
        vault: backup.vault.to_string(),
        role: names::role_arn(stack, &names::backup_role(stack, name)),
        start,
        start_within_mins: clamped(backup.start_within.secs() / 60),
        complete_within_mins: clamped(job.complete_within.secs() / 60),
        keep_days: clamped(backup.keep_days()),
        cold_after_days: backup.cold_after_days().map(clamped),
        copies: backup.copy.iter().map(copy).collect(),
        restore: Some(restore_place(stack, name, backup)),
    })
}

fn restore_place(stack: &Stack, name: &JobName, backup: &Backup) -> RestorePlace {
    RestorePlace {
        role: names::role_arn(stack, &names::restore_role(stack, name)),
        subnet: backup.restore.subnet.as_ref().map(ToString::to_string),
        security_groups: backup.restore.security_groups.iter().map(ToString::to_string).collect(),
        drill: backup.drill.as_ref().map(drill_place),
    }
}

fn drill_place(drill: &plan::Drill) -> DrillPlace {
    DrillPlace {
        subnet: drill.subnet.to_string(),
        security_group: drill.security_group.to_string(),
        instance_type: drill.instance_type.as_ref().map(ToString::to_string),
        picks_randomly: drill.pick == plan::Pick::Random,
        check_function: drill.check.as_ref().and_then(|check| check.lambda.as_ref()).map(ToString::to_string),
        check_command: drill.check.as_ref().map(|check| check.command.clone()).unwrap_or_default(),
        schedule: drill.schedule.clone(),
    }
}

fn guardrails(confirm: &Confirm, complete_within: PlanDuration) -> Guardrails {
    Guardrails {
        objects_max: confirm.max_objects,
        bytes_max: confirm.max_bytes.map(crate::plan::ByteSize::bytes),
        decided_by: match confirm.decided_by() {
            ConfirmBy::Limits => DecidedBy::Limits,
            ConfirmBy::Person => DecidedBy::Person,
        },
        decide_within_secs: clamped(confirm.decide_within(complete_within).secs()),
        unless_decided: match confirm.otherwise {
            Otherwise::Cancel => Unless::Cancel,
            Otherwise::Confirm => Unless::Confirm,
        },
    }
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
