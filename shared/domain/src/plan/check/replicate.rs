//! Replication that S3 would refuse, or that would never be let through.

use super::Check;
use crate::plan::{ConfirmBy, Replicate};

pub(super) fn check(check: &mut Check<'_>, replicate: &Replicate) {
    if replicate.from.s3 == replicate.to.s3 {
        check.note(&["to", "s3"], "a bucket cannot be replicated to itself", None);
    }
    let confirm = &replicate.confirm;
    let limited = confirm.max_objects.is_some() || confirm.max_bytes.is_some();
    if confirm.by == Some(ConfirmBy::Limits) && !limited {
        check.note(&["confirm", "by"], "`limits` needs a limit", Some("add max_objects or max_bytes".to_owned()));
    }
    if confirm.max_objects == Some(0) {
        check.note(&["confirm", "max_objects"], "0 would let nothing through", None);
    }
    if confirm.max_bytes.is_some_and(|size| size.bytes() == 0) {
        check.note(&["confirm", "max_bytes"], "0B would let nothing through", None);
    }
}
