//! A task's options: the service's defaults by mode, what a request overrides, and which values refuse each other.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::refusal::Refusal;

/// How a task runs: the first and common mode, or the newer one for object storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Mode {
    /// Sequential phases; counters count directories too.
    #[default]
    Basic,
    /// Parallel phases; counters of files and of folders.
    Enhanced,
}

/// The complete options of a task or an execution; every member has a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Options(Map<String, Value>);

const DEFAULTS: [(&str, &str); 13] = [
    ("OverwriteMode", "ALWAYS"),
    ("Atime", "BEST_EFFORT"),
    ("Mtime", "PRESERVE"),
    ("Uid", "INT_VALUE"),
    ("Gid", "INT_VALUE"),
    ("PreserveDeletedFiles", "PRESERVE"),
    ("PreserveDevices", "NONE"),
    ("PosixPermissions", "PRESERVE"),
    ("TaskQueueing", "ENABLED"),
    ("LogLevel", "OFF"),
    ("TransferMode", "CHANGED"),
    ("SecurityDescriptorCopyFlags", "NONE"),
    ("ObjectTags", "PRESERVE"),
];

/// What the two locations of a task are, as far as options depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ends {
    /// Whether the source is a file system.
    pub(super) posix_source: bool,
    /// Whether the destination is a file system.
    pub(super) posix_destination: bool,
    /// Whether objects land in an archive class.
    pub(super) archive: bool,
    /// The task's mode.
    pub(super) mode: Mode,
}

impl Ends {
    /// Object storage on both sides carries no owner and no permissions of its own.
    fn is_posix(self) -> bool {
        self.posix_source || self.posix_destination
    }
}

impl Options {
    /// The defaults for these ends, overridden by what a request gave; refused where values exclude each other.
    pub(super) fn complete(given: Option<&Value>, ends: Ends) -> Result<Self, Refusal> {
        Self::defaults(ends).overridden(given, ends)
    }

    /// These options with some replaced.
    pub(super) fn overridden(&self, given: Option<&Value>, ends: Ends) -> Result<Self, Refusal> {
        let mut all = self.0.clone();
        for (name, value) in given.and_then(Value::as_object).into_iter().flatten() {
            if !value.is_null() && all.contains_key(name) {
                let _ = all.insert(name.clone(), value.clone());
            }
        }
        let options = Self(all);
        options.check(ends)?;
        Ok(options)
    }

    fn defaults(ends: Ends) -> Self {
        let mut all: Map<String, Value> =
            DEFAULTS.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        let verify = match ends.mode {
            Mode::Basic if ends.archive => "ONLY_FILES_TRANSFERRED",
            Mode::Basic => "POINT_IN_TIME_CONSISTENT",
            Mode::Enhanced => "ONLY_FILES_TRANSFERRED",
        };
        let _ = all.insert("VerifyMode".to_owned(), Value::from(verify));
        let _ = all.insert("BytesPerSecond".to_owned(), Value::from(-1));
        Self(all)
    }

