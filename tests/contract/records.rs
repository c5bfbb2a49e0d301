//! The records bucket: documents, the plan behind its pointer, and task reports.

use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::job_spec::{DeployedPlan, Transfer, Work};
use nightferry_domain::observation::{FailedItem, TransferFailures};
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::Records;

use super::things::unknown_execution;

/// An empty bucket, and those who write into it.
pub(crate) trait Bench {
    /// The port.
    type Port: Records;
    /// The port.
    fn port(&self) -> &Self::Port;
    /// The next document is stored once, but the reply is lost.
    async fn loses_the_reply_of_the_next_put_once(&self);
    /// A transfer whose task reports go into this bucket.
    fn transfer(&self) -> Transfer {
        let Work::DataSync(transfer) = nightferry_simulation::fake::spec("home").work else { panic!("a DataSync job") };
        transfer
    }
    /// `apply` stores this plan and points to it.
    async fn applies(&self, plan: &DeployedPlan);
    /// DataSync delivers the execution's report, which names these.
    async fn reports(&self, transfer: &Transfer, execution: &ExecutionArn, failed: &[FailedItem]);
}

fn plan(keep_records_days: u32) -> DeployedPlan {
    DeployedPlan {
        version: DeployedPlan::VERSION,
        applied_at: super::things::minute(0),
        schedules: std::collections::BTreeMap::default(),
        jobs: vec![nightferry_simulation::fake::spec("home")],
        keep_records_days,
        concurrency: 7,
    }
}

async fn a_document_is_read_as_it_was_stored_last(bench: &impl Bench) {
    let (first, second) = (vec![0, 159, 146, 150], vec![b'x'; 300_000]);
    for body in [first, second] {
        assert_eq!(bench.port().put("runs/a b/é+.bin", "application/octet-stream", body.clone()).await, Ok(()));
        assert_eq!(bench.port().get("runs/a b/é+.bin").await, Ok(Some(body)));
    }
}

async fn a_document_that_is_stored_once_stays_as_it_is(bench: &impl Bench) {
    let once = async |body: &str| bench.port().put_once("runs/r.json", "application/json", body.into()).await;
    assert_eq!(once("first").await, Ok(true));
    assert_eq!(once("second").await, Ok(false));
    assert_eq!(once("first").await, Ok(false), "also the same again is not stored by this call");
    assert_eq!(bench.port().get("runs/r.json").await, Ok(Some(b"first".to_vec())));
}

async fn a_document_whose_reply_is_lost_is_stored_and_never_told_as_stored(bench: &impl Bench) {
    bench.loses_the_reply_of_the_next_put_once().await;
    let told = bench.port().put_once("runs/r.json", "application/json", b"first".to_vec()).await;
    assert!(!matches!(told, Ok(true) | Err(PortError::Rejected { .. } | PortError::Missing { .. })), "{told:?}");
    assert_eq!(bench.port().get("runs/r.json").await, Ok(Some(b"first".to_vec())));
}

async fn a_document_that_is_not_there_is_none(bench: &impl Bench) {
    assert_eq!(bench.port().get("runs/nothing.json").await, Ok(None));
}

async fn without_a_plan_there_is_nothing_to_run(bench: &impl Bench) {
    assert!(matches!(bench.port().current_plan().await, Err(PortError::Missing { .. })));
    assert!(matches!(bench.port().plan("plan/none.json").await, Err(PortError::Missing { .. })));
}

async fn the_current_plan_is_the_one_that_was_applied_last(bench: &impl Bench) {
    bench.applies(&plan(30)).await;
    assert_eq!(bench.port().current_plan().await.unwrap().1, plan(30));
    bench.applies(&plan(60)).await;
    assert_eq!(bench.port().current_plan().await.unwrap().1, plan(60));
}

async fn a_plan_stays_under_its_key_when_another_is_applied(bench: &impl Bench) {
    bench.applies(&plan(30)).await;
    let (old_key, _) = bench.port().current_plan().await.unwrap();
    bench.applies(&plan(60)).await;
    let (new_key, _) = bench.port().current_plan().await.unwrap();
    assert_ne!(old_key, new_key);
    assert_eq!(bench.port().plan(&old_key).await, Ok(plan(30)));
    assert_eq!(bench.port().plan(&new_key).await, Ok(plan(60)));
}

async fn a_report_that_was_not_delivered_says_nothing(bench: &impl Bench) {
    assert_eq!(bench.port().failures(&bench.transfer(), &unknown_execution()).await, Ok(None));
}

async fn a_delivered_report_without_failures_is_an_answer(bench: &impl Bench) {
    let execution = unknown_execution();
    bench.reports(&bench.transfer(), &execution, &[]).await;
    assert_eq!(bench.port().failures(&bench.transfer(), &execution).await, Ok(Some(TransferFailures::default())));
}

async fn a_report_names_what_failed(bench: &impl Bench) {
    let execution = unknown_execution();
    let item = |path: &str| FailedItem {
        path: path.into(),
        phase: "transfer".into(),
        code: "Permission".into(),
        reason: "Permission denied".into(),
    };
    let failed = [item("/home/a.txt"), item("/home/b.txt")];
    bench.reports(&bench.transfer(), &execution, &failed).await;
    let told = bench.port().failures(&bench.transfer(), &execution).await;
    assert_eq!(told, Ok(Some(TransferFailures { count: 2, named: failed.to_vec() })));
}

checks!(
    crate::fake::records(), crate::aws::records();
    a_document_is_read_as_it_was_stored_last,
    a_document_that_is_stored_once_stays_as_it_is,
    a_document_whose_reply_is_lost_is_stored_and_never_told_as_stored,
    a_document_that_is_not_there_is_none,
    without_a_plan_there_is_nothing_to_run,
    the_current_plan_is_the_one_that_was_applied_last,
    a_plan_stays_under_its_key_when_another_is_applied,
    a_report_that_was_not_delivered_says_nothing,
    a_delivered_report_without_failures_is_an_answer,
    a_report_names_what_failed,
);
