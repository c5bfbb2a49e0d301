//! Replication that S3 would refuse, or that would never be let through.

use super::Check;
use crate::plan::{ConfirmBy, PlanDuration, Replicate};

pub(super) fn check(check: &mut Check<'_>, replicate: &Replicate, complete_within: PlanDuration) {
    if replicate.from.s3 == replicate.to.s3 {
        check.note(&["to", "s3"], "a bucket cannot be replicated to itself", None);
    }
    if replicate.from.kms_key.is_some() != replicate.to.kms_key.is_some() {
        let lacking = if replicate.to.kms_key.is_none() { "to" } else { "from" };
        check.note(
            &[lacking, "kms_key"],
            "S3 replicates encrypted objects only with a key at both ends: the one that reads and the one that writes",
            Some("name the other end's key too, or neither".to_owned()),
        );
    }
    let confirm = &replicate.confirm;
    if let Some(within) = confirm.within {
        check.below(&["confirm"], |check| time_to_decide(check, within, complete_within));
    }
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

/// At the job's deadline everything ends: whatever `otherwise` says would never be reached after it.
fn time_to_decide(check: &mut Check<'_>, within: PlanDuration, complete_within: PlanDuration) {
    let (least, most) = (PlanDuration::from_mins(15), PlanDuration::from_days(7));
    if within < least || within > most {
        check.within("within", within, least, most);
    } else if within >= complete_within {
        check.note(
            &["within"],
            format!("a person may decide for {within}, and the job is cancelled after {complete_within}"),
            Some("make within shorter than complete_within, so that time is left to copy".to_owned()),
        );
    }
}
