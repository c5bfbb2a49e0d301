//! Why nothing is done at all: found by looking, before the first change.

use serde::Serialize;

use super::Kind;
use crate::plan::JobName;

/// A reason against the whole of it. Nothing has been changed when one is told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(tag = "refusal", rename_all = "kebab-case")]
pub enum Refusal {
    /// The functions, their bucket and their schedule group are not there.
    #[error(
        "there is no stack {name} in account {account}, {region} (its records bucket or schedule group is missing); deploy it first, or name the right stack, profile and region"
    )]
    NoStack {
        /// The stack.
        name: String,
        /// Twelve digits.
        account: String,
        /// Where it was looked for.
        region: String,
    },
    /// A name that we need belongs to something that we did not make.
    #[error(
        "the {kind} {name} is there, but Nightferry's apply of this stack did not make it, so it is not touched; rename or remove it, or give the stack another name"
    )]
    Foreign {
        /// What it is.
        kind: Kind,
        /// Its name.
        name: String,
    },
    /// A job would write into the bucket of plans and reports.
    #[error(
        "job {job} copies to {bucket}, the stack's own bucket of plans and reports, where it could overwrite them; name another bucket in `to`"
    )]
    RecordsBucket {
        /// The job.
        job: JobName,
        /// The bucket.
        bucket: String,
    },
    /// A bucket of the plan is not there.
    #[error("there is no bucket {bucket} that this account may look at; make it, or name the right one in the plan")]
    NoBucket {
        /// The bucket.
        bucket: String,
    },
    /// Our rules can't stand beside those that are there.
    #[error("{why}")]
    Rules {
        /// Why, and what to do.
        why: String,
    },
    /// Our statements can't stand beside those that are there.
    #[error("bucket {bucket}: {why}")]
    Policy {
        /// The bucket.
        bucket: String,
        /// Why, and what to do.
        why: String,
    },
    /// S3 can't write completion reports into a bucket that locks what is written.
    #[error(
        "bucket {bucket} locks every new object for a time (default Object Lock retention), and S3 Batch Operations can't write its reports into such a bucket; take the default retention off"
    )]
    LockedReports {
        /// The bucket.
        bucket: String,
    },
    /// Something that is to be deleted is at work.
    #[error(
        "the task of job {job} is being executed and can't be deleted now; wait for it or `nightferry cancel` its run, then do this again"
    )]
    Busy {
        /// The job.
        job: JobName,
    },
}
