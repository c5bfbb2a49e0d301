//! What an execution found out about each item: the stuff of task reports and of its result.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::failure::Failure;
use super::item::Item;

/// Which list of the report an item is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aspect {
    /// It was to be transferred.
    Transferred,
    /// It was left as it was, or had to be.
    Skipped,
    /// It was verified.
    Verified,
    /// It was to be deleted.
    Deleted,
}

/// One line of a report.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    /// Which list it is in.
    pub(super) aspect: Aspect,
    /// The item's path.
    pub(super) path: String,
    /// As it is at the source.
    pub(super) source: Option<Item>,
    /// As it is at the destination.
    pub(super) destination: Option<Item>,
    /// When.
    pub(super) at: Timestamp,
    /// The version written, where there is one.
    pub(super) version: Option<String>,
    /// Why not, if not.
    pub(super) failure: Option<Failure>,
}

#[derive(Debug, Default)]
struct All {
    findings: Vec<Finding>,
    failed_paths: BTreeSet<String>,
    failed: usize,
    mismatched: usize,
    code: Option<&'static str>,
}

/// Everything found so far.
#[derive(Debug, Default)]
pub(super) struct Findings(Mutex<All>);

impl Findings {
    fn open(&self) -> MutexGuard<'_, All> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a finding.
    pub(super) fn add(&self, finding: Finding) {
        let mut all = self.open();
        if let Some(failure) = &finding.failure {
            if finding.aspect == Aspect::Verified {
                all.mismatched += 1;
            } else {
                let _ = all.failed_paths.insert(finding.path.clone());
            }
            all.code = all.code.or(failure.code);
            all.failed += 1;
        }
        all.findings.push(finding);
    }

    /// Of how many items something failed.
    pub(super) fn failed(&self) -> usize {
        self.open().failed
    }

    /// Whether the item was given up before.
    pub(super) fn gave_up(&self, path: &str) -> bool {
        self.open().failed_paths.contains(path)
    }

    /// The findings of one list.
    pub(super) fn of(&self, aspect: Aspect) -> Vec<Finding> {
        self.open().findings.iter().filter(|finding| finding.aspect == aspect).cloned().collect()
    }

    /// What the execution's result says. The codes of skipped and mismatched files are ours: the service's are not published.
    pub(super) fn error(&self, skipped: &str, mismatched: &str) -> Option<(String, String)> {
        let all = self.open();
        if !all.failed_paths.is_empty() {
            return Some((all.code.unwrap_or("SyncTaskErrorFilesSkipped").to_owned(), skipped.to_owned()));
        }
        let code = all.code.unwrap_or("SyncTaskErrorVerificationMismatch");
        (all.mismatched > 0).then(|| (code.to_owned(), mismatched.to_owned()))
    }
}

impl Finding {
    /// A finding about an item of the source, now.
    pub(super) fn about(aspect: Aspect, item: &Item) -> Self {
        Self {
            aspect,
            path: item.path.clone(),
            source: Some(item.clone()),
            destination: None,
            at: Timestamp::now(),
            version: None,
            failure: None,
        }
    }

    /// The same with why it failed.
    pub(super) fn failed(mut self, failure: Failure) -> Self {
        self.failure = Some(failure);
        self
    }

    /// The same with the destination's side.
    pub(super) fn beside(mut self, destination: Option<&Item>) -> Self {
        self.destination = destination.cloned();
        self
    }
}
