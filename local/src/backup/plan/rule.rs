//! One rule of a plan.

use nightferry_domain::plan::Schedule;
use serde_json::{Value, json};

use super::super::ids::{lean, uuid};
use super::super::job::order::{CopyAction, Windows};
use super::super::lifecycle::Lifecycle;
use super::super::read::{Tags, map, objects, required, text};
use super::super::refusal::Refusal;

/// When a rule backs up that doesn't say when.
const USUAL_CRON: &str = "cron(0 5 ? * * *)";
const USUAL_ZONE: &str = "Etc/UTC";
/// How long a rule's job may take in all when the rule doesn't say, in minutes.
const USUAL_COMPLETION: i64 = 10_080;

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::backup) struct Rule {
    pub(in crate::backup) id: String,
    pub(in crate::backup) name: String,
    pub(in crate::backup) vault: String,
    pub(in crate::backup) cron: String,
    pub(in crate::backup) timezone: String,
    pub(in crate::backup) windows: Windows,
    pub(in crate::backup) lifecycle: Lifecycle,
    pub(in crate::backup) tags: Tags,
    pub(in crate::backup) copies: Vec<CopyAction>,
}

impl Rule {
    /// Reads one; a rule of a name that was there before keeps its id.
    pub(super) fn read(document: &Value, before: &[Self]) -> Result<Self, Refusal> {
        let name = required(document, "RuleName")?.to_owned();
        let known = before.iter().find(|rule| rule.name == name).map(|rule| rule.id.clone());
        let mut windows = Windows::read(document, "CompletionWindowMinutes")?;
        windows.complete = windows.complete.or_else(|| Some(USUAL_COMPLETION.max(windows.start)));
        let rule = Self {
            id: known.unwrap_or_else(uuid),
            name,
            vault: required(document, "TargetBackupVaultName")?.to_owned(),
            cron: text(document, "ScheduleExpression").unwrap_or(USUAL_CRON).to_owned(),
            timezone: text(document, "ScheduleExpressionTimezone").unwrap_or(USUAL_ZONE).to_owned(),
            windows,
            lifecycle: Lifecycle::read(document)?,
            tags: map(document, "RecoveryPointTags")?,
            copies: objects(document, "CopyActions").map(copy).collect::<Result<_, _>>()?,
        };
        let wrong = |error: &dyn std::fmt::Display| {
            Refusal::value(format!("Invalid schedule expression {}: {error}", rule.cron))
        };
        let _ = rule.schedule().map_err(|error| wrong(&error))?.times().map_err(|error| wrong(&error))?;
        Ok(rule)
    }

    /// Its times.
    pub(super) fn schedule(&self) -> Result<Schedule, &'static str> {
        schedule(&self.cron, &self.timezone)
    }

    /// As the API shows it.
    pub(super) fn shown(&self) -> Value {
        let copies: Vec<Value> = self
            .copies
            .iter()
            .map(|copy| lean(json!({"DestinationBackupVaultArn": copy.vault_arn, "Lifecycle": copy.lifecycle.shown()})))
            .collect();
        lean(json!({
            "RuleId": self.id, "RuleName": self.name, "TargetBackupVaultName": self.vault,
            "ScheduleExpression": self.cron, "ScheduleExpressionTimezone": self.timezone,
            "StartWindowMinutes": self.windows.start, "CompletionWindowMinutes": self.windows.complete,
            "Lifecycle": self.lifecycle.shown(), "RecoveryPointTags": self.tags, "CopyActions": copies,
            "EnableContinuousBackup": false,
        }))
    }
}

/// The times of `cron(...)` in a zone.
pub(in crate::backup) fn schedule(cron: &str, timezone: &str) -> Result<Schedule, &'static str> {
    let inner = cron.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(')'));
    let cron = inner.ok_or("it has to be cron(...)")?.to_owned();
    Ok(Schedule { cron, timezone: timezone.to_owned() })
}

fn copy(document: &Value) -> Result<CopyAction, Refusal> {
    let vault_arn = required(document, "DestinationBackupVaultArn")?.to_owned();
    Ok(CopyAction { vault_arn, lifecycle: Lifecycle::read(document)? })
}
