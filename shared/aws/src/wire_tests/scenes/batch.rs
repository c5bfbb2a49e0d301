//! What the functions of a replicated bucket's night ask.

use nightferry_domain::batch::ManifestPlace;
use nightferry_domain::batch::completion::ObjectVersion;
use nightferry_workflow::World as _;
use nightferry_workflow::ports::BatchJobs as _;

use super::{Scene, scene};
use crate::wire_tests::fixture::{batch_job, order, place, replication, world};

scene!(CREATE_BATCH_JOB, |config| world(&config).batch_jobs().create(&order()).await);
scene!(LIST_BATCH_JOBS, |config| world(&config).batch_jobs().listed().await);
scene!(WAITING_BATCH_JOBS, |config| world(&config).batch_jobs().suspended().await);
scene!(OBSERVE_BATCH_JOB, |config| world(&config).batch_jobs().observe(&batch_job()).await);
scene!(CONFIRM_BATCH_JOB, |config| world(&config).batch_jobs().confirm(&batch_job(), "within the limits").await);
scene!(CANCEL_BATCH_JOB, |config| world(&config).batch_jobs().cancel(&batch_job(), "too many objects").await);
scene!(REPLICATION_RULES, |config| world(&config).batch_jobs().rules("example-assets").await);
scene!(LISTED_BYTES, |config| {
    let manifest = ManifestPlace { bucket: "records".into(), key: "batch-manifests/manifest.json".into() };
    world(&config).batch_jobs().listed_bytes(&manifest).await
});
scene!(COMPLETION_REPORT, |config| world(&config)
    .batch_jobs()
    .report(&place("batch-reports/assets"), &batch_job())
    .await);
scene!(REPLICA_STATE, |config| {
    let object = ObjectVersion { key: "a b/c.txt".into(), version: Some("v1".into()) };
    world(&config).batch_jobs().replica_state("example-assets", &object).await
});

scene!(RULE_FIGURES, |config| {
    let (since, until) = ("2026-11-19T21:00:00Z".parse().unwrap(), "2026-11-20T21:00:00Z".parse().unwrap());
    world(&config).batch_jobs().figures(&replication(), since, until).await
});

/// All of them.
pub(super) const BATCH: &[Scene] = &[
    CREATE_BATCH_JOB,
    LIST_BATCH_JOBS,
    WAITING_BATCH_JOBS,
    OBSERVE_BATCH_JOB,
    CONFIRM_BATCH_JOB,
    CANCEL_BATCH_JOB,
    REPLICATION_RULES,
    LISTED_BYTES,
    COMPLETION_REPORT,
    REPLICA_STATE,
    RULE_FIGURES,
];
