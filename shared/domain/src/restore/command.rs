//! A check of a drill by a command, on the machine of the person who rehearses: how long it is waited for, and what its end
//! says.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::drill::Content;
use crate::job::after;

/// How long the command may look into the machine, in seconds: as long as a user's function may.
pub const COMMAND_SECS_MAX: i64 = 900;
/// How long after that its word is waited for, in seconds: the program tells it at once.
const COMMAND_GRACE_SECS: i64 = 120;
/// Of the command's last lines, so many are kept,
const LINES_MAX: usize = 20;
/// and so many characters of them.
const TAIL_CHARS_MAX: usize = 900;

/// A machine that is as it has to be, and that a person's command is to look into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaited {
    /// `i-...`
    pub machine: String,
    /// Since when.
    pub since: Timestamp,
}

impl Awaited {
    /// Whether nobody can be at the check any more whose word is still to come.
    #[must_use]
    pub fn is_given_up(&self, now: Timestamp) -> bool {
        now >= after(self.since, COMMAND_SECS_MAX.saturating_add(COMMAND_GRACE_SECS))
    }
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// By itself, with this code.
    Code(i32),
    /// By a signal, which says nothing of the machine.
    Killed,
    /// Not within [`COMMAND_SECS_MAX`]: it was stopped.
    Late,
}

/// What the end of a command says; `output` is the end of what it wrote. Only 0 is a pass.
#[must_use]
pub fn word(ended: Ended, output: &str) -> Content {
    let tail = last_lines(output);
    match ended {
        Ended::Code(0) => Content::Passed { said: tail },
        Ended::Code(code) => Content::Failed { said: format!("it ended with {code}; {tail}") },
        Ended::Killed => Content::broke(&format!("it was ended by a signal; {tail}")),
        Ended::Late => Content::broke(&format!("it had not ended after {COMMAND_SECS_MAX} s; {tail}")),
    }
}

/// The last lines on one line, from the first that is whole.
fn last_lines(output: &str) -> String {
    let mut kept: Vec<String> = vec![];
    let mut left = TAIL_CHARS_MAX;
    for line in output.lines().rev().map(str::trim).filter(|line| !line.is_empty()).take(LINES_MAX) {
        let line = crate::printable::printable(line, TAIL_CHARS_MAX);
        let count = line.chars().count().saturating_add(3);
        if count > left && !kept.is_empty() {
            break;
        }
        left = left.saturating_sub(count);
        kept.push(line);
    }
    kept.reverse();
    kept.join(" | ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_end_with_0_is_a_pass_and_a_signal_or_no_end_is_neither_yes_nor_no() {
        assert_eq!(word(Ended::Code(0), "3 tables\n"), Content::Passed { said: "3 tables".into() });
        assert_eq!(word(Ended::Code(2), "empty\n"), Content::Failed { said: "it ended with 2; empty".into() });
        for ended in [Ended::Killed, Ended::Late] {
            assert!(
                matches!(word(ended, "3 tables"), Content::Broke { said } if said.contains("3 tables")),
                "{ended:?}"
            );
        }
    }

    #[test]
    fn the_last_lines_are_kept_whole_and_fit_to_be_told() {
        let output = (0..5_000).map(|n| format!("line {n}\u{1b}[2J\n\n")).collect::<Vec<_>>().concat();
        let Content::Passed { said } = word(Ended::Code(0), &output) else { panic!("it passed") };
        assert!(said.starts_with("line 4980[2J | ") && said.ends_with("line 4999[2J"), "{said}");
        let endless = "x".repeat(100_000);
        let Content::Failed { said } = word(Ended::Code(1), &endless) else { panic!("it failed") };
        assert!(said.chars().count() < 1_000, "{}", said.len());
    }

    #[test]
    fn a_word_is_waited_for_a_little_longer_than_a_command_may_take() {
        let since: Timestamp = "2026-11-22T01:00:00Z".parse().unwrap();
        let awaited = Awaited { machine: "i-0feed0beef0cafe01".into(), since };
        assert!(!awaited.is_given_up("2026-11-22T01:16:59Z".parse().unwrap()));
        assert!(awaited.is_given_up("2026-11-22T01:17:00Z".parse().unwrap()));
    }
}
