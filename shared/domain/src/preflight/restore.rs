//! Whether a machine can be made again: the restore role, the profile that it passes on, the subnet, the key.

use super::ask::{Ask, Caller, Thing, ThingPolicy, TrustAsk, judge};
use super::{Findings, Obstacle, Place, RoleFacts};
use crate::policy::BlockPublicAccess;
use crate::policy::Statement;
use crate::restore::Restore;
use crate::restore::metadata::profile_of;
use crate::stack::Stack;

/// What EC2 is surely asked for when a machine is made; AWS Backup asks for more where the settings do.
const MAKES: [&str; 2] = ["ec2:CreateTags", "ec2:RunInstances"];
/// What EC2 asks of the key of an encrypted volume.
const KEY_USES: [&str; 4] =
    ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext"];

/// What AWS says of everything that a restore needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreFacts {
    /// The restore role.
    pub role: RoleFacts,
    /// The instance profile that is asked for.
    pub profile: ProfileFacts,
    /// The subnet that is asked for.
    pub subnet: SubnetFacts,
    /// Each key of the point's snapshots, and its policy, where that can be read; `None` where nobody may look at the
    /// snapshots.
    pub keys: Option<Vec<(String, Option<String>)>>,
}

/// What IAM says of an instance profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProfileFacts {
    /// None is asked for.
    NotAsked,
    /// It is not there any more.
    Missing,
    /// It can't be read.
    Unreadable,
    /// It is there, with this role's ARN in it; `None` where it holds no role.
    Found(Option<String>),
}

/// What EC2 says of a subnet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubnetFacts {
    /// None is asked for.
    NotAsked,
    /// It is not there.
    Missing,
    /// It can't be read.
    Unreadable,
    /// It is there.
    Found {
        /// `AvailableIpAddressCount`
        free_addresses: u64,
        /// Whether each new machine gets a public address.
        gives_public_address: bool,
    },
}

/// Whether a restore can work. What can't be looked at is a note, never green.
#[must_use]
pub fn restore(stack: &Stack, restore: &Restore, facts: &RestoreFacts) -> Findings {
    let mut found = Findings::default();
    let trust = TrustAsk {
        service: "backup.amazonaws.com",
        name: "AWS Backup",
        id: "role-not-trusting-backup",
        // It tells no resource for which it acts.
        sources: vec![""],
        any_of_ours: None,
    };
    let role = Caller::role(stack, &restore.restore_role, &facts.role, &trust, &mut found);
    profile(stack, restore, facts, role.as_ref(), &mut found);
    if let Some(role) = &role {
        makes(stack, role, &mut found);
        match &facts.keys {
            Some(keys) => keys.iter().for_each(|(arn, policy)| key(stack, role, arn, policy.as_ref(), &mut found)),
            None => found.note(
                "the point's snapshots can't be looked at, so nobody knows by which keys they are encrypted".to_owned(),
            ),
        }
    }
    subnet(restore, &facts.subnet, &mut found);
    found.note("the account's vCPU quota for the type can't be seen from here: EC2 refuses with VcpuLimitExceeded where it is used up".to_owned());
    found
}

fn profile(stack: &Stack, restore: &Restore, facts: &RestoreFacts, role: Option<&Caller>, found: &mut Findings) {
    let Some(name) = profile_of(&restore.metadata) else { return };
    match &facts.profile {
        ProfileFacts::NotAsked | ProfileFacts::Unreadable => {
            found.note(format!("the instance profile {name} can't be read, so nobody knows which role it passes on"));
        }
        ProfileFacts::Missing => found.obstacles.push(Obstacle::new(
            "instance-profile-missing",
            format!("The original's instance profile {name} is not there any more, and a restore can ask for no other"),
            "Make it again under the same name, or restore with --no-profile and attach one in EC2 afterwards.".into(),
        )),
        ProfileFacts::Found(None) => {
            found.note(format!("the instance profile {name} holds no role: nothing is passed on"));
        }
        ProfileFacts::Found(Some(passed)) => {
            if let Some(role) = role {
                pass(stack, role, passed, found);
            }
        }
    }
}

