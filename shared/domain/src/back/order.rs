//! What is to be made for a restore of a copy: decided from the job's own task, before anything is.

use super::consent::{consented, off_copies, off_live};
use super::patterns::joined;
use super::{Back, Held, Known, Refusal, Roles, Roots, To, WayEnd, Wish, buckets, notes};
use crate::destination::BucketEnd;
use crate::ids::{RunId, TaskArn};
use crate::job_spec::{ReportPlace, Transfer, Verify};
use crate::plan::{FolderPath, JobName};
use crate::provision::{EfsLocation, Task};
use crate::reach::Reach;
use crate::stack::Stack;

/// A job's own task with its two ends, as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ends {
    /// Where it copies from.
    pub source: Source,
    /// Where it copies to.
    pub copy: CopyEnd,
    /// Its settings.
    pub task: Task,
    /// Where its task reports go.
    pub task_reports: ReportPlace,
    /// What every job of the stack backs up.
    pub live: Vec<Held>,
    /// Where every job of the stack copies to.
    pub copies: Vec<Held>,
    /// What the plan knows of the bucket that is wished for.
    pub known: Known,
    /// Where the access points begin by which file systems are reached.
    pub roots: Roots,
}

/// What a job copies from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A folder of a file system.
    Files(EfsLocation),
    /// A bucket.
    Bucket,
    /// A file server on the premises.
    Server,
}

/// A copy, in a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyEnd {
    /// For people.
    pub shown: String,
    /// The bucket.
    pub bucket: String,
    /// Key prefix, without a leading and with a trailing slash; empty for the whole bucket.
    pub prefix: String,
    /// Twelve digits: who owns it. Nothing: the stack's own account.
    pub owner: Option<String>,
    /// ARN of the key of its objects, where the plan names one.
    pub key: Option<String>,
    /// The job's own location there. A replica has none.
    pub own: Option<OwnLocation>,
}

/// The location by which a job writes its copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnLocation {
    /// Its ARN.
    pub arn: String,
    /// The role that writes, and so reads, it.
    pub role: String,
}

/// What is to be made, and what it will be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The location that is read.
    pub from: Reads,
    /// The role by which it is read.
    pub role: String,
    /// The location that is made.
    pub to: WayEnd,
    /// The task that is made.
    pub task: Task,
    /// See [`Wish`].
    pub only: Vec<String>,
    /// What a person should know of it.
    pub notes: Vec<String>,
    /// See [`Wish`].
    pub is_drill: bool,
    pub(super) told: Told,
}

/// How the copy is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reads {
    /// By the location with this ARN, the job's own, which stays.
    Own(String),
    /// By one that is made for it, too.
    Made(WayEnd),
}

/// What the run's record tells of both ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) from: String,
    pub(super) bucket: BucketEnd,
    pub(super) task_reports: ReportPlace,
    pub(super) reach: Reach,
}

/// Decides what is made. The copy itself is only read; nothing is ever deleted where it comes back to.
///
/// # Errors
/// When the wish can't be carried out, or would harm what it does not name.
pub fn order(stack: &Stack, run: &RunId, job: &JobName, ends: &Ends, wish: &Wish) -> Result<Order, Refusal> {
    let task = task(run, &ends.task, joined(&wish.only)?);
    let copy = || format!("s3://{}/{}", ends.copy.bucket, ends.copy.prefix);
    match (&ends.source, &wish.to) {
        (Source::Files(source), To::Folder(folder)) => match &ends.copy.own {
            Some(own) => to_files(source, own, folder, task, ends, wish),
            // What no task made is a replica, and that is of a bucket.
            None => Err(Refusal::SourceIsABucket { job: job.clone(), copy: copy() }),
        },
        (Source::Bucket, _) if wish.is_drill => Err(Refusal::ObjectsAreRead { job: job.clone() }),
        (Source::Bucket, To::Bucket { bucket, prefix }) => {
            buckets::to_bucket(stack, (bucket, prefix), task, ends, wish)
        }
        (Source::Bucket, To::Folder(_)) => Err(Refusal::SourceIsABucket { job: job.clone(), copy: copy() }),
        (Source::Files(_), To::Bucket { .. }) => {
            Err(Refusal::SourceIsAFileSystem { job: job.clone(), copy: copy(), to: wish.to.to_string() })
        }
        (Source::Server, _) => Err(Refusal::SourceIsAServer { job: job.clone(), copy: copy() }),
    }
}

fn to_files(
    source: &EfsLocation,
    own: &OwnLocation,
    folder: &FolderPath,
    task: Task,
    ends: &Ends,
    wish: &Wish,
) -> Result<Order, Refusal> {
    const WHY: &str = "the copy is read by the role that wrote it, and a file system is written by DataSync itself";
    let Roles { write, read } = &wish.roles;
    for (option, role) in [("--write-role", write), ("--read-role", read)] {
        if role.is_some() {
            return Err(Refusal::IdleRole { option, why: WHY });
        }
    }
    let allowed = if wish.is_drill { off_live } else { consented };
    let spot = ends.roots.spot(source, folder.as_str());
    off_copies(&spot, ends, wish)?;
    allowed(&spot, ends, wish)?;
    let copy = &ends.copy;
    Ok(Order {
        from: Reads::Own(own.arn.clone()),
        role: own.role.clone(),
        to: WayEnd::Files(EfsLocation { subdirectory: folder.to_string(), ..source.clone() }),
        task,
        only: wish.only.clone(),
        notes: notes::of_files(source, folder, ends, wish),
        is_drill: wish.is_drill,
        told: Told {
            from: copy.shown.clone(),
            bucket: BucketEnd {
                bucket: copy.bucket.clone(),
                prefix: copy.prefix.clone(),
                bucket_access_role: own.role.clone(),
            },
            task_reports: ends.task_reports.clone(),
            reach: Reach { source: None, owner: copy.owner.clone(), key: copy.key.clone() },
        },
    })
}

/// Names of stack, job and run are far below DataSync's limit of 256 characters. The run stands last: it is looked for.
fn task(run: &RunId, own: &Task, includes: Option<String>) -> Task {
    own.brought_back(format!("{} {run}", own.name), includes)
}

impl Order {
    /// What is read, for people: `s3://bucket/prefix`.
    #[must_use]
    pub fn from_shown(&self) -> &str {
        &self.told.from
    }

    /// Where to, for people: `efs fs-0123/restored`, `s3://bucket/restored/`.
    #[must_use]
    pub fn to_shown(&self) -> String {
        self.to.to_string()
    }

    /// The role that writes it, where it comes back to a bucket.
    #[must_use]
    pub fn writes_by(&self) -> Option<&str> {
        match &self.to {
            WayEnd::Files(_) => None,
            WayEnd::Bucket(bucket) => Some(&bucket.bucket_access_role_arn),
        }
    }

    /// The transfer that carries it, with what was made.
    #[must_use]
    pub fn transfer(&self, task: TaskArn, locations: Vec<String>) -> Transfer {
        let told = self.told.clone();
        Transfer {
            task,
            from: told.from,
            to: self.to_shown(),
            destination: told.bucket.into(),
            verify: Verify::Transferred,
            transfers_all: true,
            is_enhanced: self.task.task_mode == "ENHANCED",
            // What goes through an agent is not brought back.
            agent: None,
            task_reports: told.task_reports,
            reach: told.reach,
            drill: None,
            back: Some(Box::new(Back {
                locations,
                only: self.only.clone(),
                notes: self.notes.clone(),
                is_drill: self.is_drill,
                standing: None,
            })),
        }
    }
}
