//! The answer to a question as a person or a program reads it: the verdict, with every statement written out.

use serde::Serialize;

use super::document::Statement;
use super::evaluate::{Policies, evaluate};
use super::patch::{Patch, repair};
use super::request::Request;
use super::verdict::{Decision, Missing, NearMiss, Side, StatementRef, Verdict};

/// A verdict with all that it refers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The decision.
    pub decision: Decision,
    /// The side that made it: whose policy allowed or denied, or is the first to lack a statement.
    pub side: Side,
    /// The account of that side. None for callers that have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Both accounts, for whoever has to tell whose side it is.
    #[serde(skip)]
    pub accounts: Accounts,
    /// The statement that allowed or denied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<Decided>,
    /// The other side's statement, where both had to allow and did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub also_by: Option<Decided>,
    /// The statement that is missing on `side`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Statement>,
    /// What is missing besides, on other sides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also_missing: Vec<Missing>,
    /// The statements that would have allowed, did their condition hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub near_misses: Vec<NearMiss>,
    /// The changes, in order, after which the request is allowed; empty when it is, or when none would help.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub patches: Vec<Patch>,
    /// The refusal in the words of AWS's services.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What of the question has no bearing on the answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// The accounts on the two ends of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accounts {
    /// The caller's; services, identity providers and anonymous callers have none.
    pub caller: Option<String>,
    /// The resource's.
    pub resource: Option<String>,
}

/// A statement that decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// Where it stands.
    #[serde(flatten)]
    pub place: StatementRef,
    /// Its text.
    pub statement: Statement,
}

impl Explanation {
    /// Judges the request and writes everything out.
    #[must_use]
    pub fn new(request: &Request, policies: &Policies, notes: Vec<String>) -> Self {
        let verdict = evaluate(request, policies);
        let message = verdict.denial(request);
        let patches = repair(request, policies).unwrap_or_default();
        let decided = |found: Option<StatementRef>| {
            let place = found?;
            Some(Decided { statement: policies.statement(&place)?.clone(), place })
        };
        let Verdict { decision, side, decided_by, also_by, missing, also_missing, near_misses } = verdict;
        let account = side.account(request);
        let accounts = Accounts { caller: Side::Identity.account(request), resource: Side::Resource.account(request) };
        let (decided_by, also_by) = (decided(decided_by), decided(also_by));
        Self {
            decision,
            side,
            account,
            accounts,
            decided_by,
            also_by,
            missing,
            also_missing,
            near_misses,
            patches,
            message,
            notes,
        }
    }
}

impl Side {
    /// The account whose administrator can change policies on this side of a request. None for a caller without account.
    #[must_use]
    pub fn account(self, request: &Request) -> Option<String> {
        match self {
            Self::Resource | Self::Trust => Some(request.resource.account.clone()),
            Self::Identity | Self::Boundary | Self::Session => request.principal.account().map(str::to_owned),
        }
    }
}
