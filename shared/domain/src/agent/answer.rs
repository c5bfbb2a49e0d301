//! What an agent's answer is worth: a key, its own refusal, or nothing.
//!
//! Whoever answers may be anybody. An answer is read for a key and for an `errorType`, quoted cut and printable, and never
//! followed.

use std::net::Ipv4Addr;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::key::ActivationKey;
use super::request::{ANSWER_BYTES_MAX, ActivationRequest};
use crate::printable::quoted;

/// The kind of endpoint that is asked for.
pub const PRIVATE_LINK: &str = "PRIVATE_LINK";
/// Longest name of an agent's error that is believed to be one.
const ERROR_TYPE_CHARS_MAX: usize = 64;

/// An answer as it came.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// HTTP status.
    pub status: u16,
    /// The header `Location`.
    pub location: Option<&'a str>,
    /// The body, of which one byte more than the limit is enough.
    pub body: &'a [u8],
}

/// Why an answer brings no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerRefused {
    /// The agent says what is wrong, by a name.
    #[error("the agent gave no key: errorType={error_type}")]
    ByTheAgent {
        /// Letters, digits and underscores.
        error_type: String,
    },
    /// The key is for another kind of endpoint.
    #[error("the agent's key is for the endpoint type {kind}, not for {PRIVATE_LINK}")]
    OtherKind {
        /// As the agent names it.
        kind: String,
    },
    /// The agent speaks of something else than it was asked for.
    #[error("the agent's key is for {name}={found}, asked was {wanted}")]
    OtherRequest {
        /// The parameter.
        name: &'static str,
        /// What the agent says.
        found: String,
        /// What was asked.
        wanted: String,
    },
    /// A redirect to an address, as no agent sends.
    #[error("the answer leads to `{host}`, where it is not followed: no agent sends that")]
    Astray {
        /// Where to.
        host: String,
    },
    /// Longer than any key.
    #[error("the answer is longer than {ANSWER_BYTES_MAX} bytes: no agent sends that")]
    TooLong,
    /// Neither a key nor an agent's error.
    #[error("the answer, of status {status}, is no activation key: `{begins}`")]
    NoKey {
        /// HTTP status.
        status: u16,
        /// How it begins, fit to be printed.
        begins: String,
    },
}

/// Reads an answer: a bare key under status 200, or one in the query of a redirect's address.
pub fn read(answer: &Answer<'_>, request: &ActivationRequest) -> Result<ActivationKey, AnswerRefused> {
    match answer.status {
        200 => bare(answer),
        302 => redirected(answer, request),
        _ => Err(refusal(answer)),
    }
}

fn bare(answer: &Answer<'_>) -> Result<ActivationKey, AnswerRefused> {
    if answer.body.len() > ANSWER_BYTES_MAX {
        return Err(AnswerRefused::TooLong);
    }
    let text = String::from_utf8_lossy(answer.body);
    ActivationKey::read(text.trim_ascii()).ok_or_else(|| refusal(answer))
}

/// What an answer without a key says: the agent's error if it names one, else how it begins.
fn refusal(answer: &Answer<'_>) -> AnswerRefused {
    if answer.body.len() > ANSWER_BYTES_MAX {
        return AnswerRefused::TooLong;
    }
    let text = String::from_utf8_lossy(answer.body);
    match error_type(&text) {
        Some(error_type) => AnswerRefused::ByTheAgent { error_type },
        None => AnswerRefused::NoKey { status: answer.status, begins: quoted(&text) },
    }
}

/// `{"errorType": "X"}`, or `errorType=X` in a text.
fn error_type(text: &str) -> Option<String> {
    let of_json = || {
        let told: Value = serde_json::from_str(text).ok()?;
        told.get("errorType")?.as_str().map(str::to_owned)
    };
    let of_text = || Some(text.split_once("errorType=")?.1.split(|c| !is_of_a_name(c)).next()?.to_owned());
    of_json().or_else(of_text).filter(|name| is_error_name(name))
}

fn is_error_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= ERROR_TYPE_CHARS_MAX && name.chars().all(is_of_a_name)
}

fn is_of_a_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn redirected(answer: &Answer<'_>, request: &ActivationRequest) -> Result<ActivationKey, AnswerRefused> {
    let Some(location) = answer.location else { return Err(refusal(answer)) };
    if location.len() > ANSWER_BYTES_MAX {
        return Err(AnswerRefused::TooLong);
    }
    if let Some(host) = host(location).filter(|host| is_an_address(host)) {
        return Err(AnswerRefused::Astray { host: quoted(host) });
    }
    let told = Told::of(location);
    if let Some(error_type) = told.only("errorType").filter(|name| is_error_name(name)) {
        return Err(AnswerRefused::ByTheAgent { error_type: error_type.to_owned() });
    }
    told.is_about(request)?;
    let key = told.only("activationKey").and_then(ActivationKey::read);
    // What leads away may hold somebody's key in part, so only where it leads to is told.
    let begins = || quoted(location.split(['?', '#']).next().unwrap_or_default());
    key.ok_or_else(|| AnswerRefused::NoKey { status: answer.status, begins: begins() })
}

/// The host of an address with a scheme, or of one that only leaves the scheme out.
fn host(location: &str) -> Option<&str> {
    let (_, rest) = location.split_once("//")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?;
    if host.starts_with('[') { Some(host) } else { host.split(':').next() }
}

/// Whether any reader would take it for an address: the console has a name.
fn is_an_address(host: &str) -> bool {
    let last = host.rsplit('.').find(|label| !label.is_empty()).unwrap_or_default();
    host.starts_with('[') || last.starts_with(|c: char| c.is_ascii_digit()) || last.eq_ignore_ascii_case("localhost")
}

/// The parameters behind a redirect's address, wherever its `?` and `#` stand.
struct Told(Vec<(String, String)>);

impl Told {
    fn of(location: &str) -> Self {
        let parts = location.split(['?', '&', '#']).skip(1);
        let pair = |part: &str| {
            let (name, value) = part.split_once('=')?;
            Some((name.to_owned(), percent_decode_str(value).decode_utf8_lossy().into_owned()))
        };
        Self(parts.filter_map(pair).collect())
    }

    /// The value of a parameter that is there once. What is there twice means whatever its reader likes.
    fn only(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(own, _)| own == name);
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }

    /// Whether what the agent repeats of the request is what was asked. It need not repeat anything.
    fn is_about(&self, request: &ActivationRequest) -> Result<(), AnswerRefused> {
        if let Some(kind) = self.only("endpointType").filter(|kind| *kind != PRIVATE_LINK) {
            return Err(AnswerRefused::OtherKind { kind: quoted(kind) });
        }
        let endpoint = request.private_link_endpoint;
        let is_ours = |found: &str| found.parse::<Ipv4Addr>().is_ok_and(|found| found == endpoint);
        let others = [
            (
                "activationRegion",
                request.region.clone(),
                self.only("activationRegion").filter(|f| *f != request.region),
            ),
            ("privateLinkEndpoint", endpoint.to_string(), self.only("privateLinkEndpoint").filter(|f| !is_ours(f))),
        ];
        for (name, wanted, found) in others {
            if let Some(found) = found {
                return Err(AnswerRefused::OtherRequest { name, found: quoted(found), wanted });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
