//! `TagResource`, `UntagResource`, `ListTagsForResource`.

use std::sync::Arc;

use serde_json::{Value, json};

use super::DataSync;
use super::paging::page;
use super::record::{Tags, put};
use super::refusal::Refusal;
use super::store::{Tables, own, text};
use crate::front_door::Need;
use crate::stand_in::Call;

const TAGS_MAX: usize = 50;

/// The tags of a request.
pub(super) fn given(request: &Value) -> Tags {
    let entries = request.get("Tags").and_then(Value::as_array).cloned().unwrap_or_default();
    entries.iter().map(|entry| (text(entry, "Key").to_owned(), text(entry, "Value").to_owned())).collect()
}

/// Adds tags, replacing those of the same key.
pub(super) fn tag(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let arn = own(call, request, "ResourceArn")?;
    let mut tables = sync.store.open();
    exists(&tables, arn)?;
    let mut tags = tables.tags.get(arn).cloned().unwrap_or_default();
    tags.extend(given(request));
    if tags.len() > TAGS_MAX {
        return Err(Refusal::coded("TooManyTags", format!("A resource may have at most {TAGS_MAX} tags.")));
    }
    let _ = tables.tags.insert(arn.to_owned(), tags);
    Ok(json!({}))
}

/// Takes tags away by key; a key that is not there is no error.
pub(super) fn untag(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let arn = own(call, request, "ResourceArn")?;
    let mut tables = sync.store.open();
    exists(&tables, arn)?;
    let keys = request.get("Keys").and_then(Value::as_array).cloned().unwrap_or_default();
    if let Some(tags) = tables.tags.get_mut(arn) {
        tags.retain(|key, _| !keys.iter().any(|gone| gone.as_str() == Some(key)));
    }
    Ok(json!({}))
}

/// A resource's tags, page by page.
pub(super) fn list(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let arn = own(call, request, "ResourceArn")?;
    let tables = sync.store.open();
    exists(&tables, arn)?;
    let tags = tables.tags.get(arn).cloned().unwrap_or_default();
    let tags = tags.into_iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
    let (tags, next) = page(tags, request)?;
    let mut answer = json!({"Tags": tags});
    if let Some(next) = next {
        put(&mut answer, "NextToken", json!(next));
    }
    Ok(answer)
}

impl DataSync {
    /// What a policy may ask about a task or a location: its tags.
    pub(crate) fn circumstances(&self, needs: &mut [Need]) {
        let tables = self.store.open();
        for need in needs.iter_mut() {
            let tags = tables.tags.get(&need.resource).into_iter().flatten();
            need.context.extend(tags.map(|(key, value)| (format!("aws:ResourceTag/{key}"), vec![value.clone()])));
        }
    }
}

fn exists(tables: &Tables, arn: &str) -> Result<(), Refusal> {
    let found = tables.locations.contains_key(arn)
        || tables.tasks.contains_key(arn)
        || tables.executions.contains_key(arn)
        || tables.agents.contains_key(arn);
    if found { Ok(()) } else { Err(Refusal::coded("NotFound", format!("Resource {arn} is not found."))) }
}
