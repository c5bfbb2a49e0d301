//! Where a copy would come back to, held against what is alive there.

use crate::plan::{FolderPath, JobName};

/// A folder that a job of the plan backs up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// The job.
    pub job: JobName,
    /// ARN of its file system.
    pub file_system: String,
    /// Its folder there.
    pub folder: String,
}

impl Live {
    /// Whether writing a copy to the folder would write over what this job backs up: it is its folder, or one above it.
    pub(super) fn is_under(&self, file_system: &str, to: &FolderPath) -> bool {
        self.file_system == file_system && with_slash(&self.folder).starts_with(&with_slash(to.as_str()))
    }

    /// Whether the folder lies inside what this job backs up.
    pub(super) fn holds(&self, file_system: &str, to: &FolderPath) -> bool {
        let (own, to) = (with_slash(&self.folder), with_slash(to.as_str()));
        self.file_system == file_system && own != to && to.starts_with(&own)
    }
}

fn with_slash(folder: &str) -> String {
    format!("{}/", folder.trim_end_matches('/'))
}
