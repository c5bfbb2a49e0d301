//! The answer: the decision, the side that made it, and the statement that decided or is missing.

use std::fmt;

use serde::Serialize;

use super::document::{Statement, Values};
use super::operator::Operator;

/// What the policies say of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Every side that has to allow does, and none denies.
    Allowed,
    /// A Deny statement matches. No Allow helps against it.
    ExplicitDeny,
    /// A side that has to allow does not.
    ImplicitDeny,
}

/// Where a policy hangs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// At the caller: its role's or user's own policies.
    Identity,
    /// At the resource: bucket, key, topic, queue or vault policy.
    Resource,
    /// At the role that is assumed: who may take it on.
    Trust,
    /// At the caller: the most that its identity policies can grant.
    Boundary,
    /// At the caller's session: what was passed when the role was assumed.
    Session,
}

/// One statement of one of the policies that were asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatementRef {
    /// The side on which its policy hangs.
    pub side: Side,
    /// Which of that side's policies, from 0.
    pub policy: usize,
    /// Which of its statements, from 0.
    pub index: usize,
    /// Its Sid, when it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
}

/// A statement that would have allowed, had it been there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// The side on which it is missing.
    pub side: Side,
    /// The statement to add.
    pub statement: Statement,
}

/// An Allow that speaks of the request, but whose condition does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NearMiss {
    /// The statement.
    pub statement: StatementRef,
    /// The operator of the first clause that fails.
    pub operator: Operator,
    /// Its key.
    pub key: String,
    /// The values of which the policy wants one.
    pub wanted: Values,
    /// The values that the request has; none when it lacks the key.
    pub found: Vec<String>,
}

/// What the policies say of a request, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The decision.
    pub decision: Decision,
    /// The side that made it.
    pub side: Side,
    /// The statement that allowed or denied. None where nothing matched, and for an account's root user, whose
    /// right in its own account is written nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<StatementRef>,
    /// The other side's statement, where both had to allow and did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub also_by: Option<StatementRef>,
    /// The statement that is missing on `side`. None where no statement would help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Statement>,
    /// What is missing besides, on other sides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also_missing: Vec<Missing>,
    /// The statements that would have allowed where one is missing, did their condition hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub near_misses: Vec<NearMiss>,
}

impl Verdict {
    /// Whether the call goes through.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.decision == Decision::Allowed
    }
}

impl fmt::Display for Side {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Identity => "identity",
            Self::Resource => "resource",
            Self::Trust => "trust",
            Self::Boundary => "boundary",
            Self::Session => "session",
        })
    }
}
