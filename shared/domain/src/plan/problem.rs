//! What is wrong with a plan file, said as a compiler says it.

use std::fmt;

use serde::Serialize;

use super::text_type::printable;

/// The file's name in messages, unless the caller read another one.
pub const FILE_NAME: &str = "nightferry.yaml";

/// Most problems that are told at once: more is one cause, told many times. Looking for them ends soon after.
pub const PROBLEMS_MAX: usize = 100;

/// Where something stands in the file; both count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The line.
    pub line: u64,
    /// The column, in characters.
    pub column: u64,
}

impl Place {
    /// The beginning of the file: for what is missing altogether.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where in the file.
    #[serde(flatten)]
    pub place: Place,
    /// Where in the plan, such as `jobs.home-directories.datasync.from.path`; empty for the file as a whole.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What to do, if that can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.place.line, self.place.column)?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; {suggestion}"),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong with a plan file, in the order of its lines; there is at least one problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct PlanErrors {
    /// The file's name, as messages show it.
    pub file: String,
    /// The problems, first line first.
    pub problems: Vec<Problem>,
}

impl PlanErrors {
    /// Sorts the problems by place. Of more than [`PROBLEMS_MAX`] the last one says that there are more.
    #[must_use]
    pub(super) fn new(mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| problem.place);
        if problems.len() > PROBLEMS_MAX {
            problems.truncate(PROBLEMS_MAX.saturating_add(1));
            if let Some(last) = problems.last_mut() {
                last.path.clear();
                "there are more problems from here on".clone_into(&mut last.message);
                last.suggestion = Some("mend these first".to_owned());
            }
        }
        Self { file: FILE_NAME.to_owned(), problems }
    }

    /// The same problems under the name that the user gave.
    #[must_use]
    pub fn in_file(mut self, name: &str) -> Self {
        name.clone_into(&mut self.file);
        self
    }
}

impl fmt::Display for PlanErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let newline = if index == 0 { "" } else { "\n" };
            write!(f, "{newline}{}:{problem}", self.file)?;
        }
        Ok(())
    }
}

/// "did you mean": the known word that is near enough to the written one.
pub(super) fn nearest<'w>(written: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    /// Longer words are no typing errors, and comparing them costs their product.
    const LONGEST: usize = 60;
    if written.len() > LONGEST {
        return None;
    }
    known
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(written, word), word))
        .filter(|(distance, word)| *distance <= word.len().max(written.len()).div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// The suggestion for a word that is not among the known ones: the nearest, else all of them.
pub(super) fn suggest(written: &str, known: &[&str]) -> Option<String> {
    match nearest(written, known.iter().copied()) {
        Some(word) => Some(format!("did you mean `{word}`?")),
        None if known.is_empty() => None,
        None => Some(format!("known are `{}`", known.join("`, `"))),
    }
}

/// A path with one more step.
pub(super) fn step(path: &str, key: &str) -> String {
    let key = printable(key);
    if path.is_empty() { key } else { format!("{path}.{key}") }
}
