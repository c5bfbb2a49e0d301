//! The statement that would have allowed a request: as narrow as the request itself.

use super::document::Statement;
use super::evaluate::uses_a_key;
use super::operator::Test;
use super::request::{Principal, Request};
use super::verdict::Side;

/// The statement that allows this very request on `side`. It needs a document of the current language version.
pub(super) fn statement(request: &Request, side: Side) -> Statement {
    let base = Statement::allow([request.action.clone()]);
    match side {
        Side::Trust => named(base, request),
        // In a key's policy `*` is that key; AWS's own pages write nothing else there.
        Side::Resource if uses_a_key(request) => named(base, request).on(["*"]),
        Side::Resource => named(base, request).on([literal(&request.resource.arn)]),
        Side::Identity | Side::Boundary | Side::Session => {
            passed_on(base.on([literal(&request.resource.arn)]), request)
        }
    }
}

/// Names the caller; a service is tied to the source that it acts for.
fn named(statement: Statement, request: &Request) -> Statement {
    match &request.principal {
        Principal::Service { name } => from_source(statement.for_service(name), request),
        Principal::Federated { provider } => statement.for_provider(provider),
        Principal::Anonymous => statement.for_everyone(),
        Principal::Role(_) | Principal::User { .. } | Principal::Root { .. } => {
            statement.for_aws(request.principal.arn())
        }
    }
}

fn from_source(mut statement: Statement, request: &Request) -> Statement {
    if let Some(account) = request.context.single("aws:SourceAccount") {
        statement = statement.when(Test::StringEquals, "aws:SourceAccount", [literal(account)]);
    }
    if let Some(arn) = request.context.single("aws:SourceArn") {
        statement = statement.when(Test::ArnLike, "aws:SourceArn", [literal(arn)]);
    }
    statement
}

/// A role is passed to the service that asks for it, and to no other.
fn passed_on(statement: Statement, request: &Request) -> Statement {
    let service = request.context.single("iam:PassedToService");
    match service.filter(|_| request.action.eq_ignore_ascii_case("iam:PassRole")) {
        Some(service) => statement.when(Test::StringEquals, "iam:PassedToService", [literal(service)]),
        None => statement,
    }
}

/// The text as a pattern that fits it alone. The `*` of actions without resource stays what it is.
pub(super) fn literal(text: &str) -> String {
    if text == "*" {
        return text.to_owned();
    }
    text.replace("${", "${$}{").replace('?', "${?}").replace('*', "${*}")
}
