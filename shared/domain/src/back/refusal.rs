//! Why a copy is not brought back as somebody wished.

use super::patterns::PatternError;
use crate::plan::JobName;

/// Why a copy is not brought back so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A pattern is none.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// Its source is a bucket.
    #[error(
        "job `{job}` copies from a bucket: its copy {copy} comes back to one, `--to s3://BUCKET/PREFIX --write-role ROLE`"
    )]
    SourceIsABucket {
        /// The job.
        job: JobName,
        /// The copy.
        copy: String,
    },
    /// Its source is a file system.
    #[error(
        "job `{job}` copies from a file system: owner, group and mode of its files come back only there, `--to PATH`; \
         `aws s3 sync {copy} {to}` by somebody who may copies the bare objects"
    )]
    SourceIsAFileSystem {
        /// The job.
        job: JobName,
        /// The copy.
        copy: String,
        /// The bucket that was named.
        to: String,
    },
    /// Its source is a file server on the premises.
    #[error(
        "job `{job}` copies from a file server on the premises: this version brings copies back to EFS and to buckets of \
         jobs between buckets; `aws s3 sync {copy} FOLDER` by somebody who may read the bucket brings this one back"
    )]
    SourceIsAServer {
        /// The job.
        job: JobName,
        /// The copy.
        copy: String,
    },
    /// Its copy is files, not objects.
    #[error(
        "job `{job}` copies into a file system: its copy {copy} lies there as files, with owner and mode where the source had \
         them; this version brings no such copy back, and rehearses none. Mount the file system beside the file server and \
         copy what is needed: `rsync -a MOUNT/PATH SERVER:PATH`"
    )]
    CopyIsFiles {
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
    /// A rehearsal would write over what is alive.
    #[error("{to} holds what is backed up by {}: a drill writes over nothing that is alive; name an empty folder",
        listed(.jobs, "`", "`", " and "))]
    ScratchIsLive {
        /// The scratch folder.
        to: String,
        /// The jobs that back it up.
        jobs: Vec<JobName>,
    },
    /// An access point hides where one of the two folders lies.
    #[error("whether {to} holds what is backed up, or copied, by {} can't be told: one of them is reached through an access point whose root \
             directory was not shown. Allow elasticfilesystem:DescribeAccessPoints to whoever calls{}",
        listed(.jobs, "`", "`", " and "), meant(*.is_drill, .jobs))]
    RootUnknown {
        /// Where to.
        to: String,
        /// The jobs that back it up, perhaps.
        jobs: Vec<JobName>,
        /// Whether no consent helps.
        is_drill: bool,
    },
    /// Objects are rehearsed without being written anywhere.
    #[error(
        "job `{job}` copies from a bucket: `nightferry drill {job}` reads its objects where they lie; leave out --to and --only"
    )]
    ObjectsAreRead {
        /// The job.
        job: JobName,
    },
    /// A copy would be written over, or mixed with what was restored.
    #[error("{to} is where {} keeps its copy, or lies above or inside of that: no restore writes there; name another folder",
        listed(.jobs, "job `", "`", " and "))]
    OntoACopy {
        /// Where to.
        to: String,
        /// Whose copies lie there.
        jobs: Vec<JobName>,
    },
    /// Consent to something that does not happen is a misunderstanding.
    #[error("--overwrite-source {job}: nothing that job `{job}` backs up would be written over; leave it out")]
    NothingToOverwrite {
        /// The job that was named.
        job: JobName,
    },
    /// No role of the house may do it.
    #[error(
        "no role of `apply` may {act} {place}, so that a restore needs one that somebody makes for it: name it with {option}. \
         It trusts DataSync: {trust}; and may: {policy}"
    )]
    NoRole {
        /// `read` or `write`.
        act: &'static str,
        /// The bucket's folder.
        place: String,
        /// The option that names it.
        option: &'static str,
        /// Its trust policy, in JSON.
        trust: String,
        /// Its own policy, in JSON.
        policy: String,
    },
    /// A role that nobody would take on.
    #[error("{option}: {why}; leave it out")]
    IdleRole {
        /// The option that names it.
        option: &'static str,
        /// Who is at work instead.
        why: &'static str,
    },
}

fn meant(is_drill: bool, jobs: &[JobName]) -> String {
    let consent = || format!(", or say that you mean it: {}", listed(jobs, "--overwrite-source ", "", " "));
    if is_drill { String::new() } else { consent() }
}

fn listed(jobs: &[JobName], before: &str, after: &str, between: &str) -> String {
    let named: Vec<String> = jobs.iter().map(|job| format!("{before}{job}{after}")).collect();
    named.join(between)
}
