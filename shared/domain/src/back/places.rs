//! Where a copy would come back to, held against what is alive there, and against the copies themselves.

use super::{Roots, Spot};
use crate::destination::Destination;
use crate::job_spec::{JobSpec, Work};
use crate::plan::JobName;

/// A folder that a job of the plan backs up, or that it copies to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The job.
    pub job: JobName,
    /// Where the folder lies.
    pub at: Spot,
}

impl Held {
    /// Whether writing a copy to the folder would write over this: it is its folder, or one above it.
    pub(super) fn is_under(&self, to: &Spot) -> bool {
        self.is_comparable(to) && with_slash(&self.at.folder).starts_with(&with_slash(&to.folder))
    }

    /// Whether the folder lies inside of this.
    pub(super) fn holds(&self, to: &Spot) -> bool {
        let (own, wanted) = (with_slash(&self.at.folder), with_slash(&to.folder));
        self.is_comparable(to) && own != wanted && wanted.starts_with(&own)
    }

    /// Whether nobody can tell: both are of one file system, and one of them counts from a root that was not shown.
    pub(super) fn may_be_under(&self, to: &Spot) -> bool {
        self.at.store == to.store && self.at.below != to.below
    }

    fn is_comparable(&self, to: &Spot) -> bool {
        self.at.store == to.store && self.at.below == to.below
    }

    fn of_keys(job: &JobSpec, bucket: &str, prefix: &str) -> Self {
        let folder = format!("/{}", prefix.trim_end_matches('/'));
        Self { job: job.name.clone(), at: Spot::in_bucket(bucket, &folder) }
    }
}

/// The buckets' folders that the jobs read.
#[must_use]
pub fn live_buckets(jobs: &[JobSpec]) -> Vec<Held> {
    let of_job = |job: &JobSpec| match &job.work {
        Work::DataSync(it) => it.reach.source.as_ref().map(|from| Held::of_keys(job, &from.bucket, &from.prefix)),
        Work::Replicate(it) => Some(Held::of_keys(job, &it.bucket, &it.prefix)),
        Work::Backup(_) | Work::Restore(_) => None,
    };
    jobs.iter().filter_map(of_job).collect()
}

/// The folders, of buckets and of file systems, that the jobs write.
#[must_use]
pub fn copies(jobs: &[JobSpec], roots: &Roots) -> Vec<Held> {
    let of_job = |job: &JobSpec| match &job.work {
        Work::DataSync(it) => Some(match &it.destination {
            Destination::Bucket(to) => Held::of_keys(job, &to.bucket, &to.prefix),
            Destination::Files(to) => {
                let at = roots.through(to.access_point.as_deref(), &to.file_system, &to.folder);
                Held { job: job.name.clone(), at }
            }
        }),
        Work::Replicate(it) => Some(Held::of_keys(job, &it.destination_bucket, &it.prefix)),
        Work::Backup(_) | Work::Restore(_) => None,
    };
    jobs.iter().filter_map(of_job).collect()
}

/// What the plan knows of a bucket that a job reads: whose it is, where that is another account, and its key.
#[must_use]
pub fn known(jobs: &[JobSpec], bucket: &str) -> Known {
    let mut sources = jobs.iter().filter_map(|job| job.work.transfer()?.reach.source.as_ref());
    let found = sources.find(|source| source.bucket == bucket);
    found.map_or_else(Known::default, |source| Known { owner: source.owner.clone(), key: source.key.clone() })
}

/// See [`known`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Twelve digits. Nothing: the stack's own account, as far as the plan tells.
    pub owner: Option<String>,
    /// ARN of the key of its objects, where the plan names one.
    pub key: Option<String>,
}

fn with_slash(folder: &str) -> String {
    format!("{}/", folder.trim_end_matches('/'))
}
