//! Which objects are read: drawn by the drill's own name, so that the same drill draws the same ones.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::{Ends, Object};
use crate::ids::RunId;

/// Larger objects are left out: reading them would take longer than a person waits.
pub const OBJECT_BYTES_MAX: u64 = 1 << 30;

/// What is read, and what can't be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drawn {
    /// What is read, in the order of the draw.
    pub objects: Vec<Object>,
    /// How many of what kind were left out, for people.
    pub left_out: Vec<String>,
}

/// Draws so many of the objects that were promised to be copied: those that the plan takes, written before the last good night began.
#[must_use]
pub fn draw(drill: &RunId, ends: &Ends, listed: &[Object], count: u16, promised_until: Timestamp) -> Drawn {
    let filter = ends.filters.read();
    let (listed, passed_over): (Vec<&Object>, Vec<&Object>) =
        listed.iter().partition(|object| filter.takes(&ends.path_of(&object.key)));
    let is_young = |object: &&&Object| object.written_at >= promised_until;
    let is_large = |object: &&&Object| object.bytes > OBJECT_BYTES_MAX;
    let kinds: [(usize, &str); 4] = [
        (passed_over.len(), "left out by the plan's `include` and `exclude`"),
        (listed.iter().filter(is_young).count(), "written since the last good night began"),
        (listed.iter().filter(|object| object.is_archived).count(), "in an archive, so that nobody can read them now"),
        (listed.iter().filter(is_large).count(), "larger than 1 GiB"),
    ];
    let left_out = kinds.iter().filter(|(count, _)| *count > 0);
    let left_out = left_out.map(|(count, why)| format!("{count} object(s) not drawn from: {why}")).collect();
    let readable = listed.iter().filter(|object| !is_young(object) && !object.is_archived && !is_large(object));
    let mut lots: Vec<(Vec<u8>, &Object)> = readable.map(|object| (lot(drill, &object.key), *object)).collect();
    lots.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    let objects = lots.into_iter().take(usize::from(count)).map(|(_, object)| object.clone()).collect();
    Drawn { objects, left_out }
}

/// Nobody can choose a key so that it is never drawn: the drill's name is made of its time and of chance.
fn lot(drill: &RunId, key: &str) -> Vec<u8> {
    Sha256::new().chain_update(drill.as_str()).chain_update([0]).chain_update(key).finalize().to_vec()
}
