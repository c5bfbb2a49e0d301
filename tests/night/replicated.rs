//! A stage with a replicated bucket between two accounts: objects that replication has missed, and S3's own word for what became of them.

use std::sync::OnceLock;

use hyper::Method;
use nightferry_domain::ids::{AttemptId, RunId};
use nightferry_domain::outcome::Outcome;
use nightferry_domain::report::{JobReport, Report};
use nightferry_local::batch::{Quotas, Trail};
use nightferry_local::upstream::{Ask, Upstream, s3};

use crate::program::Answer;
use crate::scenario::Shared;
use crate::stage::Stage;
use crate::{scenery, truth};

/// Whose the replicas are.
const OTHER: &str = "222222222222";
const SOURCE: &str = "night-assets";
const REPLICAS: &str = "night-assets-dr";
/// Its name is in no bucket's: what is granted on its folders is told from what is granted on the buckets.
const JOB: &str = "pictures";

static SHARED: OnceLock<Replicated> = OnceLock::new();

/// The stage and its bucket.
pub(crate) struct Replicated {
    pub(crate) stage: Stage,
    theirs: Upstream,
}

impl Shared for Replicated {
    fn shared() -> &'static Self {
        SHARED.get_or_init(Self::up)
    }

    fn stage(&self) -> &Stage {
        &self.stage
    }
}

/// A batch job as S3 lists it.
#[derive(Debug)]
pub(crate) struct BatchJob {
    pub(crate) id: String,
    pub(crate) attempt: AttemptId,
    pub(crate) status: String,
    succeeded: u64,
    failed: u64,
}

impl Replicated {
    /// Everything up, both accounts' halves applied, with a trail that tells of batch jobs.
    fn up() -> Self {
        let stage = Stage::bare("replicated", &[JOB.to_owned()]);
        let own = stage.local.aws();
        let theirs = own.seen_from(OTHER, own.region());
        stage.wait(async {
            s3::create_bucket(&own, SOURCE).await.unwrap();
            s3::create_bucket(&theirs, REPLICAS).await.unwrap();
            let trail = Quotas { trail: Trail::On, ..Quotas::default() };
            stage.local.admin().set_batch_quotas(trail).await.unwrap();
        });
        stage.write_plan(&scenery::replicated_plan(JOB, SOURCE, (REPLICAS, OTHER)));
        let account = stage.stack.account.clone();
        let side = ["apply", "--yes", "--side", "other", "--own-account", &account];
        stage.apply_as(Some(OTHER), &side);
        stage.apply_as(None, &["apply", "--yes"]);
        Self { stage, theirs }
    }

    /// Two more objects, and one that is deleted again, all while the bucket replicated nothing.
    pub(crate) fn grow(&self) {
        let own = self.stage.local.aws();
        let number = self.keys().len();
        self.stage.wait(async {
            let rules = || format!("/{SOURCE}?replication");
            let configuration = own.read(Ask::new(Method::GET, "s3", rules())).await.unwrap();
            let _ = own.read(Ask::new(Method::DELETE, "s3", rules())).await.unwrap();
            let bucket = s3::Bucket::find(&own, SOURCE).await.unwrap().unwrap();
            let gone = format!("public/gone-{number}");
            for name in [format!("public/night {number}.txt"), format!("public/夜-{number}.bin"), gone.clone()] {
                let tags = [("x-amz-tagging".to_owned(), "kind=picture".to_owned())];
                let _ = bucket.put_as(&name, name.repeat(number + 3).into(), &tags).await.unwrap();
            }
            let _ = bucket.mark_deleted(&gone).await.unwrap();
            let _ = own.read(Ask::new(Method::PUT, "s3", rules()).body(configuration)).await.unwrap();
        });
    }

    /// Runs the program with a profile `recovery` of the account that holds the replicas.
    pub(crate) fn as_recovery(&self, arguments: &[&str]) -> Answer {
        let file = self.stage.folder.join("credentials");
        std::fs::write(&file, format!("[recovery]\naws_access_key_id = {OTHER}\naws_secret_access_key = x\n")).unwrap();
        let named = [("AWS_SHARED_CREDENTIALS_FILE".to_owned(), file.to_string_lossy().into_owned())];
        self.stage.program_with(&named, &[arguments, &["--recovery-profile", "recovery"]].concat())
    }

    /// Somebody writes a replica over, behind everybody's back; what it was before.
    pub(crate) fn overwrite(&self, key: &str, bytes: &[u8]) -> Vec<u8> {
        self.stage.wait(async {
            let before = body(&self.theirs, REPLICAS, key).await.unwrap();
            let bucket = s3::Bucket::find(&self.theirs, REPLICAS).await.unwrap().unwrap();
            let _ = bucket.put_as(key, bytes.to_vec().into(), &[]).await.unwrap();
            before
        })
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.listed(&self.stage.local.aws(), SOURCE)
    }

