//! S3 Batch Operations' jobs: created once an order, let through once, and what they and S3 say of what was copied.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use nightferry_domain::batch::completion::ObjectVersion;
use nightferry_domain::batch::confirm::{RulesNow, rule_difference};
use nightferry_domain::batch::new_objects::{RuleFigures, RuleState, Seen, judge};
use nightferry_domain::batch::order::BatchOrder;
use nightferry_domain::batch::{BatchState, ListedBatchJob, ManifestPlace, ReplicaState};
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::job::Job;
use nightferry_domain::job_spec::{JobSpec, Work};
use nightferry_domain::replication::Replication;
use nightferry_domain::report::new_objects::line;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::BatchJobs;

use super::things::{number, run};
use super::transfers::Break;

/// A replicated bucket with two objects that are not copied yet, and a hand on the service.
pub(crate) trait Bench {
    /// The port.
    type Port: BatchJobs;
    /// The port.
    fn port(&self) -> &Self::Port;
    /// The job.
    fn spec(&self) -> &JobSpec;
    /// Waits until the job has listed its objects.
    async fn lists(&self, job: &ExecutionArn);
    /// From now on one of the two objects fails.
    async fn fails_one_object(&self);
    /// Waits until a job that was let through has tried both objects.
    async fn tries(&self, job: &ExecutionArn);
    /// Waits until a cancelled job has ended.
    async fn let_it_be_cancelled(&self, job: &ExecutionArn);
    /// Whether a job is missing from lists when it is new.
    async fn lists_are_late(&self, late: bool);
    /// What happens to the next creation.
    async fn breaks_the_next_creation(&self, how: Break);
    /// A bucket that replicates nothing.
    async fn plain_bucket(&self) -> String;
    /// Writes a new object that the rule can't replicate, and waits until S3 says so.
    async fn writes_what_the_rule_fails(&self);
    /// Bytes of the two objects together.
    fn bytes(&self) -> u64;
}

fn replication(bench: &impl Bench) -> &Replication {
    let Work::Replicate(replication) = &bench.spec().work else { panic!("a replicated bucket") };
    replication
}

/// The order of a night of its own.
fn order(bench: &impl Bench) -> BatchOrder {
    // Objects are listed that were created before the attempt was claimed.
    let soon = Timestamp::now() + SignedDuration::from_mins(1);
    let mut job = Job::open(run(0).id, bench.spec().clone(), soon);
    job.ready(soon);
    let _ = job.claim(1, soon);
    BatchOrder::of(&job, 1).unwrap()
}

/// A job that waits for its confirmation.
async fn waiting(bench: &impl Bench) -> ExecutionArn {
    let job = bench.port().create(&order(bench)).await.unwrap();
    bench.lists(&job).await;
    job
}

/// A job that was let through and has ended.
async fn ended(bench: &impl Bench) -> ExecutionArn {
    let job = waiting(bench).await;
    bench.port().confirm(&job, "inside the limits").await.unwrap();
    bench.tries(&job).await;
    job
}

async fn listed_as(bench: &impl Bench, order: &BatchOrder) -> Vec<ListedBatchJob> {
    let mut listed = bench.port().listed().await.unwrap();
    listed.retain(|job| job.description.as_ref() == Some(&order.description));
    listed
}

fn nobodys() -> ExecutionArn {
    format!("arn:aws:s3:ap-northeast-1:123456789012:job/00000000-dead-4000-8000-{:012x}", number()).parse().unwrap()
}

async fn a_created_job_lists_what_is_left_and_waits(bench: &impl Bench) {
    let order = order(bench);
    let job = bench.port().create(&order).await.unwrap();
    bench.lists(&job).await;
    let seen = bench.port().observe(&job).await.unwrap();
    assert_eq!((&seen.execution, &seen.state, seen.counts.total), (&job, &BatchState::Suspended, Some(2)));
    assert_eq!(seen.description.as_ref(), Some(&order.description));
    assert_eq!(order.terms.first_difference(&seen.terms), None, "{:?}", seen.terms);
    assert!(seen.created_at.is_some() && seen.ended_at.is_none(), "{seen:?}");
}

async fn the_same_order_again_is_the_same_job(bench: &impl Bench) {
    let order = order(bench);
    let job = bench.port().create(&order).await.unwrap();
    assert_eq!(bench.port().create(&order).await, Ok(job.clone()));
    bench.lists(&job).await;
    assert_eq!(bench.port().create(&order).await, Ok(job.clone()), "also when it has gone on since");
    assert_eq!(listed_as(bench, &order).await.len(), 1);
}

async fn another_order_under_a_token_that_was_used_is_refused(bench: &impl Bench) {
    let order = order(bench);
    let job = bench.port().create(&order).await.unwrap();
    let other = BatchOrder { priority: order.priority + 1, ..order.clone() };
    let refusal = bench.port().create(&other).await.unwrap_err();
    assert!(matches!(refusal, PortError::Rejected { .. }), "{refusal:?}");
    assert_eq!(bench.port().create(&order).await, Ok(job), "the first order still is the first job");
}

