//! Windows, retention, tags and copies that AWS Backup would refuse.

use super::Check;
use crate::plan::{Backup, CopyTo, Drill, PlanDuration, Tags};

/// AWS Backup's shortest start window.
const SHORTEST_START: PlanDuration = PlanDuration::from_hours(1);
/// What is moved to cold storage is billed there for so many days, and can't go sooner.
const COLD_DAYS: u64 = 90;
/// AWS Backup's limits of one selection: ARNs in all, and where one of them is a pattern.
const ARNS_MAX: (usize, usize) = (500, 30);

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
    cold(check, backup);
    selection(check, backup);
    for (at, copy) in backup.copy.iter().enumerate() {
        check.below(&["copy"], |check| self::copy(check, backup, copy, at));
    }
    if let Some(drill) = &backup.drill {
        check.below(&["drill"], |check| self::drill(check, drill));
    }
}

/// A copy has the original's lifecycle but for its end, so every one of them has to be kept long enough.
fn cold(check: &mut Check<'_>, backup: &Backup) {
    let Some(cold_after) = backup.cold_after else { return };
    check.whole_days("cold_after", cold_after, 1);
    let least = backup.cold_after_days().unwrap_or_default().saturating_add(COLD_DAYS);
    let shortest = backup.copy.iter().filter_map(|copy| copy.keep).chain([backup.keep]).min();
    if let Some(short) = shortest.filter(|keep| *keep < PlanDuration::from_days(least)) {
        check.note(
            &["cold_after"],
            format!(
                "what moves to cold storage after {cold_after} stays there for {COLD_DAYS}d, and {short} is shorter"
            ),
            Some(format!("keep for {least}d or longer, or leave out cold_after")),
        );
    }
}

fn selection(check: &mut Check<'_>, backup: &Backup) {
    let select = &backup.select;
    let conditions = &select.conditions;
    let says_which = !select.tag.is_empty() || !select.arns.is_empty();
    if !says_which && conditions.equals.is_empty() && conditions.like.is_empty() {
        check.note(&["select", "tag"], "without a tag nothing is selected", None);
    }
    if is_odd(&select.tag) {
        check.note(&["select", "tag"], "a tag's key has 1 to 128 and its value at most 256 visible characters", None);
    }
    for (key, tags) in [
        ("equals", &conditions.equals),
        ("not_equals", &conditions.not_equals),
        ("like", &conditions.like),
        ("not_like", &conditions.not_like),
    ] {
        if is_odd(tags) {
            let message = "a tag's key has 1 to 128 and its value at most 256 visible characters";
            check.note(&["select", "conditions", key], message, None);
        }
    }
    let is_pattern = select.arns.iter().any(|arn| arn.as_str().ends_with('*'));
    let most = if is_pattern { ARNS_MAX.1 } else { ARNS_MAX.0 };
    if select.arns.len() > most {
        let message = format!("AWS Backup takes at most {} ARNs, and {} where one ends in *", ARNS_MAX.0, ARNS_MAX.1);
        check.note(&["select", "arns"], message, Some("select by a tag".to_owned()));
    }
}

fn is_odd(tags: &Tags) -> bool {
    let odd = |text: &str, longest: usize| text.chars().count() > longest || text.contains(char::is_control);
    tags.iter().any(|(key, value)| key.is_empty() || odd(key, 128) || odd(value, 256))
}

fn copy(check: &mut Check<'_>, backup: &Backup, copy: &CopyTo, at: usize) {
    if let Some(keep) = copy.keep {
        check.whole_days("keep", keep, 1);
    }
    if copy.vault == backup.vault && copy.region.is_none() && copy.account.is_none() {
        check.note(&["vault"], "the copy would lie in the vault of the original", None);
    }
    let place = |copy: &CopyTo| (copy.vault.clone(), copy.region.clone(), copy.account.clone());
    if backup.copy.iter().take(at).any(|other| place(other) == place(copy)) {
        check.note(&["vault"], "two copies would lie in the same vault", None);
    }
}

fn drill(check: &mut Check<'_>, drill: &Drill) {
    if let Some(schedule) = &drill.schedule {
        check.known_name(&["schedule"], "schedules", schedule.as_str());
    }
    let Some(wanted) = &drill.check else { return };
    if wanted.lambda.is_some() != wanted.command.is_empty() {
        check.note(&["check"], "the content is looked at by one of `lambda` and `command`", None);
    }
    let is_odd = |word: &String| word.contains(char::is_control);
    if wanted.command.first().is_some_and(|program| program.trim().is_empty()) || wanted.command.iter().any(is_odd) {
        let message = "a command is a program and its arguments, without line breaks";
        check.note(&["check", "command"], message, Some(r#"write command: ["./look", "--deep"]"#.to_owned()));
    }
    if !wanted.command.is_empty() && drill.schedule.is_some() {
        check.note(
            &["check", "command"],
            "a schedule has no machine to run a command on",
            Some("name a function in `lambda`, or leave out the schedule and call `nightferry drill`".to_owned()),
        );
    }
}
