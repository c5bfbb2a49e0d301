//! AWS Backup of tagged machines: what a job is ordered to do, what the service says of it, what proves that it did it.

pub mod coverage;
pub mod expand;
pub mod expected;
pub mod foreign;
pub mod judge;
pub mod machine;
pub mod order;
pub mod proof;
pub mod seen;
mod states;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::plan::InstanceId;
use crate::restore::place::RestorePlace;

pub use states::{BackupState, CopyState, PointStatus};

/// A plan's tagged machines and what their recovery points must show; or, in a run, one of these machines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupWork {
    /// For people: `EC2 instances with AWSBackup=EC2`, or `web-1 (i-0123456789abcdef0)`.
    pub from: String,
    /// For people: `vault EC2`.
    pub to: String,
    /// The one machine. None in the plan, and in a run for which no machine was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<Machine>,
    /// In a run for which no machine could be listed: why, in EC2's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlisted: Option<String>,
    /// What a machine must carry to be selected: each tag, case-sensitive.
    pub tags: BTreeMap<String, String>,
    /// The vault's name.
    pub vault: String,
    /// Role by which AWS Backup works.
    pub role: String,
    /// Who begins the first attempt of a scheduled night.
    pub start: Starter,
    /// A backup that has not begun by then expires, in minutes.
    pub start_within_mins: u32,
    /// A backup that has not ended by then expires, in minutes.
    pub complete_within_mins: u32,
    /// Days until AWS Backup deletes the recovery point.
    pub keep_days: u32,
    /// Days until the recovery point moves to cold storage, where the plan wants that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cold_after_days: Option<u32>,
    /// Where further copies of each recovery point lie.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<CopyPlace>,
    /// How its machines are made again; a plan that an earlier version applied does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restore: Option<RestorePlace>,
}

/// One machine of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// `i-...`
    pub id: InstanceId,
    /// `arn:P:ec2:REGION:ACCOUNT:instance/i-...`
    pub arn: String,
    /// Its `Name` tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Who begins a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Starter {
    /// We do, with `StartBackupJob`.
    Nightferry,
    /// AWS Backup's own schedule; the run expects the job that it makes. Later attempts are ours.
    AwsBackup {
        /// The backup plan that makes it.
        plan_id: String,
    },
}

/// A vault that gets a copy of each recovery point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyPlace {
    /// The vault.
    pub vault_arn: String,
    /// Days until AWS Backup deletes the copy.
    pub keep_days: u32,
}

impl Machine {
    /// The machine for people: its name, where it has one, and its id.
    #[must_use]
    pub fn shown(&self) -> String {
        match &self.name {
            Some(name) => format!("{} ({})", crate::printable::quoted(name), self.id),
            None => self.id.to_string(),
        }
    }
}

#[cfg(test)]
pub(crate) fn sample() -> BackupWork {
    BackupWork {
        from: "EC2 instances with AWSBackup=EC2".into(),
        to: "vault EC2".into(),
        machine: None,
        unlisted: None,
        tags: BTreeMap::from([("AWSBackup".to_owned(), "EC2".to_owned())]),
        vault: "EC2".into(),
        role: "arn:aws:iam::123456789012:role/nightferry-backup-servers".into(),
        start: Starter::Nightferry,
        start_within_mins: 60,
        complete_within_mins: 480,
        keep_days: 30,
        cold_after_days: None,
        copies: vec![],
        restore: None,
    }
}
