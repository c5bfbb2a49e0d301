//! The message about an agent that went, or came back: which jobs hang on it, when their next nights are, what to do.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::jobs::OFFLINE_FIX;
use super::standing::{AgentJob, AgentState};
use crate::report::message::SUBJECT_CHARS_MAX;
use crate::report::words::{counted, moment, shown};

/// Jobs named one by one; the rest is counted.
pub const JOBS_TOLD_MAX: usize = 100;

/// The subject: plain ASCII in one line, for example `[Nightferry] agent nightferry-tokyo is OFFLINE: 2 jobs at risk`.
#[must_use]
pub fn subject(agent: &AgentState, jobs: &[AgentJob]) -> String {
    let tail = if agent.is_online() {
        " is ONLINE again".to_owned()
    } else {
        format!(" is {}: {} at risk", word(agent), counted(u64::try_from(jobs.len()).unwrap_or(u64::MAX), "job"))
    };
    let head = format!("[Nightferry] agent {}", agent.name);
    // What happened is what the subject is for, so it is the name that gives way.
    let room = SUBJECT_CHARS_MAX.saturating_sub(tail.chars().count());
    head.chars().take(room).chain(tail.chars()).filter(|c| c.is_ascii() && !c.is_ascii_control()).collect()
}

/// The text; times are in UTC.
#[must_use]
pub fn message(agent: &AgentState, jobs: &[AgentJob], noticed: Timestamp) -> String {
    let head = format!("The agent {} is {}", shown(&agent.name), word(agent));
    let at = moment(noticed, &TimeZone::UTC);
    let jobs = lines(jobs);
    if agent.is_online() {
        return format!(
            "{head} again, noticed {at}.\n\nThese jobs go through it, and are no longer at risk by it:\n{jobs}\n\
             What failed in the meantime: nightferry status\n"
        );
    }
    format!(
        "{head}, noticed {at}.\n\nAt risk until it is ONLINE again:\n{jobs}\nFix: {OFFLINE_FIX} (agent-offline)\n\n\
         Another message follows when it is ONLINE again.\n"
    )
}

/// As DataSync calls it; what it does not say is said.
fn word(agent: &AgentState) -> String {
    if agent.status.is_empty() { "in a state that DataSync does not name".to_owned() } else { shown(&agent.status) }
}

/// A line a job, with its next night.
fn lines(jobs: &[AgentJob]) -> String {
    let told = jobs.iter().take(JOBS_TOLD_MAX).map(|job| format!("  {}\n", line(job, &TimeZone::UTC)));
    let more = jobs.len().saturating_sub(JOBS_TOLD_MAX);
    told.chain((more > 0).then(|| format!("  ... and {more} more: nightferry check\n"))).collect()
}

/// `mail, next run 2026-11-20 21:00 UTC`
#[must_use]
pub fn line(job: &AgentJob, zone: &TimeZone) -> String {
    let next = job.next_run.map_or_else(|| "not known".to_owned(), |at| moment(at, zone));
    format!("{}, next run {next}", job.name)
}

#[cfg(test)]
mod tests {
    use super::super::standing::tests::evening;
    use super::*;

    fn agent(status: &str) -> AgentState {
        AgentState { name: "nightferry-tokyo".into(), status: status.into() }
    }

    fn jobs(count: usize) -> Vec<AgentJob> {
        let next_run = |n| (n > 0).then(|| "2026-11-20T21:00:00Z".parse().unwrap());
        (0..count).map(|n| AgentJob { name: format!("job-{n}").parse().unwrap(), next_run: next_run(n) }).collect()
    }

    #[test]
    fn who_reads_the_subject_alone_knows_what_is_at_risk() {
        let offline = agent("OFFLINE");
        assert_eq!(subject(&offline, &jobs(2)), "[Nightferry] agent nightferry-tokyo is OFFLINE: 2 jobs at risk");
        assert_eq!(subject(&offline, &jobs(1)), "[Nightferry] agent nightferry-tokyo is OFFLINE: 1 job at risk");
        assert_eq!(subject(&agent("ONLINE"), &jobs(2)), "[Nightferry] agent nightferry-tokyo is ONLINE again");
    }

    #[test]
    fn a_name_of_any_length_and_kind_gives_way_to_what_happened() {
        let name = format!("東京\r\nBcc: x {}", "n".repeat(256));
        let subject = subject(&AgentState { name, status: "OFFLINE".into() }, &jobs(2));
        assert!(subject.len() <= SUBJECT_CHARS_MAX && subject.ends_with("is OFFLINE: 2 jobs at risk"), "{subject}");
        assert!(subject.chars().all(|c| c.is_ascii_graphic() || c == ' '), "{subject}");
    }

    #[test]
    fn the_message_names_the_jobs_their_nights_and_the_fix() {
        insta::assert_snapshot!(message(&agent("OFFLINE"), &jobs(2), evening()));
    }

    #[test]
    fn that_it_is_back_is_told_too() {
        insta::assert_snapshot!(message(&agent("ONLINE"), &jobs(2), evening()));
    }

    #[test]
    fn jobs_beyond_the_limit_are_counted_and_no_text_of_others_begins_a_line() {
        let text = message(&AgentState { status: String::new(), ..agent("") }, &jobs(JOBS_TOLD_MAX + 3), evening());
        assert!(
            text.contains("... and 3 more") && text.contains("is in a state that DataSync does not name"),
            "{text}"
        );
        let forged = AgentState { name: "a\nBcc: b\u{202e}".into(), status: "OFF\nLINE".into() };
        let text = message(&forged, &jobs(1), evening());
        assert!(!text.contains("\nBcc") && !text.contains("\nLINE") && !text.contains('\u{202e}'), "{text}");
    }
}
