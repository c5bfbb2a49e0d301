//! Objects pulled from another account's bucket by DataSync (the first article).

use nightferry_domain::diagnosis::{Evidence, Speaker, diagnose_from};
use nightferry_domain::ids::{AttemptId, TaskArn};
use nightferry_domain::job_spec::{JobSpec, Work};
use nightferry_domain::observation::{ExecutionState, TransferObservation};
use nightferry_domain::provision::{Location, Setup, desired};
use nightferry_workflow::World as _;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::Transfers as _;
use nightferry_workflow::provision::ports::TransferTasks as _;

use super::super::local::{look_again, stack};
use super::scene::{OTHER, Scene, writes};
use super::spoil::Spoil;
use crate::things;

/// A job that pulls from a partner's bucket, with roles and policies and without locations.
struct Pulled {
    scene: Scene,
    setup: Setup,
    partner: String,
}

async fn pulled() -> Pulled {
    let number = things::number();
    let (partner, copies) = (format!("seeds-partner-{number}"), format!("seeds-pulled-{number}"));
    let lines =
        format!("datasync: {{from: {{s3: {partner}, account: \"{OTHER}\"}}, to: {{s3: {copies}, prefix: /in}}}}");
    let scene = Scene::of(&partner, &lines).await;
    scene.makes_bucket(&partner, OTHER).await;
    scene.makes_bucket(&copies, &stack().account).await;
    writes(OTHER, &partner, "report").await;
    let setup = desired(&scene.plan, &stack()).setups.remove(0);
    for role in setup.roles() {
        scene.makes_role(&setup.job, role).await;
    }
    scene.opens_the_other_side().await;
    Pulled { scene, setup, partner }
}

impl Pulled {
    /// The job as preflight reads it before its task is there.
    fn spec(&self) -> JobSpec {
        let nowhere: TaskArn = stack().arn("datasync", "task/task-00000000000000000").parse().unwrap();
        self.scene.spec(&[(self.setup.job.clone(), nowhere)].into())
    }

    async fn makes(&self, location: &Location) -> Result<String, PortError> {
        self.scene.own.create_location(&stack(), &self.setup.job, location).await
    }

    /// Its task, between two locations that can be made.
    async fn task(&self) -> TaskArn {
        let (from, to) = (self.makes(&self.setup.from).await.unwrap(), self.makes(&self.setup.to).await.unwrap());
        self.scene.own.create_task(&stack(), &self.setup.job, &self.setup.task, (&from, &to)).await.unwrap()
    }

    async fn runs(&self, spec: &JobSpec, attempt: u32) -> TransferObservation {
        let Work::DataSync(transfer) = &spec.work else { panic!("a transfer") };
        let run = format!("seeds-{}", things::number()).parse().unwrap();
        let attempt = AttemptId { run, job: spec.name.clone(), number: attempt };
        let transfers = self.scene.world.transfers();
        let execution = transfers.start(transfer, &attempt).await.unwrap();
        loop {
            let seen = transfers.observe(&execution).await.unwrap();
            if seen.state.is_end() {
                return seen;
            }
            look_again().await;
        }
    }
}

fn known_as(refusal: PortError) -> (&'static str, String) {
    let PortError::Rejected { code, message, .. } = refusal else { panic!("{refusal}") };
    (diagnose_from(Speaker::Change, &Evidence { code: &code, message: &message }).id, message)
}

/// Mistakes, what DataSync says of the location, and the catalogue's row for it.
const MISTAKES: &[(Spoil, &str, &str)] = &[
    (Spoil::Statement("Bucket"), "could not perform s3:GetBucketLocation", "bucket-access-denied"),
    (Spoil::Statement("CreateLocation"), "could not perform s3:HeadBucket", "bucket-access-denied"),
    (Spoil::Bucket("s3:GetBucketLocation"), "could not perform s3:GetBucketLocation", "bucket-access-denied"),
    (Spoil::Role("source", "s3:ListBucket"), "Ensure bucket access role has s3:ListBucket", "bucket-access-denied"),
    (Spoil::Trust("source", "s3.amazonaws.com"), "Unable to assume role", "role-not-assumable"),
];

#[tokio::test]
async fn what_datasync_says_of_a_location_is_known_and_mended_by_what_is_printed() {
    let mut wrong = vec![];
    for (mistake, words, expected) in MISTAKES {
        wrong.extend(Box::pin(shown_and_mended(*mistake, words, expected)).await.err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn shown_and_mended(mistake: Spoil, words: &str, expected: &str) -> Result<(), String> {
    let job = pulled().await;
    job.scene.spoils(&job.partner, mistake).await;
    let refusal = job.makes(&job.setup.from).await.err().ok_or_else(|| format!("{mistake:?}: it does not show"))?;
    let (known, said) = known_as(refusal);
    if known != expected || !said.contains(words) {
        return Err(format!("{mistake:?}: `{said}` is known as {known}, not {expected}"));
    }
    if job.scene.mends(&job.spec()).await.is_empty() {
        return Err(format!("{mistake:?}: preflight finds nothing"));
    }
    job.makes(&job.setup.from).await.map(drop).map_err(|refusal| format!("{mistake:?}: mended, and still {refusal}"))
}

#[tokio::test]
async fn a_role_of_the_other_account_is_refused_and_our_own_is_taken() {
    let job = pulled().await;
    let Location::S3(own) = job.setup.from.clone() else { panic!("a bucket") };
    let mut foreign = own.clone();
    foreign.bucket_access_role_arn = own.bucket_access_role_arn.replace(&stack().account, OTHER);
    let (id, said) = known_as(job.makes(&Location::S3(foreign)).await.expect_err("it is another account's"));
    assert!(said.contains("Cross-account pass role is not allowed"), "{said}");
    assert_eq!(id, "cross-account-pass-role");
    assert!(job.makes(&Location::S3(own)).await.is_ok(), "the fix is a role of our own");
}

/// What shows only when the transfer runs.
const MIDWAY: &[Spoil] =
    &[Spoil::Bucket("s3:GetObject"), Spoil::Bucket("s3:GetObjectTagging"), Spoil::Role("source", "s3:GetObject")];

#[tokio::test]
async fn what_stops_a_transfer_is_known_and_mended_by_what_is_printed() {
    for mistake in MIDWAY {
        let job = pulled().await;
        let task = job.task().await;
        let spec = job.scene.spec(&[(job.setup.job.clone(), task)].into());
        job.scene.spoils(&job.partner, *mistake).await;
        let seen = job.runs(&spec, 1).await;
        assert_eq!(seen.state, ExecutionState::Error, "{mistake:?}");
        let (code, message) = (seen.error_code.unwrap_or_default(), seen.error_detail.unwrap_or_default());
        let known = diagnose_from(Speaker::DataSync, &Evidence { code: &code, message: &message });
        assert_ne!(known.id, "unknown", "{mistake:?}: {code}: {message}");
        let mended = job.scene.mends(&spec).await;
        assert!(!mended.is_empty(), "preflight finds nothing wrong with {mistake:?}");
        assert_eq!(job.runs(&spec, 2).await.state, ExecutionState::Success, "{mistake:?}");
    }
}
