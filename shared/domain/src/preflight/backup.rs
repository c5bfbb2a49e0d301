//! Tagged machines: the vault and its lock, the roles of backup and restore, who starts the jobs, and the machines
//! themselves.

use serde_json::json;

use super::ask::{Ask, Caller, Thing, ThingPolicy, TrustAsk, judge};
use super::{Findings, Obstacle, Place, RoleFacts};
use crate::backup::machine::Instance;
use crate::backup::{BackupWork, Starter};
use crate::plan::JobName;
use crate::policy::BlockPublicAccess;
use crate::provision::actions::{self, BACKUP};
use crate::provision::{Hold, ObservedVault, ec2, names};
use crate::stack::Stack;

/// What AWS says of everything that a backup job needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupFacts {
    /// By which recovery points are made.
    pub role: RoleFacts,
    /// By which they are restored.
    pub restore_role: RoleFacts,
    /// Who starts the jobs, where we do: its ARN and what IAM says of it.
    pub starter: Option<(String, RoleFacts)>,
    /// The vault.
    pub vault: VaultFacts,
    /// Whether AWS Backup protects instances in this Region at all; nothing where that can't be read.
    pub opted_in: Option<bool>,
    /// The selected machines with the roles behind their profiles; nothing where EC2 can't be asked.
    pub machines: Option<Vec<MachineFacts>>,
    /// State of the vault's own key, where it has one that can be looked at.
    pub key: KeyFacts,
}

/// A selected machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineFacts {
    /// As EC2 tells it.
    pub machine: Instance,
    /// ARNs of the roles behind its profile; nothing where they can't be read.
    pub roles: Option<Vec<String>>,
}

/// What AWS Backup says of a vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VaultFacts {
    /// There is none.
    Missing,
    /// It can't be looked at.
    Unreadable,
    /// There is one.
    Found(Box<ObservedVault>),
}

/// What KMS says of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyFacts {
    /// It was not asked for.
    Unread,
    /// `Enabled`, `Disabled`, `PendingDeletion` ..., as KMS says it.
    State(String),
}

/// Whether machines can be backed up tonight, and restored some day.
#[must_use]
pub fn backup(stack: &Stack, job: &JobName, work: &BackupWork, facts: &BackupFacts) -> Findings {
    let mut found = Findings::default();
    let case = Case { stack, job, work, facts };
    case.region(&mut found);
    case.vault(&mut found);
    case.backup_role(&mut found);
    case.starter(&mut found);
    case.restore(&mut found);
    case.machines(&mut found);
    found
}

struct Case<'a> {
    stack: &'a Stack,
    job: &'a JobName,
    work: &'a BackupWork,
    facts: &'a BackupFacts,
}

