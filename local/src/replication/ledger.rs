//! What is known of each version's replication. The emulator can't be told, so it is kept here and put into its answers on their way.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

/// How far a version's replication is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Copied {
    /// It waits.
    Pending,
    /// Every rule that takes it has been followed.
    Completed,
    /// A rule could not be followed.
    Failed,
    /// It is a copy itself.
    Replica,
}

impl Copied {
    /// As S3 spells it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Replica => "REPLICA",
        }
    }
}

/// One version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// How far.
    pub(crate) copied: Copied,
    /// The account that owns it, where that is not the bucket's: a replica that was not handed over.
    pub(crate) owner: Option<String>,
    /// Since when it is known.
    pub(crate) since: Timestamp,
    /// Its replicas: the version's id by destination bucket.
    pub(crate) replicas: BTreeMap<String, String>,
}

type Address = (String, String, String);

/// Entries by bucket, key and version.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<BTreeMap<Address, Entry>>);

impl Ledger {
    /// What is known of a version.
    pub(crate) fn entry(&self, bucket: &str, key: &str, version: &str) -> Option<Entry> {
        self.open().get(&address(bucket, key, version)).cloned()
    }

    /// Notes how far a version is.
    pub(crate) fn note(&self, bucket: &str, key: &str, version: &str, copied: Copied) {
        let mut entries = self.open();
        let entry = entries.entry(address(bucket, key, version)).or_insert_with(|| fresh(copied, None));
        // A replica that is replicated further stays a replica.
        if entry.copied != Copied::Replica {
            entry.copied = copied;
        }
    }

    /// Takes back that a version waits: no rule takes it after all.
    pub(super) fn unnote(&self, bucket: &str, key: &str, version: &str) {
        let address = address(bucket, key, version);
        let mut entries = self.open();
        if entries.get(&address).is_some_and(|entry| entry.copied == Copied::Pending) {
            let _ = entries.remove(&address);
        }
    }

    /// Notes a replica of a version, and whose it is where it is not the bucket owner's.
    pub(super) fn replicated(&self, from: (&str, &str, &str), to: (&str, &str), owner: Option<String>) {
        let (bucket, key, version) = from;
        let (destination, replica) = to;
        let mut entries = self.open();
        let source = entries.entry(address(bucket, key, version)).or_insert_with(|| fresh(Copied::Pending, None));
        let _ = source.replicas.insert(destination.to_owned(), replica.to_owned());
        let _ = entries.insert(address(destination, key, replica), fresh(Copied::Replica, owner));
    }

    /// How many versions of a bucket's keys that begin so wait, and since when the first of them does.
    pub(super) fn pending(&self, bucket: &str, prefix: &str) -> (u64, Option<Timestamp>) {
        let entries = self.open();
        let is_waiting = |((of, key, _), entry): &(&Address, &Entry)| {
            of == bucket && key.starts_with(prefix) && entry.copied == Copied::Pending
        };
        entries.iter().filter(is_waiting).fold((0, None), |(count, oldest), (_, entry)| {
            let oldest = oldest.map_or(entry.since, |oldest: Timestamp| oldest.min(entry.since));
            (count + 1, Some(oldest))
        })
    }

    /// Forgets a bucket that is gone.
    pub(super) fn forget(&self, bucket: &str) {
        self.open().retain(|(of, ..), _| of != bucket);
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<Address, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn address(bucket: &str, key: &str, version: &str) -> Address {
    (bucket.to_owned(), key.to_owned(), version.to_owned())
}

fn fresh(copied: Copied, owner: Option<String>) -> Entry {
    Entry { copied, owner, since: Timestamp::now(), replicas: BTreeMap::new() }
}
