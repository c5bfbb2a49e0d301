//! Preparing: both sides listed and compared; what is to be transferred, skipped and deleted.

use std::collections::BTreeMap;

use super::super::filter::Filter;
use super::compare::same;
use super::failure::Stop;
use super::finding::{Aspect, Finding};
use super::item::Item;
use super::place::Listing;
use super::{Job, Sides, manifest};

/// What is to be done.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// To be transferred, and what of it is there already.
    pub(super) transfer: Vec<(Item, Option<Item>)>,
    /// To be deleted at the destination.
    pub(super) delete: Vec<Item>,
    /// Left as it is.
    pub(super) skip: Vec<Item>,
}

impl Work {
    /// Whether nothing has to be moved or deleted.
    pub(super) fn is_empty(&self) -> bool {
        self.transfer.is_empty() && self.delete.is_empty()
    }
}

/// Lists, filters and compares.
pub(super) async fn work(job: &Job, sides: &Sides) -> Result<Work, Stop> {
    let source = source(job, sides).await?;
    let destination =
        if scans_destination(job) { sides.destination.list(&job.destination.arn).await? } else { Listing::default() };
    let filter = filter(job)?;
    note_failures(job, &source, &filter);
    note_failures(job, &destination, &filter);
    let mut work = Work::default();
    for item in source.items.values().filter(|item| filter.takes(&item.path) && !destination.is_unknown(&item.path)) {
        sort(job, item, &destination.items, &mut work);
    }
    if job.option_is("PreserveDeletedFiles", "REMOVE") {
        work.delete = superfluous(&source, &destination, &filter);
    }
    count(job, &work, &destination);
    Ok(work)
}

/// What the source has: everything, or what the manifest names.
pub(super) async fn source(job: &Job, sides: &Sides) -> Result<Listing, Stop> {
    let mut listing = if job.execution.setup.manifest.is_object() {
        manifest::listed(job, sides).await?
    } else {
        sides.source.list(&job.source.arn).await?
    };
    if job.source.is_bucket() && job.destination.is_bucket() {
        // Between buckets there is no folder to make for a mere prefix.
        listing.items.retain(|_, item| item.object.is_some());
    }
    Ok(listing)
}

/// The execution's filters.
pub(super) fn filter(job: &Job) -> Result<Filter, Stop> {
    let setup = &job.execution.setup;
    let read = Filter::read(&setup.includes, &setup.excludes);
    read.map_err(|refusal| Stop::Failed { code: "InvalidFilter".to_owned(), detail: refusal.to_string() })
}

/// With `TransferMode` ALL the service does not look at the destination, unless it must not overwrite.
fn scans_destination(job: &Job) -> bool {
    job.option_is("TransferMode", "CHANGED") || job.option_is("OverwriteMode", "NEVER")
}

fn note_failures(job: &Job, source: &Listing, filter: &Filter) {
    for (path, failure) in source.failures.iter().filter(|(path, _)| filter.takes(path)) {
        job.log.error(&failure.reason);
        let item = Item::implied_folder(path);
        let mut finding = Finding::about(Aspect::Skipped, &item).failed(failure.clone());
        finding.source = None;
        job.findings.add(finding);
        let _ = job.change(|execution| execution.counters.failed_prepare.add(false));
    }
}

fn sort(job: &Job, item: &Item, destination: &BTreeMap<String, Item>, work: &mut Work) {
    let there = destination.get(&item.path);
    let keep = match there {
        None => false,
        Some(_) if job.option_is("OverwriteMode", "NEVER") => true,
        Some(there) => job.option_is("TransferMode", "CHANGED") && same(item, there, job.kept),
    };
    if keep {
        job.findings.add(Finding::about(Aspect::Skipped, item).beside(there));
        work.skip.push(item.clone());
    } else {
        work.transfer.push((item.clone(), there.cloned()));
    }
}

/// What the destination has and the source has not. What the source could not list is not known to be gone, so it stays.
fn superfluous(source: &Listing, destination: &Listing, filter: &Filter) -> Vec<Item> {
    let gone = |item: &&Item| {
        !item.is_implied
            && filter.takes(&item.path)
            && !source.items.contains_key(&item.path)
            && !source.is_unknown(&item.path)
    };
    // Deepest first, so that folders are empty when their turn comes.
    destination.items.values().rev().filter(gone).cloned().collect()
}

fn count(job: &Job, work: &Work, destination: &Listing) {
    let _ = job.change(|execution| {
        let counters = &mut execution.counters;
        for (item, _) in &work.transfer {
            counters.listed.add(item.is_folder());
            counters.to_transfer.add(item.is_folder());
            counters.bytes_to_transfer += item.size;
        }
        for item in &work.skip {
            counters.listed.add(item.is_folder());
            counters.skipped.add(item.is_folder());
        }
        for item in &work.delete {
            counters.to_delete.add(item.is_folder());
        }
        if !work.delete.is_empty() {
            for item in destination.items.values() {
                counters.listed_for_delete.add(item.is_folder());
            }
        }
    });
}