impl Case<'_> {
    /// A kind of resource that is switched off is passed over without a word.
    fn region(&self, found: &mut Findings) {
        match self.facts.opted_in {
            Some(true) => {}
            Some(false) => found.obstacles.push(
                Obstacle::new(
                    "backup-not-opted-in",
                    format!(
                        "AWS Backup is switched off for EC2 instances in {} (account settings), so they are passed over without any error",
                        self.stack.region
                    ),
                    "Switch EC2 on: `aws backup update-region-settings --resource-type-opt-in-preference EC2=true`.".into(),
                )
                .patched(
                    Place::RegionSetting(self.stack.region.clone()),
                    Some(json!({"ResourceTypeOptInPreference": {"EC2": true}})),
                ),
            ),
            None => found.note("whether AWS Backup is switched on for EC2 here can't be read".to_owned()),
        }
    }

    fn vault(&self, found: &mut Findings) {
        let name = &self.work.vault;
        let vault = match &self.facts.vault {
            VaultFacts::Missing => {
                return found.obstacles.push(
                    Obstacle::new(
                        "vault-missing",
                        format!("There is no vault {name} in {}, so no recovery point can be kept", self.stack.region),
                        "`nightferry apply` makes it again.".into(),
                    )
                    .patched(Place::VaultSetting(name.clone()), Some(json!({"Vault": name}))),
                );
            }
            VaultFacts::Unreadable => return found.note(format!("the vault {name} can't be looked at")),
            VaultFacts::Found(vault) => vault,
        };
        self.lock(vault, found);
        self.key(vault, found);
    }

    /// A lock refuses what is kept shorter or longer than it says, at the end of the backup.
    fn lock(&self, vault: &ObservedVault, found: &mut Findings) {
        let Some(lock) = &vault.lock else { return };
        let keep = i64::from(self.work.keep_days);
        let is_short = lock.min_retention_days.is_some_and(|least| keep < least);
        let is_long = lock.max_retention_days.is_some_and(|most| keep > most);
        if !is_short && !is_long {
            return;
        }
        let limit = |days: Option<i64>| days.map_or_else(|| "any time".to_owned(), |days| format!("{days} days"));
        let what = format!(
            "The lock of vault {} takes recovery points that are kept from {} to {}, and the plan keeps them {keep} days: every backup fails",
            vault.name,
            limit(lock.min_retention_days),
            limit(lock.max_retention_days)
        );
        let fix = match lock.hold {
            Hold::ForEver => "Nobody can change that lock: set `keep` of the job within it, or name another vault.",
            Hold::Governance | Hold::CoolingOff(_) => {
                "Set `keep` of the job within the lock, or change the lock (`vaults` in the plan), then `nightferry apply`."
            }
        };
        let patch = json!({"KeepDays": {"Min": lock.min_retention_days, "Max": lock.max_retention_days}});
        found.obstacles.push(
            Obstacle::new("vault-lock-refuses-retention", what, fix.into())
                .patched(Place::VaultSetting(vault.name.clone()), Some(patch)),
        );
    }

    fn key(&self, vault: &ObservedVault, found: &mut Findings) {
        let KeyFacts::State(state) = &self.facts.key else { return };
        if state != "Enabled" {
            let key = vault.key.as_deref().unwrap_or("without a name");
            let what =
                format!("The key {key} of vault {} is {state}: nothing in the vault can be read by it", vault.name);
            let fix =
                "Let the key's administrator enable it (`aws kms enable-key`, or `aws kms cancel-key-deletion` first).";
            found.obstacles.push(
                Obstacle::new("vault-key-unusable", what, fix.into())
                    .patched(Place::VaultSetting(vault.name.clone()), Some(json!({"KeyState": "Enabled"}))),
            );
        }
    }

    /// Nobody says whether AWS Backup tells what it acts for, so that either is as good.
    fn trust(vault: &str) -> TrustAsk<'_> {
        TrustAsk {
            service: BACKUP,
            name: "AWS Backup",
            id: "role-not-trusting-backup",
            sources: vec!["", vault],
            any_of_ours: None,
        }
    }

    fn backup_role(&self, found: &mut Findings) {
        let Some(role) =
            Caller::role(self.stack, &self.work.role, &self.facts.role, &Self::trust(&self.vault_arn()), found)
        else {
            return;
        };
        let region = &self.stack.region;
        let ours = self.owned("instance");
        let picture = |kind: &str| format!("arn:{}:ec2:{region}::{kind}", self.stack.partition);
        self.may(&role, &actions::BACKUP_LOOK, "*", "*", found);
        for (kind, probe) in [
            ("instance", "i-0123456789abcdef0"),
            ("image", "ami-0123456789abcdef0"),
            ("snapshot", "snap-0123456789abcdef0"),
        ] {
            let base = if kind == "instance" { ours.clone() } else { picture(kind) };
            self.may(&role, &actions::BACKUP_IMAGE, &format!("{base}/{probe}"), &format!("{base}/*"), found);
        }
        for (base, probe) in
            [(self.owned("volume"), "vol-0123456789abcdef0"), (picture("snapshot"), "snap-0123456789abcdef0")]
        {
            self.may(&role, &["ec2:CreateSnapshot"], &format!("{base}/{probe}"), &format!("{base}/*"), found);
        }
        let (image, snapshot) = (picture("image"), picture("snapshot"));
        for (base, probe) in [(&image, "ami-0123456789abcdef0"), (&snapshot, "snap-0123456789abcdef0")] {
            self.may(&role, &["ec2:CreateTags"], &format!("{base}/{probe}"), &format!("{base}/*"), found);
        }
        // Without these nothing is ever deleted: points stay EXPIRED, and are paid for.
        self.may(
            &role,
            &actions::BACKUP_EXPIRY,
            &format!("{image}/ami-0123456789abcdef0"),
            &format!("{image}/*"),
            found,
        );
        let gone = format!("{snapshot}/snap-0123456789abcdef0");
        self.may(&role, &["ec2:DeleteSnapshot"], &gone, &format!("{snapshot}/*"), found);
        let vault = self.vault_arn();
        self.may(&role, &["backup:DescribeBackupVault"], &vault, &vault, found);
        for copy in &self.work.copies {
            self.may(&role, &["backup:CopyIntoBackupVault"], &copy.vault_arn, &copy.vault_arn, found);
        }
    }

    fn vault_arn(&self) -> String {
        self.stack.arn("backup", &format!("backup-vault:{}", self.work.vault))
    }

    fn owned(&self, kind: &str) -> String {
        self.stack.arn("ec2", kind)
    }

    /// Asked of the role's own side: EC2 knows no policies of its things.
    fn may(&self, role: &Caller, actions: &[&'static str], on: &str, wanted: &str, found: &mut Findings) {
        self.may_with(role, actions, (on, wanted), vec![], found);
    }

    fn may_with(
        &self,
        role: &Caller,
        actions: &[&'static str],
        (on, wanted): (&str, &str),
        context: Vec<(&'static str, String)>,
        found: &mut Findings,
    ) {
        let thing = Thing {
            words: on.to_owned(),
            owner: &self.stack.account,
            policy: ThingPolicy::Known(None),
            public_access: BlockPublicAccess::default(),
            place: Place::Role(role.arn.clone()),
        };
        let ask = Ask { actions, on: on.to_owned(), wanted: wanted.to_owned(), context, theirs: None };
        let mut lacks = Findings::default();
        judge(role, &thing, &ask, &mut lacks);
        found.obstacles.extend(lacks.obstacles.into_iter().map(of_machines));
    }

    /// `StartBackupJob` hands the backup role over, so whoever calls it has to be let.
    fn starter(&self, found: &mut Findings) {
        let Some((arn, facts)) = &self.facts.starter else { return };
        let RoleFacts::Found { policies, boundary, .. } = facts else {
            return found.note(format!("the role {arn}, which starts the jobs, can't be read"));
        };
        let Some(caller) = Caller::of(arn, policies, boundary.as_deref(), Place::Role(arn.clone())) else {
            return found.note(format!("a policy of the role {arn} is none that this program can read"));
        };
        let handed = vec![("iam:PassedToService", BACKUP.to_owned())];
        let role = self.work.role.as_str();
        self.may_with(&caller, &["iam:PassRole"], (role, role), handed, found);
    }

    fn restore_role_arn(&self) -> String {
        let job: JobName = self.job.plan_job().parse().unwrap_or_else(|_| self.job.clone());
        names::role_arn(self.stack, &names::restore_role(self.stack, &job))
    }

    /// What stands in the way of a restore is no obstacle for tonight's backup, but nobody should find it out on the day
    /// of the restore.
    fn restore(&self, found: &mut Findings) {
        let mut later = Findings::default();
        self.restore_role(&mut later);
        found.later.extend(later.obstacles);
        later.notes.into_iter().for_each(|note| found.note(note));
    }

    fn restore_role(&self, found: &mut Findings) {
        let arn = self.restore_role_arn();
        let Some(role) =
            Caller::role(self.stack, &arn, &self.facts.restore_role, &Self::trust(&self.vault_arn()), found)
        else {
            return;
        };
        self.may(&role, &actions::RESTORE_LOOK, "*", "*", found);
        for kind in ["instance", "volume", "network-interface", "subnet", "security-group"] {
            let base = self.owned(kind);
            self.may(&role, &["ec2:RunInstances"], &format!("{base}/x-0123456789abcdef0"), &format!("{base}/*"), found);
        }
        for kind in ["image", "snapshot"] {
            let base = format!("arn:{}:ec2:{}::{kind}", self.stack.partition, self.stack.region);
            self.may(&role, &["ec2:RunInstances"], &format!("{base}/x-0123456789abcdef0"), &format!("{base}/*"), found);
        }
        for kind in ["instance", "volume", "network-interface"] {
            let base = self.owned(kind);
            self.may(&role, &["ec2:CreateTags"], &format!("{base}/x-0123456789abcdef0"), &format!("{base}/*"), found);
        }
        self.profiles(&role, found);
    }

    /// A machine with a profile comes back only if the restore role may hand its role to EC2.
    fn profiles(&self, role: &Caller, found: &mut Findings) {
        let mut asked: Vec<&str> = vec![];
        for facts in self.facts.machines.iter().flatten() {
            let Some(roles) = &facts.roles else {
                found.note(format!(
                    "the profile of {} can't be read, so nobody knows whether it could be restored with it",
                    facts.machine.id
                ));
                continue;
            };
            for handed in roles.iter().filter(|handed| !asked.contains(&handed.as_str())).collect::<Vec<_>>() {
                asked.push(handed);
                let mut lacks = Findings::default();
                let context = vec![("iam:PassedToService", ec2(self.stack))];
                self.may_with(role, &["iam:PassRole"], (handed, handed), context, &mut lacks);
                found.obstacles.extend(lacks.obstacles.into_iter().map(|lack| self.profile(facts, handed, lack)));
            }
        }
    }

    fn profile(&self, facts: &MachineFacts, handed: &str, lack: Obstacle) -> Obstacle {
        if lack.patch.is_none() {
            return lack;
        }
        let words = facts.machine.machine().shown();
        let mut patch = lack.patch;
        if let Some(statement) = patch.as_mut().and_then(serde_json::Value::as_object_mut) {
            let only = json!({"StringEquals": {"iam:PassedToService": ec2(self.stack)}});
            let _ = statement.insert("Condition".to_owned(), only);
        }
        Obstacle {
            id: "restore-role-may-not-pass".to_owned(),
            what: format!("{words} could not be restored with its profile: the restore role {} may not hand {handed} to EC2", self.restore_role_arn()),
            fix: "Name that role in `restore.instance_roles` of the job, then `nightferry apply`; without it, machines come back without their profile.".to_owned(),
            patch,
            place: lack.place,
        }
    }

    fn machines(&self, found: &mut Findings) {
        match &self.facts.machines {
            None => found.note("EC2 can't be asked, so nobody knows which machines carry the tag".to_owned()),
            Some(machines) if machines.is_empty() => {
                let what = format!("There are no {}: nothing is being backed up", self.work.from);
                let fix = "Tag the machines as the plan says, upper and lower case as they are, or mend `select` in the plan.";
                found.obstacles.push(Obstacle::new("no-instances", what, fix.into()));
            }
            Some(_) => {}
        }
        if let Starter::AwsBackup { .. } = self.work.start {
            found.note(
                "whether AWS Backup's own schedule fires shows at night; what does not come is started by the run"
                    .to_owned(),
            );
        }
    }
}

/// The same lack in the words of a machine's backup.
fn of_machines(lack: Obstacle) -> Obstacle {
    if lack.patch.is_some() {
        return Obstacle { id: "backup-access-missing".to_owned(), ..lack };
    }
    Obstacle { id: "backup-access-denied".to_owned(), ..lack }
}
