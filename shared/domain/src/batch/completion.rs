//! A batch job's completion report: which objects failed and why, and a sample of those that were copied.
//!
//! `<prefix>/job-<id>/manifest.json` names CSV files without a header. AWS documents two orders of their columns: which
//! of the fifth and the sixth is the HTTP status is decided for each row by which of the two is a number.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::ids::ExecutionArn;
use crate::job_spec::ReportPlace;
use crate::limits::FAILED_ITEMS_NAMED_MAX;
use crate::observation::FailedItem;
use crate::task_report::UnreadableReport;

/// Copied objects whose replication status is asked for after a job.
pub const SAMPLE_OBJECTS_MAX: usize = 20;
/// Different causes that are kept apart; the rest is counted under one.
pub const CAUSES_MAX: usize = 50;
/// Failed objects named for each cause.
pub const ITEMS_PER_CAUSE_MAX: usize = 5;
/// Files of one report that are read.
pub const REPORT_FILES_MAX: usize = 50;
/// Bytes of one report file that are read, from its beginning.
pub const REPORT_FILE_BYTES_MAX: usize = 8 << 20;

/// One version of one object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectVersion {
    /// Its key, decoded.
    pub key: String,
    /// Its version id, where the report has one.
    pub version: Option<String>,
}

/// What a completion report says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompletionReport {
    /// Rows that say `succeeded`.
    pub succeeded: u64,
    /// Rows that say anything else.
    pub failed: u64,
    /// Failed objects by the service's code, or its words where it gives no code.
    pub causes: BTreeMap<String, CauseGroup>,
    /// Whether rows were left unread because of a limit.
    pub is_cut_off: bool,
    /// Copied objects, the ones with the smallest digests: uniform over what was read, and the same whoever reads.
    sample: BTreeMap<[u8; 32], ObjectVersion>,
}

/// Failed objects with one cause.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CauseGroup {
    /// All of them.
    pub count: u64,
    /// The first of them, at most [`ITEMS_PER_CAUSE_MAX`].
    pub first: Vec<FailedItem>,
}

/// A file of the report.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReportFile {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// `succeeded` or `failed`.
    pub task_execution_status: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Index {
    results: Vec<ReportFile>,
}

/// Where the report's index may lie: the documents tell two names.
#[must_use]
pub fn index_keys(place: &ReportPlace, execution: &ExecutionArn) -> [String; 2] {
    let folder = super::order::folder(place);
    ["manifest", "report"].map(|name| format!("{folder}/job-{}/{name}.json", execution.id()))
}

/// The files that an index names, failed objects first.
///
/// # Errors
/// When it is not such an index, or names a file outside of the place where the report was ordered.
pub fn files(index: &[u8], place: &ReportPlace) -> Result<Vec<ReportFile>, UnreadableReport> {
    let read: Index = serde_json::from_slice(index).map_err(|error| unreadable(&error.to_string()))?;
    let folder = format!("{}/", super::order::folder(place));
    // `Bucket` is told as a name or as an ARN.
    let is_there = |file: &ReportFile| {
        file.bucket.rsplit(':').next() == Some(place.bucket.as_str()) && file.key.starts_with(&folder)
    };
    if !read.results.iter().all(is_there) {
        return Err(unreadable("it names a file elsewhere"));
    }
    let mut files = read.results;
    files.sort_by_key(|file| file.task_execution_status.eq_ignore_ascii_case("succeeded"));
    Ok(files)
}

impl CompletionReport {
    /// Adds one CSV file, or the beginning of one: then a last row without its line end is left out.
    ///
    /// # Errors
    /// When a row has too few columns, or is no CSV.
    pub fn add(&mut self, file: &[u8], is_whole: bool) -> Result<(), UnreadableReport> {
        let until = if is_whole { file.len() } else { file.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1) };
        self.is_cut_off |= !is_whole;
        let rows = file.get(..until).unwrap_or_default();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(rows);
        for row in reader.byte_records() {
            let row = row.map_err(|error| unreadable(&error.to_string()))?;
            let row = csv::StringRecord::from_byte_record_lossy(row);
            self.add_row(&row).ok_or_else(|| unreadable("a row has fewer than seven columns"))?;
        }
        Ok(())
    }

    fn add_row(&mut self, row: &csv::StringRecord) -> Option<()> {
        let (key, version, status) = (row.get(1)?, row.get(2)?, row.get(3)?);
        let (fifth, sixth, message) = (row.get(4)?, row.get(5)?, row.get(6)?);
        let object = ObjectVersion { key: decoded(key), version: (!version.is_empty()).then(|| version.to_owned()) };
        if status.eq_ignore_ascii_case("succeeded") {
            self.succeeded = self.succeeded.saturating_add(1);
            self.consider(object);
        } else {
            self.failed = self.failed.saturating_add(1);
            self.note(&object, code(fifth, sixth), message);
        }
        Some(())
    }

    fn consider(&mut self, object: ObjectVersion) {
        let version = object.version.as_deref().unwrap_or_default();
        let digest: [u8; 32] = Sha256::digest(format!("{}\n{version}", object.key)).into();
        let _ = self.sample.insert(digest, object);
        if self.sample.len() > SAMPLE_OBJECTS_MAX {
            let _ = self.sample.pop_last();
        }
    }

    fn note(&mut self, object: &ObjectVersion, code: &str, message: &str) {
        let name = shown(if code.is_empty() { message } else { code });
        let name =
            if self.causes.contains_key(&name) || self.causes.len() < CAUSES_MAX { name } else { "other".into() };
        let group = self.causes.entry(name).or_default();
        group.count = group.count.saturating_add(1);
        if group.first.len() < ITEMS_PER_CAUSE_MAX {
            let (path, phase) = (shown(&object.key), "replicate".to_owned());
            group.first.push(FailedItem { path, phase, code: shown(code), reason: shown(message) });
        }
    }

    /// Causes, the most frequent first.
    #[must_use]
    pub fn causes_by_count(&self) -> Vec<(&str, &CauseGroup)> {
        let mut causes: Vec<_> = self.causes.iter().map(|(name, group)| (name.as_str(), group)).collect();
        causes.sort_by_key(|(_, group)| std::cmp::Reverse(group.count));
        causes
    }

    /// The first failed objects of every cause, the most frequent cause first.
    #[must_use]
    pub fn failed_items(&self) -> Vec<FailedItem> {
        let causes = self.causes_by_count();
        causes.into_iter().flat_map(|(_, group)| group.first.iter().cloned()).take(FAILED_ITEMS_NAMED_MAX).collect()
    }

    /// Copied objects to be looked at, at most [`SAMPLE_OBJECTS_MAX`].
    #[must_use]
    pub fn sample(&self) -> Vec<ObjectVersion> {
        self.sample.values().cloned().collect()
    }
}

/// Of the two columns after the status one is the HTTP status, the other the code; either may be empty.
fn code<'a>(fifth: &'a str, sixth: &'a str) -> &'a str {
    let is_status = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match (is_status(fifth), is_status(sixth)) {
        (true, false) => sixth,
        (false, true) => fifth,
        (true, true) => "",
        (false, false) => {
            if fifth.is_empty() {
                sixth
            } else {
                fifth
            }
        }
    }
}

/// Keys are URL-encoded, a space as `+`.
fn decoded(key: &str) -> String {
    percent_decode_str(&key.replace('+', " ")).decode_utf8_lossy().into_owned()
}

fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(400).collect()
}

fn unreadable(why: &str) -> UnreadableReport {
    UnreadableReport { why: why.to_owned() }
}
