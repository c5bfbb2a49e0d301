//! Whether tonight can work: from what AWS says of a job's task, locations, role and bucket to what stands in its way.
//!
//! Only what is proved wrong is an obstacle. What can't be read proves nothing: it is told as a note, so that nobody
//! takes it for green, and the start will tell.

mod access;
mod ask;
mod backup;
#[cfg(test)]
mod backup_tests;
#[cfg(test)]
mod mutants;
mod replication;
mod restore;
#[cfg(test)]
mod tests;
mod trails;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::agent::network;
use crate::agent::network::facts::EfsFacts;
use crate::job_spec::Transfer;
use crate::plan::JobName;
use crate::provision::ObservedBucket;
use crate::stack::Stack;

/// Something that is proved to stand in a job's way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obstacle {
    /// Id of the entry in `docs/errors.md`.
    pub id: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub fix: String,
    /// The missing statement or setting, where one would mend it.
    pub patch: Option<serde_json::Value>,
    /// Where the patch belongs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// Where a patch belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The trust policy of the role with this ARN.
    Trust(String),
    /// The policy of the role with this ARN.
    Role(String),
    /// The policy of the bucket with this name.
    BucketPolicy(String),
    /// The policy of the key with this ARN.
    KeyPolicy(String),
    /// The versioning, ownership or replication of the bucket with this name.
    BucketSetting(String),
    /// The vault with this name.
    VaultSetting(String),
    /// AWS Backup's settings of the Region with this name.
    RegionSetting(String),
    /// The policies of whoever makes the locations, by ARN.
    Creator(String),
}

/// What was found, and what could not be looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// Everything that is proved to stand in the way, the cause before its consequences.
    pub obstacles: Vec<Obstacle>,
    /// What stands in the way of a restore, and not of tonight.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<Obstacle>,
    /// What tonight works without, only less well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Obstacle>,
    /// What could not be judged, and how it could.
    pub notes: Vec<String>,
    /// What was looked at and found as it should be, where its absence would be a warning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<String>,
}

impl Obstacle {
    pub(crate) fn new(id: &str, what: String, fix: String) -> Self {
        Self { id: id.to_owned(), what, fix, patch: None, place: None }
    }

    pub(crate) fn patched(self, place: Place, patch: Option<serde_json::Value>) -> Self {
        Self { place: Some(place), patch, ..self }
    }
}

impl Findings {
    pub(crate) fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

/// What AWS says of everything that a transfer needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferFacts {
    /// The task.
    pub task: TaskFacts,
    /// ARNs of the task's locations that are not there.
    pub missing_locations: Vec<String>,
    /// The destination, where it is a bucket.
    pub destination: Option<EndFacts>,
    /// The source, where it is a bucket.
    pub source: Option<EndFacts>,
    /// What is around the destination, where it is a file system and somebody looked. Only a person does.
    pub files: Option<EfsFacts>,
    /// What both ends have besides.
    pub around: Around,
}

/// What AWS says of an end that is a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndFacts {
    /// ARN of the task's location there, where it is known.
    pub location: Option<String>,
    /// The role by which DataSync uses it.
    pub role: RoleFacts,
    /// The bucket.
    pub bucket: BucketFacts,
}

/// What AWS says of everything that a replicated bucket needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplicationFacts {
    /// By which S3 replicates.
    pub replication_role: RoleFacts,
    /// By which S3 Batch Operations works.
    pub batch_role: RoleFacts,
    /// The source bucket.
    pub source: BucketFacts,
    /// The destination bucket.
    pub destination: BucketFacts,
    /// The bucket of manifests and reports.
    pub records: BucketFacts,
    /// What all of them have besides.
    pub around: Around,
    /// Who tells of batch jobs.
    pub trails: TrailFacts,
}

/// What is known around buckets and roles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Around {
    /// Policies of keys by ARN, as JSON. A key that is not in it can't be read.
    pub keys: BTreeMap<String, String>,
    /// Who makes the locations, where that is asked about too: ARN and policies.
    pub creator: Option<(String, Vec<String>)>,
    /// The account of an end that does not show its own Block Public Access.
    pub unshown_block: Option<String>,
}

/// What DataSync says of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskFacts {
    /// There is none.
    Missing,
    /// There is one.
    Found {
        /// `Status`
        status: String,
        /// `ErrorCode` and `ErrorDetail`.
        error: Option<String>,
    },
}

/// What IAM says of a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleFacts {
    /// There is none.
    Missing,
    /// It can't be read, so nothing is known of it.
    Unreadable,
    /// There is one.
    Found {
        /// Its trust policy, as JSON.
        trust: String,
        /// Its own policies, inline and attached, as JSON.
        policies: Vec<String>,
        /// Its permissions boundary, as JSON.
        boundary: Option<String>,
    },
}

