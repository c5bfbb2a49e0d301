//! S3 Block Public Access and Object Ownership.
//!
//! AWS pages: S3 User Guide, "Blocking public access to your Amazon S3 storage" (with "The meaning of public") and
//! "Controlling ownership of objects and disabling ACLs for your bucket".

use super::super::ownership::policy_speaks_for;
use super::super::public_access::public_statements;
use super::super::{
    BlockPublicAccess, CannedAcl, Document, ObjectOwnership, OwnershipError, Principal, PublicAccessBlocked, Request,
    Resource,
};
use super::{OBJECT, OURS, ROLE, THEIRS, one, read, read_theirs};

fn grant(members: &str) -> Document {
    one(&format!(r#""Sid":"G","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*",{members}"#))
}

fn is_public(members: &str) -> bool {
    !public_statements(&grant(members)).is_empty()
}

#[test]
fn a_grant_is_public_unless_it_names_fixed_principals() {
    for (principal, expected) in [
        (r#""Principal":"*""#, true),
        (r#""Principal":{"AWS":"*"}"#, true),
        (r#""Principal":{"AWS":["123456789012","*"]}"#, true),
        (r#""NotPrincipal":{"AWS":"123456789012"}"#, true),
        (r#""Principal":{"AWS":"123456789012"}"#, false),
        (r#""Principal":{"AWS":"arn:aws:iam::210987654321:role/r"}"#, false),
        (r#""Principal":{"Service":"datasync.amazonaws.com"}"#, false),
        (r#""Principal":{"CanonicalUser":"79a59d"}"#, false),
    ] {
        assert_eq!(is_public(principal), expected, "{principal}");
    }
    let denying = one(r#""Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*""#);
    assert!(public_statements(&denying).is_empty(), "a Deny grants nothing");
}

#[test]
fn a_condition_keeps_the_public_out_when_it_fixes_where_the_call_comes_from() {
    for (condition, expected) in [
        (r#"{"StringEquals":{"aws:SourceAccount":"123456789012"}}"#, false),
        (r#"{"StringEquals":{"aws:PrincipalOrgID":["o-one","o-two"]}}"#, false),
        (r#"{"StringLike":{"aws:PrincipalOrgID":"o-*"}}"#, true),
        (r#"{"StringEquals":{"aws:SourceVpce":"vpce-91237329"}}"#, false),
        (r#"{"StringLike":{"aws:SourceVpc":"vpc-*"}}"#, true),
        (r#"{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:r:1:t"}}"#, false),
        (r#"{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:*:*"}}"#, true),
        (r#"{"StringEquals":{"aws:userid":"${aws:userid}"}}"#, true),
        (r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, false),
        (r#"{"IpAddress":{"aws:SourceIp":["203.0.113.0/24","0.0.0.0/1"]}}"#, true),
        (r#"{"IpAddress":{"aws:SourceIp":"203.0.113.7"}}"#, false),
        (r#"{"IpAddress":{"aws:SourceIp":"12.0.0.0/7"}}"#, true),
        (r#"{"IpAddress":{"aws:SourceIp":"12.0.0.0/8"}}"#, false),
        (r#"{"IpAddress":{"aws:SourceIp":"2001:db8::/31"}}"#, true),
        (r#"{"IpAddress":{"aws:SourceIp":"2001:db8::/32"}}"#, false),
        (r#"{"IpAddress":{"aws:SourceIp":"somewhere/24"}}"#, true),
        (r#"{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, true),
        (r#"{"StringEqualsIfExists":{"aws:SourceAccount":"123456789012"}}"#, true),
        (r#"{"ForAllValues:StringEquals":{"aws:SourceAccount":"123456789012"}}"#, true),
        (r#"{"ForAnyValue:StringEquals":{"aws:SourceAccount":"123456789012"}}"#, false),
        (r#"{"StringNotEquals":{"aws:SourceAccount":"123456789012"}}"#, true),
        (r#"{"Bool":{"aws:SecureTransport":"true"}}"#, true),
        (r#"{"StringEquals":{"s3:prefix":"home/"}}"#, true),
        (r#"{"ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:r:123456789012:accesspoint/*"}}"#, false),
        (r#"{"ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:r:*:accesspoint/*"}}"#, true),
        (r#"{"Bool":{"aws:SecureTransport":"true"},"StringEquals":{"AWS:SourceAccount":"123456789012"}}"#, false),
    ] {
        assert_eq!(is_public(&format!(r#""Principal":"*","Condition":{condition}"#)), expected, "{condition}");
    }
}

#[test]
fn each_switch_blocks_its_own_thing_and_nothing_else() {
    let off = BlockPublicAccess::default();
    let (open, closed) = (grant(r#""Principal":"*""#), grant(r#""Principal":{"AWS":"123456789012"}"#));
    let policy = BlockPublicAccess { block_public_policy: true, ..off };
    assert_eq!(
        policy.check_policy(&open),
        Err(PublicAccessBlocked::Policy { statement: "statement 1 (Sid G)".into() })
    );
    assert_eq!(policy.check_policy(&closed), Ok(()));
    assert_eq!(BlockPublicAccess { block_public_policy: false, ..BlockPublicAccess::ALL }.check_policy(&open), Ok(()));
    let acls = BlockPublicAccess { block_public_acls: true, ..off };
    for (acl, is_open) in [
        (CannedAcl::PublicRead, true),
        (CannedAcl::PublicReadWrite, true),
        (CannedAcl::AuthenticatedRead, true),
        (CannedAcl::Private, false),
        (CannedAcl::BucketOwnerFullControl, false),
    ] {
        assert_eq!(acls.check_acl(acl).is_err(), is_open, "{acl}");
        assert_eq!(off.check_acl(acl), Ok(()), "{acl}");
    }
}

#[test]
fn a_restricted_bucket_with_a_public_policy_serves_its_account_and_services_alone() {
    let restricted = BlockPublicAccess { restrict_public_buckets: true, ..BlockPublicAccess::default() };
    let (open, closed) = (grant(r#""Principal":"*""#), grant(&format!(r#""Principal":{{"AWS":"{ROLE}"}}"#)));
    let service =
        Request::new(Principal::service("datasync.amazonaws.com"), "s3:GetObject", Resource::new(OBJECT, THEIRS));
    let anonymous = Request { principal: Principal::Anonymous, ..read() };
    for (request, refused) in [(read(), false), (read_theirs(), true), (service, false), (anonymous, true)] {
        assert_eq!(restricted.check_request(&request, Some(&open)).is_err(), refused, "{request:?}");
        assert_eq!(restricted.check_request(&request, Some(&closed)), Ok(()));
        assert_eq!(restricted.check_request(&request, None), Ok(()));
        assert_eq!(BlockPublicAccess::default().check_request(&request, Some(&open)), Ok(()));
    }
}

#[test]
fn of_bucket_and_account_the_stricter_setting_holds() {
    let acls = BlockPublicAccess { block_public_acls: true, ..BlockPublicAccess::default() };
    let rest = BlockPublicAccess { block_public_acls: false, ..BlockPublicAccess::ALL };
    assert_eq!(acls.and(rest), BlockPublicAccess::ALL);
    assert_eq!(rest.and(acls), BlockPublicAccess::ALL);
    assert_eq!(acls.and(acls), acls);
}

#[test]
fn what_is_written_belongs_to_whom_the_bucket_says() {
    use CannedAcl::{BucketOwnerFullControl, Private};
    use ObjectOwnership::{BucketOwnerEnforced, BucketOwnerPreferred, ObjectWriter};
    for (ownership, acl, owner) in [
        (BucketOwnerEnforced, None, THEIRS),
        (BucketOwnerPreferred, Some(BucketOwnerFullControl), THEIRS),
        (BucketOwnerPreferred, Some(Private), OURS),
        (BucketOwnerPreferred, None, OURS),
        (ObjectWriter, Some(BucketOwnerFullControl), OURS),
        (ObjectWriter, None, OURS),
    ] {
        assert_eq!(ownership.owner(OURS, THEIRS, acl), owner, "{ownership:?} {acl:?}");
        let is_foreign =
            matches!(ownership.check_copies(OURS, THEIRS, acl, false), Err(OwnershipError::ForeignOwner { .. }));
        assert_eq!(is_foreign, owner == OURS, "{ownership:?} {acl:?}");
        assert_eq!(ownership.check_copies(OURS, THEIRS, acl, true), Ok(()), "the owner override hands each copy over");
        assert_eq!(ownership.check_copies(OURS, OURS, acl, false), Ok(()), "within one account all is ours");
    }
    assert!(policy_speaks_for(OURS, OURS) && !policy_speaks_for(THEIRS, OURS));
}

#[test]
fn a_bucket_without_acls_refuses_every_acl_but_the_owners() {
    for name in ["private", "public-read", "authenticated-read", "bucket-owner-read", "log-delivery-write"] {
        let acl: CannedAcl = name.parse().unwrap();
        assert_eq!(acl.to_string(), name);
        let refused = OwnershipError::AclNotSupported { acl };
        assert_eq!(ObjectOwnership::BucketOwnerEnforced.check_copies(OURS, OURS, Some(acl), false), Err(refused));
        assert_eq!(ObjectOwnership::ObjectWriter.check_acl(Some(acl)), Ok(()));
        assert_eq!(ObjectOwnership::BucketOwnerPreferred.check_acl(Some(acl)), Ok(()));
    }
    let enforced: ObjectOwnership = "BucketOwnerEnforced".parse().unwrap();
    assert_eq!(enforced.check_acl(Some(CannedAcl::BucketOwnerFullControl)), Ok(()));
    assert_eq!(enforced.check_acl(None), Ok(()));
    assert!("BucketOwner".parse::<ObjectOwnership>().is_err() && "open".parse::<CannedAcl>().is_err());
    assert_eq!(
        ["BucketOwnerPreferred".parse(), "ObjectWriter".parse()],
        [Ok(ObjectOwnership::BucketOwnerPreferred), Ok(ObjectOwnership::ObjectWriter)]
    );
}
