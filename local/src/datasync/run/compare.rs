//! Whether two items are the same, as far as the task keeps them the same.

use super::item::{Item, Kept, Kind, Object};

/// Whether the destination already has what the source has, judged without reading content.
pub(super) fn same(source: &Item, destination: &Item, kept: Kept) -> bool {
    if source.kind != destination.kind || (source.kind == Kind::File && source.size != destination.size) {
        return false;
    }
    match (&source.object, &destination.object) {
        (Some(from), Some(to)) => same_object(from, to),
        // A folder that only keys imply has nothing to give; one at the destination still lacks its own object.
        _ if source.is_implied || destination.is_implied => source.is_implied,
        // An object that says nothing of owner and times: the service sees a change of size only.
        (Some(object), None) | (None, Some(object)) if !object.tells_posix => {
            !source.is_folder() || destination.object.is_none()
        }
        _ if source.kind == Kind::Link => {
            source.size == destination.size && source.posix.agrees(&destination.posix, link_keeps(kept))
        }
        _ => source.posix.agrees(&destination.posix, kept),
    }
}

/// A link's permission bits mean nothing.
fn link_keeps(kept: Kept) -> Kept {
    Kept { mode: false, ..kept }
}

/// Entity tags of uploads in parts depend on the parts' size: then the copy must be the younger one.
fn same_object(from: &Object, to: &Object) -> bool {
    let content = from.etag == to.etag
        || ((from.etag.contains('-') || to.etag.contains('-')) && to.written_ns >= from.written_ns);
    content && from.attributes.metadata == to.attributes.metadata
}

#[cfg(test)]
mod tests {
    use super::super::item::Posix;
    use super::*;

    const ALL: Kept = Kept { uid: true, gid: true, mode: true, mtime: true, atime: true };

    fn file(size: u64, mtime_ns: i64, mode: u32) -> Item {
        let posix = Posix { mode, uid: 1, gid: 1, mtime_ns, atime_ns: 0 };
        Item { path: "/f".to_owned(), kind: Kind::File, size, posix, object: None, is_implied: false }
    }

    #[test]
    fn size_time_and_permissions_make_a_difference() {
        let original = file(3, 5, 0o100_644);
        assert!(same(&original, &file(3, 5, 0o100_644), ALL));
        for changed in [file(4, 5, 0o100_644), file(3, 6, 0o100_644), file(3, 5, 0o100_600)] {
            assert!(!same(&original, &changed, ALL), "{changed:?}");
        }
    }

    #[test]
    fn what_is_not_kept_makes_no_difference() {
        let kept = Kept { uid: false, gid: false, mode: false, mtime: false, atime: false };
        assert!(same(&file(3, 5, 0o100_644), &file(3, 9, 0o100_600), kept));
    }
}