/// The narrow form of what seed 002 grants on `*`.
fn pass(stack: &Stack, role: &Caller, passed: &str, found: &mut Findings) {
    let service = ec2_service(stack);
    let ask = Ask {
        actions: &["iam:PassRole"],
        on: passed.to_owned(),
        wanted: passed.to_owned(),
        context: vec![("iam:PassedToService", service.to_owned())],
        theirs: None,
    };
    let thing = Thing {
        words: format!("role {passed}"),
        owner: &stack.account,
        policy: ThingPolicy::Known(None),
        public_access: BlockPublicAccess::default(),
        place: Place::Role(passed.to_owned()),
    };
    let statement = Statement::allow(["iam:PassRole"]).on([passed]).when(
        crate::policy::Test::StringEquals,
        "iam:PassedToService",
        [service],
    );
    judged(role, &thing, &ask, found, |obstacle| {
        Obstacle {
        id: "restore-may-not-pass-role".to_owned(),
        what: format!("The restore role {} may not pass {passed}, the role of the original's profile, on to EC2", role.arn),
        fix: "Name the role under `restore: instance_roles` in the plan and `nightferry apply`, or restore with --no-profile.".to_owned(),
        patch: serde_json::to_value(&statement).ok(),
        ..obstacle
    }
    });
}

fn ec2_service(stack: &Stack) -> &'static str {
    if stack.partition == "aws-cn" { "ec2.amazonaws.com.cn" } else { "ec2.amazonaws.com" }
}

fn makes(stack: &Stack, role: &Caller, found: &mut Findings) {
    let machines = stack.arn("ec2", "instance/*");
    let ask = Ask { actions: &MAKES, on: machines.clone(), wanted: machines.clone(), context: vec![], theirs: None };
    let thing = Thing {
        words: "the new machine".to_owned(),
        owner: &stack.account,
        policy: ThingPolicy::Known(None),
        public_access: BlockPublicAccess::default(),
        place: Place::Role(role.arn.clone()),
    };
    judged(role, &thing, &ask, found, |obstacle| Obstacle { id: "restore-role-denied".to_owned(), ..obstacle });
}

fn key(stack: &Stack, role: &Caller, arn: &str, policy: Option<&String>, found: &mut Findings) {
    let thing = Thing::key(arn, policy);
    if matches!(thing.policy, ThingPolicy::Unknown) {
        found.note(format!(
            "the policy of key {arn} can't be read, so nobody knows whether it lets {} use it",
            role.arn
        ));
    }
    let via = ec2_service(stack).replacen("ec2.", &format!("ec2.{}.", stack.region), 1);
    let context = vec![
        ("kms:ViaService", via),
        ("kms:GrantIsForAWSResource", "true".to_owned()),
        // What the policy of a key that AWS manages asks for.
        ("kms:CallerAccount", stack.account.clone()),
    ];
    let ask = Ask { actions: &KEY_USES, on: arn.to_owned(), wanted: arn.to_owned(), context, theirs: None };
    judged(role, &thing, &ask, found, |obstacle| Obstacle { id: "restore-key-inaccessible".to_owned(), ..obstacle });
}

/// Judges, and tells what stands in the way in a restore's words.
fn judged(role: &Caller, thing: &Thing<'_>, ask: &Ask<'_>, found: &mut Findings, tell: impl Fn(Obstacle) -> Obstacle) {
    let mut own = Findings::default();
    judge(role, thing, ask, &mut own);
    // A Deny is told as it is: the statement that would allow it does not help.
    let told =
        own.obstacles.into_iter().map(|obstacle| if obstacle.patch.is_some() { tell(obstacle) } else { obstacle });
    found.obstacles.extend(told);
    for note in own.notes {
        found.note(note);
    }
}

fn subnet(restore: &Restore, facts: &SubnetFacts, found: &mut Findings) {
    let name = restore.metadata.get("SubnetId").map_or("of the original", String::as_str);
    match facts {
        SubnetFacts::NotAsked | SubnetFacts::Found { free_addresses: 1.., gives_public_address: true } => {}
        SubnetFacts::Unreadable => {
            found.note(format!("the subnet {name} can't be read, so nobody knows its free addresses"));
        }
        SubnetFacts::Missing => found.obstacles.push(Obstacle::new(
            "subnet-missing",
            format!("The subnet {name} is not there"),
            "Name one that is: --subnet, or `restore: subnet` in the plan.".into(),
        )),
        SubnetFacts::Found { free_addresses: 0, .. } => found.obstacles.push(Obstacle::new(
            "subnet-full",
            format!("The subnet {name} has no free address for the new machine"),
            "Free one, or name another subnet: --subnet, or `restore: subnet` in the plan.".into(),
        )),
        SubnetFacts::Found { gives_public_address: false, .. } => {
            found.note(format!(
                "the subnet {name} gives no public address: the new machine is reached from inside only"
            ));
        }
    }
}

#[cfg(test)]
#[path = "restore_tests.rs"]
mod tests;
