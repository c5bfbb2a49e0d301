//! From a service's message to cause, fix, who has to act, and whether trying again can help.
//!
//! The catalogue is data: one row an entry, each with its id in `docs/errors.md`. A message that no row knows is said to
//! be unknown; it is never explained by the nearest row.

mod agent;
mod backup;
mod batch;
mod datasync;
mod provision;
mod replication;
mod row;
#[cfg(test)]
mod tests;
mod who;

use serde::Serialize;

use crate::outcome::{Cause, Retry};

pub use provision::diagnose_change;
pub use who::Who;

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

/// Which part of AWS speaks: each has a table of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Speaker {
    /// DataSync, of tasks, locations and executions.
    DataSync,
    /// A DataSync agent, and what makes one.
    Agent,
    /// S3 Batch Operations.
    BatchOperations,
    /// S3 replication, of one object.
    Replication,
    /// AWS Backup, of backup, copy and restore jobs.
    Backup,
    /// Any service, of a change that `apply` or `destroy` makes.
    Change,
}

/// One row of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// Stable id, the heading in `docs/errors.md`.
    pub id: &'static str,
    /// Whole codes, as AWS writes them; any of them is enough.
    #[serde(skip)]
    pub codes: &'static [&'static str],
    /// Fragments of the message or code, in lower case; one alternative must be there with all of its fragments.
    #[serde(skip)]
    pub fragments: &'static [&'static [&'static str]],
    /// What kind of thing is wrong.
    pub class: Class,
    /// Who has to act.
    pub who: Who,
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
    codes: &[],
    fragments: &[],
    class: Class::Unknown,
    who: Who::Operator,
    again: Again::Soon,
    leaves_a_partial_copy: true,
    why: "The service's message is not in the catalogue",
    fix: "Read the service's own words and its log; then `nightferry rerun`.",
};

/// Rows whose phrases many services say of many things. Where it is not known who speaks, they are tried last and in
/// this order.
const BROAD: [&str; 12] = [
    "backup-key-inaccessible",
    "task-unavailable",
    "task-gone",
    "datasync-denied",
    "s3-denied",
    "backup-denied",
    "may-not-provision",
    "quota-reached",
    "name-taken",
    "throttled",
    "s3-internal-error",
    "service-error",
];

/// Finds the row for what DataSync said. Codes and messages are compared without regard to case.
#[must_use]
pub fn diagnose(evidence: &Evidence<'_>) -> Diagnosis {
    diagnose_from(Speaker::DataSync, evidence)
}

/// Finds the row for what this speaker said. `UNKNOWN` when its table has none.
#[must_use]
pub fn diagnose_from(speaker: Speaker, evidence: &Evidence<'_>) -> Diagnosis {
    // A busy service says so in the same words everywhere.
    let busy = || datasync::ROWS.iter().filter(|row| row.id == "throttled");
    match speaker {
        Speaker::DataSync | Speaker::Agent => {
            find(evidence, agent::ROWS.iter().filter(|_| speaker == Speaker::Agent).chain(datasync::ROWS))
        }
        Speaker::BatchOperations | Speaker::Replication => {
            find(evidence, replication::ROWS.iter().chain(batch::ROWS).chain(busy()))
        }
        Speaker::Backup => find(evidence, backup::ROWS.iter().chain(busy())),
        Speaker::Change => return diagnose_change(evidence),
    }
    .copied()
    .unwrap_or(UNKNOWN)
}

/// What is said of words that no row knows.
#[must_use]
pub fn unknown() -> Diagnosis {
    UNKNOWN
}

/// Finds the row for words or a code of whoever, or by a row's own id; `None` when no row knows them.
#[must_use]
pub fn look_up(words: &str) -> Option<Diagnosis> {
    let by_id = catalogue().find(|row| row.id == words.trim());
    let evidence = Evidence { code: "", message: words };
    let is_broad = |row: &&Diagnosis| BROAD.contains(&row.id);
    let broad = || BROAD.iter().filter_map(|id| catalogue().find(|row| row.id == *id));
    let narrow = || find(&evidence, catalogue().filter(|row| !is_broad(row)));
    by_id.or_else(narrow).or_else(|| find(&evidence, broad())).copied()
}

fn find<'a>(evidence: &Evidence<'_>, mut rows: impl Iterator<Item = &'a Diagnosis>) -> Option<&'a Diagnosis> {
    let said = Said::new(evidence);
    rows.find(|row| said.fits(row))
}

/// What was said, made ready to be compared: in lower case, on one line.
struct Said(String);

impl Said {
    fn new(evidence: &Evidence<'_>) -> Self {
        let all = format!("{} {}", evidence.code, evidence.message).to_lowercase();
        Self(all.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    fn fits(&self, row: &Diagnosis) -> bool {
        let mut words = self.0.split(|char: char| !char.is_ascii_alphanumeric());
        row.fragments.iter().any(|all| all.iter().all(|part| self.0.contains(part)))
            || words.any(|word| row.codes.iter().any(|code| code.eq_ignore_ascii_case(word)))
    }
}

/// Every row: of each speaker in the order in which they are tried.
pub fn catalogue() -> impl Iterator<Item = &'static Diagnosis> {
    let ours = datasync::ROWS.iter().chain(provision::ROWS);
    replication::ROWS.iter().chain(batch::ROWS).chain(agent::ROWS).chain(backup::ROWS).chain(ours)
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
