//! AWS Backup's jobs: started once an order, found by machine and time, and what their recovery points show.

use jiff::{SignedDuration, Timestamp};
use nightferry_domain::backup::order::{BackupOrder, CopyOrder};
use nightferry_domain::backup::seen::{BackupObservation, RecoveryPoint};
use nightferry_domain::backup::{BackupState, CopyPlace, PointStatus};
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::job::Job;
use nightferry_domain::job_spec::JobSpec;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::Backups;

use super::things::{number, run};
use super::transfers::Break;

/// A machine that can be backed up, and a hand on the service.
pub(crate) trait Bench {
    /// The port.
    type Port: Backups;
    /// The port.
    fn port(&self) -> &Self::Port;
    /// The job of a run, of the one machine.
    fn spec(&self) -> &JobSpec;
    /// Waits until the job has made its recovery point.
    async fn completes(&self, job: &ExecutionArn);
    /// What happens to the next start.
    async fn breaks_the_next_start(&self, how: Break);
    /// ARN of another vault.
    async fn other_vault(&self) -> String;
}

/// A night of its own.
fn night(bench: &impl Bench) -> Job {
    Job::open(run(0).id, bench.spec().clone(), Timestamp::now())
}

fn order(bench: &impl Bench) -> BackupOrder {
    BackupOrder::of(&night(bench), 1).unwrap()
}

/// A backup that has ended well, with its recovery point.
async fn backed_up(bench: &impl Bench, order: &BackupOrder) -> (BackupObservation, RecoveryPoint) {
    let job = bench.port().start(order).await.unwrap();
    bench.completes(&job).await;
    let seen = bench.port().observe(&job).await.unwrap();
    assert_eq!(seen.state, BackupState::Completed, "{seen:?}");
    let point = bench.port().point(&order.vault, seen.recovery_point.as_ref().unwrap()).await.unwrap();
    (seen, point)
}

fn nobodys() -> ExecutionArn {
    format!("arn:aws:backup:ap-northeast-1:123456789012:backup-job:00000000-dead-4000-8000-{:012x}", number())
        .parse()
        .unwrap()
}

async fn a_started_job_is_of_its_machine_vault_and_role(bench: &impl Bench) {
    let order = order(bench);
    let job = bench.port().start(&order).await.unwrap();
    let seen = bench.port().observe(&job).await.unwrap();
    assert_eq!((&seen.execution, seen.resource.as_ref()), (&job, Some(&order.resource)));
    assert_eq!((seen.vault.as_ref(), seen.role.as_ref()), (Some(&order.vault), Some(&order.role)));
    assert!(seen.created_at.is_some() && seen.plan_id.is_none(), "{seen:?}");
    bench.completes(&job).await;
}

async fn a_completed_job_has_a_whole_point_of_its_machine_in_its_vault(bench: &impl Bench) {
    let order = order(bench);
    let (seen, point) = backed_up(bench, &order).await;
    assert!(seen.ended_at.is_some() && seen.bytes.is_some_and(|bytes| bytes > 0), "{seen:?}");
    assert_eq!((point.resource.as_ref(), point.vault.as_ref()), (Some(&order.resource), Some(&order.vault)));
    assert_eq!((&point.status, Some(&point.arn)), (&PointStatus::Completed, seen.recovery_point.as_ref()));
    let kept = point.delete_at.unwrap().duration_since(point.created_at.unwrap());
    assert_eq!(kept, SignedDuration::from_hours(24 * i64::from(order.keep_days)));
    let listed = bench.port().points_in(&order.vault).await.unwrap();
    assert!(listed.iter().any(|it| it.arn == point.arn && it.status == point.status), "{listed:?}");
}

async fn the_same_order_again_is_the_same_job(bench: &impl Bench) {
    let order = order(bench);
    let job = bench.port().start(&order).await.unwrap();
    assert_eq!(bench.port().start(&order).await, Ok(job.clone()));
    bench.completes(&job).await;
    assert_eq!(bench.port().start(&order).await, Ok(job), "also when it has ended since");
}

async fn another_order_under_a_token_that_was_used_is_refused(bench: &impl Bench) {
    let order = order(bench);
    let job = bench.port().start(&order).await.unwrap();
    let other = BackupOrder { keep_days: order.keep_days + 1, ..order.clone() };
    let refusal = bench.port().start(&other).await.unwrap_err();
    assert!(matches!(refusal, PortError::Rejected { .. }), "{refusal:?}");
    assert_eq!(bench.port().start(&order).await, Ok(job.clone()), "the first order still is the first job");
    bench.completes(&job).await;
}

