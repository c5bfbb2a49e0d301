//! From a service's message to cause, fix and whether trying again can help.
//!
//! The catalogue is data: one row an entry, each with its id in `docs/errors.md`. A message that no row knows is said to
//! be unknown; it is never explained by the nearest row.

mod datasync;
mod provision;

use serde::Serialize;

use crate::outcome::{Cause, Retry};

pub use provision::diagnose_change;

/// What there is to diagnose.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The service's error code, or nothing.
    pub code: &'a str,
    /// The service's words, or nothing.
    pub message: &'a str,
}

/// What kind of thing is wrong: it decides who has to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// A permission is missing.
    Permission,
    /// A connection does not come about.
    Network,
    /// Two settings don't fit.
    Configuration,
    /// A quota is exhausted.
    Quota,
    /// Something is in a state that passes.
    State,
    /// The files themselves.
    Data,
    /// The service.
    Service,
    /// Nothing is known of the message.
    Unknown,
}

/// When a further attempt is sensible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Again {
    /// Not before somebody mended it.
    Never,
    /// Soon.
    Soon,
    /// After a wait.
    Later,
}

/// One row of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// Stable id, the heading in `docs/errors.md`.
    pub id: &'static str,
    /// Fragments of the message or code, in lower case; one alternative must be there with all of its fragments.
    #[serde(skip)]
    pub fragments: &'static [&'static [&'static str]],
    /// What kind of thing is wrong.
    pub class: Class,
    /// When a further attempt is sensible.
    pub again: Again,
    /// Whether an execution that ended this way still carried the other files.
    pub leaves_a_partial_copy: bool,
    /// Why it happened.
    pub why: &'static str,
    /// What to do.
    pub fix: &'static str,
}

const UNKNOWN: Diagnosis = Diagnosis {
    id: "unknown",
    fragments: &[],
    class: Class::Unknown,
    again: Again::Soon,
    leaves_a_partial_copy: true,
    why: "The service's message is not in the catalogue",
    fix: "Read the service's own words and its log; then `nightferry rerun`.",
};

/// Finds the row for what a service said. Codes and messages are compared without regard to case.
#[must_use]
pub fn diagnose(evidence: &Evidence<'_>) -> Diagnosis {
    find(evidence, datasync::ROWS.iter()).copied().unwrap_or(UNKNOWN)
}

fn find<'a>(evidence: &Evidence<'_>, mut rows: impl Iterator<Item = &'a Diagnosis>) -> Option<&'a Diagnosis> {
    let text = format!("{}\n{}", evidence.code, evidence.message).to_lowercase();
    rows.find(|row| row.fragments.iter().any(|all| all.iter().all(|part| text.contains(part))))
}

/// Every row, in the order in which rows are tried.
pub fn catalogue() -> impl Iterator<Item = &'static Diagnosis> {
    datasync::ROWS.iter().chain(provision::ROWS)
}

impl Diagnosis {
    /// Whether a further attempt can help.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self.again {
            Again::Never => Retry::Useless,
            Again::Soon | Again::Later => Retry::Sensible,
        }
    }

    /// The row in the words of a report, with what the service said.
    #[must_use]
    pub fn cause(&self, evidence: &Evidence<'_>) -> Cause {
        let said = [evidence.code, evidence.message].iter().filter(|s| !s.is_empty()).copied().collect::<Vec<_>>();
        Cause {
            id: self.id.to_owned(),
            what: self.why.to_owned(),
            fix: self.fix.to_owned(),
            said: (!said.is_empty()).then(|| said.join(": ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_of(code: &str, message: &str) -> &'static str {
        diagnose(&Evidence { code, message }).id
    }

    #[test]
    fn each_documented_message_is_known() {
        for (message, id) in [
            ("Cross-account pass role is not allowed.", "cross-account-pass-role"),
            (
                "DataSync location access test failed: could not perform s3:HeadBucket on bucket b. Access denied. \
                 Ensure bucket access role has s3:ListBucket permission.",
                "bucket-access-denied",
            ),
            ("Unable to assume role. Reason: Access denied when calling sts:AssumeRole", "role-not-assumable"),
            ("Invalid SyncOption value. Option: Uid, Value: INT_VALUE invalid for non-POSIX transfer", "posix-option"),
            ("Transfer and verification completed. Verification detected mismatches.", "verification-mismatch"),
            ("Selected files transferred except for files skipped due to errors.", "files-skipped"),
            ("Task failed to access location loc-1: x40016: Failed to connect to EFS mount target", "efs-unreachable"),
        ] {
            assert_eq!(id_of("", message), id, "{message}");
        }
    }

    #[test]
    fn a_code_is_as_good_as_a_message() {
        assert_eq!(id_of("EniNotFound", ""), "interface-gone");
        assert_eq!(id_of("FsS3HeadBucketFailed", ""), "bucket-access-denied");
    }

    #[test]
    fn an_unknown_message_is_said_to_be_unknown() {
        assert_eq!(id_of("", "The moon is in the way"), "unknown");
        assert_eq!(id_of("", ""), "unknown");
    }

    #[test]
    fn a_cause_quotes_what_the_service_said_and_nothing_else() {
        let said = |code, message| UNKNOWN.cause(&Evidence { code, message }).said;
        assert_eq!(said("", ""), None);
        assert_eq!(said("NoMem", "").as_deref(), Some("NoMem"));
        assert_eq!(said("", "cannot allocate").as_deref(), Some("cannot allocate"));
        assert_eq!(said("NoMem", "cannot allocate").as_deref(), Some("NoMem: cannot allocate"));
    }

    #[test]
    fn permission_and_configuration_errors_are_never_retried() {
        for row in catalogue().filter(|row| matches!(row.class, Class::Permission | Class::Configuration)) {
            assert_eq!(row.again, Again::Never, "{}", row.id);
        }
    }

    #[test]
    fn ids_are_unique_and_fragments_in_lower_case() {
        let mut ids: Vec<_> = catalogue().map(|row| row.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), catalogue().count());
        for part in catalogue().flat_map(|row| row.fragments.iter()).flat_map(|all| all.iter()) {
            assert_eq!(*part, part.to_lowercase());
        }
    }
}
