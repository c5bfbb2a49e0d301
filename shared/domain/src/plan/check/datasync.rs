//! DataSync's options that cannot stand together, as its API refuses them, found before any API is called.

use super::Check;
use crate::plan::{
    DataSync, Deleted, EfsEndpoint, Encryption, Endpoint, Overwrite, S3Endpoint, StorageClass, TaskMode, Transfer,
    Verify,
};

/// DataSync's own limit for all patterns of one filter, joined.
const MAX_FILTER_CHARS: usize = 102_400;

pub(super) fn check(check: &mut Check<'_>, datasync: &DataSync) {
    ends(check, datasync);
    deleting(check, datasync);
    mode(check, datasync);
    verifying(check, datasync);
    filters(check, datasync);
}

fn ends(check: &mut Check<'_>, datasync: &DataSync) {
    for (key, end) in [("from", &datasync.from), ("to", &datasync.to)] {
        check.below(&[key], |check| match end {
            Endpoint::Efs(efs) => efs_end(check, efs),
            Endpoint::Nfs(nfs) => check.known_name(&["agent"], "agents", nfs.agent.as_str()),
            Endpoint::Smb(smb) => check.known_name(&["agent"], "agents", smb.agent.as_str()),
            Endpoint::S3(_) => {}
        });
    }
    match (&datasync.from, &datasync.to) {
        (Endpoint::S3(from), Endpoint::S3(to)) => s3_to_s3(check, from, to),
        (Endpoint::Efs(from), Endpoint::Efs(to)) if from.efs == to.efs && from.path.overlaps(&to.path) => {
            check.note(
                &["to"],
                "the destination lies within the source: both are the same folder or one contains the other",
                None,
            );
        }
        (from, Endpoint::Nfs(_) | Endpoint::Smb(_)) => check.note(
            &["to"],
            format!("a backup of {} ends in `s3` or `efs`, not on a server of the premises", from.key()),
            None,
        ),
        _ => {}
    }
    if let Endpoint::S3(from) = &datasync.from
        && from.storage_class.is_some()
    {
        check.note(
            &["from", "storage_class"],
            "a source keeps its objects' storage classes",
            Some("set it under `to`".to_owned()),
        );
    }
}

fn s3_to_s3(check: &mut Check<'_>, from: &S3Endpoint, to: &S3Endpoint) {
    if from.s3 == to.s3 && from.prefix.overlaps(&to.prefix) {
        check.note(
            &["to"],
            format!("{}{} and {}{} overlap: the job would copy its own copies", from.s3, from.prefix, to.s3, to.prefix),
            Some("choose prefixes of which none contains the other".to_owned()),
        );
    }
    if from.s3 == to.s3 && from.account != to.account {
        check.note(
            &["to", "account"],
            format!("{} is one bucket and has one owner, but the two ends name two", from.s3),
            Some("write the same `account` at both ends, or none".to_owned()),
        );
    }
    if from.account.is_some() && to.account.is_some() {
        check.note(
            &["to", "account"],
            "one end has to be in the account that Nightferry runs in; `account` names the other end's",
            Some("leave `account` out where the bucket is yours".to_owned()),
        );
    }
}

fn efs_end(check: &mut Check<'_>, efs: &EfsEndpoint) {
    if !(1..=5).contains(&efs.security_groups.len()) {
        check.note(
            &["security_groups"],
            format!("{} security groups: DataSync takes 1 to 5", efs.security_groups.len()),
            None,
        );
    }
    if efs.access_point.is_some() && efs.encryption == Encryption::None {
        check.note(
            &["encryption"],
            "DataSync mounts through an access point only with TLS",
            Some("write encryption: tls".to_owned()),
        );
    }
}

fn deleting(check: &mut Check<'_>, datasync: &DataSync) {
    match (datasync.deleted, datasync.allow_delete) {
        (Deleted::Remove, false) => check.note(
            &["deleted"],
            "`remove` deletes backups of whatever disappears from the source, by accident or attack too",
            Some("if that is meant, add allow_delete: true".to_owned()),
        ),
        (Deleted::Keep, true) => check.note(
            &["allow_delete"],
            "nothing is deleted with `deleted: keep`",
            Some("delete this line, or write deleted: remove".to_owned()),
        ),
        (Deleted::Remove, true) | (Deleted::Keep, false) => {}
    }
    if datasync.deleted == Deleted::Remove && datasync.transfer == Transfer::All {
        check.note(
            &["deleted"],
            "DataSync refuses `deleted: remove` with `transfer: all`, which never looks at the destination",
            Some("write transfer: changed".to_owned()),
        );
    }
}

fn mode(check: &mut Check<'_>, datasync: &DataSync) {
    if datasync.mode == TaskMode::Basic {
        return;
    }
    let other = [&datasync.from, &datasync.to].into_iter().find(|end| !matches!(end, Endpoint::S3(_)));
    if let Some(end) = other {
        check.note(
            &["mode"],
            format!("enhanced mode copies from S3 to S3 here, not {}", end.key()),
            Some("write mode: basic".to_owned()),
        );
    }
    if datasync.verify == Verify::PointInTime {
        check.note(
            &["verify"],
            "enhanced mode cannot verify `point-in-time`",
            Some("write verify: transferred".to_owned()),
        );
    }
}

fn verifying(check: &mut Check<'_>, datasync: &DataSync) {
    let Endpoint::S3(to) = &datasync.to else {
        return;
    };
    let archive = matches!(to.storage_class, Some(StorageClass::Glacier | StorageClass::DeepArchive));
    if archive && datasync.verify == Verify::PointInTime {
        check.note(
            &["verify"],
            "archived objects cannot be read back, so that `point-in-time` fails with GLACIER and DEEP_ARCHIVE",
            Some("write verify: transferred".to_owned()),
        );
    }
    if archive && datasync.overwrite == Overwrite::Always && datasync.transfer == Transfer::All {
        check.note(
            &["transfer"],
            "`all` writes every object to the archive anew each night, and each early deletion is billed",
            Some("write transfer: changed".to_owned()),
        );
    }
}

fn filters(check: &mut Check<'_>, datasync: &DataSync) {
    for (key, patterns) in [("include", &datasync.include), ("exclude", &datasync.exclude)] {
        let odd = |pattern: &&String| pattern.is_empty() || pattern.contains('|') || pattern.contains(char::is_control);
        if let Some(pattern) = patterns.iter().find(odd) {
            let shown = crate::plan::text_type::printable(pattern);
            check.note(
                &[key],
                format!("`{shown}` is not a pattern: it is empty or has a | or an invisible character"),
                Some("write each pattern as an item of the list".to_owned()),
            );
        }
        let joined = patterns.iter().map(|p| p.chars().count() + 1).sum::<usize>().saturating_sub(1);
        if joined > MAX_FILTER_CHARS {
            check.note(
                &[key],
                format!("{joined} characters of patterns: DataSync takes {MAX_FILTER_CHARS}, joined"),
                None,
            );
        }
    }
}
