//! What is to be made for a restore of a copy: decided from the job's own task, before anything is.

use super::patterns::{PatternError, joined};
use super::{Back, places};
use crate::ids::{RunId, TaskArn};
use crate::job_spec::{Transfer, Verify};
use crate::plan::{FolderPath, JobName};
use crate::provision::{EfsLocation, Location, S3Location, Task, TaskOptions};

pub use places::Live;

/// What a person asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The folder of the file system that the copy comes back to.
    pub to: FolderPath,
    /// Patterns of what comes back, from the top of the copy; everything where there is none.
    pub only: Vec<String>,
    /// The jobs whose live files may be written over, typed by name.
    pub over_source: Vec<JobName>,
}

/// A job's own task with its two ends, as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ends {
    /// Where it copies from.
    pub source: Location,
    /// ARN of where it copies to.
    pub copy_arn: String,
    /// Where it copies to.
    pub copy: S3Location,
    /// Its settings.
    pub task: Task,
    /// What every job of the stack backs up.
    pub live: Vec<Live>,
}

/// What is to be made, and what it will be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// ARN of the location that is read: the job's own destination.
    pub copy_arn: String,
    /// The role by which it is read: the one that wrote it.
    pub role: String,
    /// The location that is made.
    pub to: EfsLocation,
    /// The task that is made.
    pub task: Task,
    /// See [`Wish`].
    pub only: Vec<String>,
    /// What a person should know of it.
    pub notes: Vec<String>,
}

/// Why a copy is not brought back so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A pattern is none.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// Its source is a bucket.
    #[error(
        "job `{job}` copies from a bucket, and the role that `apply` made for it there may only read: this version brings \
         copies back to file systems; `aws s3 sync {copy} s3://...` by somebody who may write brings this one back"
    )]
    SourceIsABucket {
        /// The job.
        job: JobName,
        /// The copy.
        copy: String,
    },
    /// Its source is a file server on the premises.
    #[error(
        "job `{job}` copies from a file server on the premises: this version brings copies back to EFS; \
         `aws s3 sync {copy} FOLDER` by somebody who may read the bucket brings this one back"
    )]
    SourceIsAServer {
        /// The job.
        job: JobName,
        /// The copy.
        copy: String,
    },
    /// What is alive would be written over.
    #[error(
        "{to} holds what is backed up by {}: a restore would write over it. Name another folder, or say that you mean it: {}",
        listed(.jobs, "`", "`", " and "), listed(.jobs, "--overwrite-source ", "", " ")
    )]
    LiveSource {
        /// Where to.
        to: String,
        /// The jobs whose consent is missing.
        jobs: Vec<JobName>,
    },
    /// Consent to something that does not happen is a misunderstanding.
    #[error("--overwrite-source {job}: nothing that job `{job}` backs up would be written over; leave it out")]
    NothingToOverwrite {
        /// The job that was named.
        job: JobName,
    },
}

fn listed(jobs: &[JobName], before: &str, after: &str, between: &str) -> String {
    let named: Vec<String> = jobs.iter().map(|job| format!("{before}{job}{after}")).collect();
    named.join(between)
}

/// Decides what is made. The copy itself is only read; nothing is ever deleted where it comes back to.
///
/// # Errors
/// When the wish can't be carried out, or would harm what it does not name.
pub fn order(run: &RunId, job: &JobName, ends: &Ends, wish: &Wish) -> Result<Order, Refusal> {
    let includes = joined(&wish.only)?;
    let copy = || format!("s3://{}{}", bucket_of(&ends.copy), ends.copy.subdirectory);
    let source = match &ends.source {
        Location::Efs(source) => source,
        Location::S3(_) => return Err(Refusal::SourceIsABucket { job: job.clone(), copy: copy() }),
        Location::Nfs(_) | Location::Smb(_) => {
            return Err(Refusal::SourceIsAServer { job: job.clone(), copy: copy() });
        }
    };
    consented(source, ends, wish)?;
    Ok(Order {
        copy_arn: ends.copy_arn.clone(),
        role: ends.copy.bucket_access_role_arn.clone(),
        to: EfsLocation { subdirectory: wish.to.to_string(), ..source.clone() },
        task: task(run, &ends.task, includes),
        only: wish.only.clone(),
        notes: notes(source, ends, wish),
    })
}

/// Each job whose live files would be written over has to be named, and no other.
fn consented(source: &EfsLocation, ends: &Ends, wish: &Wish) -> Result<(), Refusal> {
    let struck: Vec<&JobName> = ends
        .live
        .iter()
        .filter(|live| live.is_under(&source.efs_filesystem_arn, &wish.to))
        .map(|live| &live.job)
        .collect();
    if let Some(idle) = wish.over_source.iter().find(|job| !struck.contains(job)) {
        return Err(Refusal::NothingToOverwrite { job: idle.clone() });
    }
    let missing = struck.into_iter().filter(|job| !wish.over_source.contains(job));
    let missing: Vec<JobName> = missing.cloned().collect();
    if missing.is_empty() { Ok(()) } else { Err(Refusal::LiveSource { to: wish.to.to_string(), jobs: missing }) }
}

fn notes(source: &EfsLocation, ends: &Ends, wish: &Wish) -> Vec<String> {
    let mut notes = vec![format!("{} has to be there: DataSync mounts it, and does not make it", wish.to)];
    let holding = ends.live.iter().filter(|live| live.holds(&source.efs_filesystem_arn, &wish.to));
    notes.extend(
        holding.map(|live| format!("it lies inside what job `{}` backs up: the next night copies it, too", live.job)),
    );
    notes.extend(source.access_point_arn.as_ref().map(|point| {
        format!("it goes through {point}: if that enforces a user, all that comes back belongs to that user")
    }));
    if !wish.over_source.is_empty() {
        notes.push("what is there is written over; what is there and not in the copy stays".to_owned());
    }
    notes
}

/// The job's own settings, but: all of it, over what is there, deleting nothing, verified. Comparing first would pass over a
/// file that was spoiled without a change of its size.
fn task(run: &RunId, own: &Task, includes: Option<String>) -> Task {
    let options = TaskOptions {
        verify_mode: "ONLY_FILES_TRANSFERRED".to_owned(),
        transfer_mode: "ALL".to_owned(),
        overwrite_mode: "ALWAYS".to_owned(),
        preserve_deleted_files: "PRESERVE".to_owned(),
        ..own.options.clone()
    };
    // Names of stack, job and run are far below DataSync's limit of 256 characters. The run stands last: it is looked for.
    Task { name: format!("{} {run}", own.name), options, includes, excludes: None, ..own.clone() }
}

fn bucket_of(copy: &S3Location) -> &str {
    copy.s3_bucket_arn.rsplit(':').next().unwrap_or_default()
}

impl Order {
    /// Where to, for people: `efs fs-0123/restored`.
    #[must_use]
    pub fn to_shown(&self) -> String {
        let file_system = self.to.efs_filesystem_arn.rsplit('/').next().unwrap_or_default();
        format!("efs {file_system}{}", self.to.subdirectory)
    }

    /// The transfer that carries it, with what was made.
    #[must_use]
    pub fn transfer(&self, own: &Transfer, task: TaskArn, location: String) -> Transfer {
        let back = Back { locations: vec![location], only: self.only.clone(), notes: self.notes.clone() };
        Transfer {
            task,
            from: own.to.clone(),
            to: self.to_shown(),
            verify: Verify::Transferred,
            transfers_all: true,
            back: Some(Box::new(back)),
            ..own.clone()
        }
    }
}
