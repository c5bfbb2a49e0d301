//! What works and is still worth a second look.

use serde::Serialize;

use super::{
    Backup, ConfirmBy, DataSync, Deleted, Encryption, Endpoint, Job, LockMode, LogDetail, Overwrite, Plan, Protection,
    Replicate, Vault, VaultName, Verify,
};

/// A setting that is allowed and gives less safety than it seems to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Where in the plan, such as `jobs.home-directories.datasync.verify`.
    pub path: String,
    /// What follows from the setting, and what to write instead.
    pub message: String,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl Plan {
    /// What works and is still worth a second look, in the order of the plan's names.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if self.notify.is_none() {
            warnings.push(warning("notify", "nobody gets the morning message; add `notify: { email: ... }`"));
        }
        for name in self.schedules.keys() {
            if !self.jobs.values().any(|job| job.has_schedule(name)) {
                let path = format!("schedules.{name}");
                warnings.push(warning(&path, "no job has this schedule; it opens no runs"));
            }
        }
        for (name, vault) in &self.vaults {
            warnings.extend(vault_warning(self, name, vault));
        }
        for (name, job) in &self.jobs {
            let below = |(key, message): (&str, String)| warning(&format!("jobs.{name}.{key}"), &message);
            warnings.extend(job_warnings(job).into_iter().map(below));
        }
        warnings
    }
}

fn vault_warning(plan: &Plan, name: &VaultName, vault: &Vault) -> Option<Warning> {
    let is_used = plan.jobs.values().any(|job| matches!(&job.protection, Protection::Backup(of) if of.vault == *name));
    if !is_used {
        return Some(warning(&format!("vaults.{name}"), "no job's recovery points go there; it is not made"));
    }
    let forever = vault.lock.as_ref().is_some_and(|lock| lock.mode == LockMode::Compliance);
    forever.then(|| {
        let message = "a lock in compliance mode can never be taken off again, by nobody; its recovery points are paid for until their time is over";
        warning(&format!("vaults.{name}.lock.mode"), message)
    })
}

fn warning(path: &str, message: &str) -> Warning {
    Warning { path: path.to_owned(), message: message.to_owned() }
}

fn job_warnings(job: &Job) -> Vec<(&'static str, String)> {
    let mut found: Vec<(&'static str, String)> = match &job.protection {
        Protection::DataSync(datasync) => datasync_warnings(datasync),
        Protection::Replicate(replicate) => replicate_warnings(replicate),
        Protection::Backup(backup) => backup_warnings(backup),
    };
    if let Err(not_carried) = job.protection.carried() {
        found.push((job.protection.key(), not_carried.to_string()));
    }
    found
}

fn datasync_warnings(datasync: &DataSync) -> Vec<(&'static str, String)> {
    let clear = |end: &Endpoint| matches!(end, Endpoint::Efs(efs) if efs.encryption == Encryption::None);
    let told = [
        (
            datasync.verify == Verify::None,
            "datasync.verify",
            "copies are never compared, so no night is reported as verified; write `verify: transferred`",
        ),
        (
            datasync.overwrite == Overwrite::Never,
            "datasync.overwrite",
            "a file changed at the source keeps its old copy for ever; write `overwrite: always`",
        ),
        (
            datasync.deleted == Deleted::Remove,
            "datasync.deleted",
            match &datasync.to {
                Endpoint::S3(_) => {
                    "what disappears from the source disappears from the backup the next night; keep versions in the bucket"
                }
                Endpoint::Efs(_) | Endpoint::Nfs(_) | Endpoint::Smb(_) => {
                    "what disappears from the source disappears from the backup the next night, and a file system keeps no versions; back it up itself, or write `deleted: keep`"
                }
            },
        ),
        (
            datasync.log == LogDetail::Off,
            "datasync.log",
            "without a log nobody can say which file failed; write `log: errors`",
        ),
        (
            clear(&datasync.from),
            "datasync.from.encryption",
            "files cross the network in the clear; write `encryption: tls`",
        ),
        (
            clear(&datasync.to),
            "datasync.to.encryption",
            "files cross the network in the clear; write `encryption: tls`",
        ),
    ];
    let there = told.into_iter().filter(|(there, ..)| *there);
    there.map(|(_, path, message)| (path, message.to_owned())).collect()
}

fn replicate_warnings(replicate: &Replicate) -> Vec<(&'static str, String)> {
    let person = replicate.confirm.decided_by() == ConfirmBy::Person;
    let message = "each batch job waits for `nightferry confirm`; write limits to let nights through by rule";
    person.then(|| ("replicate.confirm", message.to_owned())).into_iter().collect()
}

fn backup_warnings(backup: &Backup) -> Vec<(&'static str, String)> {
    let short = backup.keep.whole_days().is_some_and(|days| days < 7);
    let message = format!("{} is gone before a week's holiday is over", backup.keep);
    let cold = "AWS Backup leaves AMIs of instances warm unless their kind of resource is opted in to the archive; look at a recovery point's storage class after that time";
    let told = [(short, "backup.keep", message), (backup.cold_after.is_some(), "backup.cold_after", cold.to_owned())];
    told.into_iter().filter(|(there, ..)| *there).map(|(_, path, message)| (path, message)).collect()
}
