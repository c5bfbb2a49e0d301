//! What another account has to allow: for each of its buckets and keys our statements, and what the bucket must be like.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::creator::Creator;
use super::{actions, marks, names, replicas};
use crate::plan::{Backup, DataSync, Endpoint, JobName, Plan, Protection, Replicate, S3Endpoint};
use crate::policy::Statement;
use crate::stack::Stack;

/// One other account.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct OtherSide {
    /// Its buckets, by name.
    pub buckets: BTreeMap<String, OtherBucket>,
    /// Its vaults, by ARN, that copies of recovery points go to.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub vaults: BTreeMap<String, OtherVault>,
    /// Its keys, by ARN, with the statements that their policies lack. Nightferry never writes a key's policy: a mistake
    /// in one locks everybody out of all that it encrypts.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub keys: BTreeMap<String, Vec<Value>>,
}

/// A bucket of another account.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct OtherBucket {
    /// The jobs that need it.
    pub jobs: Vec<JobName>,
    /// Our statements in its policy.
    pub statements: Vec<Value>,
    /// Whether it is written to, so that its ACLs have to be off: else what is written belongs to us, not to its owner.
    pub is_written: bool,
    /// Whether replication needs its versioning.
    pub is_versioned: bool,
}

/// A vault of another account. It has to be there, with a key of its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct OtherVault {
    /// The jobs that need it.
    pub jobs: Vec<JobName>,
    /// Our statement in its access policy: one, whatever number of jobs copy.
    pub statements: Vec<Value>,
}

/// Every other account of the plan's carried jobs, by its number.
#[must_use]
pub fn other_sides(plan: &Plan, stack: &Stack, creator: Option<&Creator>) -> BTreeMap<String, OtherSide> {
    let mut sides = Sides { stack, creator, found: BTreeMap::new() };
    let carried = plan.jobs.iter().filter(|(_, job)| job.protection.carried().is_ok());
    for (name, job) in carried {
        match &job.protection {
            Protection::DataSync(datasync) => sides.transfer(name, datasync),
            Protection::Replicate(replicate) => sides.replication(name, replicate),
            Protection::Backup(backup) => sides.copies(name, backup),
        }
    }
    sides.found
}

struct Sides<'a> {
    stack: &'a Stack,
    creator: Option<&'a Creator>,
    found: BTreeMap<String, OtherSide>,
}

/// What a role does at one end.
struct Use<'a> {
    job: &'a JobName,
    role: String,
    objects: &'static [&'static str],
    key: &'static [&'static str],
    is_written: bool,
}

impl Sides<'_> {
    fn transfer(&mut self, job: &JobName, datasync: &DataSync) {
        if let Endpoint::S3(from) = &datasync.from {
            let role = names::source_access_role(self.stack, job);
            let (objects, key) = (&actions::TRANSFER_READ[..], &actions::KEY_READ[..]);
            self.end(from, &Use { job, role, objects, key, is_written: false });
        }
        if let Endpoint::S3(to) = &datasync.to {
            let role = names::bucket_access_role(self.stack, job);
            let (objects, key) = (&actions::TRANSFER_WRITE[..], &actions::KEY_WRITE[..]);
            self.end(to, &Use { job, role, objects, key, is_written: true });
        }
    }

    fn end(&mut self, end: &S3Endpoint, used: &Use<'_>) {
        if let Some(key) = &end.kms_key {
            self.key(used.job, key.as_str(), &used.role, used.key);
        }
        let Some(owner) = end.other_owner(self.stack) else { return };
        let statements = self.transfer_statements(end, used);
        let bucket = self.found.entry(owner.to_owned()).or_default().bucket(end.s3.as_str(), used.job);
        bucket.statements.extend(statements);
        bucket.is_written |= used.is_written;
    }

    fn transfer_statements(&self, end: &S3Endpoint, used: &Use<'_>) -> Vec<Value> {
        let (stack, job) = (self.stack, used.job);
        let role = names::role_arn(stack, &used.role);
        let bucket = names::bucket_arn(stack, end.s3.as_str());
        let folder = format!("{bucket}/{}*", end.prefix.key_prefix());
        let ours = |actions: &[&str], purpose: &str| {
            Statement::allow(actions.iter().copied()).sid(marks::sid(stack, job, purpose))
        };
        let mut statements = vec![
            ours(&actions::TRANSFER_BUCKET, "Bucket").for_aws([&role]).on([&bucket]),
            ours(used.objects, "Objects").for_aws([&role]).on([&folder]),
        ];
        let create = |creator: &Creator| creator.named_in(ours(&["s3:ListBucket"], "CreateLocation").on([&bucket]));
        statements.extend(self.creator.map(create));
        statements.iter().filter_map(|statement| serde_json::to_value(statement).ok()).collect()
    }

    fn replication(&mut self, job: &JobName, replicate: &Replicate) {
        let role = names::replication_role(self.stack, replicate.from.s3.as_str());
        if let Some(key) = &replicate.from.kms_key {
            self.key(job, key.as_str(), &role, &actions::KEY_READ);
        }
        if let Some(key) = &replicate.to.kms_key {
            self.key(job, key.as_str(), &role, &actions::REPLICA_KEY_POLICY);
        }
        let Some(owner) = replicate.to.other_owner(self.stack) else { return };
        let statements = replicas::destination_statements(self.stack, job, replicate);
        let bucket = self.found.entry(owner.to_owned()).or_default().bucket(replicate.to.s3.as_str(), job);
        bucket.statements.extend(statements);
        bucket.is_written = true;
        bucket.is_versioned = true;
    }

    /// The account is let in as a whole, as AWS's own pages have it: AWS Backup copies in the name of the account, not of
    /// a role.
    fn copies(&mut self, job: &JobName, backup: &Backup) {
        let root = format!("arn:{}:iam::{}:root", self.stack.partition, self.stack.account);
        for copy in &backup.copy {
            let Some(owner) = copy.other_owner(self.stack) else { continue };
            let sid = format!("{}CopyIn", marks::statements(self.stack));
            let allow = Statement::allow(["backup:CopyIntoBackupVault"]).sid(sid).for_aws([&root]).on(["*"]);
            let vaults = &mut self.found.entry(owner.to_owned()).or_default().vaults;
            let vault = vaults.entry(copy.vault_arn(self.stack)).or_default();
            vault.jobs.push(job.clone());
            vault.statements = serde_json::to_value(&allow).into_iter().collect();
        }
    }

    /// A key of our own account lets our roles by their own policies, as every key does that delegates to its account.
    fn key(&mut self, job: &JobName, key: &str, role: &str, uses: &[&str]) {
        let Some(owner) = key.split(':').nth(4).filter(|owner| *owner != self.stack.account) else { return };
        let (test, name) = actions::VIA_SERVICE;
        let statement = Statement::allow(uses.iter().copied())
            .sid(marks::sid(self.stack, job, "Key"))
            .for_aws([names::role_arn(self.stack, role)])
            .on(["*"])
            .when(test, name, [actions::via_s3(self.stack, key)]);
        let statements = self.found.entry(owner.to_owned()).or_default().keys.entry(key.to_owned()).or_default();
        statements.extend(serde_json::to_value(&statement).ok());
    }
}

impl OtherSide {
    fn bucket(&mut self, bucket: &str, job: &JobName) -> &mut OtherBucket {
        let found = self.buckets.entry(bucket.to_owned()).or_default();
        if !found.jobs.contains(job) {
            found.jobs.push(job.clone());
        }
        found
    }
}
