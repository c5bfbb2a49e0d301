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
    /// A job goes through an agent that DataSync does not have.
    #[error(
        "job {job} goes through the agent {agent}, which DataSync does not have; `nightferry agent activate` it first, then apply"
    )]
    NoAgent {
        /// The job.
        job: JobName,
        /// The agent's name in DataSync.
        agent: String,
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
    /// A vault's key can't be changed.
    #[error(
        "vault {vault} encrypts by {there}, and the plan names {wanted}: a vault's key can't be changed; name another vault, or this key"
    )]
    VaultKey {
        /// The vault.
        vault: String,
        /// The key that it has.
        there: String,
        /// The key that it should have.
        wanted: String,
    },
    /// The plan asks for a lock on a vault that `apply` of this stack did not make.
    #[error(
        "vault {vault} is there, but Nightferry's apply of this stack did not make it, so its lock is not touched: lock it by hand, leave the lock out of the plan, or name another vault"
    )]
    VaultOfOthers {
        /// The vault.
        vault: String,
    },
    /// A lock in compliance mode is in force.
    #[error(
        "the lock of vault {vault} is in force for ever and differs from the plan's: nobody can change it; write the plan as it is (min_keep {min}, max_keep {max}, compliance), or name another vault"
    )]
    LockedForEver {
        /// The vault.
        vault: String,
        /// As it is.
        min: String,
        /// As it is.
        max: String,
    },
    /// Making a lock that can never be taken off needs a person's word.
    #[error(
        "from {after} on the lock of vault {vault} can never be taken off, by nobody, and what lies in it can't be deleted before its time; if that is meant, add `--accept-vault-lock {vault}` (until then it can be taken off: {days} days)"
    )]
    LockNotAccepted {
        /// The vault.
        vault: String,
        /// The end of the days in which it can be taken off.
        after: String,
        /// Those days.
        days: i64,
    },
    /// A vault that copies go to is not there.
    #[error(
        "there is no vault {vault} in {region} of account {owner}; make it there first, with a key of its own (AWS Backup's own key can't be shared)"
    )]
    NoVault {
        /// The vault.
        vault: String,
        /// Its Region.
        region: String,
        /// Its account.
        owner: String,
    },
}
