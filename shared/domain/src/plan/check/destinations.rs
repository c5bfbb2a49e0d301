//! Jobs that write over one another.

use std::collections::BTreeMap;

use super::Check;
use crate::plan::{Endpoint, FolderPath, Job, JobName, Prefix, Protection};

/// Where a job writes.
enum Destination<'a> {
    Bucket(&'a str, &'a Prefix),
    Files(&'a str, &'a FolderPath),
}

impl Destination<'_> {
    /// The written form of the place, also the order in which one that contains another comes just before it.
    fn sorted(&self) -> (u8, String) {
        match self {
            Self::Bucket(bucket, prefix) => (0, format!("{bucket}/{}", prefix.key_prefix())),
            Self::Files(efs, path) => (1, format!("{efs}{}/", path.as_str().trim_end_matches('/'))),
        }
    }
}

/// Notes each job whose destination lies in, or contains, that of another.
pub(super) fn check(check: &mut Check<'_>, jobs: &BTreeMap<JobName, Job>) {
    let mut places: Vec<_> =
        jobs.iter().filter_map(|(name, job)| Some((destination(job)?.sorted(), name, job.protection.key()))).collect();
    places.sort();
    // In this order everything inside a folder follows it, so that the last folder not inside another decides.
    let mut outer: Option<(&(u8, String), &JobName)> = None;
    for (place, name, key) in &places {
        if check.is_full() {
            return;
        }
        match outer {
            Some((above, first)) if above.0 == place.0 && place.1.starts_with(&above.1) => check.note(
                &["jobs", name.as_str(), key, "to"],
                format!("this job and `{first}` write to the same place ({} lies in {})", place.1, above.1),
                Some("give each job a prefix or path of its own".to_owned()),
            ),
            _ => outer = Some((place, name)),
        }
    }
}

/// Where a job writes; recovery points never overwrite one another.
fn destination(job: &Job) -> Option<Destination<'_>> {
    match &job.protection {
        Protection::DataSync(datasync) => match &datasync.to {
            Endpoint::S3(to) => Some(Destination::Bucket(to.s3.as_str(), &to.prefix)),
            Endpoint::Efs(to) => Some(Destination::Files(to.efs.as_str(), &to.path)),
            Endpoint::Nfs(_) | Endpoint::Smb(_) => None,
        },
        // Replicas keep their keys.
        Protection::Replicate(replicate) => Some(Destination::Bucket(replicate.to.s3.as_str(), &replicate.from.prefix)),
        Protection::Backup(_) => None,
    }
}