async fn a_start_that_breaks_is_repeated_and_makes_one_job(bench: &impl Bench) {
    for how in [Break::Lost, Break::ReplyLost, Break::Throttled] {
        let order = order(bench);
        bench.breaks_the_next_start(how).await;
        let first = bench.port().start(&order).await;
        let is_doubt = matches!(first, Err(PortError::Ambiguous { .. } | PortError::Retryable { .. }));
        assert!(first.is_ok() || is_doubt, "{how:?}: {first:?}");
        let job = bench.port().start(&order).await.unwrap();
        bench.completes(&job).await;
        let created_at = bench.port().observe(&job).await.unwrap().created_at.unwrap();
        let since = created_at - SignedDuration::from_secs(1);
        let listed = bench.port().jobs_of(&order.resource, since).await.unwrap();
        let ours: Vec<_> = listed.iter().filter(|it| it.execution == job).collect();
        assert_eq!(ours.len(), 1, "{how:?}: {listed:?}");
    }
}

async fn jobs_are_found_by_machine_and_time(bench: &impl Bench) {
    let order = order(bench);
    let (seen, _) = backed_up(bench, &order).await;
    let created_at = seen.created_at.unwrap();
    let since = |secs: i64| created_at + SignedDuration::from_secs(secs);
    let found = async |resource: &str, secs: i64| {
        let jobs = bench.port().jobs_of(resource, since(secs)).await.unwrap();
        jobs.iter().any(|job| job.execution == seen.execution && job.state == seen.state)
    };
    assert!(found(&order.resource, -2).await);
    assert!(!found(&order.resource, 3_600).await, "it is older");
    assert!(!found(&format!("{}0", order.resource), -2).await, "it is another machine's");
}

async fn what_nobody_started_is_missing(bench: &impl Bench) {
    let refusal = bench.port().observe(&nobodys()).await.unwrap_err();
    assert!(matches!(refusal, PortError::Missing { .. }), "{refusal:?}");
    let nowhere = "arn:aws:ec2:ap-northeast-1::image/ami-0dead0dead0dead00";
    let refusal = bench.port().point(&order(bench).vault, nowhere).await.unwrap_err();
    assert!(matches!(refusal, PortError::Missing { .. }), "{refusal:?}");
}

async fn stopping_twice_or_what_has_ended_or_was_never_there_is_no_error(bench: &impl Bench) {
    let (seen, _) = backed_up(bench, &order(bench)).await;
    for _ in 0..2 {
        assert_eq!(bench.port().stop(&seen.execution).await, Ok(()));
    }
    assert_eq!(bench.port().observe(&seen.execution).await.unwrap().state, BackupState::Completed, "it stays made");
    assert_eq!(bench.port().stop(&nobodys()).await, Ok(()));
}

async fn a_copy_ordered_twice_is_one_copy_and_is_found_by_its_source(bench: &impl Bench) {
    let (seen, point) = backed_up(bench, &order(bench)).await;
    let job = night(bench);
    let place = CopyPlace { vault_arn: bench.other_vault().await, keep_days: 30 };
    let copy = CopyOrder::of(&job, &job.attempt_id(1), &point.arn, &place).unwrap();
    let id = bench.port().copy(&copy).await.unwrap();
    assert_eq!(bench.port().copy(&copy).await.as_ref(), Ok(&id));
    let listed = bench.port().copies_of(seen.recovery_point.as_ref().unwrap()).await.unwrap();
    let [found] = &listed[..] else { panic!("one copy: {listed:?}") };
    assert_eq!((&found.id, found.vault_arn.as_ref()), (&id, Some(&place.vault_arn)));
    assert_eq!(found.source.as_ref(), Some(&point.arn));
    assert_eq!(bench.port().copies_of("arn:aws:ec2:ap-northeast-1::image/ami-0dead").await, Ok(vec![]));
}

checks!(
    crate::fake_machines::machines(), crate::aws::machines();
    a_started_job_is_of_its_machine_vault_and_role,
    a_completed_job_has_a_whole_point_of_its_machine_in_its_vault,
    the_same_order_again_is_the_same_job,
    another_order_under_a_token_that_was_used_is_refused,
    a_start_that_breaks_is_repeated_and_makes_one_job,
    jobs_are_found_by_machine_and_time,
    what_nobody_started_is_missing,
    stopping_twice_or_what_has_ended_or_was_never_there_is_no_error,
    a_copy_ordered_twice_is_one_copy_and_is_found_by_its_source,
);
