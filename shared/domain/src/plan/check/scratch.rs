//! Scratch folders of scheduled drills: what comes back there must neither strike what is alive or another copy, nor be backed up
//! with it night after night.

use std::collections::BTreeMap;

use super::Check;
use crate::filters::Filters;
use crate::plan::unscheduled::drill_between_buckets;
use crate::plan::{
    DataSync, EfsEndpoint, Endpoint, FilesDrill, FolderPath, Job, JobName, Protection, S3Endpoint, StorageClass,
};

/// Notes what is wrong with the scratch folder of each job that has one.
pub(super) fn check(check: &mut Check<'_>, jobs: &BTreeMap<JobName, Job>) {
    for (name, job) in jobs {
        let Protection::DataSync(datasync) = &job.protection else { continue };
        let Some(drill) = &datasync.drill else { continue };
        if check.is_full() {
            return;
        }
        check.below(&["jobs", name.as_str(), "datasync", "drill"], |check| {
            check.known_name(&["schedule"], "schedules", drill.schedule.as_str());
            match (&datasync.from, &datasync.to) {
                (Endpoint::Efs(_), Endpoint::S3(to)) if is_archive(to) => {
                    check.note(&[], "archived objects cannot be read back before they are restored in S3", None);
                }
                (Endpoint::Efs(from), Endpoint::S3(_)) => {
                    if let Some(message) = jobs.iter().find_map(|(other, job)| harm(from, drill, name, (other, job))) {
                        check.note(&["to"], message, None);
                    }
                }
                (Endpoint::S3(_), _) => {
                    check.note(&[], "no schedule rehearses a copy between buckets", Some(drill_between_buckets(name)));
                }
                (from, to) => check.note(
                    &[],
                    format!("a copy from {} to {} is not brought back", from.key(), to.key()),
                    Some("leave `drill` out".to_owned()),
                ),
            }
        });
    }
}

const fn is_archive(to: &S3Endpoint) -> bool {
    matches!(to.storage_class, Some(StorageClass::Glacier | StorageClass::DeepArchive))
}

/// What the drill of one job would do to another, or to the job itself.
fn harm(from: &EfsEndpoint, drill: &FilesDrill, own: &JobName, (name, job): (&JobName, &Job)) -> Option<String> {
    let Protection::DataSync(other) = &job.protection else { return None };
    let to = &drill.to;
    let ends = [&other.from, &other.to].map(|end| match end {
        Endpoint::Efs(efs) if efs.efs == from.efs => Some(efs),
        Endpoint::Efs(_) | Endpoint::S3(_) | Endpoint::Nfs(_) | Endpoint::Smb(_) => None,
    });
    if ends.iter().flatten().any(|end| end.access_point != from.access_point) {
        return Some(format!(
            "job `{name}` reaches {} by another access point, whose root nobody knows here: {to} may be what it backs up",
            from.efs
        ));
    }
    if let Endpoint::Efs(copy) = &other.to
        && copy.efs == from.efs
        && copy.path.overlaps(to)
    {
        return Some(format!("job `{name}` keeps its copy in {}", copy.path));
    }
    let twin =
        other.drill.as_ref().filter(|twin| name != own && ends.iter().any(Option::is_some) && twin.to.overlaps(to));
    if let Some(twin) = twin {
        return Some(format!("job `{name}` is rehearsed in {}: give each a folder of its own", twin.to));
    }
    live(from, other, to).map(|why| format!("job `{name}` {why}"))
}

/// Whether the folder is what the job backs up, or lies in that without being left out.
fn live(from: &EfsEndpoint, other: &DataSync, to: &FolderPath) -> Option<String> {
    let Endpoint::Efs(live) = &other.from else { return None };
    if live.efs != from.efs || !live.path.overlaps(to) {
        return None;
    }
    let top = live.path.as_str().trim_end_matches('/');
    let Some(inside) = to.as_str().strip_prefix(top).filter(|inside| inside.len() > 1) else {
        return Some(format!("backs up {}, which the copy would be written over", live.path));
    };
    let exclude = Filters { include: vec![], exclude: other.exclude.clone() };
    exclude
        .read()
        .takes(inside)
        .then(|| format!("backs up {}, and so what comes back with it: add `{inside}` to its `exclude`", live.path))
}
