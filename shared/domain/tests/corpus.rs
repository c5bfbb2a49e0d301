//! Every committed input of the fuzz targets, put through the same checks on each `cargo test`.

#[cfg(test)]
#[path = "../../../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "the fuzz targets call them from another crate")]
mod checks;

#[cfg(test)]
mod replays {
    use std::path::{Path, PathBuf};

    use super::checks;

    /// Checks every file of a folder of the repository; there are at least so many.
    fn replay(folder: &str, at_least: usize, check: fn(&[u8])) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
        let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<PathBuf> = files.filter(|path| path.is_file()).collect();
        files.sort();
        assert!(files.len() >= at_least, "{} has {} files", folder.display(), files.len());
        for file in files {
            let outcome = std::panic::catch_unwind(|| check(&std::fs::read(&file).unwrap()));
            assert!(outcome.is_ok(), "{}", file.display());
        }
    }

    #[test]
    fn the_corpus_of_event_envelopes_is_read_or_ignored() {
        replay("fuzz/corpus/event_envelope", 22, checks::event_envelope);
        replay("events", 78, checks::event_envelope);
    }

    #[test]
    fn the_corpus_of_plan_files_is_taken_or_refused() {
        replay("fuzz/corpus/plan_file", 22, checks::plan_file);
    }

    #[test]
    fn the_corpus_of_task_reports_is_counted_or_refused() {
        replay("fuzz/corpus/task_report", 13, checks::task_report);
    }

    #[test]
    fn the_corpus_of_policy_documents_is_judged_or_refused() {
        replay("fuzz/corpus/policy_document", 9, checks::policy_document);
    }
}
