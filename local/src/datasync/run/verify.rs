//! Verifying: content and metadata of both sides read again and compared. A file that changed meanwhile differs, and that is told.

use std::sync::Arc;

use super::compare::same;
use super::failure::{Failure, Stop};
use super::finding::{Aspect, Finding};
use super::item::{Item, Kind};
use super::prepare::{self, Work};
use super::{Job, Sides};

/// One side of a comparison as read again: the item and the SHA-256 of its content.
struct Read {
    item: Item,
    hash: String,
}

/// Verifies what the task says: everything, what was transferred, or nothing.
pub(super) async fn all(job: &Arc<Job>, sides: &Arc<Sides>, work: &Work) -> Result<(), Stop> {
    let items: Vec<Item> = if job.option_is("VerifyMode", "NONE") {
        return Ok(());
    } else if job.option_is("VerifyMode", "ONLY_FILES_TRANSFERRED") {
        work.transfer.iter().map(|(item, _)| item.clone()).collect()
    } else {
        let filter = prepare::filter(job)?;
        let now = prepare::source(job, sides).await?;
        now.items.into_values().filter(|item| filter.takes(&item.path)).collect()
    };
    for item in items.iter().filter(|item| !job.findings.gave_up(&item.path)) {
        one(job, sides, item).await;
    }
    Ok(())
}

async fn one(job: &Job, sides: &Sides, item: &Item) {
    let compared = compared(job, sides, item).await;
    let finding = Finding::about(Aspect::Verified, item);
    match compared {
        Ok(there) => {
            job.log.transfer(format!("Verified file {}, {} bytes", item.path, item.size));
            job.findings.add(finding.beside(Some(&there)));
            let _ = job.change(|execution| execution.counters.verified.add(item.is_folder()));
        }
        Err((failure, there)) => {
            job.log.error(failure.reason.clone());
            job.findings.add(finding.beside(there.as_ref()).failed(failure));
            let _ = job.change(|execution| execution.counters.failed_verify.add(item.is_folder()));
        }
    }
}

async fn compared(job: &Job, sides: &Sides, item: &Item) -> Result<Item, (Failure, Option<Item>)> {
    let alone = |failure: Failure| (failure, None);
    let version = item.object.as_ref().and_then(|object| object.version.as_deref());
    let source = sides.source.look(&item.path, version).await.map_err(alone)?;
    let source = source.or_else(|| (item.is_folder() && item.object.is_none()).then(|| item.clone()));
    let there = sides.destination.look(&item.path, None).await.map_err(alone)?;
    let (Some(source), Some(there)) = (source, there) else {
        return Err(alone(Failure::new(format!("Verification failed <> {}: not on both sides", item.path))));
    };
    if item.is_folder() {
        return if same(&source, &there, without_folder_times(job)) {
            Ok(there)
        } else {
            Err(differ(job, &source, &there, "", ""))
        };
    }
    let source = read(&sides.source, source).await.map_err(alone)?;
    let there = read(&sides.destination, there).await.map_err(alone)?;
    let kept_when_equal = there.item.object.is_some() == source.item.object.is_some() || source.item.kind != Kind::File;
    let metadata = same(&source.item, &there.item, job.kept) || (kept_when_equal && overwrite_forbidden(job));
    if metadata && source.hash == there.hash {
        return Ok(there.item);
    }
    Err(differ(job, &source.item, &there.item, &source.hash, &there.hash))
}

/// What must not be overwritten may differ in metadata without being a mismatch of this execution.
fn overwrite_forbidden(job: &Job) -> bool {
    job.option_is("OverwriteMode", "NEVER")
}

/// A folder's own time changes with every entry that comes or goes, so it is no proof of anything.
fn without_folder_times(job: &Job) -> super::item::Kept {
    super::item::Kept { mtime: false, ..job.kept }
}

async fn read(place: &super::place::Place, item: Item) -> Result<Read, Failure> {
    let hash = place.read(&item).await?.digest().await?;
    Ok(Read { item, hash })
}

fn differ(job: &Job, source: &Item, there: &Item, hash: &str, there_hash: &str) -> (Failure, Option<Item>) {
    let path = &source.path;
    job.log.notice(format!("{path} srcMeta: {} srcHash:{hash}", described(source)));
    job.log.notice(format!("{path} dstMeta: {} dstHash:{there_hash}", described(there)));
    (Failure::new(format!("Verification failed <> {path}")), Some(there.clone()))
}

fn described(item: &Item) -> String {
    let time = |ns: i64| format!("{}/{}", ns.div_euclid(1_000_000_000), ns.rem_euclid(1_000_000_000));
    let posix = &item.posix;
    format!(
        "type={} mode={:04o} uid={} gid={} size={} atime={} mtime={}",
        item.kind.letter(),
        posix.mode & 0o7777,
        posix.uid,
        posix.gid,
        item.size,
        time(posix.atime_ns),
        time(posix.mtime_ns)
    )
}
