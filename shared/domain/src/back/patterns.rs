//! What of a copy is to come back: DataSync's include filters, refused before DataSync would.

use crate::printable::quoted;

/// DataSync's limit of all patterns of a filter together, with the `|` between them.
const CHARS_MAX: usize = 102_400;

/// A pattern that DataSync would refuse, or take for another than was meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It would match nothing.
    #[error("--only `{given}` does not begin at the top of the copy; write `/{given}`")]
    NotFromTheTop {
        /// As it may be shown.
        given: String,
    },
    /// DataSync takes a wildcard in includes at the end alone.
    #[error("--only `{given}` has a * before its end; DataSync takes it only as the last character")]
    WildcardInside {
        /// As it may be shown.
        given: String,
    },
    /// The bar parts patterns.
    #[error("--only `{given}` holds a |; give --only once for each pattern")]
    SeveralInOne {
        /// As it may be shown.
        given: String,
    },
    /// The limit.
    #[error("the patterns of --only have more than {CHARS_MAX} characters together, which is DataSync's limit")]
    TooLong,
}

/// The one filter that they make; nothing where there is no pattern, and everything comes back.
pub(super) fn joined(only: &[String]) -> Result<Option<String>, PatternError> {
    for pattern in only {
        check(pattern)?;
    }
    let joined = only.join("|");
    if joined.chars().count() > CHARS_MAX {
        return Err(PatternError::TooLong);
    }
    Ok((!only.is_empty()).then_some(joined))
}

fn check(pattern: &str) -> Result<(), PatternError> {
    if !pattern.starts_with('/') {
        return Err(PatternError::NotFromTheTop { given: quoted(pattern) });
    }
    let (bare, mut is_escaped) = (pattern.strip_suffix('*').unwrap_or(pattern), false);
    for letter in bare.chars() {
        match letter {
            '*' if !is_escaped => return Err(PatternError::WildcardInside { given: quoted(pattern) }),
            '|' if !is_escaped => return Err(PatternError::SeveralInOne { given: quoted(pattern) }),
            _ => {}
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    Ok(())
}