/// What S3 says of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BucketFacts {
    /// There is none.
    Missing,
    /// Its policy can't be read: mostly because it belongs to another account.
    Unreadable,
    /// It could be read: it is this account's, or was looked at with its own account's credentials.
    Read(Box<ObservedBucket>),
}

impl Around {
    /// What of the surroundings could not be judged.
    fn say(&self, found: &mut Findings) {
        if let Some(account) = &self.unshown_block {
            found.note(format!(
                "account {account} does not show its own Block Public Access (s3:GetAccountPublicAccessBlock): its bucket was judged by the bucket's alone"
            ));
        }
    }
}

impl BucketFacts {
    /// What it is like, where that is known.
    #[must_use]
    pub fn read(&self) -> Option<&ObservedBucket> {
        match self {
            Self::Read(there) => Some(there),
            Self::Missing | Self::Unreadable => None,
        }
    }
}

/// Whether a transfer can work tonight.
#[must_use]
pub fn transfer(stack: &Stack, job: &JobName, transfer: &Transfer, facts: &TransferFacts) -> Findings {
    let task = task(transfer, &facts.task);
    let locations = facts.missing_locations.iter().map(|location| missing_location(transfer, location));
    let mut found = Findings { obstacles: task.into_iter().chain(locations).collect(), ..Findings::default() };
    access::ends(stack, job, transfer, facts, &mut found);
    files(transfer, facts, &mut found);
    facts.around.say(&mut found);
    found
}

/// The network around a file system that is written: DataSync makes its interfaces with the task.
fn files(transfer: &Transfer, facts: &TransferFacts, found: &mut Findings) {
    let Some((end, seen)) = transfer.destination.files().zip(facts.files.as_ref()) else { return };
    let each =
        if transfer.agent.is_some() { network::ADDRESSES_A_TASK } else { network::ADDRESSES_A_TASK_WITHOUT_AGENT };
    let addresses = if facts.task == TaskFacts::Missing { each } else { 0 };
    let Findings { obstacles, notes, .. } = network::efs(end, addresses, seen);
    found.obstacles.extend(obstacles);
    for note in notes {
        found.note(note);
    }
}

pub use backup::{BackupFacts, KeyFacts, MachineFacts, VaultFacts, backup};
pub use replication::replication;
pub use restore::{ProfileFacts, RestoreFacts, SubnetFacts, restore};
pub use trails::{AdvancedSelector, EventSelector, FieldSelector, Selectors, Trail, TrailFacts};

fn task(transfer: &Transfer, facts: &TaskFacts) -> Option<Obstacle> {
    let arn = &transfer.task;
    match facts {
        TaskFacts::Missing => Some(Obstacle::new(
            "task-missing",
            format!("The DataSync task {arn} is not there: somebody deleted it"),
            "`nightferry apply` makes it again.".into(),
        )),
        // So it is while its agent is away. That need not cost the night: an execution that is started waits in DataSync for
        // the agent, and for no longer than its job may take. Whoever asks before the night is told of the agent itself.
        TaskFacts::Found { status, .. } if status == "UNAVAILABLE" && transfer.agent.is_some() => None,
        TaskFacts::Found { status, error } if status == "UNAVAILABLE" || status == "CREATING" => {
            let why = error.as_deref().map(|error| format!(": {error}")).unwrap_or_default();
            Some(Obstacle::new(
                "task-unavailable",
                format!("The DataSync task {arn} is {status}{why}"),
                "If it has an agent, see that it reaches its file server; else mend what the error names, then `nightferry check`."
                    .into(),
            ))
        }
        // A state that this version does not know is for the start to judge.
        TaskFacts::Found { .. } => None,
    }
}

fn missing_location(transfer: &Transfer, location: &str) -> Obstacle {
    Obstacle::new(
        "location-missing",
        format!("The DataSync location {location} of the task {} is not there", transfer.task.id()),
        "`nightferry apply` makes it again.".into(),
    )
}

fn missing_bucket(bucket: &str) -> Obstacle {
    Obstacle::new(
        "bucket-missing",
        format!("The bucket {bucket} is not there"),
        "Make the bucket, or name the right one in the plan and `nightferry apply`.".into(),
    )
}

fn missing_role(role: &str) -> Obstacle {
    Obstacle::new(
        "role-missing",
        format!("The role {role} is not there, so no service can work by it"),
        "`nightferry apply` makes it again.".into(),
    )
}
