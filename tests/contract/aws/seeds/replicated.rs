//! A bucket replicated to another account (the fourth article).

use hyper::Method;
use jiff::{SignedDuration, Timestamp};
use nightferry_domain::batch::order::BatchOrder;
use nightferry_domain::batch::{BatchObservation, BatchState};
use nightferry_domain::diagnosis::{Evidence, Speaker, diagnose_from};
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::job::Job;
use nightferry_domain::job_spec::{JobSpec, Work};
use nightferry_domain::provision::desired;
use nightferry_domain::provision::names;
use nightferry_local::upstream::Ask;
use nightferry_workflow::World as _;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::BatchJobs as _;
use nightferry_workflow::provision::ports::Buckets as _;
use serde_json::json;

use super::super::local::{caller_of, look_again, stack};
use super::scene::{OTHER, Scene, deletes, seen_from, writes};
use super::spoil::{Spoil, of};
use crate::things;

/// A replicated bucket with objects from before its rule.
struct Replicated {
    scene: Scene,
    spec: JobSpec,
    job: Job,
    copies: String,
}

async fn replicated() -> Replicated {
    let number = things::number();
    let (source, copies) = (format!("seeds-assets-{number}"), format!("seeds-copies-{number}"));
    let lines = format!(
        "replicate: {{from: {{s3: {source}}}, to: {{s3: {copies}, account: \"{OTHER}\"}}, delete_markers: true, confirm: {{max_objects: 100}}}}"
    );
    let scene = Scene::of(&source, &lines).await;
    scene.makes_bucket(&source, &stack().account).await;
    scene.makes_bucket(&copies, OTHER).await;
    for key in ["gone", "report"] {
        writes(&stack().account, &source, key).await;
    }
    deletes(&stack().account, &source, "gone").await;
    let wanted = desired(&scene.plan, &stack()).replicas.remove(0);
    for (job, role) in wanted.roles() {
        scene.makes_role(job, role).await;
    }
    scene.opens_the_other_side().await;
    let mut rule = wanted.rules[0].1.clone();
    rule["Priority"] = json!(1);
    let configuration = json!({"Role": names::role_arn(&stack(), &wanted.role.role_name), "Rules": [rule]});
    scene.own.set_replication(&of(&source, &stack().account), Some(&configuration)).await.unwrap();
    let spec = scene.spec(&[].into());
    // A minute ahead: everything that is there by now is listed.
    let opened_at = Timestamp::now() + SignedDuration::from_mins(1);
    let job = Job::open(format!("seeds-{number}").parse().unwrap(), spec.clone(), opened_at);
    Replicated { scene, spec, job, copies }
}

impl Replicated {
    /// Carries the objects as an attempt of a night would, and gives what went wrong: a code and words.
    async fn carries(&self, attempt: u32) -> Result<(), (String, String)> {
        let jobs = self.scene.world.batch_jobs();
        let order = BatchOrder::of(&self.job, attempt).unwrap();
        let arn = jobs.create(&order).await.unwrap();
        let seen = self.ended(&arn).await;
        let Work::Replicate(work) = &self.spec.work else { panic!("a replicated bucket") };
        let report = jobs.report(&work.reports, &arn).await.unwrap().unwrap_or_default();
        if let Some(code) = report.causes.keys().next() {
            return Err((code.clone(), String::new()));
        }
        if let Some(failure) = seen.failures.first() {
            return Err((failure.code.clone(), failure.reason.clone()));
        }
        assert_eq!((&seen.state, seen.counts.failed), (&BatchState::Complete, Some(0)), "{seen:?}");
        assert_eq!(report.succeeded, seen.counts.total.unwrap());
        Ok(())
    }

    async fn ended(&self, arn: &ExecutionArn) -> BatchObservation {
        let jobs = self.scene.world.batch_jobs();
        loop {
            let seen = jobs.observe(arn).await.unwrap();
            if seen.state.is_end() {
                return seen;
            }
            if seen.state == BatchState::Suspended {
                jobs.confirm(arn, "the scene goes on").await.unwrap();
            }
            look_again().await;
        }
    }
}

