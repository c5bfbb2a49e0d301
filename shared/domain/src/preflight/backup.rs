//! Tagged machines: whether AWS Backup may take on the role that it is to work by.

use super::ask::{Caller, TrustAsk};
use super::{Findings, RoleFacts};
use crate::backup::BackupWork;
use crate::stack::Stack;

/// AWS Backup's name as a principal.
const BACKUP: &str = "backup.amazonaws.com";

/// Whether a machine can be backed up tonight, as far as the role tells.
#[must_use]
pub fn backup(stack: &Stack, work: &BackupWork, role: &RoleFacts) -> Findings {
    let mut found = Findings::default();
    let vault = stack.arn("backup", &format!("backup-vault:{}", work.vault));
    let trust = TrustAsk {
        service: BACKUP,
        name: "AWS Backup",
        id: "role-not-trusting-backup",
        sources: vec![&vault],
        any_of_ours: stack.arn("backup", "*"),
    };
    let _ = Caller::role(stack, &work.role, role, &trust, &mut found);
    found.note(format!("the vault {} is looked at when the backup starts, not before", work.vault));
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::backup::sample;

    fn stack() -> Stack {
        Stack {
            partition: "aws".into(),
            account: "123456789012".into(),
            region: "ap-northeast-1".into(),
            name: "nightferry".into(),
        }
    }

    fn role(service: &str, source: &str) -> RoleFacts {
        let trust = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service},
            "Condition": {
                "StringEquals": {"aws:SourceAccount": "123456789012"}, "ArnLike": {"aws:SourceArn": source}
            }
        }]});
        RoleFacts::Found { trust: trust.to_string(), policies: vec![], boundary: None }
    }

    fn obstacles(role: &RoleFacts) -> Vec<String> {
        backup(&stack(), &sample(), role).obstacles.into_iter().map(|obstacle| obstacle.id).collect()
    }

    #[test]
    fn a_role_that_aws_backup_may_take_on_is_no_obstacle() {
        let ours = "arn:aws:backup:ap-northeast-1:123456789012:*";
        assert_eq!(obstacles(&role("backup.amazonaws.com", ours)), Vec::<String>::new());
    }

    #[test]
    fn a_role_that_trusts_somebody_else_and_one_that_is_gone_are_told() {
        let ours = "arn:aws:backup:ap-northeast-1:123456789012:*";
        assert_eq!(obstacles(&role("ec2.amazonaws.com", ours)), ["role-not-trusting-backup"]);
        let elsewhere = "arn:aws:backup:us-east-1:123456789012:*";
        assert_eq!(obstacles(&role("backup.amazonaws.com", elsewhere)), ["role-not-trusting-backup"]);
        assert_eq!(obstacles(&RoleFacts::Missing), ["role-missing"]);
        assert_eq!(obstacles(&RoleFacts::Unreadable), Vec::<String>::new());
    }
}
