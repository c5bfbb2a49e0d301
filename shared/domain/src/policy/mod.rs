//! IAM policy evaluation as AWS documents it: the documents, the request, and the verdict with its reason.
//!
//! [`evaluate`] is the whole of it: a [`Request`] and the [`Policies`] around it go in, a [`Verdict`] comes out that
//! names the statement which decided, or prints the statement that is missing and on which side.

mod applies;
mod arn;
mod ask;
mod compare;
mod condition;
mod context;
mod denial;
mod missing;
mod pattern;
mod principal;
mod shape;
mod tree;

pub mod build;
pub mod document;
pub mod error;
mod evaluate;
pub mod explain;
pub mod explanation;
pub mod operator;
pub mod ownership;
mod parse;
pub mod patch;
pub mod public_access;
pub mod request;
pub mod verdict;

#[cfg(test)]
mod tests;

pub use context::Context;
pub use document::{Document, Effect, Match, Principals, Statement, Version};
pub use error::{DocumentError, QuestionError, RequestError};
pub use evaluate::{Policies, evaluate};
pub use explanation::Explanation;
pub use operator::{Operator, Quantifier, Test};
pub use ownership::{CannedAcl, ObjectOwnership, OwnershipError};
pub use patch::{Change, Patch, repair};
pub use public_access::{BlockPublicAccess, PublicAccessBlocked};
pub use request::{Principal, Request, Resource};
pub use verdict::{Decision, Missing, NearMiss, Side, StatementRef, Verdict};
