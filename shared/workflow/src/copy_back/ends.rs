//! A job's copy with what it was made from: as DataSync has it where DataSync made it, as the plan has it of a replica.

use std::collections::BTreeSet;

use nightferry_domain::back::order::{CopyEnd, Ends, OwnLocation, Source};
use nightferry_domain::back::{Held, Known, Refusal, Roots, To, Wish, copies, known, live_buckets};
use nightferry_domain::destination::{BucketEnd, Destination};
use nightferry_domain::job_spec::{JobSpec, ReportPlace, Transfer, Work};
use nightferry_domain::provision::{Location, ObservedLocation, ObservedTask, Task, names};
use nightferry_domain::replication::Replication;
use nightferry_domain::stack::Stack;

use super::invalid;
use super::ports::AccessPoints;
use crate::error::{PortError, WorkflowError};
use crate::provision::ports::TransferTasks;

/// Both ends of the job, and what lies around the place that is wished for.
pub(super) async fn ends<A: TransferTasks + AccessPoints>(
    account: &A,
    stack: &Stack,
    jobs: &[JobSpec],
    job: &JobSpec,
    wish: &Wish,
) -> Result<Ends, WorkflowError> {
    let (tasks, locations) = (account.tasks(stack).await?, account.locations(stack).await?);
    let roots = match &wish.to {
        To::Folder(_) => roots(account, &locations).await?,
        To::Bucket { .. } => Roots::default(),
    };
    let around = Around {
        live: live_folders(&tasks, &locations, &roots).chain(live_buckets(jobs)).collect(),
        copies: copies(jobs, &roots),
        known: match &wish.to {
            To::Bucket { bucket, .. } => known(jobs, bucket.as_str()),
            To::Folder(_) => Known::default(),
        },
        roots,
    };
    match &job.work {
        Work::DataSync(own) => match &own.destination {
            Destination::Bucket(to) => of_transfer(own, to, &tasks, &locations, around),
            Destination::Files(_) => Err(invalid(Refusal::CopyIsFiles { job: job.name.clone(), copy: own.to.clone() })),
        },
        Work::Replicate(own) => Ok(of_replica(stack, job, own, around)),
        Work::Backup(_) | Work::Restore(_) => {
            Err(invalid(format!("job `{}` is a {} job: it has no copy of files", job.name, job.work.engine())))
        }
    }
}

struct Around {
    live: Vec<Held>,
    copies: Vec<Held>,
    known: Known,
    roots: Roots,
}

/// Where the access points begin by which the stack's tasks reach file systems. One that is not shown stays unknown.
async fn roots<A: AccessPoints>(account: &A, locations: &[ObservedLocation]) -> Result<Roots, PortError> {
    let point = |found: &ObservedLocation| match &found.location {
        Location::Efs(efs) => efs.access_point_arn.clone(),
        Location::S3(_) | Location::Nfs(_) | Location::Smb(_) => None,
    };
    let points: BTreeSet<String> = locations.iter().filter_map(point).collect();
    let mut roots = Roots::default();
    for point in points {
        match account.root_of(&point).await {
            Ok(root) => roots.showed(point, root),
            Err(error @ (PortError::Rejected { .. } | PortError::Missing { .. })) => {
                tracing::warn!(%error, %point, "its root directory is not known");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(roots)
}

/// The job's task and its locations, as DataSync has them: what a person changed there by hand counts.
fn of_transfer(
    own: &Transfer,
    to: &BucketEnd,
    tasks: &[ObservedTask],
    locations: &[ObservedLocation],
    Around { live, copies, known, roots }: Around,
) -> Result<Ends, WorkflowError> {
    let gone = |what: &str| invalid(format!("DataSync has no {what}; `nightferry apply` makes it again"));
    let task = tasks.iter().find(|found| found.arn == own.task);
    let task = task.ok_or_else(|| gone(&format!("task {} any more", own.task)))?;
    let at = |arn: &str| locations.iter().find(|found| found.arn == arn).map(|found| &found.location);
    let source = match at(&task.from).ok_or_else(|| gone(&format!("location {} any more", task.from)))? {
        Location::Efs(files) => Source::Files(files.clone()),
        Location::S3(_) => Source::Bucket,
        Location::Nfs(_) | Location::Smb(_) => Source::Server,
    };
    let Some(Location::S3(copy)) = at(&task.to) else { return Err(gone(&format!("bucket location {}", task.to))) };
    let copy = CopyEnd {
        shown: own.to.clone(),
        bucket: to.bucket.clone(),
        prefix: to.prefix.clone(),
        owner: own.reach.owner.clone(),
        key: own.reach.key.clone(),
        own: Some(OwnLocation { arn: task.to.clone(), role: copy.bucket_access_role_arn.clone() }),
    };
    let (task, task_reports) = (task.task.clone(), own.task_reports.clone());
    Ok(Ends { source, copy, task, task_reports, live, copies, known, roots })
}

/// S3 made the replica: there is no task, and no location.
fn of_replica(stack: &Stack, job: &JobSpec, own: &Replication, Around { live, copies, known, roots }: Around) -> Ends {
    let owner = Some(own.destination_account.clone()).filter(|owner| *owner != stack.account);
    let copy = CopyEnd {
        shown: format!("s3://{}/{}", own.destination_bucket, own.prefix),
        bucket: own.destination_bucket.clone(),
        prefix: own.prefix.clone(),
        owner,
        key: None,
        own: None,
    };
    let task = Task::between_buckets(stack, &job.name);
    let task_reports = ReportPlace { bucket: stack.records_bucket(), prefix: names::task_reports(&job.name) };
    Ends { source: Source::Bucket, copy, task, task_reports, live, copies, known, roots }
}

/// The folders of file systems that the stack's tasks read.
fn live_folders(tasks: &[ObservedTask], locations: &[ObservedLocation], roots: &Roots) -> impl Iterator<Item = Held> {
    let source = |task: &ObservedTask| locations.iter().find(|found| found.arn == task.from);
    let of_task = move |task: &ObservedTask| match &source(task)?.location {
        Location::Efs(efs) => Some(Held { job: task.job.clone(), at: roots.spot(efs, &efs.subdirectory) }),
        Location::S3(_) | Location::Nfs(_) | Location::Smb(_) => None,
    };
    tasks.iter().filter_map(of_task)
}
