//! The tasks: many keys at once, the versions of one key in their order.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::{Mutex, OnceCell};
use tokio::task::JoinSet;

use super::super::job::Why;
use super::super::status::Status;
use super::task::{Row, Task};
use super::{Ending, Work, manifest};
use crate::access::{Denied, RoleOnBucket};
use crate::replication::{Failure, Lane};
use crate::upstream::s3::Bucket;
use crate::upstream::versions::Version;

/// The ways out of the source buckets, opened when the first task asks.
#[derive(Default)]
struct Ways(Mutex<BTreeMap<String, Arc<OnceCell<Result<Arc<Way>, Failure>>>>>);

/// A source bucket under the job's role, and under the replication's.
struct Way {
    access: RoleOnBucket,
    lane: Lane,
}

/// Tries every task, unless the job ends before.
pub(super) async fn all(work: &Arc<Work>, tasks: Vec<Task>, rows: &mut Vec<Row>) -> Ending {
    let ways = Arc::new(Ways::default());
    let mut running = JoinSet::new();
    let mut waiting = by_key(tasks).into_iter();
    let at_once = work.batch.quotas().keys_at_once.max(1);
    loop {
        if work.is_over() {
            drain(&mut running, rows).await;
            return Ending::Over;
        }
        if let Some(why) = too_many_failures(work) {
            drain(&mut running, rows).await;
            return Ending::Failed(why);
        }
        if !work.may_run() {
            drain(&mut running, rows).await;
            pause(work).await;
            continue;
        }
        let next = if running.len() < at_once { waiting.next() } else { None };
        if let Some(versions) = next {
            let _ = running.spawn(one_key(Arc::clone(work), Arc::clone(&ways), versions));
        } else if let Some(done) = running.join_next().await {
            rows.extend(done.unwrap_or_default());
        } else {
            return Ending::Done;
        }
    }
}

async fn drain(running: &mut JoinSet<Vec<Row>>, rows: &mut Vec<Row>) {
    while let Some(done) = running.join_next().await {
        rows.extend(done.unwrap_or_default());
    }
}

/// Another job has a higher priority: waits until there is a place again.
async fn pause(work: &Work) {
    work.enter(Status::Pausing).await;
    work.enter(Status::Paused).await;
    if work.until(|orders| orders.may_run).await {
        work.enter(Status::Active).await;
    }
}

fn too_many_failures(work: &Work) -> Option<Why> {
    let counts = work.batch.store.change(&work.job.id, |job| job.tasks).unwrap_or_default();
    let (failed, tried) = (counts.failed, counts.tried());
    let is_too_many = tried >= work.batch.quotas().failure_floor.max(1) && failed * 2 > tried;
    let reason = format!("Job failed: {failed} of {tried} tasks failed, which is more than 50%.");
    is_too_many.then(|| Why::new("FailureThresholdExceeded", reason))
}

/// The tasks of each key together, in the order of the list.
fn by_key(tasks: Vec<Task>) -> Vec<Vec<Task>> {
    let mut places: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut keys: Vec<Vec<Task>> = Vec::new();
    for task in tasks {
        let place = *places.entry((task.bucket.clone(), task.key.clone())).or_insert(keys.len());
        match keys.get_mut(place) {
            Some(versions) => versions.push(task),
            None => keys.push(vec![task]),
        }
    }
    keys
}

async fn one_key(work: Arc<Work>, ways: Arc<Ways>, versions: Vec<Task>) -> Vec<Row> {
    let mut rows = Vec::new();
    for task in versions {
        if work.is_over() {
            break;
        }
        let failure = tried(&work, &ways, &task).await.err();
        let _ = work.batch.store.change(&work.job.id, |job| match &failure {
            None => job.tasks.succeeded += 1,
            Some(_) => job.tasks.failed += 1,
        });
        rows.push(Row { task, failure });
    }
    rows
}

async fn tried(work: &Work, ways: &Ways, task: &Task) -> Result<(), Failure> {
    if let Some(ordered) = work.batch.faults_of(&work.job).failure(&task.key) {
        return Err(ordered);
    }
    if task.id.as_deref() == Some("") {
        return Err(Failure::new("InvalidRequest", 400, "Task failed due to missing VersionId"));
    }
    let way = ways.to(work, &task.bucket).await?;
    let allowed = way.access.object_action("s3:InitiateReplication", &task.key).await;
    allowed.map_err(|denied| Failure::source("InitiateReplicationNotPermitted", &denied))?;
    let version = match &task.version {
        Some(version) => version.clone(),
        None => found(way.access.bucket(), task).await?,
    };
    way.lane.replicate(&version).await
}

/// The version that a row names; the current one where it names none.
async fn found(bucket: &Bucket, task: &Task) -> Result<Version, Failure> {
    let listed = bucket.versions(&task.key).await.map_err(|error| Failure::source("", &error.into()))?;
    let is_it = |version: &Version| match &task.id {
        Some(id) => version.id == *id,
        None => version.is_latest,
    };
    let found = listed.into_iter().find(|version| version.key == task.key && is_it(version));
    found.ok_or_else(|| Failure::new("SrcVersionNotFound", 404, format!("there is no such version of {}", task.key)))
}

impl Ways {
    async fn to(&self, work: &Work, bucket: &str) -> Result<Arc<Way>, Failure> {
        let cell = Arc::clone(self.0.lock().await.entry(bucket.to_owned()).or_default());
        cell.get_or_init(|| async { Way::open(work, bucket).await.map(Arc::new) }).await.clone()
    }
}

impl Way {
    async fn open(work: &Work, bucket: &str) -> Result<Self, Failure> {
        let told = |denied: Denied| Failure::source("InitiateReplicationNotPermitted", &denied);
        let access = manifest::open(work, bucket, None).await.map_err(told)?;
        let lane = Lane::open(&work.batch.replication, access.bucket()).await?;
        Ok(Self { access, lane })
    }
}
