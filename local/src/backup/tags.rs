//! Tags of vaults, plans and recovery points.

use serde_json::{Value, json};

use super::Backup;
use super::read::{Asked, Tags, map, texts};
use super::refusal::Refusal;
use super::store::State;

const TAGS_MAX: usize = 50;

/// `TagResource`.
pub(super) fn tag(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let added = map(&asked.body, "Tags")?;
    if added.is_empty() {
        return Err(Refusal::absent("Tags"));
    }
    if let Some(own) = added.keys().find(|key| key.starts_with("aws:")) {
        return Err(Refusal::value(format!("The tag {own} is reserved: keys can't begin with aws:.")));
    }
    let mut state = backup.store.open();
    let tags = tags_of(&mut state, asked)?;
    let after = added.keys().chain(tags.keys().filter(|key| !added.contains_key(*key)));
    if after.filter(|key| !key.starts_with("aws:")).count() > TAGS_MAX {
        return Err(Refusal::limit(format!("A resource has at most {TAGS_MAX} tags.")));
    }
    tags.extend(added);
    Ok(Value::Null)
}

/// `UntagResource`.
pub(super) fn untag(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let gone = texts(&asked.body, "TagKeyList");
    let mut state = backup.store.open();
    tags_of(&mut state, asked)?.retain(|key, _| !gone.contains(key));
    Ok(Value::Null)
}

/// `ListTags`.
pub(super) fn list(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    Ok(json!({"Tags": tags_of(&mut backup.store.open(), asked)?}))
}

fn tags_of<'a>(state: &'a mut State, asked: &Asked) -> Result<&'a mut Tags, Refusal> {
    let arn = asked.route.part("resource");
    let home = &asked.home;
    let vaults =
        state.vaults.iter_mut().filter(|vault| vault.home == *home && vault.arn() == arn).map(|vault| &mut vault.tags);
    let plans =
        state.plans.iter_mut().filter(|plan| plan.home == *home && plan.arn() == arn).map(|plan| &mut plan.tags);
    let points =
        state.points.iter_mut().filter(|point| point.home == *home && point.arn == arn).map(|point| &mut point.tags);
    let tests = state.tests.iter_mut().filter(|plan| plan.home == *home && plan.arn == arn).map(|plan| &mut plan.tags);
    vaults
        .chain(plans)
        .chain(tests)
        .chain(points)
        .next()
        .ok_or_else(|| Refusal::missing(format!("Could not find resource {arn}")))
}
