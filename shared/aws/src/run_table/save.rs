//! The one way in which a record is stored: with its version, only if nobody stored it in between.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{Saved, TaskToken};
use secrecy::ExposeSecret;

use super::DynamoRunTable;
use super::items::{DOCUMENT, EXPIRES_AT, Key, OPEN, OPEN_SINCE, PK, SK, TOKEN, TOKEN_ATTEMPT, VERSION};
use crate::sdk_error::Call;

const SAVE: Call = Call::write("DynamoDB", "UpdateItem");

/// What one save changes. The stored task token stays, unless it is replaced or the record has ended.
pub(super) struct Change<'a> {
    pub(super) key: Key,
    /// The version that was read; 0 for a record that is not there yet.
    pub(super) version: u64,
    pub(super) document: String,
    pub(super) standing: Standing,
    pub(super) token: Option<&'a TaskToken>,
}

/// Whether the sweep has to look at the record.
pub(super) enum Standing {
    /// In the sparse index, under this sort key.
    Open { since: String },
    /// Out of it; the item expires at that second and has no token.
    Ended { expires_at: i64 },
    /// Out of it, and kept: it is about something that lasts.
    Kept,
}

impl DynamoRunTable {
    pub(super) async fn save(&self, change: Change<'_>) -> Result<Saved, PortError> {
        let version = change.version.saturating_add(1);
        match self.update(change, version).send().await {
            Ok(_) => Ok(Saved::At(version)),
            Err(error) if is_conflict(&error) => Ok(Saved::Conflict),
            Err(error) => Err(SAVE.refused(&error)),
        }
    }

    fn update(&self, change: Change<'_>, version: u64) -> UpdateItemFluentBuilder {
        let mut set = vec!["#document = :document", "#version = :version"];
        let mut remove = vec![];
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(change.key.into_item()))
            .expression_attribute_names("#document", DOCUMENT)
            .expression_attribute_names("#version", VERSION)
            .expression_attribute_values(":document", AttributeValue::S(change.document))
            .expression_attribute_values(":version", AttributeValue::N(version.to_string()));
        let update = condition(update, change.version);
        let update = stand(update, &change.standing, &mut set, &mut remove);
        let update = match (&change.standing, change.token) {
            (Standing::Open { .. }, Some(token)) => keep(update, token, &mut set),
            (Standing::Open { .. }, None) | (Standing::Kept, _) => update,
            (Standing::Ended { .. }, _) => drop_token(update, &mut remove),
        };
        update.update_expression(expression(&set, &remove))
    }
}

/// A new record must not be there, a known one must be as it was read.
fn condition(update: UpdateItemFluentBuilder, read: u64) -> UpdateItemFluentBuilder {
    if read == 0 {
        return update
            .condition_expression("attribute_not_exists(#pk) AND attribute_not_exists(#sk)")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#sk", SK);
    }
    update
        .condition_expression("#version = :read")
        .expression_attribute_values(":read", AttributeValue::N(read.to_string()))
}

fn stand(
    update: UpdateItemFluentBuilder,
    standing: &Standing,
    set: &mut Vec<&str>,
    remove: &mut Vec<&str>,
) -> UpdateItemFluentBuilder {
    match standing {
        Standing::Kept => update,
        Standing::Open { since } => {
            set.extend(["#open = :open", "#since = :since"]);
            indexed(update)
                .expression_attribute_values(":open", AttributeValue::S(OPEN.to_owned()))
                .expression_attribute_values(":since", AttributeValue::S(since.clone()))
        }
        Standing::Ended { expires_at } => {
            set.push("#expires = :expires");
            remove.extend(["#open", "#since"]);
            indexed(update)
                .expression_attribute_names("#expires", EXPIRES_AT)
                .expression_attribute_values(":expires", AttributeValue::N(expires_at.to_string()))
        }
    }
}

fn indexed(update: UpdateItemFluentBuilder) -> UpdateItemFluentBuilder {
    update.expression_attribute_names("#open", OPEN).expression_attribute_names("#since", OPEN_SINCE)
}

fn keep(update: UpdateItemFluentBuilder, token: &TaskToken, set: &mut Vec<&str>) -> UpdateItemFluentBuilder {
    set.extend(["#token = :token", "#token_attempt = :token_attempt"]);
    update
        .expression_attribute_names("#token", TOKEN)
        .expression_attribute_names("#token_attempt", TOKEN_ATTEMPT)
        .expression_attribute_values(":token", AttributeValue::S(token.secret.expose_secret().to_owned()))
        .expression_attribute_values(":token_attempt", AttributeValue::N(token.attempt.to_string()))
}

fn drop_token(update: UpdateItemFluentBuilder, remove: &mut Vec<&str>) -> UpdateItemFluentBuilder {
    remove.extend(["#token", "#token_attempt"]);
    update.expression_attribute_names("#token", TOKEN).expression_attribute_names("#token_attempt", TOKEN_ATTEMPT)
}

fn expression(set: &[&str], remove: &[&str]) -> String {
    let set = format!("SET {}", set.join(", "));
    if remove.is_empty() { set } else { format!("{set} REMOVE {}", remove.join(", ")) }
}

fn is_conflict<R>(error: &SdkError<UpdateItemError, R>) -> bool {
    error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception)
}