    /// The word of an option.
    pub(super) fn word(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether an option has this word.
    pub(super) fn is(&self, name: &str, word: &str) -> bool {
        self.word(name) == word
    }

    /// The bandwidth limit; -1 is none.
    pub(super) fn bytes_per_second(&self) -> i64 {
        self.0.get("BytesPerSecond").and_then(Value::as_i64).unwrap_or(-1)
    }

    /// Sets the bandwidth limit, the one option that may change while an execution runs.
    pub(super) fn set_bytes_per_second(&mut self, limit: i64) {
        let _ = self.0.insert("BytesPerSecond".to_owned(), Value::from(limit));
    }

    /// As they go on the wire.
    pub(super) fn json(&self) -> Value {
        Value::Object(self.0.clone())
    }

    fn check(&self, ends: Ends) -> Result<(), Refusal> {
        self.check_posix(ends)?;
        self.check_pairs(ends)?;
        self.check_verify(ends)
    }

    fn check_posix(&self, ends: Ends) -> Result<(), Refusal> {
        if ends.is_posix() {
            return Ok(());
        }
        for name in ["PosixPermissions", "Uid", "Gid"] {
            if !self.is(name, "NONE") {
                let value = self.word(name);
                return Err(sync_option(format!("Option: {name}, Value: {value} invalid for non-POSIX transfer.")));
            }
        }
        Ok(())
    }

    fn check_pairs(&self, ends: Ends) -> Result<(), Refusal> {
        if self.is("TransferMode", "ALL") && self.is("PreserveDeletedFiles", "REMOVE") {
            return Err(sync_option("Option: TransferMode,PreserveDeletedFiles, Value: ALL,REMOVE."));
        }
        let paired = self.is("Atime", "NONE") == self.is("Mtime", "NONE");
        match ends.mode {
            Mode::Basic if !paired => {
                let (atime, mtime) = (self.word("Atime"), self.word("Mtime"));
                Err(sync_option(format!("Option: Atime,Mtime, Value: {atime},{mtime}.")))
            }
            Mode::Enhanced if self.is("Mtime", "NONE") => {
                Err(sync_option("Option: Mtime, Value: NONE is not supported for Enhanced mode tasks."))
            }
            Mode::Basic | Mode::Enhanced => Ok(()),
        }
    }

    fn check_verify(&self, ends: Ends) -> Result<(), Refusal> {
        if !self.is("VerifyMode", "POINT_IN_TIME_CONSISTENT") {
            return Ok(());
        }
        if ends.mode == Mode::Enhanced {
            return Err(sync_option(
                "Option: VerifyMode, Value: POINT_IN_TIME_CONSISTENT is not supported for Enhanced mode tasks.",
            ));
        }
        if ends.archive {
            return Err(sync_option(
                "Option: VerifyMode, Value: POINT_IN_TIME_CONSISTENT is not supported for this S3 storage class.",
            ));
        }
        Ok(())
    }
}

fn sync_option(what: impl AsRef<str>) -> Refusal {
    Refusal::coded("InvalidSyncOption", format!("Invalid SyncOption value. {}", what.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const EFS_TO_S3: Ends = Ends { posix_source: true, posix_destination: false, archive: false, mode: Mode::Basic };
    const S3_TO_S3: Ends = Ends { posix_source: false, posix_destination: false, archive: false, mode: Mode::Basic };

    fn refused(ends: Ends, given: &Value) -> String {
        Options::complete(Some(given), ends).expect_err("these options exclude each other").to_string()
    }

    #[test]
    fn defaults_are_those_of_the_mode() {
        let basic = Options::complete(None, EFS_TO_S3).unwrap();
        assert_eq!(basic.word("VerifyMode"), "POINT_IN_TIME_CONSISTENT");
        assert_eq!(basic.bytes_per_second(), -1);
        let none = json!({"Uid": "NONE", "Gid": "NONE", "PosixPermissions": "NONE"});
        let enhanced = Options::complete(Some(&none), Ends { mode: Mode::Enhanced, ..S3_TO_S3 }).unwrap();
        assert_eq!(enhanced.word("VerifyMode"), "ONLY_FILES_TRANSFERRED");
    }

    #[test]
    fn posix_options_between_buckets_are_refused_with_the_service_s_words() {
        let said = refused(S3_TO_S3, &json!({"PosixPermissions": "NONE"}));
        assert_eq!(said, "Invalid SyncOption value. Option: Uid, Value: INT_VALUE invalid for non-POSIX transfer.");
    }

    #[test]
    fn values_that_exclude_each_other_are_refused() {
        let cases = [
            (json!({"TransferMode": "ALL", "PreserveDeletedFiles": "REMOVE"}), "ALL,REMOVE"),
            (json!({"Atime": "NONE"}), "Atime,Mtime"),
        ];
        for (given, fragment) in cases {
            let said = refused(EFS_TO_S3, &given);
            assert!(said.contains(fragment), "{said}");
        }
        let archive = Ends { archive: true, ..EFS_TO_S3 };
        assert!(refused(archive, &json!({"VerifyMode": "POINT_IN_TIME_CONSISTENT"})).contains("storage class"));
    }
}
