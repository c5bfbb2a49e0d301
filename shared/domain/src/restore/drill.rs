//! A rehearsal: a point is restored, looked at, checked, and removed again; and what that proved.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Restore;
use super::command::Awaited;
use super::compare::Compared;
use super::judge::DRILL_CHECK_BROKE;
use super::tidy::Tidied;
use crate::job::{Job, Note};
use crate::outcome::{Cause, Outcome, Settlement};
use crate::printable::printable;

/// Most characters of a check's own words that are kept.
const WORDS_CHARS_MAX: usize = 1_000;

/// What is checked beyond what EC2 says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drill {
    /// A function of the user's that looks into the machine; ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_function: Option<String>,
    /// A program and its arguments, for the machine of the person who rehearses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub check_command: Vec<String>,
}

impl Drill {
    /// Whether somebody has to look into the machine before the drill is judged.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.check_function.is_some() || !self.check_command.is_empty()
    }
}

/// What a user's check came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Content {
    /// None was asked for.
    NotAsked,
    /// It said yes.
    Passed {
        /// Its words.
        said: String,
    },
    /// It said no.
    Failed {
        /// Its words.
        said: String,
    },
    /// It gave no answer that means yes or no.
    Broke {
        /// What was seen of it.
        said: String,
    },
}

impl Content {
    /// Reads the answer of a user's function: `{"passed": true, "said": "..."}`. Whatever else comes is no answer.
    #[must_use]
    pub fn read(answer: &serde_json::Value) -> Self {
        let said = answer.get("said").and_then(serde_json::Value::as_str).unwrap_or_default();
        let said = printable(said, WORDS_CHARS_MAX);
        match answer.get("passed") {
            Some(serde_json::Value::Bool(true)) => Self::Passed { said },
            Some(serde_json::Value::Bool(false)) => Self::Failed { said },
            Some(_) | None => Self::broke(&format!("no `passed` of true or false in its answer {answer}")),
        }
    }

    /// The check itself came to nothing.
    #[must_use]
    pub fn broke(why: &str) -> Self {
        Self::Broke { said: printable(why, WORDS_CHARS_MAX) }
    }
}

/// How a rehearsal came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CameOut {
    /// The point can be restored, and what came back is right.
    Passed,
    /// It can't, or what came back is wrong.
    Failed,
    /// Nobody knows: the check itself did not work. That is not a pass.
    CheckBroke,
}

/// The verdict, posted whatever happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// How it came out.
    pub came_out: CameOut,
    /// Why, in one sentence.
    pub why: String,
    /// When it was said.
    pub at: Timestamp,
    /// The point.
    pub recovery_point: String,
    /// The machine that was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    /// From the first start until the machine was there and checked, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restore_secs: Option<i64>,
    /// What was compared.
    pub compared: Vec<Compared>,
    /// The user's check.
    pub content: Content,
}

/// A drill as its job's record keeps it: the check, the verdict, then what became of the machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillRecord {
    /// The machine that a person's command is to look into, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaited: Option<Awaited>,
    /// What the user's check came to; the first word counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    /// Once it is said it never changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Set once nothing is left to be removed, or what is left is a person's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tidied: Option<Tidied>,
}

impl DrillRecord {
    /// A drill's end as it is told: what was left behind is nobody's green.
    #[must_use]
    pub fn told(&self, end: &Settlement) -> Settlement {
        let mut told = end.clone();
        if let Some(Tidied::LeftBehind { what, .. }) = self.tidied.as_ref().filter(|_| end.outcome.is_safe()) {
            told.outcome = Outcome::Partial;
            told.cause = Some(Cause {
                id: "drill-left-behind".into(),
                what: format!("The drill passed, but something that it made may still be there, and cost money: {what}"),
                fix: "Look for machines that the restore job made, and terminate them; none was touched that is not surely the drill's.".into(),
                said: None,
            });
        }
        told
    }

    /// What the report tells of a drill.
    pub fn notes(&self) -> impl Iterator<Item = Note> {
        let verdict = self.verdict.as_ref().map(|said| Note { at: said.at, text: said.shown() });
        let tidied = self.tidied.as_ref().map(|tidied| Note { at: tidied.at(), text: tidied.shown() });
        verdict.into_iter().chain(tidied)
    }
}

/// Says what a settled drill proved. `machine` is what the restore made, `compared` what a last look at it showed.
#[must_use]
pub fn verdict(
    job: &Job,
    restore: &Restore,
    machine: Option<&str>,
    compared: Vec<Compared>,
    now: Timestamp,
) -> Verdict {
    let (came_out, why) = weigh(job, &compared);
    Verdict {
        came_out,
        why,
        at: now,
        recovery_point: restore.recovery_point.clone(),
        machine: machine.map(str::to_owned),
        restore_secs: restore_secs(job),
        compared,
        content: job.drill.content.clone().unwrap_or(Content::NotAsked),
    }
}

/// The settlement decides: whatever was compared and checked is in it already.
fn weigh(job: &Job, compared: &[Compared]) -> (CameOut, String) {
    let Some(end) = job.settlement() else {
        return (CameOut::CheckBroke, "it was weighed before the restore had ended".to_owned());
    };
    let why = end.cause.as_ref().map_or_else(|| "no cause was told".to_owned(), |cause| cause.what.clone());
    match end.outcome {
        Outcome::Succeeded | Outcome::NothingToDo => {
            let right = compared.iter().filter(|it| it.is_right).count();
            (CameOut::Passed, format!("restored, and as it has to be ({right} things compared)"))
        }
        Outcome::Partial if end.cause.as_ref().is_some_and(|cause| cause.id == DRILL_CHECK_BROKE) => {
            (CameOut::CheckBroke, why)
        }
        Outcome::Partial | Outcome::Failed => (CameOut::Failed, why),
    }
}

/// What a restore in earnest would have taken: from the first claim until its machine was judged good.
pub(crate) fn restore_secs(job: &Job) -> Option<i64> {
    let began = job.attempts.first()?.claimed_at;
    let ended = job.attempts.last()?.ended_at?;
    let took: SignedDuration = ended.duration_since(began);
    job.settlement().filter(|end| end.outcome.is_safe()).map(|_| took.as_secs())
}

impl Verdict {
    /// One line for the report.
    #[must_use]
    pub fn shown(&self) -> String {
        let word = match self.came_out {
            CameOut::Passed => "DRILL PASSED",
            CameOut::Failed => "DRILL FAILED",
            CameOut::CheckBroke => "DRILL CHECK BROKE",
        };
        let took = self.restore_secs.map_or_else(String::new, |secs| format!("; the restore took {secs} s"));
        format!("{word}: {}{took}", self.why)
    }
}
