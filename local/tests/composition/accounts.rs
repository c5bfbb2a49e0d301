//! Two accounts at one address: whose a bucket is, and who of the other account gets in.

use hyper::Method;
use nightferry_local::{
    front_door::Decision,
    upstream::{Ask, Upstream, UpstreamError},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::support::shared;

const OTHER: &str = "222222222222";
const BUCKET: &str = "fixture-partner";
const ROLE: &str = "arn:aws:iam::123456789012:role/fixture-echo";

/// A call of the deployed function `fixture-echo`, as the front door knows it: by its user agent.
async fn as_the_function(aws: &Upstream, method: Method, key: &str) -> u16 {
    let ask =
        Ask::new(method, "s3", format!("/{BUCKET}/{key}")).header("user-agent", "test app/nightferry-echo").body("x");
    match aws.read(ask).await {
        Ok(_) => 200,
        Err(UpstreamError::Refused { status, .. }) => status,
        Err(error) => panic!("{error}"),
    }
}

fn allowing(principal: Option<&str>) -> Value {
    let mut statement = json!({"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": format!("arn:aws:s3:::{BUCKET}/*")});
    if let Some(principal) = principal {
        statement["Principal"] = json!({"AWS": principal});
    }
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

async fn role_policy(aws: &Upstream, action: &str) {
    let policy = utf8_percent_encode(&allowing(None).to_string(), NON_ALPHANUMERIC).to_string();
    let form =
        format!("Action={action}&Version=2010-05-08&RoleName=fixture-echo&PolicyName=partner&PolicyDocument={policy}");
    let ask = Ask::new(Method::POST, "iam", "/").header("content-type", "application/x-www-form-urlencoded").body(form);
    let _ = aws.read(ask).await.unwrap();
}

async fn bucket_policy(partner: &Upstream, principal: &str) {
    let body = allowing(Some(principal)).to_string();
    let _ = partner.read(Ask::new(Method::PUT, "s3", format!("/{BUCKET}?policy")).body(body)).await.unwrap();
}

#[tokio::test]
async fn a_role_gets_into_another_accounts_bucket_only_when_both_sides_let_it() {
    let local = shared().await;
    let (own, partner) = (local.aws(), local.aws().seen_from(OTHER, "ap-northeast-1"));
    nightferry_local::upstream::s3::create_bucket(&partner, BUCKET).await.unwrap();
    assert_eq!(as_the_function(&own, Method::PUT, "a").await, 403, "neither side allows");
    bucket_policy(&partner, ROLE).await;
    assert_eq!(as_the_function(&own, Method::PUT, "a").await, 403, "the role itself does not allow");
    role_policy(&own, "PutRolePolicy").await;
    assert_eq!(as_the_function(&own, Method::PUT, "a").await, 200);
    assert_eq!(as_the_function(&own, Method::GET, "a").await, 200);
    let theirs = partner.read(Ask::new(Method::GET, "s3", format!("/{BUCKET}/a"))).await.unwrap();
    assert_eq!(theirs, "x", "the owner reads what came from the other account");
    bucket_policy(&partner, "arn:aws:iam::123456789012:role/somebody-else").await;
    assert_eq!(as_the_function(&own, Method::PUT, "b").await, 403, "the bucket's policy names another role");
    role_policy(&own, "DeleteRolePolicy").await;
    let calls = local.admin().calls().await.unwrap().calls;
    let denied = calls.iter().filter(|call| call.resource == format!("arn:aws:s3:::{BUCKET}/b")).collect::<Vec<_>>();
    assert_eq!(denied.iter().map(|call| call.decision).collect::<Vec<_>>(), [Decision::Denied]);
}

#[tokio::test]
async fn an_account_has_its_own_buckets_and_roles_and_no_bucket_name_is_given_twice() {
    let local = shared().await;
    let partner = local.aws().seen_from("333333333333", "ap-northeast-1");
    nightferry_local::upstream::s3::create_bucket(&partner, "fixture-thirds").await.unwrap();
    let taken = partner.read(Ask::new(Method::PUT, "s3", "/fixture-things")).await;
    assert!(taken.is_err(), "the name is another account's");
    let listed = partner.read(Ask::new(Method::GET, "s3", "/")).await.unwrap();
    let listed = String::from_utf8_lossy(&listed).into_owned();
    assert!(listed.contains("fixture-thirds") && !listed.contains("fixture-things"), "{listed}");
    let role = nightferry_local::upstream::iam::role(&partner, "fixture-echo").await.unwrap();
    assert!(role.is_none(), "roles are an account's own");
}
