//! What other kinds of jobs have by schedule, and a copy between buckets only by command.

use super::JobName;

/// What to do instead of `drill:` in a job that replicates: no function may read both ends.
pub(super) fn drill_of_replicas(path: &str, key: &str) -> Option<String> {
    let (job, kind) = path.strip_prefix("jobs.")?.rsplit_once('.')?;
    (key == "drill" && kind == "replicate").then(|| by_command(job))
}

/// The same for a transfer between buckets.
pub(super) fn drill_between_buckets(job: &JobName) -> String {
    by_command(job.as_str())
}

fn by_command(job: &str) -> String {
    format!("a copy between buckets is read by a person's machine: let cron call `nightferry drill {job}`")
}
