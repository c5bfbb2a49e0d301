//! New objects go by the bucket's replication rule, without us: whether they arrive, by the rule itself and by CloudWatch's figures of it.
//!
//! What a batch job has proved stays proved. A rule that failed since, or that is not there any more, leaves objects
//! uncopied all the same, so that such a night is not a clean one. Where nothing is known nothing is said to be well.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::confirm::{RulesNow, rule_difference};
use crate::outcome::{Cause, is_zero};
use crate::replication::Replication;

#[cfg(test)]
#[path = "new_objects_tests.rs"]
mod tests;

/// Seconds that one figure stands for: CloudWatch keeps figures of this length for 63 days.
pub const FIGURE_SECS: i64 = 300;

/// What CloudWatch has of a rule over a span of time. What it has no figure of is `None`, or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleFigures {
    /// Operations that failed, by the beginning of the [`FIGURE_SECS`] in which they did. With a rule under which nothing
    /// was replicated there is none; with one under which nothing failed they are 0.
    pub failed: Vec<(Timestamp, u64)>,
    /// Operations that waited at last.
    pub operations_pending: Option<u64>,
    /// Bytes that waited at last.
    pub bytes_pending: Option<u64>,
    /// By how much the destination was behind at last, in seconds.
    pub behind_secs: Option<u64>,
}

/// How new objects fare under a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleState {
    /// They arrive.
    Healthy,
    /// Some failed, and no batch job has carried them.
    Failing,
    /// They wait for longer than the plan promises.
    Behind,
    /// The rule is not the plan's any more.
    Off,
    /// Nobody can tell.
    Unknown,
}

/// How new objects fare under a job's rule, for the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewObjects {
    /// Id of the rule.
    pub rule: String,
    /// From when on the figures are.
    pub since: Timestamp,
    /// What they come to.
    pub state: RuleState,
    /// Operations that failed and that no batch job has carried since.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failed: u64,
    /// Operations that failed before tonight's batch job listed what had failed, and carried it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub carried: u64,
    /// Operations that waited at last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operations_pending: Option<u64>,
    /// Bytes that waited at last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_pending: Option<u64>,
    /// By how much the destination was behind at last, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind_secs: Option<u64>,
    /// Why it is off, or why nobody can tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What the judgement depends on. What could not be read is the refusal's words.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The plan's settings.
    pub replication: &'a Replication,
    /// The bucket's replication configuration.
    pub rules: Result<&'a RulesNow, &'a str>,
    /// CloudWatch's figures.
    pub figures: Result<&'a RuleFigures, &'a str>,
    /// From when on they are.
    pub since: Timestamp,
    /// How old what is safe may be, in seconds.
    pub promise_secs: i64,
    /// Whatever failed before is carried: when the batch job that carried everything was claimed. `None` if none did.
    pub carried_until: Option<Timestamp>,
}

/// How new objects fare.
#[must_use]
pub fn judge(seen: &Seen<'_>) -> NewObjects {
    let empty = RuleFigures::default();
    let figures = seen.figures.unwrap_or(&empty);
    let (carried, failed) = split(&figures.failed, seen.carried_until);
    let (state, why) = state(seen, figures, failed);
    NewObjects {
        rule: seen.replication.rule.clone(),
        since: seen.since,
        state,
        failed,
        carried,
        operations_pending: figures.operations_pending,
        bytes_pending: figures.bytes_pending,
        behind_secs: figures.behind_secs,
        why,
    }
}

/// A span that reaches beyond the moment counts as failed: nobody knows on which side of it the object was.
fn split(failed: &[(Timestamp, u64)], carried_until: Option<Timestamp>) -> (u64, u64) {
    failed.iter().fold((0_u64, 0_u64), |(carried, left), (begin, count)| {
        let end = begin.saturating_add(SignedDuration::from_secs(FIGURE_SECS)).unwrap_or(Timestamp::MAX);
        if carried_until.is_some_and(|until| end <= until) {
            (carried.saturating_add(*count), left)
        } else {
            (carried, left.saturating_add(*count))
        }
    })
}

fn state(seen: &Seen<'_>, figures: &RuleFigures, failed: u64) -> (RuleState, Option<String>) {
    let differs = seen.rules.ok().and_then(|rules| rule_difference(seen.replication, rules));
    if let Some(how) = differs {
        return (RuleState::Off, Some(how));
    }
    if failed > 0 {
        return (RuleState::Failing, None);
    }
    let promise_secs = u64::try_from(seen.promise_secs).unwrap_or_default();
    if figures.behind_secs.is_some_and(|secs| secs > promise_secs) {
        return (RuleState::Behind, None);
    }
    match (seen.rules, seen.figures) {
        (Err(why), _) | (_, Err(why)) => (RuleState::Unknown, Some(why.to_owned())),
        (Ok(_), Ok(figures)) if *figures == RuleFigures::default() => {
            let why =
                "CloudWatch has no figures of the rule: nothing was written that it covers, or its metrics are off";
            (RuleState::Unknown, Some(why.to_owned()))
        }
        (Ok(_), Ok(_)) => (RuleState::Healthy, None),
    }
}

impl NewObjects {
    /// Whether a person may sleep on. What is not known is no reason to wake somebody: what the batch job proved is proved.
    #[must_use]
    pub fn is_safe(&self) -> bool {
        self.cause().is_none()
    }

    /// Why not.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        let cause = |id: &str, what: String, fix: &str| {
            Some(Cause { id: id.to_owned(), what, fix: fix.to_owned(), said: None })
        };
        let Self { rule, failed, .. } = self;
        match self.state {
            RuleState::Healthy | RuleState::Unknown => None,
            RuleState::Failing => cause(
                "new-objects-failing",
                format!(
                    "{failed} operation(s) of replication rule `{rule}` failed, and no batch job has carried them since"
                ),
                "`nightferry check` names what is missing on either side; once it is mended, `nightferry run` of the job carries what failed.",
            ),
            RuleState::Behind => cause(
                "new-objects-behind",
                format!(
                    "The destination of replication rule `{rule}` is behind by {} s, longer than the plan promises",
                    self.behind_secs.unwrap_or_default()
                ),
                "See the pending operations of the rule in S3's console; if they do not fall, `nightferry check`, and AWS Support.",
            ),
            RuleState::Off => cause(
                "replication-rule-differs",
                self.why.clone().unwrap_or_default(),
                "`nightferry apply` restores the plan's rule; then `nightferry rerun`.",
            ),
        }
    }
}
