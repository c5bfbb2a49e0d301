//! Whether a statement speaks of a request.

use super::condition::{self, Clause};
use super::context::Context;
use super::document::{Document, Effect, Match, Principals, Statement, Values, Version};
use super::pattern::{Pattern, Variables, Wildcards};
use super::principal::{Naming, named, spared};
use super::request::Request;
use super::verdict::Side;

/// A request with what every statement asks of it worked out once.
pub(super) struct Asked<'a> {
    pub(super) request: &'a Request,
    pub(super) context: Context,
    /// Whether the caller has a permissions boundary.
    pub(super) bounded: bool,
}

impl Asked<'_> {
    /// How `statement`, in a document on `side`, speaks of this request; `None` when it does not.
    ///
    /// A statement without an element that its side needs, or with one that it cannot have, is not valid there: its
    /// Allow grants nothing, its Deny refuses as if the element fitted.
    pub(super) fn naming(&self, document: &Document, statement: &Statement, side: Side) -> Option<Naming> {
        let naming = self.naming_whatever_its_condition(document, statement, side)?;
        self.failing_clause(document, statement).is_none().then_some(naming)
    }

    /// As `naming`, were the statement without its condition.
    fn naming_whatever_its_condition(&self, document: &Document, statement: &Statement, side: Side) -> Option<Naming> {
        let naming = self.principal(statement, side)?;
        let speaks = self.action(&statement.action) && self.resource(statement, side, self.variables(document.version));
        speaks.then_some(naming)
    }

    fn failing_clause<'s>(&self, document: &Document, statement: &'s Statement) -> Option<Clause<'s>> {
        condition::failing(&statement.condition, &self.context, self.variables(document.version))
    }

    /// What keeps `statement` from speaking of this request, when it is its condition alone.
    pub(super) fn near_miss<'s>(
        &self,
        document: &Document,
        statement: &'s Statement,
        side: Side,
    ) -> Option<Clause<'s>> {
        let _ = self.naming_whatever_its_condition(document, statement, side)?;
        self.failing_clause(document, statement)
    }

    fn variables(&self, version: Version) -> Variables<'_> {
        match version {
            Version::V2012 => Variables::From(&self.context),
            Version::V2008 => Variables::Literal,
        }
    }

    fn principal(&self, statement: &Statement, side: Side) -> Option<Naming> {
        let who = &self.request.principal;
        match (&statement.principal, side.names_principals()) {
            (Some(Match::In(principals)), true) => named(principals, who),
            (Some(Match::NotIn(principals)), true) => self.not_principal(principals, statement.effect),
            (None, false) => Some(Naming::Direct),
            (None, true) | (Some(_), false) => (statement.effect == Effect::Deny).then_some(Naming::Direct),
        }
    }

    fn not_principal(&self, principals: &Principals, effect: Effect) -> Option<Naming> {
        let who = &self.request.principal;
        let excepted = match effect {
            Effect::Deny => spared(principals, who, self.bounded),
            Effect::Allow => named(principals, who).is_some(),
        };
        (!excepted).then_some(Naming::Direct)
    }

    fn action(&self, wanted: &Match<Values>) -> bool {
        let fits = |pattern: &String| {
            Pattern::new(pattern, Wildcards::Glob, Variables::Literal)
                .is_some_and(|pattern| pattern.matches_any_case(&self.request.action))
        };
        match wanted {
            Match::In(actions) => actions.iter().any(fits),
            Match::NotIn(actions) => !actions.iter().any(fits),
        }
    }

    fn resource(&self, statement: &Statement, side: Side, variables: Variables<'_>) -> bool {
        let fits = |pattern: &String| {
            Pattern::new(pattern, Wildcards::Arn, variables)
                .is_some_and(|pattern| pattern.matches(&self.request.resource.arn))
        };
        match (&statement.resource, side) {
            (None, Side::Trust) => true,
            (None, _) | (Some(_), Side::Trust) => statement.effect == Effect::Deny,
            (Some(Match::In(resources)), _) => resources.iter().any(fits),
            (Some(Match::NotIn(resources)), _) => !resources.iter().any(fits),
        }
    }
}
