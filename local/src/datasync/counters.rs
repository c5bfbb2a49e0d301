//! What an execution counts. Basic mode counts directories as files; Enhanced mode counts them apart and tells failures.

use serde_json::{Value, json};

use super::options::Mode;
use super::record::put;

/// A count of files (objects, links) and one of folders.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pair {
    /// Files, objects and links.
    pub(super) files: u64,
    /// Directories.
    pub(super) folders: u64,
}

impl Pair {
    /// Counts one item.
    pub(super) fn add(&mut self, is_folder: bool) {
        if is_folder {
            self.folders += 1;
        } else {
            self.files += 1;
        }
    }

    fn all(self) -> u64 {
        self.files + self.folders
    }
}

/// Everything counted of one execution.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counters {
    /// Found at the source.
    pub(super) listed: Pair,
    /// Found at the destination while looking for what to delete.
    pub(super) listed_for_delete: Pair,
    /// Differ, and so are to be transferred.
    pub(super) to_transfer: Pair,
    /// Are to be deleted.
    pub(super) to_delete: Pair,
    /// Transferred.
    pub(super) transferred: Pair,
    /// Left as they were.
    pub(super) skipped: Pair,
    /// Verified.
    pub(super) verified: Pair,
    /// Deleted.
    pub(super) deleted: Pair,
    /// Could not be listed or compared.
    pub(super) failed_prepare: Pair,
    /// Could not be transferred.
    pub(super) failed_transfer: Pair,
    /// Are not the same on both sides.
    pub(super) failed_verify: Pair,
    /// Could not be deleted.
    pub(super) failed_delete: Pair,
    /// Bytes that are to be written.
    pub(super) bytes_to_transfer: u64,
    /// Bytes read and sent.
    pub(super) bytes_transferred: u64,
    /// Bytes written.
    pub(super) bytes_written: u64,
}

impl Counters {
    /// Adds the counters to what `DescribeTaskExecution` shows.
    pub(super) fn show(&self, mode: Mode, shown: &mut Value) {
        let bytes = json!({
            "EstimatedBytesToTransfer": self.bytes_to_transfer, "BytesTransferred": self.bytes_transferred,
            "BytesWritten": self.bytes_written, "BytesCompressed": self.bytes_transferred,
        });
        let counted = match mode {
            Mode::Basic => self.basic(),
            Mode::Enhanced => self.enhanced(),
        };
        for (name, value) in [bytes, counted].iter().filter_map(Value::as_object).flatten() {
            put(shown, name, value.clone());
        }
    }

    /// What is to be deleted counts as to be transferred too: the service documents it so for this mode.
    fn basic(&self) -> Value {
        json!({
            "EstimatedFilesToTransfer": self.to_transfer.all() + self.to_delete.all(),
            "EstimatedFilesToDelete": self.to_delete.all(),
            "FilesTransferred": self.transferred.all(), "FilesSkipped": self.skipped.all(),
            "FilesVerified": self.verified.all(), "FilesDeleted": self.deleted.all(),
        })
    }

    fn enhanced(&self) -> Value {
        json!({
            "EstimatedFilesToTransfer": self.to_transfer.files, "EstimatedFilesToDelete": self.to_delete.files,
            "FilesTransferred": self.transferred.files, "FilesSkipped": self.skipped.files,
            "FilesVerified": self.verified.files, "FilesDeleted": self.deleted.files,
            "FilesPrepared": self.to_transfer.files,
            "FilesListed": {"AtSource": self.listed.files, "AtDestinationForDelete": self.listed_for_delete.files},
            "FilesFailed": {
                "Prepare": self.failed_prepare.files, "Transfer": self.failed_transfer.files,
                "Verify": self.failed_verify.files, "Delete": self.failed_delete.files,
            },
            "EstimatedFoldersToTransfer": self.to_transfer.folders, "EstimatedFoldersToDelete": self.to_delete.folders,
            "FoldersTransferred": self.transferred.folders, "FoldersSkipped": self.skipped.folders,
            "FoldersVerified": self.verified.folders, "FoldersDeleted": self.deleted.folders,
            "FoldersPrepared": self.to_transfer.folders,
            "FoldersListed": {"AtSource": self.listed.folders, "AtDestinationForDelete": self.listed_for_delete.folders},
            "FoldersFailed": {
                "List": 0, "Prepare": self.failed_prepare.folders, "Transfer": self.failed_transfer.folders,
                "Verify": self.failed_verify.folders, "Delete": self.failed_delete.folders,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(mode: Mode) -> Value {
        let pair = |files, folders| Pair { files, folders };
        let counters = Counters {
            to_transfer: pair(3, 2),
            to_delete: pair(1, 0),
            transferred: pair(2, 2),
            failed_transfer: pair(1, 0),
            ..Counters::default()
        };
        let mut shown = json!({});
        counters.show(mode, &mut shown);
        shown
    }

    #[test]
    fn basic_mode_counts_directories_as_files_and_tells_no_failures() {
        let shown = shown(Mode::Basic);
        assert_eq!(shown.get("EstimatedFilesToTransfer"), Some(&json!(6)));
        assert_eq!(shown.get("FilesTransferred"), Some(&json!(4)));
        assert_eq!(shown.get("FilesFailed"), None);
        assert_eq!(shown.get("FoldersTransferred"), None);
    }

    #[test]
    fn enhanced_mode_counts_folders_apart_and_tells_failures() {
        let shown = shown(Mode::Enhanced);
        assert_eq!(shown.get("FilesTransferred"), Some(&json!(2)));
        assert_eq!(shown.get("FoldersTransferred"), Some(&json!(2)));
        assert_eq!(shown.pointer("/FilesFailed/Transfer"), Some(&json!(1)));
    }
}
