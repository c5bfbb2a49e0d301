//! Tags of jobs.

use std::collections::BTreeMap;
use std::sync::Arc;

use roxmltree::{Document, Node};

use super::refusal::Refusal;
use super::{Batch, Call, xml};

const TAGS_MAX: usize = 50;
const KEY_MAX: usize = 128;
const VALUE_MAX: usize = 256;

/// Tags by key.
pub(super) type Tags = BTreeMap<String, String>;

/// The tags of a request.
pub(super) fn given(root: Node<'_, '_>) -> Result<Tags, Refusal> {
    let members = xml::members(root, "Tags");
    if members.len() > TAGS_MAX {
        return Err(Refusal::tags(TAGS_MAX));
    }
    let mut tags = Tags::new();
    for member in members {
        let (key, value) =
            (xml::text(member, "Key").unwrap_or_default(), xml::text(member, "Value").unwrap_or_default());
        if key.is_empty() || key.chars().count() > KEY_MAX || value.chars().count() > VALUE_MAX {
            let message = format!("A tag has a key of 1 to {KEY_MAX} and a value of up to {VALUE_MAX} characters.");
            return Err(Refusal::bad(message));
        }
        if tags.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(Refusal::bad(format!("The tag {key} is there twice.")));
        }
    }
    Ok(tags)
}

/// Sets a job's tags, all of them.
pub(super) fn put(batch: &Arc<Batch>, call: &Call) -> Result<String, Refusal> {
    let job = batch.known(call)?;
    let unreadable = || Refusal::bad("Request body is not well-formed XML.");
    let body = std::str::from_utf8(&call.body).map_err(|_| unreadable())?;
    let document = Document::parse(body).map_err(|_| unreadable())?;
    let tags = given(document.root_element())?;
    let _ = batch.store.change(&job.id, |job| job.tags = tags);
    Ok(String::new())
}

/// A job's tags.
pub(super) fn get(batch: &Arc<Batch>, call: &Call) -> Result<String, Refusal> {
    let job = batch.known(call)?;
    let member = |(key, value): (&String, &String)| {
        xml::around("member", &(xml::element("Key", key) + &xml::element("Value", value)))
    };
    let members = job.tags.iter().map(member).collect::<String>();
    Ok(xml::document("GetJobTaggingResult", &xml::around("Tags", &members)))
}

/// Takes a job's tags away.
pub(super) fn delete(batch: &Arc<Batch>, call: &Call) -> Result<String, Refusal> {
    let job = batch.known(call)?;
    let _ = batch.store.change(&job.id, |job| job.tags.clear());
    Ok(String::new())
}
