//! Why a value could not be read; becomes one problem, or none when it has been noted before.

use std::fmt;

use super::problem::{Place, Problem};

/// A reading error on its way up.
#[derive(Debug)]
pub(super) struct ReadError {
    place: Option<Place>,
    path: String,
    message: String,
    suggestion: Option<String>,
    missing: Option<&'static str>,
    noted: bool,
}

impl ReadError {
    fn unplaced(message: String) -> Self {
        Self { place: None, path: String::new(), message, suggestion: None, missing: None, noted: false }
    }

    /// An error whose place is known.
    pub(super) fn told(place: Place, path: &str, message: String, suggestion: Option<String>) -> Self {
        Self { suggestion, ..Self::unplaced(message) }.at(place, path)
    }

    /// Gives the error its place, unless it has one.
    pub(super) fn at(mut self, place: Place, path: &str) -> Self {
        if self.place.is_none() {
            self.place = Some(place);
            path.clone_into(&mut self.path);
        }
        self
    }

    /// Silences the error if it is only that one of these keys is missing.
    pub(super) fn unless_missing(mut self, meant: &[&str]) -> Self {
        // With a place, it comes from deeper down and speaks of another set of keys.
        self.noted |= self.place.is_none() && self.missing.is_some_and(|key| meant.contains(&key));
        self
    }

    /// Silences what a set of keys says as a whole if a misspelt key in it is the likely cause.
    pub(super) fn unless_follows(mut self, misspelt: impl FnOnce() -> bool) -> Self {
        self.noted |= self.place.is_none() && self.missing.is_none() && misspelt();
        self
    }

    /// The problem to note, if it has not been.
    pub(super) fn into_problem(self) -> Option<Problem> {
        (!self.noted).then(|| Problem {
            place: self.place.unwrap_or(Place::START),
            path: self.path,
            message: self.message,
            suggestion: self.suggestion,
        })
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReadError {}

impl serde::de::Error for ReadError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::unplaced(message.to_string())
    }

    fn missing_field(field: &'static str) -> Self {
        Self { missing: Some(field), ..Self::unplaced(format!("the key `{field}` is missing")) }
    }
}
