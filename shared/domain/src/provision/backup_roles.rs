//! The two roles of a backup job. AWS's managed policies for them let far more: every service's backups, and since 2026 the
//! passing of any role of the account to EC2. These let what AMIs of EC2 instances need, and no more.

use serde_json::Value;

use super::actions::{self, BACKUP};
use super::documents::paper;
use super::{Role, names};
use crate::plan::{Backup, CopyTo, InstanceRole, JobName};
use crate::policy::{Document, Operator, Statement, Test};
use crate::stack::Stack;

/// What AWS Backup writes onto all that it makes: the resource that it was made from.
const SOURCE_TAG: &str = "aws:ResourceTag/aws:backup:source-resource";

/// By which recovery points are made, and deleted when their time is over.
pub(super) fn backup_role(stack: &Stack, job: &JobName, backup: &Backup) -> Role {
    let volumes = [Ec2::SNAPSHOT, Ec2::VOLUME].map(|kind| kind.pattern(stack, &stack.region));
    let sources = [Ec2::INSTANCE, Ec2::IMAGE, Ec2::SNAPSHOT].map(|kind| kind.pattern(stack, &stack.region));
    let mut statements = vec![
        Statement::allow(actions::BACKUP_LOOK).sid("Look").on(["*"]),
        Statement::allow(actions::BACKUP_IMAGE).sid("Image").on(sources),
        Statement::allow(actions::BACKUP_SNAPSHOT).sid("Snapshots").on(volumes),
        Statement::allow(["ec2:CreateTags"]).sid("Tags").on(pictures(stack, backup)),
        Statement::allow(actions::BACKUP_EXPIRY).sid("Expiry").on([Ec2::IMAGE.pattern(stack, &stack.region)]),
        Statement::allow(["backup:DescribeBackupVault"]).sid("Vault").on([vault_arn(stack, backup.vault.as_str())]),
    ];
    statements.extend(copying(stack, backup));
    if backup.cold_after.is_some() {
        let tier = Statement::allow(["ec2:ModifySnapshotTier"]).sid("ColdStorage");
        statements.push(made_by_backup(tier.on([Ec2::SNAPSHOT.pattern(stack, &stack.region)])));
    }
    role(stack, names::backup_role(stack, job), statements)
}

/// Copies are made by the same role, in the vaults that the plan names and nowhere else.
fn copying(stack: &Stack, backup: &Backup) -> Vec<Statement> {
    if backup.copy.is_empty() {
        return vec![];
    }
    let vaults: Vec<String> = backup.copy.iter().map(|copy| copy.vault_arn(stack)).collect();
    let regions = regions(stack, backup);
    let keys = regions.iter().map(|region| format!("arn:{}:kms:{region}:*:key/*", stack.partition));
    let keys: Vec<String> = keys.collect();
    let via = regions.iter().map(|region| format!("ec2.{region}.{}", suffix(stack)));
    let grants = Statement::allow(["kms:CreateGrant"]).sid("KeyGrants").on(&keys);
    let mut found = vec![
        Statement::allow(["backup:CopyIntoBackupVault"]).sid("CopyInto").on(vaults),
        Statement::allow(["backup:CopyFromBackupVault"]).sid("CopyFrom").on(["*"]),
        Statement::allow(actions::BACKUP_COPY).sid("Copies").on(pictures(stack, backup)),
        grants.when(Test::Bool, "kms:GrantIsForAWSResource", ["true"]),
        Statement::allow(actions::BACKUP_COPY_KEYS).sid("Keys").on(&keys).when(
            Test::StringEquals,
            "kms:ViaService",
            via,
        ),
    ];
    if backup.copy.iter().any(|copy: &CopyTo| copy.other_owner(stack).is_some()) {
        let shared = [Ec2::IMAGE, Ec2::SNAPSHOT].map(|kind| kind.pattern(stack, &stack.region));
        found.push(made_by_backup(Statement::allow(actions::BACKUP_SHARE).sid("Share").on(shared)));
    }
    found
}

/// Where images are made: at home, and wherever copies go.
fn regions<'a>(stack: &'a Stack, backup: &'a Backup) -> Vec<&'a str> {
    let mut regions: Vec<&str> =
        backup.copy.iter().map(|copy| copy.region(stack)).chain([stack.region.as_str()]).collect();
    regions.sort_unstable();
    regions.dedup();
    regions
}

fn pictures(stack: &Stack, backup: &Backup) -> Vec<String> {
    let of = |region: &str| [Ec2::IMAGE, Ec2::SNAPSHOT].map(|kind| kind.pattern(stack, region));
    regions(stack, backup).into_iter().flat_map(of).collect()
}

fn made_by_backup(statement: Statement) -> Statement {
    statement.when(Operator::from(Test::Null), SOURCE_TAG, ["false"])
}

