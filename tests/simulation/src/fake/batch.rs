//! S3 Batch Operations with a token: the same order again is the same job, as long as the service remembers; a job that
//! has listed its objects waits to be let through.

use jiff::Timestamp;
use nightferry_domain::batch::completion::{CompletionReport, ObjectVersion};
use nightferry_domain::batch::confirm::{RuleNow, RulesNow};
use nightferry_domain::batch::new_objects::RuleFigures;
use nightferry_domain::batch::order::BatchOrder;
use nightferry_domain::batch::{
    BatchCounts, BatchObservation, BatchState, ListedBatchJob, ManifestPlace, ReplicaState,
};
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::job_spec::ReportPlace;
use nightferry_domain::replication::Replication;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::BatchJobs;

use super::{Fake, LateBatch, News, State, missing, no_reply};

/// For how long the service remembers a token; AWS does not say.
pub const TOKEN_MEMORY_SECS: i64 = 1_800;

/// A batch job as the service keeps it.
#[derive(Debug, Clone)]
pub struct BatchJob {
    /// What it was ordered to do; `None` for somebody else's.
    pub order: Option<BatchOrder>,
    /// What Describe says of it.
    pub seen: BatchObservation,
    /// From when on lists show it.
    pub listed_at: Timestamp,
    /// When its list was ready.
    pub suspended_at: Option<Timestamp>,
    /// When it was let through.
    pub confirmed_at: Option<Timestamp>,
    /// When somebody first asked for its end.
    pub cancelled_at: Option<Timestamp>,
    /// How often somebody asked for its end.
    pub cancel_count: usize,
    /// What its objects' replication status is.
    pub replicas: ReplicaState,
    /// Its record is gone.
    pub is_gone: bool,
}

impl BatchJobs for Fake {
    async fn create(&self, order: &BatchOrder) -> Result<ExecutionArn, PortError> {
        let (now, bucket) = (self.time(), order.terms.source_bucket.clone().unwrap_or_default());
        self.state.borrow_mut().create_calls.entry(bucket.clone()).or_default().push(now);
        self.call("create", |state| {
            if let Some((code, message)) = state.batch_refusals.get(&bucket) {
                return Err(refused("create", code, message));
            }
            let late_secs = self.weather.borrow_mut().late_start_secs();
            if let Some(after_secs) = late_secs {
                state.news.push(News::CreatesLater(Box::new(LateBatch { order: order.clone(), after_secs })));
                return Err(no_reply("create"));
            }
            self.take(state, order)
        })
        .await
    }

    async fn listed(&self) -> Result<Vec<ListedBatchJob>, PortError> {
        let now = self.listed_until();
        self.call("list_batch", |state| Ok(listed(state, now).collect())).await
    }

    async fn suspended(&self) -> Result<Vec<ListedBatchJob>, PortError> {
        let now = self.listed_until();
        self.call("list_waiting", |state| {
            Ok(listed(state, now).filter(|job| job.state == BatchState::Suspended).collect())
        })
        .await
    }

    async fn observe(&self, job: &ExecutionArn) -> Result<BatchObservation, PortError> {
        self.call("observe_batch", |state| Ok(known(state, job, "observe_batch")?.seen.clone())).await
    }

    async fn confirm(&self, job: &ExecutionArn, _: &str) -> Result<(), PortError> {
        let now = self.time();
        self.call("confirm", |state| {
            let at = state.batch_place_of(job);
            let job = known(state, job, "confirm")?;
            if job.seen.state != BatchState::Suspended {
                return Err(refused("confirm", "JobStatusException", "the job's status does not allow it"));
            }
            job.seen.state = BatchState::Ready;
            job.confirmed_at = Some(now);
            state.news.extend(at.map(News::BatchConfirmed));
            Ok(())
        })
        .await
    }

    async fn cancel(&self, job: &ExecutionArn, _: &str) -> Result<(), PortError> {
        let now = self.time();
        self.call("cancel_batch", |state| {
            let at = state.batch_place_of(job);
            let Ok(job) = known(state, job, "cancel_batch") else { return Ok(()) };
            job.cancel_count += 1;
            let _ = job.cancelled_at.get_or_insert(now);
            if !job.seen.state.is_end() && job.seen.state != BatchState::Cancelling {
                job.seen.state = BatchState::Cancelling;
                state.news.extend(at.map(News::BatchCancelled));
            }
            Ok(())
        })
        .await
    }

