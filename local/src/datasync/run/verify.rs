//! Verifying: content and metadata of both sides read again and compared. A file that changed meanwhile differs, and that is told.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::compare::same;
use tokio::task::JoinSet;

use super::failure::{Failure, Stop};
use super::finding::{Aspect, Finding};
use super::flow::equal;
use super::item::{Item, Kept};
use super::prepare::{self, Work};
use super::{Job, Sides};

const AT_ONCE: usize = 4;

/// Verifies what the task says: everything, what was transferred, or nothing.
pub(super) async fn all(job: &Arc<Job>, sides: &Arc<Sides>, work: &Work) -> Result<(), Stop> {
    let transferred = work.transfer.iter().map(|(item, _)| item.clone());
    let items: Vec<Item> = match job.execution.setup.options.word("VerifyMode") {
        "NONE" => Vec::new(),
        "ONLY_FILES_TRANSFERRED" => transferred.collect(),
        _ => {
            // The source as it is now, and what it had when it was listed: what came and what went meanwhile both differ.
            let filter = prepare::filter(job)?;
            let now = prepare::source(job, sides).await?.items;
            let before = transferred.chain(work.skip.iter().cloned()).map(|item| (item.path.clone(), item));
            let mut items: BTreeMap<String, Item> = before.collect();
            items.extend(now.into_iter().filter(|(path, _)| filter.takes(path)));
            items.into_values().collect()
        }
    };
    let mut running = JoinSet::new();
    for item in items.into_iter().filter(|item| !job.findings.gave_up(&item.path)) {
        if running.len() >= AT_ONCE {
            let _ = running.join_next().await;
        }
        let _ = running.spawn(one(Arc::clone(job), Arc::clone(sides), item));
    }
    while running.join_next().await.is_some() {}
    Ok(())
}

async fn one(job: Arc<Job>, sides: Arc<Sides>, item: Item) {
    let compared = compared(&job, &sides, &item).await;
    let finding = Finding::about(Aspect::Verified, &item);
    match compared {
        Ok(there) => {
            job.log.item(&format!("Verified file {}, {} bytes", item.path, item.size));
            job.findings.add(finding.beside(Some(&there)));
            let _ = job.change(|execution| execution.counters.verified.add(item.is_folder()));
        }
        Err((failure, there)) => {
            job.log.error(&failure.reason);
            job.findings.add(finding.beside(there.as_ref()).failed(failure));
            let _ = job.change(|execution| execution.counters.failed_verify.add(item.is_folder()));
        }
    }
}

async fn compared(job: &Job, sides: &Sides, item: &Item) -> Result<Item, (Failure, Option<Item>)> {
    let alone = |failure: Failure| (failure, None);
    let version = item.object.as_ref().and_then(|object| object.version.as_deref());
    let source = sides.source.look(&item.path, version).await.map_err(alone)?;
    let source =
        source.or_else(|| (item.is_folder() && item.object.is_none() && job.source.is_bucket()).then(|| item.clone()));
    let there = sides.destination.look(&item.path, None).await.map_err(alone)?;
    let (Some(source), Some(there)) = (source, there) else {
        return Err(alone(Failure::new(format!("Verification failed <> {}: not on both sides", item.path))));
    };
    let told = |failure: Failure| (failure, Some(there.clone()));
    if metadata_agree(job, &source, &there) && content_agrees(sides, &source, &there).await.map_err(told)? {
        return Ok(there);
    }
    let failure = differ(job, sides, &source, &there).await.unwrap_or_else(|failure| failure);
    Err((failure, Some(there)))
}

/// A folder's own time changes with every entry that comes or goes, so it proves nothing.
fn metadata_agree(job: &Job, source: &Item, there: &Item) -> bool {
    let kept = Kept { mtime: job.kept.mtime && !source.is_folder(), ..job.kept };
    same(source, there, kept)
}

async fn content_agrees(sides: &Sides, source: &Item, there: &Item) -> Result<bool, Failure> {
    if source.is_folder() {
        return Ok(true);
    }
    equal(sides.source.read(source).await?, sides.destination.read(there).await?).await
}

/// Logs both sides as the service does, and gives the sentence of the report.
async fn differ(job: &Job, sides: &Sides, source: &Item, there: &Item) -> Result<Failure, Failure> {
    let path = &source.path;
    for (side, place, item) in [("src", &sides.source, source), ("dst", &sides.destination, there)] {
        let hash = place.read(item).await?.digest().await?;
        job.log.notice(&format!("{path} {side}Meta: {} {side}Hash:{hash}", described(item)));
    }
    Ok(Failure::new(format!("Verification failed <> {path}")))
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
