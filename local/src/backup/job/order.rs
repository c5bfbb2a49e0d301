//! What a backup job is asked to do: by a caller, or by a plan's rule.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::ids::lean;
use super::super::lifecycle::Lifecycle;
use super::super::read::{Asked, Tags, map, required, role, whole};
use super::super::refusal::Refusal;

/// The start window's least, usual and greatest length, in minutes.
const START_WINDOW: (i64, i64, i64) = (60, 480, 52_560_000);
/// The completion window's least length, in minutes.
const COMPLETE_WINDOW_MIN: i64 = 60;

/// Which rule of which plan made a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::backup) struct Creator {
    pub(in crate::backup) plan_id: String,
    pub(in crate::backup) plan_arn: String,
    pub(in crate::backup) plan_name: String,
    pub(in crate::backup) version: String,
    pub(in crate::backup) rule_id: String,
    pub(in crate::backup) rule_name: String,
    pub(in crate::backup) cron: String,
    pub(in crate::backup) timezone: String,
}

impl Creator {
    /// As the API shows it.
    pub(in crate::backup) fn shown(&self) -> Value {
        json!({
            "BackupPlanId": self.plan_id, "BackupPlanArn": self.plan_arn, "BackupPlanName": self.plan_name,
            "BackupPlanVersion": self.version, "BackupRuleId": self.rule_id, "BackupRuleName": self.rule_name,
            "BackupRuleCron": self.cron, "BackupRuleTimezone": self.timezone,
        })
    }
}

/// A copy that a rule wants of each of its points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::backup) struct CopyAction {
    pub(in crate::backup) vault_arn: String,
    pub(in crate::backup) lifecycle: Lifecycle,
}

/// How long a job may take to start and to be done, in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::backup) struct Windows {
    pub(in crate::backup) start: i64,
    pub(in crate::backup) complete: Option<i64>,
}

impl Windows {
    /// Reads them; the completion window's name is not the same everywhere.
    pub(in crate::backup) fn read(document: &Value, complete: &str) -> Result<Self, Refusal> {
        let (least, usual, most) = START_WINDOW;
        let start = whole(document, "StartWindowMinutes", least, most)?.unwrap_or(usual);
        let complete = whole(document, complete, COMPLETE_WINDOW_MIN, most)?;
        if complete.is_some_and(|complete| complete < start) {
            return Err(Refusal::value("The completion window has to be at least as long as the start window."));
        }
        Ok(Self { start, complete })
    }

    /// Until when a job that was made then has to have started.
    pub(in crate::backup) fn start_by(&self, created: Timestamp) -> Timestamp {
        after(created, self.start)
    }

    /// Until when it has to be done, if ever.
    pub(in crate::backup) fn complete_by(&self, created: Timestamp) -> Option<Timestamp> {
        self.complete.map(|minutes| after(created, minutes))
    }
}

fn after(time: Timestamp, minutes: i64) -> Timestamp {
    time.checked_add(SignedDuration::from_mins(minutes)).unwrap_or(Timestamp::MAX)
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::backup) struct Order {
    pub(in crate::backup) token: Option<String>,
    pub(in crate::backup) vault: String,
    pub(in crate::backup) resource_arn: String,
    pub(in crate::backup) role: String,
    pub(in crate::backup) windows: Windows,
    pub(in crate::backup) lifecycle: Lifecycle,
    pub(in crate::backup) tags: Tags,
    pub(in crate::backup) options: Value,
    pub(in crate::backup) creator: Option<Creator>,
    pub(in crate::backup) copies: Vec<CopyAction>,
}

impl Order {
    /// Reads a `StartBackupJob`.
    pub(in crate::backup) fn read(asked: &Asked) -> Result<Self, Refusal> {
        let body = &asked.body;
        let resource_arn = required(body, "ResourceArn")?;
        check_resource(asked, resource_arn)?;
        let options = map(body, "BackupOptions")?;
        if let Some(unknown) = options.keys().find(|key| *key != "WindowsVSS") {
            return Err(Refusal::value(format!("Invalid backup option: {unknown}")));
        }
        Ok(Self {
            token: asked.text("IdempotencyToken").map(str::to_owned),
            vault: required(body, "BackupVaultName")?.to_owned(),
            resource_arn: resource_arn.to_owned(),
            role: role(asked, body)?,
            windows: Windows::read(body, "CompleteWindowMinutes")?,
            lifecycle: Lifecycle::read(body)?,
            tags: map(body, "RecoveryPointTags")?,
            options: if options.is_empty() { Value::Null } else { lean(json!(options)) },
            creator: None,
            copies: Vec::new(),
        })
    }
}

fn check_resource(asked: &Asked, arn: &str) -> Result<(), Refusal> {
    let home = super::super::read::Home::of(arn);
    if !arn.starts_with("arn:") || arn.split(':').count() < 6 {
        return Err(Refusal::value(format!("Invalid ARN: {arn}")));
    }
    if !arn.contains(":ec2:") || !arn.contains(":instance/i-") {
        return Err(Refusal::value(format!(
            "Unsupported resource type: {arn} is no EC2 instance, and the local AWS backs up no others."
        )));
    }
    if home != asked.home {
        return Err(Refusal::value(format!("Invalid ARN: {arn} is of another account or Region than the call.")));
    }
    Ok(())
}
