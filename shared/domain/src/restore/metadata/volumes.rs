//! The new machine's volumes: what a restore may say of them, and encryption where the point came from elsewhere.

use serde_json::{Value, json};

use super::Wishes;
use super::draft::Draft;

const MAPPINGS: &str = "BlockDeviceMappings";
/// `StartRestoreJob` takes the snapshots from the recovery point, and refuses these members.
const REFUSED: [&str; 2] = ["SnapshotId", "OutpostArn"];

pub(super) fn adjust(draft: &mut Draft<'_>, wishes: &Wishes) {
    if draft.get(MAPPINGS).is_none() {
        if wishes.encrypt_with.is_some() {
            draft.note("the settings list no volumes, so the key can't be asked for: EC2's default key for new volumes is used");
        }
        return;
    }
    let Some(Value::Array(mut mappings)) = draft.json(MAPPINGS) else {
        return draft.note("BlockDeviceMappings is no list that this program can read; it is asked for as it is");
    };
    let mut why = vec![];
    for volume in mappings.iter_mut().filter_map(|mapping| mapping.get_mut("Ebs")?.as_object_mut()) {
        let count = volume.len();
        volume.retain(|key, _| !REFUSED.contains(&key.as_str()));
        if volume.len() < count {
            why.push("AWS Backup takes the snapshots from the recovery point, and refuses to be told others");
        }
        if let Some(key) = &wishes.encrypt_with {
            let _ = volume.insert("Encrypted".to_owned(), json!(true));
            let _ = volume.insert("KmsKeyId".to_owned(), json!(key));
            why.push("the point comes from another account or Region, whose key does not serve here");
        }
    }
    why.dedup();
    draft.set_json(MAPPINGS, &Value::Array(mappings), &why.join("; "));
}