async fn a_creation_that_breaks_is_repeated_and_makes_one_job(bench: &impl Bench) {
    for how in [Break::Lost, Break::ReplyLost, Break::Throttled] {
        let order = order(bench);
        bench.breaks_the_next_creation(how).await;
        let first = bench.port().create(&order).await;
        let is_doubt = matches!(first, Err(PortError::Ambiguous { .. } | PortError::Retryable { .. }));
        assert!(first.is_ok() || is_doubt, "{how:?}: {first:?}");
        let job = bench.port().create(&order).await.unwrap();
        assert!(first.is_err() || first.as_ref() == Ok(&job), "{how:?}: {first:?}");
        let listed = listed_as(bench, &order).await;
        assert_eq!(listed.iter().map(|one| &one.execution).collect::<Vec<_>>(), [&job], "{how:?}");
    }
}

async fn a_list_tells_of_each_job_what_it_is_and_where_it_stands(bench: &impl Bench) {
    let order = order(bench);
    let job = bench.port().create(&order).await.unwrap();
    bench.lists(&job).await;
    let listed = listed_as(bench, &order).await;
    let told: Vec<_> = listed.iter().map(|one| (&one.execution, &one.state, one.total)).collect();
    assert_eq!(told, [(&job, &BatchState::Suspended, Some(2))]);
    assert!(listed[0].created_at.is_some());
}

async fn of_all_jobs_only_what_waits_is_listed_as_suspended(bench: &impl Bench) {
    // It has listed its objects before they are copied by the other.
    let waits = waiting(bench).await;
    let done = ended(bench).await;
    let is_in = |listed: &[ListedBatchJob], job: &ExecutionArn| listed.iter().any(|one| &one.execution == job);
    let all = bench.port().listed().await.unwrap();
    assert!(is_in(&all, &waits) && is_in(&all, &done));
    let suspended = bench.port().suspended().await.unwrap();
    assert!(is_in(&suspended, &waits) && !is_in(&suspended, &done));
    assert!(suspended.iter().all(|one| one.state == BatchState::Suspended), "{suspended:?}");
}

async fn a_list_that_is_late_does_not_show_what_is_new(bench: &impl Bench) {
    bench.lists_are_late(true).await;
    let order = order(bench);
    let job = bench.port().create(&order).await.unwrap();
    assert_eq!(listed_as(bench, &order).await, []);
    bench.lists_are_late(false).await;
    let listed = listed_as(bench, &order).await;
    assert_eq!(listed.iter().map(|one| &one.execution).collect::<Vec<_>>(), [&job]);
}

async fn what_nobody_created_is_missing(bench: &impl Bench) {
    let seen = bench.port().observe(&nobodys()).await;
    assert!(matches!(seen, Err(PortError::Missing { .. })), "{seen:?}");
}

async fn a_confirmed_job_copies_what_it_listed_and_tells_each_object(bench: &impl Bench) {
    let job = ended(bench).await;
    let seen = bench.port().observe(&job).await.unwrap();
    let counts = (seen.counts.total, seen.counts.succeeded, seen.counts.failed);
    assert_eq!((seen.state, counts), (BatchState::Complete, (Some(2), Some(2), Some(0))));
    assert!(seen.ended_at.is_some());
    let replication = replication(bench);
    let report = bench.port().report(&replication.reports, &job).await.unwrap().expect("there is a report");
    assert_eq!((report.succeeded, report.failed, report.is_cut_off), (2, 0, false));
    assert_eq!(report.sample().len(), 2);
    for object in report.sample() {
        let state = bench.port().replica_state(&replication.bucket, &object).await;
        assert_eq!(state, Ok(ReplicaState::Completed), "{object:?}");
    }
}

async fn an_object_that_fails_is_counted_and_named_with_its_cause(bench: &impl Bench) {
    bench.fails_one_object().await;
    let job = ended(bench).await;
    let seen = bench.port().observe(&job).await.unwrap();
    let counts = (seen.counts.total, seen.counts.succeeded, seen.counts.failed);
    assert_eq!((seen.state, counts), (BatchState::Complete, (Some(2), Some(1), Some(1))));
    let report = bench.port().report(&replication(bench).reports, &job).await.unwrap().unwrap();
    assert_eq!((report.succeeded, report.failed), (1, 1));
    let named = report.failed_items();
    assert!(named.len() == 1 && !named[0].path.is_empty() && !named[0].code.is_empty(), "{named:?}");
}

async fn a_job_that_has_tried_nothing_has_no_report(bench: &impl Bench) {
    let job = waiting(bench).await;
    assert_eq!(bench.port().report(&replication(bench).reports, &job).await, Ok(None));
    assert_eq!(bench.port().report(&replication(bench).reports, &nobodys()).await, Ok(None));
}

async fn a_job_is_let_through_once_and_never_after_its_end(bench: &impl Bench) {
    let job = waiting(bench).await;
    assert_eq!(bench.port().confirm(&job, "inside the limits").await, Ok(()));
    let again = bench.port().confirm(&job, "inside the limits").await;
    assert!(matches!(again, Err(PortError::Rejected { .. })), "{again:?}");
    bench.tries(&job).await;
    let late = bench.port().confirm(&job, "inside the limits").await;
    assert!(matches!(late, Err(PortError::Rejected { .. })), "{late:?}");
}

