//! What stands in a job's way, and nothing else.

use nightferry_domain::job_spec::JobSpec;
use nightferry_workflow::ports::Preflight;

/// What is not there.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Lack {
    Task,
    Role,
    Bucket,
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

async fn found(bench: &impl Bench, lack: Lack) -> Vec<String> {
    bench.lacks(lack).await;
    let found = bench.port().obstacles(bench.job()).await.unwrap();
    assert!(found.iter().all(|obstacle| !obstacle.what.is_empty() && !obstacle.fix.is_empty()), "{found:?}");
    found.into_iter().map(|obstacle| obstacle.id).collect()
}

checks!(
    crate::fake::preflight(), crate::aws::preflight();
    a_job_that_can_work_has_no_obstacle,
    a_task_that_was_deleted_is_an_obstacle_with_a_fix,
    a_role_that_was_deleted_is_an_obstacle_with_a_fix,
    a_bucket_that_was_deleted_is_an_obstacle_with_a_fix,
);
