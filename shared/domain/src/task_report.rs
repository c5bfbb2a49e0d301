//! DataSync's detailed task reports, at the level of errors: which items failed and why.
//!
//! The files lie under `<prefix>Detailed-Reports/<task>/<execution>/<execution>.files-<phase>-v1-<part>-<id>.json`, each
//! with one list (`Transferred`, `Verified`, `Deleted` or `Skipped`). The item's status is read whatever its case, and
//! an item whose status is not known to be good counts as failed.

use serde_json::Value;

use crate::ids::ExecutionArn;
use crate::limits::FAILED_ITEMS_NAMED_MAX;
use crate::observation::{FailedItem, TransferFailures};

/// Most report files of one execution that are read.
pub const REPORT_FILES_MAX: usize = 200;
/// Largest report file that is read, in bytes.
pub const REPORT_FILE_BYTES_MAX: usize = 32 << 20;

/// The phases' lists, and the item's member that tells its status.
const LISTS: [(&str, &str, &str); 4] = [
    ("Transferred", "TransferStatus", "transfer"),
    ("Verified", "VerifyStatus", "verify"),
    ("Deleted", "DeleteStatus", "delete"),
    ("Skipped", "SkipStatus", "skip"),
];

/// A report file that can't be read, so nothing is proved by it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the task report file can't be read: {why}")]
pub struct UnreadableReport {
    /// What is wrong with it.
    pub why: String,
}

/// The folder of an execution's detailed reports, below the place that the task was given.
#[must_use]
pub fn folder(prefix: &str, execution: &ExecutionArn) -> String {
    folder_of("Detailed-Reports", prefix, execution)
}

/// The summary that every report has, so that its presence proves that the report was written.
#[must_use]
pub fn summary_folder(prefix: &str, execution: &ExecutionArn) -> String {
    folder_of("Summary-Reports", prefix, execution)
}

fn folder_of(kind: &str, prefix: &str, execution: &ExecutionArn) -> String {
    let task = execution.task();
    format!("{prefix}{kind}/{}/{}/", task.as_ref().map_or("", |task| task.id()), execution.id())
}

/// Adds the failed items of one report file.
///
/// # Errors
/// When the file is not JSON or has none of the known lists.
pub fn add(file: &[u8], failures: &mut TransferFailures) -> Result<(), UnreadableReport> {
    let unreadable = |why: &str| UnreadableReport { why: why.to_owned() };
    if file.len() > REPORT_FILE_BYTES_MAX {
        return Err(unreadable("it is larger than 32 MiB"));
    }
    let report: Value = serde_json::from_slice(file).map_err(|error| unreadable(&error.to_string()))?;
    let mut has_list = false;
    for (list, status, phase) in LISTS {
        let Some(items) = report.get(list).and_then(Value::as_array) else { continue };
        has_list = true;
        items.iter().filter(|item| is_failed(item, status)).for_each(|item| note(item, phase, failures));
    }
    if has_list { Ok(()) } else { Err(unreadable("it has no list of items")) }
}

fn is_failed(item: &Value, status: &str) -> bool {
    item.get(status).and_then(Value::as_str).is_none_or(|word| !word.eq_ignore_ascii_case("success"))
}

fn note(item: &Value, phase: &str, failures: &mut TransferFailures) {
    failures.count = failures.count.saturating_add(1);
    if failures.named.len() < FAILED_ITEMS_NAMED_MAX {
        failures.named.push(FailedItem {
            path: text(item, "RelativePath"),
            phase: phase.to_owned(),
            code: text(item, "FailureCode"),
            reason: text(item, "FailureReason"),
        });
    }
}

fn text(item: &Value, member: &str) -> String {
    let given = item.get(member).and_then(Value::as_str).unwrap_or_default();
    given.chars().filter(|c| !c.is_control()).take(400).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_what_did_not_succeed_is_counted() {
        let file = br#"{"TaskExecutionId":"exec-1","Transferred":[
            {"RelativePath":"/a","TransferStatus":"SUCCESS"},
            {"RelativePath":"/b","TransferStatus":"FAILED","FailureReason":"Permission denied","FailureCode":"ACCESS"},
            {"RelativePath":"/c"}]}"#;
        let mut failures = TransferFailures::default();
        add(file, &mut failures).unwrap();
        assert_eq!(failures.count, 2);
        assert_eq!(failures.named[0].path, "/b");
        assert_eq!(failures.named[0].reason, "Permission denied");
    }

    #[test]
    fn more_failures_than_can_be_named_are_still_counted() {
        let items: Vec<_> =
            (0..100).map(|n| serde_json::json!({"RelativePath": format!("/{n}"), "VerifyStatus": "FAILED"})).collect();
        let mut failures = TransferFailures::default();
        add(serde_json::json!({ "Verified": items }).to_string().as_bytes(), &mut failures).unwrap();
        assert_eq!((failures.count, failures.named.len()), (100, FAILED_ITEMS_NAMED_MAX));
    }

    #[test]
    fn a_file_without_a_list_proves_nothing() {
        assert!(add(b"{}", &mut TransferFailures::default()).is_err());
        assert!(add(b"not json", &mut TransferFailures::default()).is_err());
    }

    #[test]
    fn reports_lie_below_the_prefix_by_task_and_execution() {
        let execution: ExecutionArn =
            "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0a1b2c3d4e5f60718/execution/exec-0f9e8d7c6b5a43210"
                .parse()
                .unwrap();
        let place = "task-0a1b2c3d4e5f60718/exec-0f9e8d7c6b5a43210/";
        assert_eq!(folder("home/", &execution), format!("home/Detailed-Reports/{place}"));
        assert_eq!(summary_folder("home/", &execution), format!("home/Summary-Reports/{place}"));
    }

    #[test]
    fn a_report_file_is_read_up_to_its_limit_and_not_beyond() {
        let why = |bytes| add(&vec![b'x'; bytes], &mut TransferFailures::default()).unwrap_err().why;
        assert_eq!(why(32 * 1_024 * 1_024 + 1), "it is larger than 32 MiB");
        assert_ne!(why(32 * 1_024 * 1_024), "it is larger than 32 MiB");
    }

    #[test]
    fn each_list_names_its_phase_and_reads_its_own_status_in_any_case() {
        for (list, status, phase) in LISTS {
            let file = serde_json::json!({ list: [{status: "Success"}, {status: "FAILED", "RelativePath": "/a"}] });
            let mut failures = TransferFailures::default();
            add(file.to_string().as_bytes(), &mut failures).unwrap();
            assert_eq!((failures.count, failures.named[0].phase.as_str()), (1, phase));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = add(&bytes, &mut TransferFailures::default());
        }
    }
}