/// By which instances are restored. It may hand EC2 the roles that the plan names, and no other: whoever could hand over
/// any role could start a machine with an administrator's rights.
pub(super) fn restore_role(stack: &Stack, job: &JobName, backup: &Backup) -> Role {
    let pattern = |kind: Ec2| kind.pattern(stack, &stack.region);
    let made = [Ec2::INSTANCE, Ec2::VOLUME, Ec2::INTERFACE];
    let used = [Ec2::IMAGE, Ec2::SNAPSHOT, Ec2::SUBNET, Ec2::SECURITY_GROUP, Ec2::KEY_PAIR];
    let tagged = Statement::allow(["ec2:CreateTags"]).sid("Tags").on(made.map(pattern));
    let ended = Statement::allow(["ec2:TerminateInstances"]).sid("Undo").on([pattern(Ec2::INSTANCE)]);
    let keys = format!("arn:{}:kms:{}:*:key/*", stack.partition, stack.region);
    let via = format!("ec2.{}.{}", stack.region, suffix(stack));
    let mut statements = vec![
        Statement::allow(actions::RESTORE_LOOK).sid("Look").on(["*"]),
        Statement::allow(["ec2:RunInstances"]).sid("Run").on(made.into_iter().chain(used).map(pattern)),
        tagged,
        made_by_backup(ended),
        Statement::allow(["kms:CreateGrant"]).sid("KeyGrants").on([&keys]).when(
            Test::Bool,
            "kms:GrantIsForAWSResource",
            ["true"],
        ),
        Statement::allow(actions::RESTORE_KEYS).sid("Keys").on([&keys]).when(
            Test::StringEquals,
            "kms:ViaService",
            [via],
        ),
    ];
    statements.extend(passing(stack, &backup.restore.instance_roles));
    role(stack, names::restore_role(stack, job), statements)
}

fn passing(stack: &Stack, roles: &[InstanceRole]) -> Option<Statement> {
    let arns: Vec<String> = roles.iter().map(|role| instance_role_arn(stack, role)).collect();
    let pass = Statement::allow(["iam:PassRole"]).sid("InstanceRoles").on(&arns);
    (!arns.is_empty()).then(|| pass.when(Test::StringEquals, "iam:PassedToService", [ec2(stack)]))
}

/// EC2 as a service that is handed a role.
#[must_use]
pub(crate) fn ec2(stack: &Stack) -> String {
    format!("ec2.{}", suffix(stack))
}

/// ARN of a role that the plan names in either way.
fn instance_role_arn(stack: &Stack, role: &InstanceRole) -> String {
    let text = role.as_str();
    if text.starts_with("arn:") {
        return text.to_owned();
    }
    format!("arn:{}:iam::{}:role/{text}", stack.partition, stack.account)
}

/// China's services are called by names of their own.
fn suffix(stack: &Stack) -> &'static str {
    if stack.partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" }
}

fn role(stack: &Stack, role_name: String, statements: Vec<Statement>) -> Role {
    Role { role_name, assume_role_policy_document: trust(stack), policy: Some(paper(&Document::new(statements))) }
}

/// For AWS Backup of this account only. It tells no ARN of what it acts for, so only the account is asked for.
fn trust(stack: &Stack) -> Value {
    let assume = Statement::allow(["sts:AssumeRole"]).sid("Backup").for_service(BACKUP);
    paper(&Document::new([assume.when(Test::StringEquals, "aws:SourceAccount", [&stack.account])]))
}

fn vault_arn(stack: &Stack, vault: &str) -> String {
    stack.arn("backup", &format!("backup-vault:{vault}"))
}

/// A kind of EC2's things, and whether its ARNs name an account.
#[derive(Debug, Clone, Copy)]
struct Ec2 {
    kind: &'static str,
    is_owned: bool,
}

impl Ec2 {
    const IMAGE: Self = Self { kind: "image", is_owned: false };
    const SNAPSHOT: Self = Self { kind: "snapshot", is_owned: false };
    const INSTANCE: Self = Self { kind: "instance", is_owned: true };
    const VOLUME: Self = Self { kind: "volume", is_owned: true };
    const INTERFACE: Self = Self { kind: "network-interface", is_owned: true };
    const SUBNET: Self = Self { kind: "subnet", is_owned: true };
    const SECURITY_GROUP: Self = Self { kind: "security-group", is_owned: true };
    const KEY_PAIR: Self = Self { kind: "key-pair", is_owned: true };

    fn pattern(self, stack: &Stack, region: &str) -> String {
        let owner = if self.is_owned { stack.account.as_str() } else { "" };
        format!("arn:{}:ec2:{region}:{owner}:{}/*", stack.partition, self.kind)
    }
}
