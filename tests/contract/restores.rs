//! AWS Backup's restore jobs: started once an attempt, found by time, and the machines that they make.

use jiff::SignedDuration;
use nightferry_domain::ids::{AttemptId, ExecutionArn};
use nightferry_domain::restore::state::RestoreState;
use nightferry_domain::restore::{Restore, id_of};
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::Restores;

use super::things::{number, run};

/// A machine with a recovery point, and a hand on the service.
pub(crate) trait Bench {
    /// The port.
    type Port: Restores;
    /// The port.
    fn port(&self) -> &Self::Port;
    /// Its latest point, as `nightferry restore` would ask for it.
    async fn wants_back(&self) -> Restore;
    /// Waits until the job has made its machine.
    async fn makes(&self, job: &ExecutionArn);
}

/// An attempt of a run of its own.
fn attempt() -> AttemptId {
    AttemptId { run: run(0).id, job: "servers".parse().unwrap(), number: 1 }
}

/// A restore that has ended well, and its machine's id.
async fn restored(bench: &impl Bench) -> (ExecutionArn, String) {
    let restore = bench.wants_back().await;
    let job = bench.port().restore(&restore, &attempt()).await.unwrap();
    bench.makes(&job).await;
    let seen = bench.port().restored(&job).await.unwrap();
    (job, id_of(&seen.created.expect("a machine")).to_owned())
}

fn nobodys() -> ExecutionArn {
    format!("arn:aws:backup:ap-northeast-1:123456789012:restore-job:00000000-DEAD-4000-8000-{:012X}", number())
        .parse()
        .unwrap()
}

async fn a_point_proposes_settings_and_one_that_is_not_there_is_missing(bench: &impl Bench) {
    let restore = bench.wants_back().await;
    let proposed = bench.port().proposed(&restore.vault, &restore.recovery_point).await.unwrap();
    assert_eq!(proposed.get("InstanceType").map(String::as_str), Some("t3.micro"), "{proposed:?}");
    let nowhere = "arn:aws:ec2:ap-northeast-1::image/ami-0dead0dead0dead00";
    let refusal = bench.port().proposed(&restore.vault, nowhere).await.unwrap_err();
    assert!(matches!(refusal, PortError::Missing { .. }), "{refusal:?}");
}

async fn a_restore_ends_with_a_machine_of_its_own(bench: &impl Bench) {
    let restore = bench.wants_back().await;
    let job = bench.port().restore(&restore, &attempt()).await.unwrap();
    bench.makes(&job).await;
    let seen = bench.port().restored(&job).await.unwrap();
    assert_eq!((&seen.execution, &seen.state), (&job, &RestoreState::Completed), "{seen:?}");
    assert_eq!(seen.recovery_point.as_ref(), Some(&restore.recovery_point));
    assert!(seen.created_at.is_some() && seen.ended_at.is_some(), "{seen:?}");
    let id = id_of(seen.created.as_ref().unwrap());
    assert_ne!(id, restore.machine_id(), "the original is never touched");
    let machine = bench.port().machine(id).await.unwrap().expect("it is there");
    assert_eq!((machine.id.as_str(), machine.instance_type.as_str()), (id, "t3.micro"));
    assert!(machine.launched_at.is_some() && machine.drill_tag.is_none(), "{machine:?}");
}

async fn the_same_attempt_again_is_the_same_job_and_another_one_is_not(bench: &impl Bench) {
    let (restore, attempt) = (bench.wants_back().await, attempt());
    let job = bench.port().restore(&restore, &attempt).await.unwrap();
    assert_eq!(bench.port().restore(&restore, &attempt).await, Ok(job.clone()));
    bench.makes(&job).await;
    assert_eq!(bench.port().restore(&restore, &attempt).await, Ok(job.clone()), "also when it has ended since");
    let next = bench.port().restore(&restore, &AttemptId { number: 2, ..attempt }).await.unwrap();
    assert_ne!(next, job);
    bench.makes(&next).await;
}

async fn restores_are_found_by_time(bench: &impl Bench) {
    let (job, id) = restored(bench).await;
    let created_at = bench.port().restored(&job).await.unwrap().created_at.unwrap();
    let listed = bench.port().begun_since(created_at - SignedDuration::from_secs(2)).await.unwrap();
    let found = listed.iter().find(|it| it.execution == job).expect("it is listed");
    assert_eq!((&found.state, found.created.as_deref().map(id_of)), (&RestoreState::Completed, Some(id.as_str())));
    let later = bench.port().begun_since(created_at + SignedDuration::from_hours(1)).await.unwrap();
    assert!(later.iter().all(|it| it.execution != job), "{later:?}");
}

async fn a_machine_is_marked_removed_and_asked_for_again_without_an_error(bench: &impl Bench) {
    let (_, id) = restored(bench).await;
    let run = run(0).id;
    for _ in 0..2 {
        bench.port().mark(&id, &run).await.unwrap();
    }
    let marked = bench.port().machine(&id).await.unwrap().unwrap();
    assert_eq!(marked.drill_tag.as_deref(), Some(run.as_str()));
    for _ in 0..2 {
        bench.port().remove(&id).await.unwrap();
    }
    let left = bench.port().machine(&id).await.unwrap();
    let is_going = |state: &str| ["shutting-down", "terminated"].contains(&state);
    assert!(left.as_ref().is_none_or(|machine| is_going(&machine.state)), "{left:?}");
}

async fn what_nobody_started_or_made_is_not_there(bench: &impl Bench) {
    let refusal = bench.port().restored(&nobodys()).await.unwrap_err();
    assert!(matches!(refusal, PortError::Missing { .. }), "{refusal:?}");
    assert_eq!(bench.port().machine("i-0dead0dead0dead00").await, Ok(None));
    assert!(bench.port().decoded("AAAA").await.is_err(), "nobody encoded that");
}

checks!(
    crate::fake_machines::machines(), crate::aws::machines();
    a_point_proposes_settings_and_one_that_is_not_there_is_missing,
    a_restore_ends_with_a_machine_of_its_own,
    the_same_attempt_again_is_the_same_job_and_another_one_is_not,
    restores_are_found_by_time,
    a_machine_is_marked_removed_and_asked_for_again_without_an_error,
    what_nobody_started_or_made_is_not_there,
);