async fn a_cancelled_job_ends_and_is_never_let_through(bench: &impl Bench) {
    let job = waiting(bench).await;
    assert_eq!(bench.port().cancel(&job, "more than the plan allows: 2 > 1").await, Ok(()));
    bench.let_it_be_cancelled(&job).await;
    assert_eq!(bench.port().observe(&job).await.unwrap().state, BatchState::Cancelled);
    let late = bench.port().confirm(&job, "yes after all").await;
    assert!(matches!(late, Err(PortError::Rejected { .. })), "{late:?}");
}

async fn cancelling_twice_or_what_has_ended_or_was_never_there_is_no_error(bench: &impl Bench) {
    let job = waiting(bench).await;
    assert_eq!(bench.port().cancel(&job, "once").await, Ok(()));
    assert_eq!(bench.port().cancel(&job, "twice").await, Ok(()));
    bench.let_it_be_cancelled(&job).await;
    assert_eq!(bench.port().cancel(&job, "again").await, Ok(()));
    assert_eq!(bench.port().cancel(&nobodys(), "whose?").await, Ok(()));
    let done = ended(bench).await;
    assert_eq!(bench.port().cancel(&done, "too late").await, Ok(()));
    assert_eq!(bench.port().observe(&done).await.unwrap().state, BatchState::Complete);
}

async fn the_rules_of_a_bucket_are_the_plans_and_one_without_any_has_none(bench: &impl Bench) {
    let replication = replication(bench);
    let rules = bench.port().rules(&replication.bucket).await.unwrap();
    assert_eq!(rule_difference(replication, &rules), None, "{rules:?}");
    assert_eq!(bench.port().rules(&bench.plain_bucket().await).await, Ok(RulesNow::default()));
}

async fn the_sizes_that_a_manifest_lists_are_summed_up(bench: &impl Bench) {
    let job = waiting(bench).await;
    let manifest = bench.port().observe(&job).await.unwrap().manifest.expect("the job has a manifest");
    assert_eq!(bench.port().listed_bytes(&manifest).await, Ok(Some(bench.bytes())));
    let nowhere = ManifestPlace { key: format!("{}-of-nobody", manifest.key), ..manifest };
    assert_eq!(bench.port().listed_bytes(&nowhere).await, Ok(None));
}

async fn new_objects_that_fail_are_in_the_figures_of_the_rule_and_the_night_is_not_clean(bench: &impl Bench) {
    let replication = replication(bench);
    let asked = async || {
        let (since, until) =
            (Timestamp::now() - SignedDuration::from_hours(24), Timestamp::now() + SignedDuration::from_mins(10));
        (since, bench.port().figures(replication, since, until).await.unwrap())
    };
    let failed = |figures: &RuleFigures| figures.failed.iter().map(|(_, count)| count).sum::<u64>();
    assert_eq!(failed(&asked().await.1), 0);
    bench.writes_what_the_rule_fails().await;
    let (since, figures) = asked().await;
    assert_eq!(failed(&figures), 1, "{figures:?}");
    let rules = bench.port().rules(&replication.bucket).await.unwrap();
    let (rules, figures) = (Ok(&rules), Ok(&figures));
    let told = judge(&Seen { replication, rules, figures, since, promise_secs: 86_400, carried_until: None });
    assert_eq!((told.state, told.failed), (RuleState::Failing, 1), "{told:?}");
    assert!(line(&told, &TimeZone::UTC).starts_with("FAILING: 1 operation failed since"), "{told:?}");
}

async fn an_object_that_is_not_there_is_gone(bench: &impl Bench) {
    let object = ObjectVersion { key: "never/written.txt".into(), version: None };
    assert_eq!(bench.port().replica_state(&replication(bench).bucket, &object).await, Ok(ReplicaState::Gone));
}

checks!(
    crate::fake::batch_jobs(), crate::aws::batch_jobs();
    a_created_job_lists_what_is_left_and_waits,
    the_same_order_again_is_the_same_job,
    another_order_under_a_token_that_was_used_is_refused,
    a_creation_that_breaks_is_repeated_and_makes_one_job,
    a_list_tells_of_each_job_what_it_is_and_where_it_stands,
    of_all_jobs_only_what_waits_is_listed_as_suspended,
    a_list_that_is_late_does_not_show_what_is_new,
    what_nobody_created_is_missing,
    a_confirmed_job_copies_what_it_listed_and_tells_each_object,
    an_object_that_fails_is_counted_and_named_with_its_cause,
    new_objects_that_fail_are_in_the_figures_of_the_rule_and_the_night_is_not_clean,
    a_job_that_has_tried_nothing_has_no_report,
    a_job_is_let_through_once_and_never_after_its_end,
    a_cancelled_job_ends_and_is_never_let_through,
    cancelling_twice_or_what_has_ended_or_was_never_there_is_no_error,
    the_rules_of_a_bucket_are_the_plans_and_one_without_any_has_none,
    the_sizes_that_a_manifest_lists_are_summed_up,
    an_object_that_is_not_there_is_gone,
);
