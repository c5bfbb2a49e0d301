//! What S3 is asked, and what its answers mean.

use super::*;
use crate::test_service::{Reply, TestService};

fn bucket(service: &TestService) -> RecordsBucket {
    RecordsBucket::new(Client::new(&service.config()), "records".into())
}

fn refusal(status: u16, code: &str) -> Reply {
    Reply::Answer(status, format!("<Error><Code>{code}</Code><Message>no</Message></Error>"))
}

#[tokio::test]
async fn a_report_is_stored_by_one_call_only() {
    let service = TestService::new([Reply::Answer(200, String::new()), refusal(412, "PreconditionFailed")]);
    let bucket = bucket(&service);
    assert_eq!(bucket.put_once("r.json", "application/json", b"{}".to_vec()).await, Ok(true));
    assert_eq!(bucket.put_once("r.json", "application/json", b"{}".to_vec()).await, Ok(false));
    for asked in service.asked() {
        assert!(asked.uri.contains("/r.json"), "{}", asked.uri);
        assert!(asked.headers.contains(&("if-none-match".to_owned(), "*".to_owned())));
    }
}

#[tokio::test]
async fn a_key_that_is_not_there_is_none_but_a_bucket_that_is_not_there_is_an_error() {
    let service = TestService::new([refusal(404, "NoSuchKey"), refusal(404, "NoSuchBucket")]);
    let bucket = bucket(&service);
    assert_eq!(bucket.get("a").await, Ok(None));
    assert!(matches!(bucket.get("a").await, Err(PortError::Missing { .. })));
}

#[tokio::test]
async fn the_current_plan_is_read_through_its_pointer() {
    let plan = serde_json::json!({
        "version": DeployedPlan::VERSION, "applied_at": "2026-11-20T21:00:00Z",
        "schedules": {}, "jobs": [], "keep_records_days": 400,
    });
    let pointer = r#"{"key":"plan/1.json"}"#.to_owned();
    let service = TestService::new([Reply::Answer(200, pointer), Reply::Answer(200, plan.to_string())]);
    let (key, read) = bucket(&service).current_plan().await.unwrap();
    assert_eq!((key.as_str(), read.keep_records_days), ("plan/1.json", 400));
}

#[tokio::test]
async fn without_a_plan_the_error_says_what_to_ask() {
    let service = TestService::new([refusal(404, "NoSuchKey")]);
    let error = bucket(&service).current_plan().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "S3 does not know what GetObject asked for: s3://records/plan/current.json is not there: has a plan been applied?"
    );
}
