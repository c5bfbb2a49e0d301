//! What a person should know before a copy comes back.

use super::order::Ends;
use super::{Held, Spot, Wish};
use crate::plan::FolderPath;
use crate::provision::EfsLocation;

pub(super) fn of_files(source: &EfsLocation, to: &FolderPath, ends: &Ends, wish: &Wish) -> Vec<String> {
    let mut notes = vec![format!("{to} has to be there: DataSync mounts it, and does not make it")];
    notes.extend(inside(&ends.live, &ends.roots.spot(source, to.as_str())));
    notes.extend(source.access_point_arn.as_ref().map(|point| {
        let root = ends.roots.of(point).map(|root| format!(", whose root is {root}")).unwrap_or_default();
        format!("it goes through {point}{root}: if that enforces a user, all that comes back belongs to that user")
    }));
    notes.extend(over(wish));
    if wish.is_drill {
        notes.push(format!("{to} should be empty; what comes back stays there, and is yours to remove"));
    }
    notes
}

/// What of objects can't come back is said every time: somebody may rely on it.
pub(super) fn of_objects(to: &Spot, ends: &Ends, wish: &Wish) -> Vec<String> {
    let bucket = &to.store;
    let mut notes = vec![
        "what comes back is each object's current version, as a new object with its tags and own metadata: older \
         versions, delete markers, ACLs and the old owner do not, and nothing is deleted"
            .to_owned(),
        format!("the objects belong to {bucket}'s owner, in the class STANDARD, and are encrypted as that bucket asks"),
        "objects in GLACIER or DEEP_ARCHIVE can't be read, and are told as failed: restore them in S3 first".to_owned(),
    ];
    if let Some(owner) = &ends.known.owner {
        notes.push(format!("{bucket} is of account {owner}: its policy has to let the role write"));
    }
    notes.extend(inside(&ends.live, to));
    notes.extend(over(wish));
    notes
}

fn inside(live: &[Held], to: &Spot) -> Vec<String> {
    let holding = live.iter().filter(|live| live.holds(to));
    let said =
        holding.map(|live| format!("it lies inside what job `{}` backs up: the next night copies it, too", live.job));
    said.collect()
}

fn over(wish: &Wish) -> Option<String> {
    let is_over = !wish.over_source.is_empty();
    is_over.then(|| "what is there is written over; what is there and not in the copy stays".to_owned())
}
