//! What another kind of job has by schedule, and a copy only by command.

/// What to do instead of `drill:` in a job that copies. A schedule restores machines alone: nobody but a person's machine reads
/// both ends of a copy, or knows the scratch folder.
pub(super) fn drill_of_a_copy(path: &str, key: &str) -> Option<String> {
    let (job, kind) = path.strip_prefix("jobs.")?.rsplit_once('.')?;
    let command = match kind {
        "datasync" => {
            format!("`nightferry drill {job} --to /SCRATCH --wait` (files) or `nightferry drill {job}` (buckets)")
        }
        "replicate" => format!("`nightferry drill {job}`"),
        _ => return None,
    };
    (key == "drill")
        .then(|| format!("only `backup` jobs are rehearsed by the plan's schedules; let cron call {command}"))
}