    async fn rules(&self, bucket: &str) -> Result<RulesNow, PortError> {
        self.call("rules", |state| Ok(state.rules.get(bucket).cloned().unwrap_or_default())).await
    }

    async fn listed_bytes(&self, manifest: &ManifestPlace) -> Result<Option<u64>, PortError> {
        self.call("listed_bytes", |state| Ok(state.manifest_bytes.get(&manifest.key).copied())).await
    }

    async fn report(&self, _: &ReportPlace, job: &ExecutionArn) -> Result<Option<CompletionReport>, PortError> {
        self.call("report", |state| Ok(state.batch_reports.get(job).cloned())).await
    }

    async fn replica_state(&self, bucket: &str, _: &ObjectVersion) -> Result<ReplicaState, PortError> {
        self.call("replica_state", |state| {
            let of_bucket = |job: &&BatchJob| job.seen.terms.source_bucket.as_deref() == Some(bucket);
            let last =
                state.batch_jobs.iter().rev().filter(of_bucket).find(|job| job.seen.state == BatchState::Complete);
            Ok(last.map_or(ReplicaState::Gone, |job| job.replicas.clone()))
        })
        .await
    }
    async fn figures(&self, replication: &Replication, _: Timestamp, _: Timestamp) -> Result<RuleFigures, PortError> {
        self.call("figures", |state| Ok(state.rule_figures.get(&replication.rule).cloned().unwrap_or_default())).await
    }
}

impl Fake {
    /// A creation that was accepted earlier takes effect, unless the same order came in between.
    pub fn creates_late(&self, late: &LateBatch) {
        let _ = self.take(&mut self.state.borrow_mut(), &late.order);
    }

    /// What lists show from later on is missing from them.
    fn listed_until(&self) -> Timestamp {
        self.time() - jiff::SignedDuration::from_secs(self.stale_secs.get())
    }

    fn take(&self, state: &mut State, order: &BatchOrder) -> Result<ExecutionArn, PortError> {
        let now = self.time();
        let memory = jiff::SignedDuration::from_secs(TOKEN_MEMORY_SECS);
        if let Some((at, known, job)) = state.batch_tokens.get(&order.token)
            && now.duration_since(*at) < memory
        {
            let message = "the token was used for another request";
            return if known == order {
                Ok(job.clone())
            } else {
                Err(refused("create", "IdempotencyException", message))
            };
        }
        let job = self.add_batch_job(state, Some(order.clone()), &order.description);
        let _ = state.batch_tokens.insert(order.token.clone(), (now, order.clone(), job.clone()));
        Ok(job)
    }

    /// Somebody else creates a job that waits.
    pub fn batch_job_of_somebody_else(&self) -> ExecutionArn {
        let job = self.add_batch_job(&mut self.state.borrow_mut(), None, "a colleague's migration");
        self.batch_job_becomes(&job, |seen| seen.state = BatchState::Suspended);
        job
    }

    fn add_batch_job(&self, state: &mut State, order: Option<BatchOrder>, description: &str) -> ExecutionArn {
        let (now, at) = (self.time(), state.batch_jobs.len());
        let delay = jiff::SignedDuration::from_secs(self.weather.borrow_mut().listing_delay_secs());
        let arn = format!("arn:aws:s3:ap-northeast-1:123456789012:job/0000-{at:08x}");
        let execution: ExecutionArn = arn.parse().expect("a batch job's ARN");
        let is_ours = order.is_some();
        let seen = BatchObservation {
            execution: execution.clone(),
            state: BatchState::Preparing,
            description: Some(description.to_owned()),
            terms: order.as_ref().map(|order| order.terms.clone()).unwrap_or_default(),
            counts: BatchCounts::default(),
            failures: vec![],
            suspended_cause: None,
            update_reason: None,
            manifest: None,
            created_at: Some(now),
            ended_at: None,
        };
        state.batch_jobs.push(BatchJob {
            order,
            seen,
            listed_at: now + delay,
            suspended_at: None,
            confirmed_at: None,
            cancelled_at: None,
            cancel_count: 0,
            replicas: ReplicaState::Completed,
            is_gone: false,
        });
        if is_ours {
            state.news.push(News::BatchCreated(at));
        }
        execution
    }

