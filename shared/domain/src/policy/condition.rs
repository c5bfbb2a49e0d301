//! Whether the `Condition` element of a statement holds.

use super::compare::compare;
use super::context::Context;
use super::document::{Conditions, Values};
use super::operator::{Operator, Quantifier, Test};
use super::pattern::Variables;

/// One operator on one key, with the values that it asks for.
pub(super) type Clause<'a> = (Operator, &'a str, &'a Values);

/// The first clause that does not hold; `None` when all do.
pub(super) fn failing<'a>(
    conditions: &'a Conditions,
    context: &Context,
    variables: Variables<'_>,
) -> Option<Clause<'a>> {
    let clauses = conditions
        .iter()
        .flat_map(|(operator, keys)| keys.iter().map(|(key, wanted)| (*operator, key.as_str(), wanted)));
    clauses.into_iter().find(|(operator, key, wanted)| !passes(*operator, key, wanted, context, variables))
}

fn passes(operator: Operator, key: &str, wanted: &Values, context: &Context, variables: Variables<'_>) -> bool {
    let found = context.values(key);
    if operator.test == Test::Null {
        let absent = found.is_empty().to_string();
        return wanted.iter().any(|value| value.eq_ignore_ascii_case(&absent));
    }
    let negated = operator.test.is_negated();
    // To the set operators an empty text is a set without members.
    let empty = found.is_empty() || (operator.quantifier.is_some() && found.iter().all(String::is_empty));
    if empty {
        return passes_without_key(operator, negated);
    }
    let passes =
        |value: &String| wanted.iter().any(|wanted| compare(operator.test, value, wanted, variables)) != negated;
    match operator.quantifier {
        Some(Quantifier::ForAllValues) => found.iter().all(passes),
        // Without a set operator, a key of several values equals when one does, and differs when all do.
        None if negated => found.iter().all(passes),
        Some(Quantifier::ForAnyValue) | None => found.iter().any(passes),
    }
}

/// A key that the request lacks equals nothing: so it fails every test except the negated ones, an `IfExists` passes,
/// and of no values all pass but none does.
fn passes_without_key(operator: Operator, negated: bool) -> bool {
    operator.if_exists
        || match operator.quantifier {
            Some(Quantifier::ForAllValues) => true,
            Some(Quantifier::ForAnyValue) => false,
            None => negated,
        }
}

impl Test {
    /// Whether it is the `Not` form of another test.
    fn is_negated(self) -> bool {
        matches!(
            self,
            Self::StringNotEquals
                | Self::StringNotEqualsIgnoreCase
                | Self::StringNotLike
                | Self::ArnNotEquals
                | Self::ArnNotLike
                | Self::NumericNotEquals
                | Self::DateNotEquals
                | Self::NotIpAddress
        )
    }
}
