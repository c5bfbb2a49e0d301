//! Carries out what preflight prints, and nothing else.

use nightferry_domain::job_spec::JobSpec;
use nightferry_domain::preflight::{Obstacle, Place};
use nightferry_workflow::provision::ports::{Buckets as _, Roles as _};
use serde_json::{Value, json};

use super::super::local::stack;
use super::scene::{OTHER, Scene};
use super::spoil::of;

/// Looks that mending takes at most: a cause may hide another one.
const LOOKS_MAX: usize = 4;

impl Scene {
    /// Applies the printed patches until preflight prints none, and gives the obstacles that it had found.
    pub(super) async fn mends(&self, spec: &JobSpec) -> Vec<Obstacle> {
        let mut mended = vec![];
        for _ in 0..LOOKS_MAX {
            let found = self.preflight.findings(spec).await.unwrap().obstacles;
            let patched: Vec<Obstacle> = found.into_iter().filter(|obstacle| obstacle.patch.is_some()).collect();
            if patched.is_empty() {
                return mended;
            }
            for obstacle in &patched {
                self.applies(obstacle.place.as_ref().unwrap(), obstacle.patch.as_ref().unwrap()).await;
            }
            mended.extend(patched);
        }
        panic!("what is printed does not mend it: {mended:#?}");
    }

    async fn applies(&self, place: &Place, patch: &Value) {
        match place {
            Place::Trust(arn) | Place::Role(arn) => {
                let mut role = self.roles.borrow()[arn].clone();
                let is_trust = matches!(place, Place::Trust(_));
                let document =
                    if is_trust { Some(&mut role.assume_role_policy_document) } else { role.policy.as_mut() };
                let document = document.unwrap();
                let statements = document["Statement"].as_array_mut().unwrap();
                statements.push(patch.clone());
                self.own.set_trust(&role).await.unwrap();
                self.own.put_role_policy(&role).await.unwrap();
                let _ = self.roles.borrow_mut().insert(arn.clone(), role);
            }
            Place::BucketPolicy(bucket) => {
                let mut statements = self.policy(bucket).await;
                statements.retain(|statement| statement.get("Sid").is_none() || statement["Sid"] != patch["Sid"]);
                statements.push(patch.clone());
                self.writes_policy(bucket, &statements).await;
            }
            Place::BucketSetting(bucket) => self.sets(bucket, patch).await,
            Place::KeyPolicy(_) | Place::Creator(_) | Place::VaultSetting(_) | Place::RegionSetting(_) => {
                panic!("no mistake of these scenes lies there: {place:?}")
            }
        }
    }

    async fn sets(&self, bucket: &str, setting: &Value) {
        if let Some(configuration) = setting.get("ReplicationConfiguration") {
            let own = of(bucket, &stack().account);
            return self.own.set_replication(&own, Some(configuration)).await.unwrap();
        }
        let theirs = of(bucket, OTHER);
        if *setting == json!({"Versioning": "Enabled"}) {
            self.theirs.enable_versioning(&theirs).await.unwrap();
        } else if *setting == json!({"ObjectOwnership": "BucketOwnerEnforced"}) {
            self.theirs.turn_acls_off(&theirs).await.unwrap();
        } else {
            panic!("nobody knows how to set {setting}");
        }
    }
}