    /// The job changes to what `change` makes of it.
    pub fn batch_job_becomes(&self, job: &ExecutionArn, change: impl FnOnce(&mut BatchObservation)) {
        let mut state = self.state.borrow_mut();
        change(&mut known(&mut state, job, "becomes").expect("the job is there").seen);
    }

    /// The job has listed so many objects and waits.
    pub fn batch_job_lists(&self, job: &ExecutionArn, objects: u64) {
        self.batch_job_becomes(job, |seen| {
            seen.state = BatchState::Suspended;
            seen.counts = BatchCounts { total: Some(objects), succeeded: Some(0), failed: Some(0) };
        });
    }

    /// Its list tells of so many bytes, too.
    pub fn batch_manifest_tells(&self, job: &ExecutionArn, bytes: u64) {
        let key = format!("batch-manifests/job-{}/manifest.json", job.id());
        let _ = self.state.borrow_mut().manifest_bytes.insert(key.clone(), bytes);
        self.batch_job_becomes(job, |seen| seen.manifest = Some(ManifestPlace { bucket: "records".into(), key }));
    }

    /// The job has tried everything; so many objects failed, and the report names them.
    pub fn batch_job_completes(&self, job: &ExecutionArn, succeeded: u64, failed: u64) {
        let now = self.time();
        let _ = self.state.borrow_mut().batch_reports.insert(job.clone(), report_of(succeeded, failed));
        self.batch_job_becomes(job, |seen| {
            seen.state = BatchState::Complete;
            seen.ended_at = Some(now);
            let total = succeeded + failed;
            seen.counts = BatchCounts { total: Some(total), succeeded: Some(succeeded), failed: Some(failed) };
        });
    }

    /// Every batch job that was ever created.
    pub fn batch_jobs_made(&self) -> Vec<ExecutionArn> {
        self.state.borrow().batch_jobs.iter().map(|job| job.seen.execution.clone()).collect()
    }
}

/// A whole report with so many rows of each kind.
pub fn report_of(succeeded: u64, failed: u64) -> CompletionReport {
    let mut report = CompletionReport::default();
    let good = (0..succeeded).map(|n| format!("b,good{n},v,succeeded,200,,ok\n"));
    let bad = (0..failed).map(|n| format!("b,bad{n},v,failed,500,InternalError,try again\n"));
    report.add(good.chain(bad).collect::<String>().as_bytes(), true).expect("it is a report");
    report
}

/// The replication configuration that the plan asks for.
pub fn rules_of(replication: &Replication) -> RulesNow {
    let rule = RuleNow {
        id: replication.rule.clone(),
        is_enabled: true,
        prefix: Some(replication.prefix.clone()),
        bucket: replication.destination_bucket.clone(),
        account: Some(replication.destination_account.clone()),
    };
    RulesNow { role: replication.replication_role.clone(), rules: vec![rule] }
}

fn listed(state: &State, now: Timestamp) -> impl Iterator<Item = ListedBatchJob> {
    let shown = state.batch_jobs.iter().filter(move |job| job.listed_at <= now && !job.is_gone);
    shown.map(|job| ListedBatchJob {
        execution: job.seen.execution.clone(),
        description: job.seen.description.clone(),
        state: job.seen.state.clone(),
        total: job.seen.counts.total,
        created_at: job.seen.created_at,
    })
}

fn known<'a>(state: &'a mut State, job: &ExecutionArn, operation: &'static str) -> Result<&'a mut BatchJob, PortError> {
    let mut all = state.batch_jobs.iter_mut();
    all.find(|known| &known.seen.execution == job && !known.is_gone).ok_or_else(|| missing(operation, job))
}

impl State {
    /// Where in the list a batch job is.
    #[must_use]
    pub fn batch_place_of(&self, job: &ExecutionArn) -> Option<usize> {
        self.batch_jobs.iter().position(|known| &known.seen.execution == job)
    }
}

fn refused(operation: &'static str, code: &str, message: &str) -> PortError {
    PortError::Rejected { service: "Fake", operation, code: code.to_owned(), message: message.to_owned() }
}
