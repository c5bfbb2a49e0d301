//! Preflight of tagged machines, against set-ups of which one thing is wrong.

use serde_json::{Value, json};

use super::mutants::change::wrong;
use super::{BackupFacts, Findings, KeyFacts, MachineFacts, Place, RoleFacts, VaultFacts, backup};
use crate::backup::BackupWork;
use crate::backup::machine::Instance;
use crate::plan::parse;
use crate::provision::{Hold, ObservedLock, ObservedVault, deployed, desired};
use crate::stack::Stack;

const PLAN: &str = r#"
version: 1
schedules:
  nightly: { cron: "0 6 * * ? *", timezone: UTC }
jobs:
  servers:
    schedule: nightly
    backup:
      select: { resource: ec2, tag: { AWSBackup: EC2 } }
      vault: EC2
      keep: 30d
      copy: { vault: far, account: "222222222222" }
      restore: { instance_roles: [app/Web] }
"#;
const WEB: &str = "arn:aws:iam::123456789012:role/app/Web";
const STARTER: &str = "arn:aws:iam::123456789012:role/nightferry-start-job";

/// Statements that preflight does not judge, with the reason.
const UNJUDGED: [(&str, &str); 6] = [
    ("Undo", "a restore that fails is cleaned up by it; nothing is lost without it"),
    ("KeyGrants", "only encrypted volumes need it, and which are encrypted shows at night"),
    ("Keys", "as above"),
    ("CopyFrom", "what the own vault allows is asked by AWS Backup at the copy"),
    ("Copies", "copies are proved by their copy jobs"),
    ("Share", "as above"),
];

fn stack() -> Stack {
    Stack::in_region("123456789012", "ap-northeast-1", "nightferry")
}

#[derive(Debug, Clone, PartialEq)]
struct Role {
    arn: String,
    trust: Value,
    policy: Value,
}

#[derive(Debug, Clone, PartialEq)]
struct World {
    work: BackupWork,
    /// Of backup, restore and start-job.
    roles: [Role; 3],
    opted_in: bool,
    vault: Option<ObservedVault>,
    key: String,
    machines: usize,
}

impl World {
    fn correct() -> Self {
        let plan = parse(PLAN).unwrap();
        let spec =
            deployed::assemble(&plan, &stack(), &deployed::Tasks::new(), jiff::Timestamp::UNIX_EPOCH).jobs.remove(0);
        let desired = desired(&plan, &stack());
        let mut roles = desired.roles().map(|(_, role)| Role {
            arn: format!("arn:aws:iam::123456789012:role/nightferry/{}", role.role_name),
            trust: role.assume_role_policy_document.clone(),
            policy: role.policy.clone().unwrap(),
        });
        let pass = json!({"Version": "2012-10-17", "Statement": [{
            "Sid": "BackupRole", "Effect": "Allow", "Action": "iam:PassRole",
            "Resource": "arn:aws:iam::123456789012:role/nightferry/nightferry-*",
            "Condition": {"StringEquals": {"iam:PassedToService": "backup.amazonaws.com"}}}]});
        let starter = Role { arn: STARTER.into(), trust: json!({}), policy: pass };
        Self {
            work: spec.work.backup().unwrap().clone(),
            roles: [roles.next().unwrap(), roles.next().unwrap(), starter],
            opted_in: true,
            vault: Some(ObservedVault { name: "EC2".into(), is_ours: true, ..ObservedVault::default() }),
            key: "Enabled".into(),
            machines: 1,
        }
    }

    fn findings(&self) -> Findings {
        let role = |role: &Role| RoleFacts::Found {
            trust: role.trust.to_string(),
            policies: vec![role.policy.to_string()],
            boundary: None,
        };
        let facts = BackupFacts {
            role: role(&self.roles[0]),
            restore_role: role(&self.roles[1]),
            starter: Some((STARTER.into(), role(&self.roles[2]))),
            vault: self.vault.clone().map_or(VaultFacts::Missing, |vault| VaultFacts::Found(Box::new(vault))),
            opted_in: Some(self.opted_in),
            machines: Some(vec![machine(); self.machines]),
            key: KeyFacts::State(self.key.clone()),
        };
        backup(&stack(), &"servers".parse().unwrap(), &self.work, &facts)
    }

