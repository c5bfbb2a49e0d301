//! Backup plans: rules with their windows and copies, in versions, and the selections that say what they back up.

pub(super) mod calls;
mod chosen;
pub(super) mod fire;
pub(super) mod rule;
pub(super) mod selections;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Backup;
use super::events::Told;
use super::ids::{epoch, iso, lean, maybe_epoch};
use super::read::{Asked, Home, Tags};
use super::refusal::Refusal;
use super::store::State;
use rule::Rule;

/// One version of a plan.
#[derive(Debug, Clone)]
pub(super) struct Version {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) rules: Vec<Rule>,
    /// As it was written.
    pub(super) advanced: Value,
    pub(super) created: Timestamp,
}

/// What a plan backs up, and under which role.
#[derive(Debug, Clone)]
pub(super) struct Selection {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) role: String,
    /// As it was written.
    pub(super) document: Value,
    pub(super) request_id: Option<String>,
    pub(super) created: Timestamp,
}

/// One plan. There is always a version.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) id: String,
    pub(super) home: Home,
    pub(super) request_id: Option<String>,
    pub(super) tags: Tags,
    pub(super) current: Version,
    pub(super) older: Vec<Version>,
    pub(super) selections: Vec<Selection>,
    pub(super) created: Timestamp,
    pub(super) deleted: Option<Timestamp>,
    pub(super) fired: Option<Timestamp>,
    /// Everything that was due until then has been started.
    pub(super) seen: Timestamp,
}

impl Plan {
    /// Its ARN.
    pub(super) fn arn(&self) -> String {
        self.home.arn(&format!("backup-plan:{}", self.id))
    }

    /// As lists show it.
    pub(super) fn listed(&self, version: &Version) -> Value {
        lean(json!({
            "BackupPlanArn": self.arn(), "BackupPlanId": self.id, "BackupPlanName": version.name,
            "VersionId": version.id, "CreationDate": epoch(version.created), "DeletionDate": maybe_epoch(self.deleted),
            "LastExecutionDate": maybe_epoch(self.fired), "CreatorRequestId": self.request_id,
            "AdvancedBackupSettings": version.advanced,
        }))
    }
}

impl State {
    /// The plan that a call's path names, deleted or not.
    pub(super) fn plan(&self, asked: &Asked) -> Result<&Plan, Refusal> {
        let id = asked.route.part("plan");
        let plan = self.plans.iter().find(|plan| plan.home == asked.home && plan.id == id);
        plan.ok_or_else(|| missing(id))
    }

    /// The same, to change it; a deleted one can't be.
    pub(super) fn plan_mut(&mut self, asked: &Asked) -> Result<&mut Plan, Refusal> {
        let id = asked.route.part("plan");
        let own = |plan: &&mut Plan| plan.home == asked.home && plan.id == id && plan.deleted.is_none();
        self.plans.iter_mut().find(own).ok_or_else(|| missing(id))
    }
}

fn missing(id: &str) -> Refusal {
    Refusal::missing(format!("Failed reading Backup plan with provided id {id}"))
}

impl Backup {
    /// A plan has been made, changed or deleted.
    pub(super) fn tell_plan(&self, plan: &Plan, state: &str) {
        let when = match state {
            "CREATED" => "creationDate",
            "DELETED" => "deletionDate",
            _ => "modifiedAt",
        };
        let now = iso(self.clock.now());
        let detail = json!({"backupPlanId": plan.id, "versionId": plan.current.id, when: now, "state": state});
        let arn = plan.arn();
        self.tell(Told { kind: "Backup Plan State Change", home: &plan.home, resource: Some(&arn), detail });
    }
}
