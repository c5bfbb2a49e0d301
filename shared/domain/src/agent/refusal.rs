//! Why no key came, in the words of a report: what happened, and what to do.

use super::address::{AddressRefused, AgentAddress};
use super::answer::AnswerRefused;
use super::request::{ANSWER_SECS_MAX, PORT};
use crate::diagnosis::{Evidence, Speaker, diagnose_from, look_up};
use crate::outcome::Cause;

/// Why an agent gave no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefused {
    /// It is not asked at that address.
    #[error(transparent)]
    Address(#[from] AddressRefused),
    /// Nobody listens there.
    #[error("nothing answers at {} on port {PORT}: {said}", .address.ip())]
    NotListening {
        /// Where.
        address: AgentAddress,
        /// The system's words.
        said: String,
    },
    /// The connection or the answer took longer than it may.
    #[error("{} did not answer whole within {ANSWER_SECS_MAX} s", .address.ip())]
    TooSlow {
        /// Where.
        address: AgentAddress,
    },
    /// What answers does not speak HTTP, or not to its end.
    #[error("what answers at {} is no agent: {said}", .address.ip())]
    NoHttp {
        /// Where.
        address: AgentAddress,
        /// What was seen of it.
        said: String,
    },
    /// The answer brings no key.
    #[error(transparent)]
    Answer(#[from] AnswerRefused),
}

impl KeyRefused {
    /// The cause with its entry in `docs/errors.md`, and what to do.
    #[must_use]
    pub fn cause(&self) -> Cause {
        let what = self.to_string();
        match self {
            Self::Address(_) => cause(
                "agent-address-refused",
                what,
                "Give the agent's own private address, such as 10.0.0.5, or a name that leads only to such addresses.",
            ),
            Self::NotListening { .. } => cause(
                "agent-not-listening",
                what,
                "An activated agent closes port 80: see `nightferry agent list`. Else see that its machine is on, and open TCP 80 from here to it.",
            ),
            Self::TooSlow { .. } => cause(
                "agent-too-slow",
                what,
                "See that nothing drops packets between here and the agent and between the agent and the VPC endpoint; then activate again.",
            ),
            Self::NoHttp { .. } => not_an_agent(what),
            Self::Answer(refused) => of_answer(refused, what),
        }
    }

    /// Whether trying again, as things are, may help.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::TooSlow { .. } | Self::Answer(AnswerRefused::ByTheAgent { .. }) => true,
            Self::Address(_) | Self::NotListening { .. } | Self::NoHttp { .. } | Self::Answer(_) => false,
        }
    }
}

fn of_answer(refused: &AnswerRefused, what: String) -> Cause {
    match refused {
        AnswerRefused::ByTheAgent { error_type } => {
            let evidence = Evidence { code: "", message: error_type };
            let row = diagnose_from(Speaker::Agent, &evidence);
            if row.id == "unknown" {
                return Cause { said: Some(error_type.clone()), ..unknown_error(what) };
            }
            Cause { what, ..row.cause(&evidence) }
        }
        AnswerRefused::OtherKind { .. } => match look_up("agent-key-for-public-endpoint") {
            Some(row) => Cause { what, ..row.cause(&Evidence { code: "", message: "" }) },
            None => not_an_agent(what),
        },
        AnswerRefused::OtherRequest { .. }
        | AnswerRefused::Astray { .. }
        | AnswerRefused::TooLong
        | AnswerRefused::NoKey { .. } => not_an_agent(what),
    }
}

fn unknown_error(what: String) -> Cause {
    cause(
        "agent-refused",
        what,
        "Look at the agent's local console: its network test names what it does not reach. Then activate again.",
    )
}

fn not_an_agent(what: String) -> Cause {
    cause(
        "agent-answer-unusable",
        what,
        "See that the address is the DataSync agent's and no proxy or other server answers there; the agent's local console gives a key too.",
    )
}

fn cause(id: &str, what: String, fix: &str) -> Cause {
    Cause { id: id.to_owned(), what, fix: fix.to_owned(), said: None }
}

#[cfg(test)]
mod tests {
    use super::super::address::{Stage, Written, read};
    use super::*;

    fn address() -> AgentAddress {
        match read("10.0.0.5", Stage::Production) {
            Ok(Written::Address(address)) => address,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_refusal_has_its_cause_and_names_the_thing() {
        let by = |error_type: &str| AnswerRefused::ByTheAgent { error_type: error_type.into() }.into();
        let no_key = AnswerRefused::NoKey { status: 200, begins: "<html>".into() };
        for (refused, id, words) in [
            (read("127.0.0.1", Stage::Production).unwrap_err().into(), "agent-address-refused", "127.0.0.1"),
            (KeyRefused::NotListening { address: address(), said: "refused".into() }, "agent-not-listening", "port 80"),
            (KeyRefused::TooSlow { address: address() }, "agent-too-slow", "10.0.0.5"),
            (KeyRefused::NoHttp { address: address(), said: "x".into() }, "agent-answer-unusable", "10.0.0.5"),
            (by("PRIVATE_LINK_ENDPOINT_UNREACHABLE"), "agent-endpoint-unreachable", "PRIVATE_LINK_ENDPOINT"),
            (by("DNS_RESOLUTION_FAILURE"), "agent-refused", "DNS_RESOLUTION_FAILURE"),
            (AnswerRefused::OtherKind { kind: "PUBLIC".into() }.into(), "agent-key-for-public-endpoint", "PUBLIC"),
            (AnswerRefused::Astray { host: "169.254.169.254".into() }.into(), "agent-answer-unusable", "169.254"),
            (AnswerRefused::TooLong.into(), "agent-answer-unusable", "1024"),
            (no_key.into(), "agent-answer-unusable", "<html>"),
        ] {
            let cause = refused.cause();
            assert_eq!(cause.id, id);
            assert!(cause.what.contains(words), "{}", cause.what);
        }
    }

    #[test]
    fn what_mends_itself_may_be_tried_again() {
        assert!(KeyRefused::TooSlow { address: address() }.may_pass());
        assert!(KeyRefused::Answer(AnswerRefused::ByTheAgent { error_type: "TIMEOUT".into() }).may_pass());
        assert!(!KeyRefused::Answer(AnswerRefused::TooLong).may_pass());
    }
}