    fn mend(&mut self, found: &Findings) {
        for obstacle in found.obstacles.iter().chain(&found.later) {
            match (&obstacle.place, &obstacle.patch) {
                (Some(Place::Trust(arn)), Some(patch)) => {
                    self.role(arn).trust["Statement"].as_array_mut().unwrap().push(patch.clone());
                }
                (Some(Place::Role(arn)), Some(patch)) => {
                    self.role(arn).policy["Statement"].as_array_mut().unwrap().push(patch.clone());
                }
                (Some(Place::RegionSetting(_)), Some(_)) => self.opted_in = true,
                (Some(Place::VaultSetting(name)), Some(patch)) => self.mend_vault(name.clone(), patch),
                _ => self.take_deny_away(&obstacle.what),
            }
        }
    }

    fn mend_vault(&mut self, name: String, patch: &Value) {
        let vault = self.vault.get_or_insert_with(|| ObservedVault { name, ..ObservedVault::default() });
        if let Some(keep) = patch.get("KeepDays") {
            let least = keep["Min"].as_u64().unwrap_or_default();
            self.work.keep_days = u32::try_from(keep["Max"].as_u64().unwrap_or(least)).unwrap();
        }
        if patch.get("KeyState").is_some() {
            vault.key = None;
            self.key = "Enabled".into();
        }
    }

    fn role(&mut self, arn: &str) -> &mut Role {
        self.roles.iter_mut().find(|role| role.arn == arn).unwrap()
    }

    fn take_deny_away(&mut self, what: &str) {
        let Some((_, sid)) = what.rsplit_once("statement ") else { return };
        for document in self.roles.iter_mut().flat_map(|role| [&mut role.policy, &mut role.trust]) {
            if let Some(statements) = document["Statement"].as_array_mut() {
                statements.retain(|statement| !(statement["Sid"] == sid && statement["Effect"] == "Deny"));
            }
        }
    }
}

fn machine() -> MachineFacts {
    let id = "i-0123456789abcdef0";
    let machine = Instance {
        id: id.parse().unwrap(),
        arn: format!("arn:aws:ec2:ap-northeast-1:123456789012:instance/{id}"),
        state: "running".into(),
        tags: [("Name".to_owned(), "web-1".to_owned())].into(),
        image: None,
        instance_type: None,
        profile: Some("arn:aws:iam::123456789012:instance-profile/Web".into()),
        subnet: None,
        volumes: [].into(),
    };
    MachineFacts { machine, roles: Some(vec![WEB.into()]) }
}

fn told(found: &Findings) -> String {
    let all = found.obstacles.iter().chain(&found.later);
    all.map(|o| format!("[{}] {}", o.id, o.what)).collect::<Vec<_>>().join("; ")
}

fn is_clear(found: &Findings) -> bool {
    found.obstacles.is_empty() && found.later.is_empty()
}

/// Every statement of every document, changed in one way: what, where, and the world.
fn mutants() -> Vec<(String, Place, World)> {
    let whole = World::correct();
    let mut found = vec![];
    for (at, role) in whole.roles.iter().enumerate() {
        for is_trust in [true, false] {
            let document = if is_trust { &role.trust } else { &role.policy };
            let place = if is_trust { Place::Trust(role.arn.clone()) } else { Place::Role(role.arn.clone()) };
            for (number, statement) in document["Statement"].as_array().into_iter().flatten().enumerate() {
                if UNJUDGED.iter().any(|(sid, _)| statement["Sid"] == *sid) {
                    continue;
                }
                for (what, changed) in wrong(statement) {
                    let mut world = whole.clone();
                    let of = &mut world.roles[at];
                    let document = if is_trust { &mut of.trust } else { &mut of.policy };
                    let list = document["Statement"].as_array_mut().unwrap();
                    match changed {
                        Some(changed) => list[number] = changed,
                        None => drop(list.remove(number)),
                    }
                    found.push((format!("{place:?} {}: {what}", statement["Sid"]), place.clone(), world));
                }
            }
        }
    }
    found
}

