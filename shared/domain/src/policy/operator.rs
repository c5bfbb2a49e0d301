//! Condition operators: what is compared, how, and over how many of the request's values.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::printable::{QUOTED_CHARS_MAX, quoted};

/// How one value of the request is compared with one value of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the variants are AWS's own operator names; a sentence each would repeat them")]
pub enum Test {
    ArnEquals,
    ArnLike,
    ArnNotEquals,
    ArnNotLike,
    BinaryEquals,
    Bool,
    DateEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    DateLessThan,
    DateLessThanEquals,
    DateNotEquals,
    IpAddress,
    NotIpAddress,
    Null,
    NumericEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericNotEquals,
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    StringNotEquals,
    StringNotEqualsIgnoreCase,
    StringNotLike,
}

/// All operators by their name in a document.
const NAMES: [(&str, Test); 27] = [
    ("ArnEquals", Test::ArnEquals),
    ("ArnLike", Test::ArnLike),
    ("ArnNotEquals", Test::ArnNotEquals),
    ("ArnNotLike", Test::ArnNotLike),
    ("BinaryEquals", Test::BinaryEquals),
    ("Bool", Test::Bool),
    ("DateEquals", Test::DateEquals),
    ("DateGreaterThan", Test::DateGreaterThan),
    ("DateGreaterThanEquals", Test::DateGreaterThanEquals),
    ("DateLessThan", Test::DateLessThan),
    ("DateLessThanEquals", Test::DateLessThanEquals),
    ("DateNotEquals", Test::DateNotEquals),
    ("IpAddress", Test::IpAddress),
    ("NotIpAddress", Test::NotIpAddress),
    ("Null", Test::Null),
    ("NumericEquals", Test::NumericEquals),
    ("NumericGreaterThan", Test::NumericGreaterThan),
    ("NumericGreaterThanEquals", Test::NumericGreaterThanEquals),
    ("NumericLessThan", Test::NumericLessThan),
    ("NumericLessThanEquals", Test::NumericLessThanEquals),
    ("NumericNotEquals", Test::NumericNotEquals),
    ("StringEquals", Test::StringEquals),
    ("StringEqualsIgnoreCase", Test::StringEqualsIgnoreCase),
    ("StringLike", Test::StringLike),
    ("StringNotEquals", Test::StringNotEquals),
    ("StringNotEqualsIgnoreCase", Test::StringNotEqualsIgnoreCase),
    ("StringNotLike", Test::StringNotLike),
];

/// How many of a multivalued key's values must pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantifier {
    /// Every value of the request; none at all passes too.
    ForAllValues,
    /// At least one value of the request.
    ForAnyValue,
}

/// A condition operator as a document names it, such as `ForAnyValue:StringLikeIfExists`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operator {
    /// The comparison.
    pub test: Test,
    /// The set operator before it.
    pub quantifier: Option<Quantifier>,
    /// Whether a request without the key passes.
    pub if_exists: bool,
}

/// A name that is no condition operator of AWS.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a condition operator; did you mean `{nearest}`?")]
pub struct UnknownOperator {
    /// The name found.
    pub name: String,
    /// The operator nearest to it.
    pub nearest: &'static str,
}

impl Test {
    /// The name in a document.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, test)| *test == self).map_or("", |(name, _)| name)
    }
}

impl From<Test> for Operator {
    fn from(test: Test) -> Self {
        Self { test, quantifier: None, if_exists: false }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = match self.quantifier {
            Some(Quantifier::ForAllValues) => "ForAllValues:",
            Some(Quantifier::ForAnyValue) => "ForAnyValue:",
            None => "",
        };
        let suffix = if self.if_exists { "IfExists" } else { "" };
        write!(out, "{prefix}{}{suffix}", self.test.name())
    }
}

impl Serialize for Operator {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for Operator {
    type Err = UnknownOperator;

    fn from_str(name: &str) -> Result<Self, UnknownOperator> {
        let (quantifier, rest) = match name.split_once(':') {
            Some(("ForAllValues", rest)) => (Some(Quantifier::ForAllValues), rest),
            Some(("ForAnyValue", rest)) => (Some(Quantifier::ForAnyValue), rest),
            Some(_) | None => (None, name),
        };
        let (plain, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |plain| (plain, true));
        let found = NAMES.iter().find(|(known, _)| *known == plain).map(|(_, test)| *test);
        match found {
            // AWS has neither an IfExists form of Null nor a set form: both would contradict it.
            Some(Test::Null) if if_exists || quantifier.is_some() => {
                Err(UnknownOperator { name: quoted(name), nearest: "Null" })
            }
            Some(test) => Ok(Self { test, quantifier, if_exists }),
            None => Err(UnknownOperator { name: quoted(name), nearest: nearest(plain) }),
        }
    }
}

fn nearest(plain: &str) -> &'static str {
    // No operator is nearly as long, and comparing costs the product of the lengths.
    let plain: String = plain.chars().take(QUOTED_CHARS_MAX).collect();
    let distance = |name: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &plain.to_lowercase());
    NAMES.iter().map(|(name, _)| *name).min_by_key(|name| distance(name)).unwrap_or("")
}
