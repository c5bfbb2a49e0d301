//! Transferring: a few items at a time, content streamed; then folders, whose times their content would spoil; then deletions.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::failure::{Failure, Stop};
use super::finding::{Aspect, Finding};
use super::flow::Flow;
use super::item::Item;
use super::prepare::Work;
use super::{Job, Sides};

const AT_ONCE: usize = 4;

/// Moves and deletes everything of `work`. What fails is noted and left behind.
pub(super) async fn all(job: &Arc<Job>, sides: &Arc<Sides>, work: &Work) -> Result<(), Stop> {
    if let Some(failure) = job.sync.faults_of(&job.arn).fail_with {
        return Err(Stop::Failed { code: failure.code, detail: failure.detail });
    }
    let (folders, files): (Vec<_>, Vec<_>) = work.transfer.iter().cloned().partition(|(item, _)| item.is_folder());
    let mut running = JoinSet::new();
    for (item, there) in files {
        if running.len() >= AT_ONCE {
            let _ = running.join_next().await;
        }
        let _ = running.spawn(one(Arc::clone(job), Arc::clone(sides), item, there));
    }
    while running.join_next().await.is_some() {}
    for (item, there) in folders.into_iter().rev() {
        one(Arc::clone(job), Arc::clone(sides), item, there).await;
    }
    for item in &work.delete {
        delete(job, sides, item).await;
    }
    sides.destination.tidy().await;
    Ok(())
}

async fn one(job: Arc<Job>, sides: Arc<Sides>, item: Item, there: Option<Item>) {
    let moved = moved(&job, &sides, &item).await;
    let finding = Finding::about(Aspect::Transferred, &item).beside(there.as_ref());
    match moved {
        Ok((bytes, version)) => {
            job.log.item(&format!("Transferred {} {}, {bytes} bytes", word(&item), item.path));
            job.findings.add(Finding { version, ..finding });
            let _ = job.change(|execution| {
                execution.counters.transferred.add(item.is_folder());
                execution.counters.bytes_written += bytes;
            });
        }
        Err(failure) => {
            job.log.error(&failure.reason);
            job.findings.add(finding.failed(failure));
            let _ = job.change(|execution| execution.counters.failed_transfer.add(item.is_folder()));
        }
    }
}

async fn moved(job: &Job, sides: &Sides, item: &Item) -> Result<(u64, Option<String>), Failure> {
    let reader = sides.source.read(item).await?;
    let mut flow = Flow::new(reader, &job.control, &job.sync, &job.arn);
    let version = sides.destination.write(item, &mut flow, job.kept).await?;
    if job.option_is("ObjectTags", "PRESERVE") && !item.is_folder() {
        sides.destination.copy_tags(&sides.source, item).await?;
    }
    Ok((flow.bytes(), version))
}

async fn delete(job: &Job, sides: &Sides, item: &Item) {
    let finding = Finding { destination: Some(item.clone()), source: None, ..Finding::about(Aspect::Deleted, item) };
    match sides.destination.delete(item).await {
        Ok(()) => {
            job.log.item(&format!("Deleted {} {}", word(item), item.path));
            job.findings.add(finding);
            let _ = job.change(|execution| execution.counters.deleted.add(item.is_folder()));
        }
        Err(failure) => {
            job.log.error(&failure.reason);
            job.findings.add(finding.failed(failure));
            let _ = job.change(|execution| execution.counters.failed_delete.add(item.is_folder()));
        }
    }
}

fn word(item: &Item) -> &'static str {
    if item.is_folder() { "directory" } else { "file" }
}