/// What accounts block is read once, with the other side's credentials.
#[tokio::test]
async fn an_account_that_blocks_public_access_shuts_our_role_out_of_a_bucket_that_blocks_nothing_itself() {
    const WORD: &str = "bucket-public-access-blocked";
    let replicated = replicated().await;
    let mut statements = replicated.scene.policy(&replicated.copies).await;
    statements.push(json!({
        "Sid": "Everybody", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": format!("arn:aws:s3:::{}/*", replicated.copies),
    }));
    replicated.scene.writes_policy(&replicated.copies, &statements).await;
    let found = async |switch: &str| {
        let asked = block(switch);
        let _ = seen_from(OTHER).await.read(asked).await.unwrap();
        let (_, others) = caller_of(OTHER).await;
        let preflight = replicated.scene.world.preflight().clone().with_other_side(OTHER.to_owned(), &others).await;
        let found = preflight.unwrap().findings(&replicated.spec).await.unwrap();
        found.obstacles.iter().any(|obstacle| obstacle.id == WORD)
    };
    assert!(found("RestrictPublicBuckets").await);
    assert!(!found("BlockPublicAcls").await, "that switch is about ACLs");
    let _ = seen_from(OTHER).await.read(Ask::new(Method::DELETE, "s3", BLOCK)).await.unwrap();
}

const BLOCK: &str = "/v20180820/configuration/publicAccessBlock";

fn block(switch: &str) -> Ask {
    let body = format!("<PublicAccessBlockConfiguration><{switch}>true</{switch}></PublicAccessBlockConfiguration>");
    Ask::new(Method::PUT, "s3", BLOCK).body(body)
}

fn known_as(speaker: Speaker, (code, message): &(String, String)) -> &'static str {
    diagnose_from(speaker, &Evidence { code, message }).id
}

/// Mistakes, and the catalogue's row for what S3 says of each.
const MISTAKES: &[(&[Spoil], &str)] = &[
    (&[Spoil::Trust("batch", "s3.amazonaws.com")], "batch-role-not-assumable"),
    (&[Spoil::Trust("replication", "batchoperations.s3.amazonaws.com")], "replication-role-not-assumable"),
    (&[Spoil::Role("batch", "s3:InitiateReplication")], "replication-initiate-denied"),
    (&[Spoil::Role("batch", "s3:GetReplicationConfiguration")], "s3-denied"),
    (&[Spoil::Role("batch", "s3:PutInventoryConfiguration")], "s3-denied"),
    (&[Spoil::Role("batch", "s3:GetObject")], "batch-manifest-unreadable"),
    (&[Spoil::Reach("batch", "s3:PutObject", "/batch-manifests/")], "s3-denied"),
    (&[Spoil::Reach("batch", "s3:PutObject", "/batch-reports/")], "batch-report-not-written"),
    (&[Spoil::Role("replication", "s3:GetReplicationConfiguration")], "replication-not-configured"),
    (&[Spoil::Role("replication", "s3:GetObjectVersionForReplication")], "replication-read-denied"),
    (&[Spoil::Role("replication", "s3:GetObjectVersionAcl")], "replication-read-acl-denied"),
    (&[Spoil::Role("replication", "s3:GetObjectVersionTagging")], "replication-read-tags-denied"),
    (&[Spoil::Role("replication", "s3:ReplicateObject")], "replication-put-denied"),
    (&[Spoil::Role("replication", "s3:ReplicateTags")], "replication-write-parts-denied"),
    (&[Spoil::Role("replication", "s3:ReplicateDelete")], "replication-delete-denied"),
    (&[Spoil::Bucket("s3:ReplicateDelete")], "replication-delete-denied"),
    (&[Spoil::Bucket("s3:ReplicateObject")], "replication-put-denied"),
    (&[Spoil::Bucket("s3:ReplicateTags")], "replication-write-parts-denied"),
    // Nothing at all is let: what is told first is the first of all codes.
    (&[Spoil::Statement("Replicas")], "replication-delete-denied"),
    (&[Spoil::Acls, Spoil::Bucket("s3:ObjectOwnerOverrideToBucketOwner")], "replication-put-denied"),
    (&[Spoil::Versioning], "replication-destination-unversioned"),
];

#[tokio::test]
async fn what_s3_says_of_each_mistake_is_known_and_mended_by_what_is_printed() {
    let mut wrong = vec![];
    for (mistakes, expected) in MISTAKES {
        wrong.extend(Box::pin(shown_and_mended(mistakes, expected)).await.err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn shown_and_mended(mistakes: &[Spoil], expected: &str) -> Result<(), String> {
    let job = replicated().await;
    for mistake in mistakes {
        job.scene.spoils(&job.copies, *mistake).await;
    }
    let said = job.carries(1).await.err().ok_or_else(|| format!("{mistakes:?}: it does not show"))?;
    let known = known_as(Speaker::BatchOperations, &said);
    if known != expected {
        return Err(format!("{mistakes:?}: {said:?} is known as {known}, not {expected}"));
    }
    if job.scene.mends(&job.spec).await.is_empty() {
        return Err(format!("{mistakes:?}: preflight finds nothing"));
    }
    match job.carries(2).await {
        Ok(()) => Ok(()),
        // A report that could not be written says nothing of the copies: they are there.
        Err(said) if expected == "batch-report-not-written" && said.1.contains("no keys") => Ok(()),
        Err(said) => Err(format!("{mistakes:?}: mended, and still {said:?}")),
    }
}

#[tokio::test]
async fn a_second_job_over_replicated_objects_says_that_nothing_is_left() {
    let job = replicated().await;
    assert_eq!(job.carries(1).await, Ok(()));
    let said = job.carries(2).await.expect_err("everything is there");
    assert_eq!(known_as(Speaker::BatchOperations, &said), "batch-nothing-to-replicate", "{said:?}");
}

#[tokio::test]
async fn a_token_for_another_order_and_a_job_that_is_not_there_are_known() {
    let job = replicated().await;
    let jobs = job.scene.world.batch_jobs();
    let order = BatchOrder::of(&job.job, 1).unwrap();
    let arn = jobs.create(&order).await.unwrap();
    let Err(PortError::Rejected { code, message, .. }) =
        jobs.create(&BatchOrder { priority: order.priority + 1, ..order.clone() }).await
    else {
        panic!("the token is the first order's")
    };
    assert_eq!(known_as(Speaker::BatchOperations, &(code, message)), "batch-token-reused");
    assert_eq!(jobs.create(&order).await, Ok(arn), "the first order again is the first job");
    let nowhere: ExecutionArn = stack().arn("s3", "job/00000000-0000-0000-0000-000000000000").parse().unwrap();
    let Err(PortError::Missing { message, .. }) = jobs.observe(&nowhere).await else { panic!("there is none") };
    assert_eq!(known_as(Speaker::BatchOperations, &(String::new(), message)), "batch-job-not-found");
    assert_eq!(job.carries(2).await, Ok(()), "a new attempt has a token of its own");
}
