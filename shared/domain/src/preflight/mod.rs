//! Whether tonight can work: from what AWS says of a job's task, locations, role and bucket to what stands in its way.
//!
//! Only what is proved wrong is an obstacle. What can't be read proves nothing, and the start will tell.

mod access;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::job_spec::Transfer;
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
    /// The missing statement, where one statement would mend it.
    pub patch: Option<serde_json::Value>,
}

impl Obstacle {
    fn new(id: &str, what: String, fix: String) -> Self {
        Self { id: id.to_owned(), what, fix, patch: None }
    }
}

/// What AWS says of everything that a transfer needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferFacts {
    /// The task.
    pub task: TaskFacts,
    /// ARN of the task's destination, where it is known.
    pub destination: Option<String>,
    /// ARNs of the task's locations that are not there.
    pub missing_locations: Vec<String>,
    /// The role by which DataSync uses the bucket.
    pub role: RoleFacts,
    /// The bucket.
    pub bucket: BucketFacts,
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
    /// It is this account's.
    Own {
        /// Its policy, as JSON.
        policy: Option<String>,
    },
}

/// Everything that is proved to stand in the way, the cause before its consequences.
#[must_use]
pub fn obstacles(stack: &Stack, transfer: &Transfer, facts: &TransferFacts) -> Vec<Obstacle> {
    let task = task(transfer, &facts.task);
    let locations = facts.missing_locations.iter().map(|location| missing_location(transfer, location));
    let bucket = (facts.bucket == BucketFacts::Missing).then(|| missing_bucket(transfer));
    let role = match &facts.role {
        RoleFacts::Missing => vec![missing_role(transfer)],
        RoleFacts::Unreadable => vec![],
        RoleFacts::Found { trust, policies, boundary } => {
            let mut found = access::trust(stack, transfer, facts.destination.as_deref(), trust);
            found.extend(access::bucket(stack, transfer, policies, boundary.as_deref(), &facts.bucket));
            found
        }
    };
    task.into_iter().chain(locations).chain(bucket).chain(role).collect()
}

fn task(transfer: &Transfer, facts: &TaskFacts) -> Option<Obstacle> {
    let arn = &transfer.task;
    match facts {
        TaskFacts::Missing => Some(Obstacle::new(
            "task-missing",
            format!("The DataSync task {arn} is not there: somebody deleted it"),
            "`nightferry apply` makes it again.".into(),
        )),
        TaskFacts::Found { status, error } if status == "UNAVAILABLE" || status == "CREATING" => {
            let why = error.as_deref().map(|error| format!(": {error}")).unwrap_or_default();
            Some(Obstacle::new(
                "task-unavailable",
                format!("The DataSync task {arn} is {status}{why}"),
                "If it has an agent, see that it is on and connected; else mend what the error names, then `nightferry check`."
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

fn missing_bucket(transfer: &Transfer) -> Obstacle {
    Obstacle::new(
        "bucket-missing",
        format!("The bucket {} is not there", transfer.bucket),
        "Make the bucket, or name the right one in the plan and `nightferry apply`.".into(),
    )
}

fn missing_role(transfer: &Transfer) -> Obstacle {
    Obstacle::new(
        "role-missing",
        format!("The role {} is not there, so DataSync can't use the bucket", transfer.bucket_access_role),
        "`nightferry apply` makes it again.".into(),
    )
}
