//! Which versions are in a generated list.

use super::super::asked::Filter;
use crate::replication::{Copied, Entry};
use crate::upstream::versions::Version;

/// Whether a version passes everything but the replication rules.
pub(super) fn passes(filter: &Filter, version: &Version, entry: Option<&Entry>) -> bool {
    let status = entry.map_or("NONE", |entry| entry.copied.word());
    let has_status = |wanted: &String| wanted == status || (wanted == "NONE" && is_waiting(entry));
    (filter.statuses.is_empty() || filter.statuses.iter().any(has_status))
        && filter.after.is_none_or(|after| version.last_modified > after)
        && filter.before.is_none_or(|before| version.last_modified < before)
        && is_named(filter, &version.key)
        && filter.larger.is_none_or(|larger| version.size > larger)
        && filter.smaller.is_none_or(|smaller| version.size < smaller)
        && (filter.classes.is_empty() || filter.classes.contains(&version.class))
}

/// The filter knows no PENDING: what waits was not replicated yet.
fn is_waiting(entry: Option<&Entry>) -> bool {
    entry.is_some_and(|entry| entry.copied == Copied::Pending)
}

fn is_named(filter: &Filter, key: &str) -> bool {
    let [prefixes, suffixes, parts] = &filter.names;
    let any = |names: &[String], fits: &dyn Fn(&str) -> bool| names.is_empty() || names.iter().any(|name| fits(name));
    any(prefixes, &|name| key.starts_with(name))
        && any(suffixes, &|name| key.ends_with(name))
        && any(parts, &|name| key.contains(name))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn version(key: &str, size: u64) -> Version {
        let last_modified: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let (key, id, class) = (key.to_owned(), "v".to_owned(), "STANDARD".to_owned());
        Version { key, id, is_latest: true, is_delete_marker: false, size, last_modified, class }
    }

    fn entry(copied: Copied) -> Entry {
        Entry { copied, owner: None, since: jiff::Timestamp::UNIX_EPOCH, replicas: std::collections::BTreeMap::new() }
    }

    #[test]
    fn a_catch_up_takes_what_was_never_tried_and_what_failed() {
        let filter = Filter { statuses: vec!["NONE".to_owned(), "FAILED".to_owned()], ..Filter::default() };
        let taken = |entry: Option<&Entry>| passes(&filter, &version("a", 1), entry);
        assert!(taken(None) && taken(Some(&entry(Copied::Failed))));
        assert!(!taken(Some(&entry(Copied::Completed))) && !taken(Some(&entry(Copied::Replica))));
    }

    #[test]
    fn names_sizes_and_times_all_have_to_fit() {
        let names = [vec!["logs/".to_owned()], vec![".gz".to_owned()], Vec::new()];
        let filter =
            Filter { names, larger: Some(5), before: "2026-11-23T00:00:00Z".parse().ok(), ..Filter::default() };
        assert!(passes(&filter, &version("logs/a.gz", 6), None));
        for (key, size) in [("logs/a.gz", 5), ("logs/a", 6), ("a.gz", 6)] {
            assert!(!passes(&filter, &version(key, size), None), "{key} {size}");
        }
        let later = Filter { after: "2026-11-23T00:00:00Z".parse().ok(), ..Filter::default() };
        assert!(!passes(&later, &version("logs/a.gz", 6), None));
    }
}
