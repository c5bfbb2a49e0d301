//! Who makes the locations: DataSync tries another account's bucket with the caller's own rights too.

use crate::policy::{Statement, Test};

/// The caller of `CreateLocationS3`, as a bucket's policy names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Creator {
    arn: String,
}

impl Creator {
    /// From the ARN that `GetCallerIdentity` gives; nothing for what is no caller of an account.
    #[must_use]
    pub fn of(arn: &str) -> Option<Self> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let [_, _, service, _, account, resource] = parts.as_slice() else { return None };
        let is_caller = match *service {
            "iam" => *resource == "root" || resource.starts_with("user/") || resource.starts_with("role/"),
            "sts" => resource.starts_with("assumed-role/"),
            _ => false,
        };
        (is_caller && account.len() == 12).then(|| Self { arn: arn.to_owned() })
    }

    /// The ARN that it was told by.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// The statement, for this caller only. A session names its role without the role's path, and a policy that names
    /// a role without its path names another role: so the account is named, and the role by a test that leaves the path
    /// open. Role names are unique in an account whatever their path.
    pub(crate) fn named_in(&self, statement: Statement) -> Statement {
        match self.session() {
            Some((partition, account, role)) => {
                let arns = [
                    format!("arn:{partition}:iam::{account}:role/{role}"),
                    format!("arn:{partition}:iam::{account}:role/*/{role}"),
                ];
                statement.for_aws([format!("arn:{partition}:iam::{account}:root")]).when(
                    Test::ArnLike,
                    "aws:PrincipalArn",
                    arns,
                )
            }
            None => statement.for_aws([&self.arn]),
        }
    }

    fn session(&self) -> Option<(&str, &str, &str)> {
        let parts: Vec<&str> = self.arn.splitn(6, ':').collect();
        let [_, partition, "sts", _, account, resource] = parts.as_slice() else { return None };
        let role = resource.strip_prefix("assumed-role/")?.split('/').next()?;
        Some((partition, account, role))
    }
}
