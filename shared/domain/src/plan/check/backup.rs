//! Windows, retention and tags that AWS Backup would refuse.

use super::Check;
use crate::plan::{Backup, PlanDuration};

/// AWS Backup's shortest start window.
const SHORTEST_START: PlanDuration = PlanDuration::from_hours(1);

pub(super) fn check(check: &mut Check<'_>, backup: &Backup, complete_within: PlanDuration) {
    if backup.start_within < SHORTEST_START {
        let message = format!("{} is shorter than AWS Backup's shortest start window", backup.start_within);
        check.note(&["start_within"], message, Some("write start_within: 1h".to_owned()));
    } else if backup.start_within >= complete_within {
        check.note(
            &["start_within"],
            format!("a backup may begin {} late and has to end within {complete_within}", backup.start_within),
            Some("make start_within shorter than complete_within".to_owned()),
        );
    }
    check.whole_days("keep", backup.keep, 1);
    tags(check, backup);
    let Some(copy) = &backup.copy else {
        return;
    };
    if let Some(keep) = copy.keep {
        check.below(&["copy"], |check| check.whole_days("keep", keep, 1));
    }
    if copy.vault == backup.vault && copy.region.is_none() && copy.account.is_none() {
        check.note(&["copy", "vault"], "the copy would lie in the vault of the original", None);
    }
}

fn tags(check: &mut Check<'_>, backup: &Backup) {
    let tags = &backup.select.tag;
    if tags.is_empty() {
        check.note(&["select", "tag"], "without a tag nothing is selected", None);
    }
    let odd = |text: &str, longest: usize| text.chars().count() > longest || text.contains(char::is_control);
    if tags.iter().any(|(key, value)| key.is_empty() || odd(key, 128) || odd(value, 256)) {
        check.note(&["select", "tag"], "a tag's key has 1 to 128 and its value at most 256 visible characters", None);
    }
}
