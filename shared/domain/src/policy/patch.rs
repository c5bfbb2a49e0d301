//! What to change so that a refused request is allowed: a statement to add, or an exception to a Deny.

use std::fmt;

use serde::Serialize;

use super::document::{Conditions, Document, Statement, Version};
use super::evaluate::{Policies, evaluate};
use super::missing;
use super::operator::Test;
use super::request::{Principal, Request};
use super::verdict::{Decision, Side, Verdict};

/// Most changes that one request is mended with. Policies that need more are not mended but written anew.
pub const PATCHES_MAX: usize = 64;

/// One change of one policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Patch {
    /// The side on which the policy hangs.
    pub side: Side,
    /// Which of that side's policies, from 0. The one after the last is a policy of its own, to be made.
    pub policy: usize,
    /// What to change in it.
    #[serde(flatten)]
    pub change: Change,
    /// The statement to add, or as it has to be.
    pub statement: Statement,
    /// The whole policy with the change made.
    pub document: Document,
}

/// What a patch does to its policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// A statement is added at the end.
    Add,
    /// A Deny gets a condition that spares the caller and nobody else.
    Except {
        /// Which statement, from 0.
        index: usize,
        /// The statement as it was.
        before: Box<Statement>,
    },
}

/// The changes, in order, after which `request` is allowed: none when it is allowed already, `None` when no change of
/// these policies would help.
#[must_use]
pub fn repair(request: &Request, policies: &Policies) -> Option<Vec<Patch>> {
    let mut mended = policies.clone();
    let mut patches = Vec::new();
    loop {
        let verdict = evaluate(request, &mended);
        if verdict.is_allowed() {
            return Some(patches);
        }
        if patches.len() >= PATCHES_MAX {
            return None;
        }
        let patch = verdict.patch(request, &mended)?;
        patch.apply(&mut mended);
        patches.push(patch);
    }
}

impl Verdict {
    /// The next change towards an allowed request, for the policies that led to this verdict. `None` when the request
    /// is allowed, and where no change helps: against a Deny on an anonymous caller, or IAM's own limits.
    #[must_use]
    pub fn patch(&self, request: &Request, policies: &Policies) -> Option<Patch> {
        match self.decision {
            Decision::Allowed => None,
            Decision::ExplicitDeny => self.exception(request, policies),
            Decision::ImplicitDeny => Some(addition(self.side, self.missing.clone()?, policies)),
        }
    }

    fn exception(&self, request: &Request, policies: &Policies) -> Option<Patch> {
        let denied = self.decided_by.as_ref()?;
        let mut document = policies.document(denied.side, denied.policy)?.clone();
        let place = document.statements.get_mut(denied.index)?;
        let before = place.clone();
        spare(&mut place.condition, request)?;
        let statement = place.clone();
        let change = Change::Except { index: denied.index, before: Box::new(before) };
        Some(Patch { side: denied.side, policy: denied.policy, change, statement, document })
    }
}

fn addition(side: Side, statement: Statement, policies: &Policies) -> Patch {
    let policy = match side {
        // A managed policy may be somebody else's, and either side takes several: so the statement gets its own.
        Side::Identity => policies.identity.len(),
        Side::Session => policies.session.len(),
        Side::Resource | Side::Trust | Side::Boundary => 0,
    };
    let mut document = policies.document(side, policy).cloned().unwrap_or_else(|| Document::new([]));
    let has_variables = |statement: &Statement| statement.to_string().contains("${");
    if has_variables(&statement) && !document.statements.iter().any(has_variables) {
        document.version = Version::V2012;
    }
    document.statements.push(statement.clone());
    Patch { side, policy, change: Change::Add, statement, document }
}

/// Adds what spares the caller; `None` when nothing tells it from others.
fn spare(condition: &mut Conditions, request: &Request) -> Option<()> {
    let context = request.full_context();
    let (test, key) = match request.principal {
        Principal::Role(_) | Principal::User { .. } | Principal::Root { .. } => {
            (Test::ArnNotEquals, "aws:PrincipalArn")
        }
        Principal::Service { .. } => (Test::StringNotEquals, "aws:PrincipalServiceName"),
        Principal::Federated { .. } | Principal::Anonymous => return None,
    };
    let keys = condition.entry(test.into()).or_default();
    let written = keys.keys().find(|known| known.eq_ignore_ascii_case(key)).cloned();
    let values = keys.entry(written.unwrap_or_else(|| key.to_owned())).or_default();
    let _ = values.insert(missing::literal(context.single(key)?));
    Some(())
}

impl Patch {
    /// Puts the changed policy in its place.
    pub fn apply(&self, policies: &mut Policies) {
        let document = self.document.clone();
        let several = match self.side {
            Side::Resource | Side::Trust => return policies.resource = Some(document),
            Side::Boundary => return policies.boundary = Some(document),
            Side::Identity => &mut policies.identity,
            Side::Session => &mut policies.session,
        };
        match several.get_mut(self.policy) {
            Some(place) => *place = document,
            None => several.push(document),
        }
    }
}

/// The statement as lines, those that are new behind a `+`.
impl fmt::Display for Patch {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before = match &self.change {
            Change::Add => String::new(),
            Change::Except { before, .. } => format!("{before:#}"),
        };
        // A line that only got a comma because another follows it is no change to a person.
        let plain = |line: &str| line.trim_end_matches(',').to_owned();
        let known: Vec<String> = before.lines().map(plain).collect();
        for (number, line) in format!("{:#}", self.statement).lines().enumerate() {
            let mark = if known.contains(&plain(line)) { ' ' } else { '+' };
            let start = if number == 0 { "" } else { "\n" };
            write!(out, "{start}{mark} {line}")?;
        }
        Ok(())
    }
}
