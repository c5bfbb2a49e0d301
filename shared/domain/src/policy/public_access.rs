//! S3 Block Public Access: four switches beside all policies, and what S3 calls public.
//!
//! S3 asks these besides IAM's evaluation: a request that every policy allows can still be refused here.

use serde::{Deserialize, Serialize};

use super::document::{Document, Effect, Match, Principals, Statement, Values};
use super::operator::{Operator, Quantifier, Test};
use super::ownership::CannedAcl;
use super::request::{Principal, Request};

/// The settings of one level: a bucket, an access point, an account or an organisation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "AWS has these four switches, each independent of the others")]
pub struct BlockPublicAccess {
    /// A public ACL is refused when it is set.
    pub block_public_acls: bool,
    /// A public ACL that is there grants nothing.
    pub ignore_public_acls: bool,
    /// A public bucket policy is refused when it is set.
    pub block_public_policy: bool,
    /// A bucket with a public policy serves its own account and AWS services alone.
    pub restrict_public_buckets: bool,
}

/// Why Block Public Access refuses what the policies would allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublicAccessBlocked {
    /// The bucket policy to be set is public.
    #[error(
        "S3 refuses this bucket policy: {statement} grants to everyone, and BlockPublicPolicy is on; name principals, \
         or fix aws:SourceAccount, aws:SourceArn or aws:PrincipalOrgID to one value"
    )]
    Policy {
        /// The public statement.
        statement: String,
    },
    /// The caller is of another account or anonymous, and the bucket's policy is public.
    #[error(
        "S3 refuses callers of other accounts: {statement} of the bucket policy grants to everyone, and \
         RestrictPublicBuckets is on; narrow that statement, or the others count for nobody outside either"
    )]
    Caller {
        /// The public statement.
        statement: String,
    },
    /// The ACL to be set is public.
    #[error("S3 refuses the ACL {acl}: it grants to everyone, and BlockPublicAcls is on; leave the ACL away")]
    Acl {
        /// The ACL.
        acl: CannedAcl,
    },
}

impl BlockPublicAccess {
    /// Everything blocked, as new buckets have it.
    pub const ALL: Self = Self {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    };

    /// What holds where two levels meet, bucket and account say: whatever either blocks.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            block_public_acls: self.block_public_acls || other.block_public_acls,
            ignore_public_acls: self.ignore_public_acls || other.ignore_public_acls,
            block_public_policy: self.block_public_policy || other.block_public_policy,
            restrict_public_buckets: self.restrict_public_buckets || other.restrict_public_buckets,
        }
    }

    /// Whether S3 takes this bucket policy.
    pub fn check_policy(self, policy: &Document) -> Result<(), PublicAccessBlocked> {
        let public = first_public(policy).filter(|_| self.block_public_policy);
        public.map_or(Ok(()), |statement| Err(PublicAccessBlocked::Policy { statement }))
    }

    /// Whether S3 lets this request through to a bucket with this policy. It says nothing about what the policy grants.
    pub fn check_request(self, request: &Request, policy: Option<&Document>) -> Result<(), PublicAccessBlocked> {
        let inside = matches!(request.principal, Principal::Service { .. })
            || request.principal.account() == Some(request.resource.account.as_str());
        let public = policy.and_then(first_public).filter(|_| self.restrict_public_buckets && !inside);
        public.map_or(Ok(()), |statement| Err(PublicAccessBlocked::Caller { statement }))
    }

    /// Whether S3 takes this ACL on a bucket or an object.
    pub fn check_acl(self, acl: CannedAcl) -> Result<(), PublicAccessBlocked> {
        if self.block_public_acls && acl.is_public() { Err(PublicAccessBlocked::Acl { acl }) } else { Ok(()) }
    }
}

/// The statements, from 0, for which S3 calls a bucket policy public.
#[must_use]
pub fn public_statements(policy: &Document) -> Vec<usize> {
    let public = |(index, statement): (usize, &Statement)| is_public(statement).then_some(index);
    policy.statements.iter().enumerate().filter_map(public).collect()
}

fn first_public(policy: &Document) -> Option<String> {
    let index = *public_statements(policy).first()?;
    Some(policy.statements.get(index)?.place(index))
}

/// S3 takes a grant for public unless it goes to fixed principals, or a condition fixes where it comes from.
fn is_public(statement: &Statement) -> bool {
    let open = match &statement.principal {
        Some(Match::In(Principals::Everyone) | Match::NotIn(_)) => true,
        Some(Match::In(Principals::Listed(lists))) => lists.aws.contains("*"),
        None => false,
    };
    let clauses = statement.condition.iter().flat_map(|(operator, keys)| keys.iter().map(move |key| (operator, key)));
    let mut limits = clauses.map(|(operator, (key, values))| limits(*operator, key, values));
    statement.effect == Effect::Allow && open && !limits.any(|limits| limits)
}

/// Keys that, fixed to values without wildcards, keep the public out.
const FIXING: [&str; 12] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

fn limits(operator: Operator, key: &str, values: &Values) -> bool {
    let key = key.to_lowercase();
    // Where a request without the key passes, or one value of several is enough to stay out, nothing is limited.
    let holds = !operator.if_exists && operator.quantifier != Some(Quantifier::ForAllValues) && !values.is_empty();
    let fits = match operator.test {
        Test::IpAddress => key == "aws:sourceip" && values.iter().all(|range| is_narrow(range)),
        Test::StringEquals | Test::StringEqualsIgnoreCase | Test::StringLike | Test::ArnEquals | Test::ArnLike => {
            FIXING.contains(&key.as_str()) && values.iter().all(|value| is_fixed(value))
                || is_access_point(&key, values)
        }
        Test::ArnNotEquals
        | Test::ArnNotLike
        | Test::BinaryEquals
        | Test::Bool
        | Test::DateEquals
        | Test::DateGreaterThan
        | Test::DateGreaterThanEquals
        | Test::DateLessThan
        | Test::DateLessThanEquals
        | Test::DateNotEquals
        | Test::NotIpAddress
        | Test::Null
        | Test::NumericEquals
        | Test::NumericGreaterThan
        | Test::NumericGreaterThanEquals
        | Test::NumericLessThan
        | Test::NumericLessThanEquals
        | Test::NumericNotEquals
        | Test::StringNotEquals
        | Test::StringNotEqualsIgnoreCase
        | Test::StringNotLike => false,
    };
    holds && fits
}

fn is_fixed(value: &str) -> bool {
    !value.contains(['*', '?']) && !value.contains("${")
}

/// An access point's name may be a wildcard, so long as its account is fixed.
fn is_access_point(key: &str, values: &Values) -> bool {
    let account =
        |arn: &String| super::arn::Arn::parse(arn).is_some_and(|arn| !arn.account.is_empty() && is_fixed(arn.account));
    key == "s3:dataaccesspointarn" && values.iter().all(account)
}

/// Broader ranges than /8 of IPv4 or /32 of IPv6 are the public to S3.
fn is_narrow(range: &str) -> bool {
    let Some((address, length)) = range.split_once('/') else { return range.parse::<std::net::IpAddr>().is_ok() };
    let broadest = match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(_)) => 8,
        Ok(std::net::IpAddr::V6(_)) => 32,
        Err(_) => return false,
    };
    length.parse::<u32>().is_ok_and(|length| length >= broadest)
}
