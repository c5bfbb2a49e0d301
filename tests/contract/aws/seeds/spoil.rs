//! What somebody gets wrong.

use nightferry_domain::provision::step::BucketOf;
use nightferry_workflow::provision::ports::Roles as _;
use serde_json::Value;

use super::scene::{OTHER, Scene, seen_from};
use hyper::Method;
use nightferry_local::upstream::Ask;

/// One mistake.
#[derive(Debug, Clone, Copy)]
pub(super) enum Spoil {
    /// The role whose ARN holds this trusts another service.
    Trust(&'static str, &'static str),
    /// The role whose ARN holds this lacks an action.
    Role(&'static str, &'static str),
    /// Its action does not reach what this is part of.
    Reach(&'static str, &'static str, &'static str),
    /// The other account's bucket does not let this action.
    Bucket(&'static str),
    /// Its policy lacks our statement of this purpose.
    Statement(&'static str),
    /// It has ACLs on.
    Acls,
    /// Its versioning is off.
    Versioning,
}

impl Scene {
    /// Makes the mistake; `bucket` is the other account's.
    pub(super) async fn spoils(&self, bucket: &str, mistake: Spoil) {
        match mistake {
            Spoil::Trust(role, other) => {
                self.changes_role(role, |role| {
                    let services = ["datasync.", "batchoperations.s3.", "s3.", "backup."].map(|name| format!("{name}amazonaws.com"));
                    let text = role.assume_role_policy_document.to_string();
                    let right = services.iter().find(|service| text.contains(&format!("\"{service}\""))).unwrap();
                    role.assume_role_policy_document = serde_json::from_str(&text.replace(right, other)).unwrap();
                })
                .await;
            }
            Spoil::Role(role, action) => {
                self.changes_role(role, |role| without(statements(role.policy.as_mut().unwrap()), action)).await;
            }
            Spoil::Reach(role, action, place) => {
                self.changes_role(role, |role| {
                    let all = statements(role.policy.as_mut().unwrap());
                    for statement in all.iter_mut().filter(|statement| names(&statement["Action"], action)) {
                        keep(&mut statement["Resource"], |on| !on.contains(place));
                    }
                })
                .await;
            }
            Spoil::Bucket(action) => {
                let mut statements = self.policy(bucket).await;
                without(&mut statements, action);
                self.writes_policy(bucket, &statements).await;
            }
            Spoil::Statement(purpose) => {
                let mut statements = self.policy(bucket).await;
                let before = statements.len();
                statements.retain(|statement| !statement["Sid"].as_str().unwrap().contains(&format!("{purpose}Seeds")));
                assert!(statements.len() < before, "no statement {purpose} in {statements:?}");
                self.writes_policy(bucket, &statements).await;
            }
            Spoil::Acls => puts(bucket, "ownershipControls", "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerPreferred</ObjectOwnership></Rule></OwnershipControls>").await,
            Spoil::Versioning => puts(bucket, "versioning", "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>").await,
        }
    }

    async fn changes_role(&self, part: &str, change: impl FnOnce(&mut nightferry_domain::provision::Role)) {
        let arn = self.roles.borrow().keys().find(|arn| arn.contains(part)).unwrap().clone();
        let mut role = self.roles.borrow()[&arn].clone();
        change(&mut role);
        assert_ne!(role, self.roles.borrow()[&arn], "the mistake changes nothing");
        self.own.set_trust(&role).await.unwrap();
        self.own.put_role_policy(&role).await.unwrap();
        let _ = self.roles.borrow_mut().insert(arn, role);
    }
}

fn statements(policy: &mut Value) -> &mut Vec<Value> {
    policy["Statement"].as_array_mut().unwrap()
}

fn without(statements: &mut Vec<Value>, action: &str) {
    let mut is_there = false;
    for statement in statements.iter_mut() {
        is_there |= names(&statement["Action"], action);
        keep(&mut statement["Action"], |named| named != action);
    }
    assert!(is_there, "no statement lets {action}");
    statements.retain(|statement| statement["Action"] != Value::Array(vec![]));
}

fn names(actions: &Value, action: &str) -> bool {
    actions == action || actions.as_array().is_some_and(|all| all.iter().any(|one| one == action))
}

fn keep(list: &mut Value, is_kept: impl Fn(&str) -> bool) {
    let all = list.as_array().cloned().unwrap_or_else(|| vec![list.clone()]);
    *list = all.into_iter().filter(|one| is_kept(one.as_str().unwrap())).collect();
}

async fn puts(bucket: &str, setting: &str, body: &'static str) {
    let ask = Ask::new(Method::PUT, "s3", format!("/{bucket}?{setting}")).body(body);
    let _ = seen_from(OTHER).await.read(ask).await.unwrap();
}

/// The bucket as preflight's patches name it.
pub(super) fn of(bucket: &str, owner: &str) -> BucketOf {
    BucketOf { bucket: bucket.to_owned(), owner: owner.to_owned() }
}
