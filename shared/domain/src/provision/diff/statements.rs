//! What becomes of a policy that holds statements of ours beside other people's, whatever it belongs to.

use serde_json::Value;

use crate::provision::shared_policy::{self, Merged};
use crate::provision::{Action, FieldChange, Step};

/// The step that makes a policy so, where one is needed.
pub(super) fn merged_policy(
    merged: Merged,
    is_there: bool,
    put: impl FnOnce(String) -> Step,
    delete: impl FnOnce() -> Step,
) -> (Action, Option<Step>) {
    match merged {
        Merged::Unchanged => (Action::Keep, None),
        Merged::Text(text) => (if is_there { Action::Update } else { Action::Create }, Some(put(text))),
        Merged::Gone => (Action::Delete, Some(delete())),
    }
}

/// Our statements that differ; everybody else's don't.
pub(super) fn changed(mark: &str, there: Option<&str>, ours: &[Value]) -> Vec<FieldChange> {
    let before = shared_policy::marked(there, mark);
    let sid = |statement: &Value| statement.get("Sid").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut sids: Vec<String> = ours.iter().chain(&before).map(sid).collect();
    sids.sort();
    sids.dedup();
    let find = |list: &[Value], name: &str| list.iter().find(|found| sid(found) == name).cloned().unwrap_or_default();
    let pairs = sids.into_iter().map(|name| (find(&before, &name), find(ours, &name), name));
    pairs
        .filter(|(from, to, _)| from != to)
        .map(|(from, to, name)| FieldChange { field: format!("Statement.{name}"), from, to })
        .collect()
}
