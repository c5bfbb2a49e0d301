//! What stands in a job's way, and nothing else.

use nightferry_domain::job_spec::JobSpec;
use nightferry_workflow::ports::{Obstacle, Preflight};

/// What is wrong.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Lack {
    /// The task is not there.
    Task,
    /// The role is not there.
    Role,
    /// The bucket is not there.
    Bucket,
    /// The role does not trust DataSync.
    Trust,
    /// The role may not write objects.
    Permission,
    /// The bucket's policy denies the role what its own policy allows.
    Denial,
}

/// A job that can work, and a hand that takes something away.
pub(crate) trait Bench {
    /// The port.
    type Port: Preflight;
    /// The port.
    fn port(&self) -> &Self::Port;
    /// The job.
    fn job(&self) -> &JobSpec;
    /// Takes it away.
    async fn lacks(&self, lack: Lack);
}

async fn a_job_that_can_work_has_no_obstacle(bench: &impl Bench) {
    assert_eq!(bench.port().obstacles(bench.job()).await, Ok(vec![]));
}

async fn a_task_that_was_deleted_is_an_obstacle_with_a_fix(bench: &impl Bench) {
    assert_eq!(found(bench, Lack::Task).await, ["task-missing"]);
}

async fn a_role_that_was_deleted_is_an_obstacle_with_a_fix(bench: &impl Bench) {
    assert_eq!(found(bench, Lack::Role).await, ["role-missing"]);
}

async fn a_bucket_that_was_deleted_is_an_obstacle_with_a_fix(bench: &impl Bench) {
    assert_eq!(found(bench, Lack::Bucket).await, ["bucket-missing"]);
}

async fn a_role_that_does_not_trust_data_sync_is_an_obstacle_with_the_missing_statement(bench: &impl Bench) {
    assert_eq!(found(bench, Lack::Trust).await, ["role-not-trusting-datasync +patch"]);
}

async fn a_permission_that_is_missing_is_an_obstacle_with_the_missing_statement(bench: &impl Bench) {
    assert_eq!(found(bench, Lack::Permission).await, ["bucket-access-missing +patch"]);
}

async fn a_denial_is_an_obstacle_that_no_statement_mends(bench: &impl Bench) {
    assert_eq!(found(bench, Lack::Denial).await, ["bucket-access-denied"]);
}

async fn found(bench: &impl Bench, lack: Lack) -> Vec<String> {
    bench.lacks(lack).await;
    let found = bench.port().obstacles(bench.job()).await.unwrap();
    assert!(found.iter().all(|obstacle| !obstacle.what.is_empty() && !obstacle.fix.is_empty()), "{found:?}");
    let told = |found: Obstacle| if found.patch.is_some() { format!("{} +patch", found.id) } else { found.id };
    found.into_iter().map(told).collect()
}

checks!(
    crate::fake::preflight(), crate::aws::preflight();
    a_job_that_can_work_has_no_obstacle,
    a_task_that_was_deleted_is_an_obstacle_with_a_fix,
    a_role_that_was_deleted_is_an_obstacle_with_a_fix,
    a_bucket_that_was_deleted_is_an_obstacle_with_a_fix,
    a_role_that_does_not_trust_data_sync_is_an_obstacle_with_the_missing_statement,
    a_permission_that_is_missing_is_an_obstacle_with_the_missing_statement,
    a_denial_is_an_obstacle_that_no_statement_mends,
);
