//! What can be wrong with a policy document or with a request to be judged.

use super::operator::UnknownOperator;
use super::verdict::Side;

/// Why a text is not a policy document. Each names the statement (by number and Sid) and the element.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The text is not JSON at all.
    #[error("the policy is not JSON: {reason}")]
    NotJson {
        /// The parser's words, with line and column.
        reason: String,
    },
    /// An element that the policy language does not have.
    #[error("{place}: unknown element `{element}`; known are {known}")]
    UnknownElement {
        /// The statement or document.
        place: String,
        /// The element found.
        element: String,
        /// What could stand there.
        known: String,
    },
    /// An element that has to be there and is not.
    #[error("{place}: `{element}` is missing; add it")]
    MissingElement {
        /// The statement or document.
        place: String,
        /// The element.
        element: &'static str,
    },
    /// An element that this kind of policy must not have.
    #[error("{place}: `{element}` has no place in a policy on the {side} side; remove it")]
    MisplacedElement {
        /// The statement.
        place: String,
        /// The element.
        element: &'static str,
        /// Where the policy hangs.
        side: Side,
    },
    /// Both an element and its Not form.
    #[error("{place}: `{element}` and `Not{element}` exclude each other; keep one")]
    BothForms {
        /// The statement.
        place: String,
        /// The element.
        element: &'static str,
    },
    /// A value of the wrong kind.
    #[error("{place}: `{element}` must be {expected}, but is {found}")]
    WrongValue {
        /// The statement or document.
        place: String,
        /// The element.
        element: String,
        /// What the language asks for.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// A condition operator that AWS does not have.
    #[error("{place}: `Condition`: {source}")]
    UnknownOperator {
        /// The statement.
        place: String,
        /// The operator.
        source: UnknownOperator,
    },
    /// The same element, operator, key or Sid twice: one of them would silently win.
    #[error("{place}: `{element}` is there twice; merge the two")]
    Twice {
        /// The statement or document.
        place: String,
        /// What is doubled.
        element: String,
    },
}

/// Why a request cannot be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// A principal that is no user, role, session, account root or service.
    #[error(
        "`{arn}` is not a principal: expected arn:aws:iam::ACCOUNT:role/NAME, :user/NAME or :root, \
         arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION, or a service such as datasync.amazonaws.com"
    )]
    NotAPrincipal {
        /// What was given.
        arn: String,
    },
    /// A session that is not one of the role that was named beside it.
    #[error("the session {session} is not one of the role {role}")]
    OtherRolesSession {
        /// The session ARN.
        session: String,
        /// The role ARN.
        role: String,
    },
    /// The principal's account contradicts its ARN.
    #[error("the principal {arn} is not in account {account}")]
    OtherAccount {
        /// The principal ARN.
        arn: String,
        /// The account that was named beside it.
        account: String,
    },
    /// Neither the resource nor the principal tells an account.
    #[error("the resource {arn} names no account; say whose it is with `account`")]
    NoAccount {
        /// The resource ARN.
        arn: String,
    },
}

/// Why a request file cannot be read. Each names the key, with the way to it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QuestionError {
    /// The text is not JSON at all.
    #[error("the request is not JSON: {reason}")]
    NotJson {
        /// The parser's words, with line and column.
        reason: String,
    },
    /// A key that a request does not have.
    #[error("{place} has no key `{key}`; did you mean `{nearest}`? Known are {known}")]
    UnknownKey {
        /// The request, or the key under which it stands.
        place: String,
        /// The key found.
        key: String,
        /// The key nearest to it.
        nearest: &'static str,
        /// Every key that could stand there.
        known: String,
    },
    /// A key that has to be there and is not.
    #[error("{place} lacks `{key}`; add it")]
    MissingKey {
        /// The request, or the key under which it is missing.
        place: String,
        /// The key.
        key: &'static str,
    },
    /// A value of the wrong kind.
    #[error("`{key}` must be {expected}, but is {found}")]
    WrongValue {
        /// The way to the key.
        key: String,
        /// What has to stand there.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// The same key twice: one of them would silently win.
    #[error("{place} has `{key}` twice; keep one")]
    Twice {
        /// The request, or the key under which it stands.
        place: String,
        /// The key.
        key: String,
    },
    /// One of the policies cannot be read.
    #[error("`{key}`: {source}")]
    Policy {
        /// The way to the policy.
        key: String,
        /// What is wrong with it.
        source: DocumentError,
    },
}
