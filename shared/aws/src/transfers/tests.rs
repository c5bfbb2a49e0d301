//! What DataSync is asked, how often, and what its answers mean.

use nightferry_domain::back::Back;
use nightferry_domain::ids::TaskArn;
use nightferry_domain::job_spec::{ReportPlace, Verify};
use nightferry_domain::observation::{ExecutionState, ReportDelivery};
use serde_json::{Value, json};

use super::*;
use crate::test_service::{Reply, TestService, exception, ok};

const TASK: &str = "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0a1b2c3d4e5f60718";
const ATTEMPT: &str = "nightly-2026-11-20T21-00-00Z/home/1";

fn execution(number: u8) -> ExecutionArn {
    format!("{TASK}/execution/exec-0f9e8d7c6b5a432{number:02x}").parse().unwrap()
}

fn task() -> TaskArn {
    TASK.parse().unwrap()
}

fn attempt(id: &str) -> AttemptId {
    id.parse().unwrap()
}

fn transfer() -> Transfer {
    Transfer {
        task: task(),
        from: "efs fs-0123/".into(),
        to: "s3://b/".into(),
        destination: nightferry_domain::destination::BucketEnd {
            bucket: "b".into(),
            prefix: String::new(),
            bucket_access_role: "arn:aws:iam::123456789012:role/nightferry/r".into(),
        }
        .into(),
        verify: Verify::Transferred,
        transfers_all: false,
        agent: None,
        is_enhanced: false,
        task_reports: ReportPlace { bucket: "b".into(), prefix: "reports/".into() },
        reach: nightferry_domain::reach::Reach::default(),
        drill: None,
        back: None,
    }
}

fn transfers(service: &TestService) -> DataSyncTransfers {
    DataSyncTransfers::new(Client::new(&service.config()))
}

fn tagged(attempt: &str) -> Reply {
    ok(&json!({"Tags": [{"Key": "nightferry:attempt", "Value": attempt}]}))
}

fn listed(executions: &[(u8, &str)]) -> Reply {
    let entry = |(number, status): &(u8, &str)| -> Value {
        json!({"TaskExecutionArn": execution(*number).as_str(), "Status": status})
    };
    ok(&json!({"TaskExecutions": executions.iter().map(entry).collect::<Vec<_>>()}))
}

#[tokio::test]
async fn a_start_carries_the_attempts_tag_and_never_queues() {
    let service = TestService::new([ok(&json!({"TaskExecutionArn": execution(1).as_str()}))]);
    let started = transfers(&service).start(&transfer(), &attempt(ATTEMPT)).await;
    assert_eq!(started, Ok(execution(1)));
    let expected = json!({
        "TaskArn": TASK,
        "OverrideOptions": {"TaskQueueing": "DISABLED"},
        "Tags": [{"Key": "nightferry:attempt", "Value": ATTEMPT}],
    });
    assert_eq!(service.asked()[0].json(), expected);
}

/// An agent runs one task at a time; DataSync keeps the order among them.
#[tokio::test]
async fn a_start_through_an_agent_waits_its_turn_in_the_services_own_queue() {
    let service = TestService::new([ok(&json!({"TaskExecutionArn": execution(1).as_str()}))]);
    let through_agent = Transfer { agent: Some("nightferry-tokyo".into()), ..transfer() };
    assert_eq!(transfers(&service).start(&through_agent, &attempt(ATTEMPT)).await, Ok(execution(1)));
    assert_eq!(service.asked()[0].json()["OverrideOptions"], json!({"TaskQueueing": "ENABLED"}));
}

#[tokio::test]
async fn a_second_attempt_carries_only_what_is_missing() {
    let service = TestService::new([ok(&json!({"TaskExecutionArn": execution(1).as_str()}))]);
    let second = attempt("nightly-2026-11-20T21-00-00Z/home/2");
    assert!(transfers(&service).start(&transfer(), &second).await.is_ok());
    let options = service.asked()[0].json()["OverrideOptions"].clone();
    assert_eq!(options, json!({"TaskQueueing": "DISABLED", "TransferMode": "CHANGED"}));
}