#[test]
fn a_correct_set_up_is_clear() {
    let found = World::correct().findings();
    assert!(is_clear(&found), "{}", told(&found));
    assert_eq!(found.notes, Vec::<String>::new());
}

#[test]
fn every_wrong_statement_is_found_at_its_place() {
    let all = mutants();
    assert!(all.len() >= 75, "only {}", all.len());
    let is_named = |found: &Findings, place: &Place| {
        let (Place::Trust(arn) | Place::Role(arn)) = place else { return false };
        let mut all = found.obstacles.iter().chain(&found.later);
        all.any(|o| o.place.as_ref() == Some(place) || (o.place.is_none() && o.what.contains(arn)))
    };
    let missed: Vec<_> =
        all.iter().filter(|(_, place, world)| !is_named(&world.findings(), place)).map(|(what, ..)| what).collect();
    assert!(missed.is_empty(), "{} of {} missed: {missed:#?}", missed.len(), all.len());
}

#[test]
fn what_is_printed_mends_every_one_of_them() {
    for (what, _, mut world) in mutants() {
        for _ in 0..3 {
            let found = world.findings();
            world.mend(&found);
        }
        let found = world.findings();
        assert!(is_clear(&found), "{what} left {}", told(&found));
    }
}

#[test]
fn whatever_else_is_wrong_is_named_and_mended() {
    type Change = fn(&mut World);
    let wrong: [(&str, Change); 5] = [
        ("backup-not-opted-in", |world| world.opted_in = false),
        ("vault-missing", |world| world.vault = None),
        ("vault-key-unusable", |world| world.key = "PendingDeletion".into()),
        ("vault-lock-refuses-retention", |world| locked(world, Some(31), None)),
        ("vault-lock-refuses-retention", |world| locked(world, None, Some(29))),
    ];
    for (id, change) in wrong {
        let mut world = World::correct();
        change(&mut world);
        let found = world.findings();
        let ids: Vec<_> = found.obstacles.iter().map(|o| o.id.as_str()).collect();
        assert_eq!(ids, [id]);
        world.mend(&found);
        assert!(is_clear(&world.findings()), "{id}: {}", told(&world.findings()));
    }
}

fn locked(world: &mut World, least: Option<i64>, most: Option<i64>) {
    let lock = ObservedLock { min_retention_days: least, max_retention_days: most, hold: Hold::Governance };
    world.vault.as_mut().unwrap().lock = Some(lock);
}

#[test]
fn a_lock_that_takes_the_plans_time_is_no_obstacle() {
    let mut world = World::correct();
    locked(&mut world, Some(30), Some(30));
    assert!(is_clear(&world.findings()), "{}", told(&world.findings()));
}

#[test]
fn a_tag_that_nothing_carries_is_an_obstacle() {
    let found = World { machines: 0, ..World::correct() }.findings();
    assert_eq!(
        told(&found),
        "[no-instances] There are no EC2 instances with AWSBackup=EC2: nothing is being backed up"
    );
}

#[test]
fn a_profile_that_could_not_be_restored_does_not_stop_the_night() {
    let mut world = World::correct();
    let restore = world.roles[1].arn.clone();
    let statements = world.role(&restore).policy["Statement"].as_array_mut().unwrap();
    statements.retain(|statement| statement["Sid"] != "InstanceRoles");
    let found = world.findings();
    assert!(found.obstacles.is_empty());
    assert_eq!(found.later[0].id, "restore-role-may-not-pass");
    assert!(found.later[0].what.starts_with("web-1 (i-0123456789abcdef0) could not be restored with its profile"));
}

#[test]
fn what_can_not_be_read_is_told_and_not_taken_for_green() {
    let world = World::correct();
    let facts = BackupFacts {
        role: RoleFacts::Unreadable,
        restore_role: RoleFacts::Unreadable,
        starter: Some((STARTER.into(), RoleFacts::Unreadable)),
        vault: VaultFacts::Unreadable,
        opted_in: None,
        machines: None,
        key: KeyFacts::Unread,
    };
    let found = backup(&stack(), &"servers".parse().unwrap(), &world.work, &facts);
    assert!(is_clear(&found), "{}", told(&found));
    assert_eq!(found.notes.len(), 6, "{:?}", found.notes);
}
