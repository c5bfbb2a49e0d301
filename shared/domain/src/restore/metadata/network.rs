//! Where the new machine stands: subnet, security groups, addresses.

use serde_json::{Value, json};

use super::draft::Draft;
use super::{Original, Wishes};

const INTERFACES: &str = "NetworkInterfaces";
const SUBNET: &str = "SubnetId";
const GROUPS: &str = "SecurityGroupIds";

/// Members of an interface that only the original can have: its card, and how that hangs on it.
const CARD: [&str; 4] = ["NetworkInterfaceId", "AttachmentId", "MacAddress", "OwnerId"];

pub(super) fn adjust(draft: &mut Draft<'_>, wishes: &Wishes) {
    // For information only: StartRestoreJob does not take it.
    draft.remove("vpcId", "tells the network of the original, and can't be asked for: the subnet decides");
    let moves = wishes.subnet.is_some() || !wishes.security_groups.is_empty();
    match interfaces(draft) {
        Some(cards) if wishes.original == Original::Gone && !moves && !wishes.is_drill => keep(draft, cards),
        Some(cards) => by_subnet(draft, &cards),
        None => draft.remove(INTERFACES, "it is no list that this program can read; subnet and groups are asked for"),
    }
    if let Some(subnet) = &wishes.subnet {
        draft.set(SUBNET, subnet, "asked for");
    }
    if !wishes.security_groups.is_empty() {
        draft.set_json(GROUPS, &json!(wishes.security_groups), "asked for");
    }
    if draft.get(SUBNET).is_none() && draft.get(INTERFACES).is_none() {
        draft.note("the settings name no subnet: EC2 takes the default network's, and fails where there is none; --subnet names one");
    }
    draft.note("a public address is given only where the subnet gives one to each new machine; Elastic IPs stay with the original");
}

fn interfaces(draft: &Draft<'_>) -> Option<Vec<Value>> {
    match draft.json(INTERFACES)? {
        Value::Array(cards) => Some(cards),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => None,
    }
}

/// The original is gone: its address is free, and whoever looks for the machine looks there.
fn keep(draft: &mut Draft<'_>, mut cards: Vec<Value>) {
    for card in cards.iter_mut().filter_map(Value::as_object_mut) {
        card.retain(|key, _| !CARD.contains(&key.as_str()));
    }
    let why = "the original's network card is gone with it; its private address is asked for again";
    draft.set_json(INTERFACES, &Value::Array(cards), why);
    let why = "can't be asked for together with NetworkInterfaces, which say the same";
    draft.remove(SUBNET, why);
    draft.remove(GROUPS, why);
}

/// The original may still have its card and its private address: only subnet and groups are taken over.
fn by_subnet(draft: &mut Draft<'_>, cards: &[Value]) {
    let first = cards.iter().min_by_key(|card| card.get("DeviceIndex").and_then(Value::as_u64).unwrap_or(u64::MAX));
    if let Some(card) = first {
        let why = "taken from the original's first network interface";
        if let Some(subnet) = card.get("SubnetId").and_then(Value::as_str).filter(|_| draft.get(SUBNET).is_none()) {
            draft.set(SUBNET, subnet, why);
        }
        let groups = groups_of(card);
        if !groups.is_empty() && draft.get(GROUPS).is_none() {
            draft.set_json(GROUPS, &json!(groups), why);
        }
    }
    if cards.len() > 1 {
        draft.note(&format!(
            "the original has {} network interfaces, the new machine gets one: attach the others in EC2",
            cards.len()
        ));
    }
    let address = first.and_then(|card| card.get("PrivateIpAddress")).and_then(Value::as_str);
    let address =
        address.map_or_else(|| "the original's network card".to_owned(), |fixed| format!("the address {fixed}"));
    draft.remove(INTERFACES, &format!("asks for {address}, which the original may still have"));
}

/// `Groups` is a list of ids, or of objects as `DescribeInstances` gives them.
fn groups_of(card: &Value) -> Vec<&str> {
    let listed = card.get("Groups").or_else(|| card.get("SecurityGroupIds")).and_then(Value::as_array);
    listed
        .into_iter()
        .flatten()
        .filter_map(|group| group.as_str().or_else(|| group.get("GroupId").and_then(Value::as_str)))
        .collect()
}
