//! Which elements a document must have, and which it cannot, by the place where it hangs.

use super::document::{Document, Statement};
use super::error::DocumentError;
use super::verdict::Side;

impl Document {
    /// Whether AWS would take this document on `side`. Every statement of a resource or trust policy names principals;
    /// every other than a trust policy's names resources; nothing else may.
    pub fn check_for(&self, side: Side) -> Result<(), DocumentError> {
        self.statements.iter().enumerate().try_for_each(|(index, statement)| {
            let place = statement.place(index);
            fits(statement.principal.is_some(), side.names_principals(), "Principal", &place, side)?;
            fits(statement.resource.is_some(), side.names_resources(), "Resource", &place, side)
        })
    }
}

fn fits(present: bool, wanted: bool, element: &'static str, place: &str, side: Side) -> Result<(), DocumentError> {
    let place = || place.to_owned();
    match (present, wanted) {
        (true, true) | (false, false) => Ok(()),
        (false, true) => Err(DocumentError::MissingElement { place: place(), element }),
        (true, false) => Err(DocumentError::MisplacedElement { place: place(), element, side }),
    }
}

impl Statement {
    /// How errors name this statement, the `index`-th of its document.
    pub(super) fn place(&self, index: usize) -> String {
        let number = index.saturating_add(1);
        self.sid.as_ref().map_or_else(|| format!("statement {number}"), |sid| format!("statement {number} (Sid {sid})"))
    }
}

impl Side {
    /// Whether policies on this side say of whom they speak.
    pub(super) fn names_principals(self) -> bool {
        match self {
            Self::Resource | Self::Trust => true,
            Self::Identity | Self::Boundary | Self::Session => false,
        }
    }

    /// Whether policies on this side say of what they speak. A trust policy speaks of its role.
    fn names_resources(self) -> bool {
        self != Self::Trust
    }
}