    fn listed(&self, aws: &Upstream, bucket: &str) -> Vec<String> {
        let listed = self.stage.wait(async {
            let bucket = s3::Bucket::find(aws, bucket).await.unwrap().unwrap();
            bucket.list("public/").await.unwrap()
        });
        listed.into_iter().map(|object| object.key).collect()
    }

    /// Every batch job of the run's attempts, as S3 itself lists them.
    pub(crate) fn batch_jobs(&self, run: &RunId) -> Vec<BatchJob> {
        let list = Ask::new(Method::GET, "s3", "/v20180820/jobs?maxResults=1000");
        let list = list.header("x-amz-account-id", self.stage.stack.account.clone());
        let told = self.stage.wait(self.stage.local.aws().read(list)).unwrap();
        let told = String::from_utf8(told.to_vec()).unwrap();
        let jobs = told.split("<member>").skip(1).filter_map(batch_job);
        jobs.filter(|job| &job.attempt.run == run).collect()
    }

    /// Reads the report and recounts everything in it: one batch job an attempt, its own numbers, the replicas themselves,
    /// one report, one message.
    pub(crate) fn assert_true(&self, run: &RunId) -> Report {
        let report = truth::report(&self.stage, run);
        let [job] = report.jobs.as_slice() else { panic!("{run}: {} jobs", report.jobs.len()) };
        let made = self.batch_jobs(run);
        assert_eq!(made.len(), job.attempts.len(), "{run}: one batch job an attempt: {made:#?}");
        for one in &made {
            let told = job.attempts.iter().find(|attempt| attempt.number == one.attempt.number).unwrap();
            assert!(told.execution.as_ref().is_some_and(|arn| arn.id() == one.id), "{run}: {told:?} for {one:?}");
            assert_eq!(told.files, one.succeeded, "{run}: {one:?}");
        }
        self.assert_outcome(run, job, &made);
        truth::assert_told_once(&self.stage, run);
        report
    }

    /// Safe is what lies in the other account's bucket byte for byte.
    fn assert_outcome(&self, run: &RunId, job: &JobReport, made: &[BatchJob]) {
        let words = format!("{run}: {:?}: {:?}; {made:?}", job.outcome, job.cause);
        let missing: Vec<String> = self.keys().into_iter().filter(|key| !self.is_replicated(key)).collect();
        match job.outcome {
            Outcome::Succeeded => assert!(missing.is_empty() && job.files > 0 && job.bytes > 0, "{words}; {missing:?}"),
            Outcome::NothingToDo => assert!(missing.is_empty() && job.files == 0, "{words}; {missing:?}"),
            Outcome::Partial | Outcome::Failed => panic!("no scenario here lets an object fail: {words}"),
        }
        assert_eq!(job.cause, None, "{words}");
        assert!(made.iter().all(|one| one.failed == 0), "{words}");
        // A delete marker goes by the rule, not by the batch job, and so in its own time.
        let is_hidden = || self.listed(&self.theirs, REPLICAS) == self.keys();
        self.stage.until(&format!("{words}: what is deleted here is hidden there"), is_hidden);
    }

    fn is_replicated(&self, key: &str) -> bool {
        self.stage.wait(async {
            let own = body(&self.stage.local.aws(), SOURCE, key).await;
            own.is_some() && own == body(&self.theirs, REPLICAS, key).await
        })
    }
}

async fn body(aws: &Upstream, bucket: &str, key: &str) -> Option<Vec<u8>> {
    use http_body_util::BodyExt as _;
    let bucket = s3::Bucket::find(aws, bucket).await.unwrap().unwrap();
    let answer = bucket.get(key, None).await.ok()?;
    Some(answer.into_body().collect().await.ok()?.to_bytes().to_vec())
}

fn batch_job(member: &str) -> Option<BatchJob> {
    let text = |name: &str| Some(member.split_once(&format!("<{name}>"))?.1.split('<').next()?.to_owned());
    let count = |name: &str| text(name)?.parse().ok();
    // `nightferry RUN/JOB/NUMBER SCOPE`
    let attempt = text("Description")?.split(' ').nth(1)?.parse().ok()?;
    Some(BatchJob {
        id: text("JobId")?,
        attempt,
        status: text("Status")?,
        succeeded: count("NumberOfTasksSucceeded").unwrap_or_default(),
        failed: count("NumberOfTasksFailed").unwrap_or_default(),
    })
}