#[tokio::test]
async fn regression_a_second_attempt_of_a_restore_compares_nothing_and_brings_all_of_it() {
    let service = TestService::new([ok(&json!({"TaskExecutionArn": execution(1).as_str()}))]);
    let back = Back { locations: vec![], only: vec![], notes: vec![], is_drill: false, standing: None };
    let restore = Transfer { back: Some(Box::new(back)), ..transfer() };
    let second = attempt("restore-2026-11-20T21-00-00Z-0007/home/2");
    assert!(transfers(&service).start(&restore, &second).await.is_ok());
    assert_eq!(service.asked()[0].json()["OverrideOptions"], json!({"TaskQueueing": "DISABLED"}));
}

#[tokio::test]
async fn a_start_without_a_usable_reply_is_sent_once_and_left_in_doubt() {
    let broken = || Reply::Answer(500, json!({"__type": "InternalException"}).to_string());
    for reply in [broken(), Reply::BrokenConnection] {
        let service = TestService::new([reply]);
        let refusal = transfers(&service).start(&transfer(), &attempt(ATTEMPT)).await.unwrap_err();
        assert!(matches!(refusal, StartRefusal::Port(PortError::Ambiguous { .. })), "{refusal:?}");
        assert_eq!(service.operations(), ["StartTaskExecution"]);
    }
}

#[tokio::test]
async fn a_task_that_runs_already_is_busy() {
    let service = TestService::new([exception("InvalidRequestException", "The task is already running")]);
    let refusal = transfers(&service).start(&transfer(), &attempt(ATTEMPT)).await.unwrap_err();
    assert_eq!(refusal, StartRefusal::Busy);
}

#[tokio::test]
async fn an_attempts_execution_is_found_behind_newer_ones() {
    let service = TestService::new([
        ok(&json!({"CurrentTaskExecutionArn": execution(3).as_str()})),
        tagged("other/home/1"),
        listed(&[(1, "SUCCESS"), (2, "TRANSFERRING"), (3, "LAUNCHING")]),
        ok(&json!({"Tags": []})),
        tagged(ATTEMPT),
    ]);
    let found = transfers(&service).find(&task(), &attempt(ATTEMPT)).await;
    assert_eq!(found, Ok(Some(execution(1))));
}

#[tokio::test]
async fn duplicates_in_progress_are_told_oldest_first() {
    let requested = |at: u32| ok(&json!({"StartTime": at}));
    let service = TestService::new([
        listed(&[(1, "QUEUED"), (2, "SUCCESS"), (3, "PREPARING")]),
        tagged(ATTEMPT),
        tagged(ATTEMPT),
        requested(200),
        requested(100),
    ]);
    let found = transfers(&service).in_progress(&task(), &attempt(ATTEMPT)).await;
    assert_eq!(found, Ok(vec![execution(3), execution(1)]));
}

#[tokio::test]
async fn a_count_that_the_service_leaves_out_stays_unsaid() {
    let service = TestService::new([ok(&json!({
        "Status": "SUCCESS", "FilesTransferred": 0, "BytesWritten": 7,
        "FilesFailed": {"Prepare": 1, "Transfer": 2, "Verify": 0, "Delete": 0},
        "TaskReportConfig": {}, "ReportResult": {"Status": "SUCCESS"},
    }))]);
    let seen = transfers(&service).observe(&execution(1)).await.unwrap();
    assert_eq!(seen.state, ExecutionState::Success);
    assert_eq!(seen.counts.files_transferred, Some(0));
    assert_eq!(seen.counts.files_estimated, None);
    assert_eq!(seen.counts.files_failed, Some(3));
    assert_eq!(seen.counts.bytes_written, Some(7));
    assert_eq!(seen.report, ReportDelivery::Delivered);
}

#[tokio::test]
async fn a_state_of_tomorrow_is_no_end() {
    let service = TestService::new([ok(&json!({"Status": "REHEARSING"}))]);
    let seen = transfers(&service).observe(&execution(1)).await.unwrap();
    assert_eq!(seen.state, ExecutionState::Unrecognised("REHEARSING".into()));
    assert_eq!(seen.report, ReportDelivery::NotAsked);
}

#[tokio::test]
async fn cancelling_what_has_ended_is_no_error() {
    let service = TestService::new([
        exception("InvalidRequestException", "Task execution can't be cancelled"),
        ok(&json!({"Status": "ERROR"})),
    ]);
    assert_eq!(transfers(&service).cancel(&execution(1)).await, Ok(()));
}
