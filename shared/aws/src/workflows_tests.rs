//! What Step Functions is asked, and what its refusals mean.

use serde_json::json;

use super::*;
use crate::test_service::{Reply, TestService, exception, ok};

fn runs(service: &TestService) -> NightlyRuns {
    let arn = "arn:aws:states:ap-northeast-1:123456789012:stateMachine:nightferry-nightly-run";
    NightlyRuns::new(Client::new(&service.config()), arn.to_owned(), format!("{arn}-restore"))
}

fn token() -> TaskToken {
    TaskToken { attempt: 1, secret: "secret".to_owned().into() }
}

#[tokio::test]
async fn a_waiter_is_woken_with_its_token_once() {
    let service = TestService::new([ok(&json!({}))]);
    assert_eq!(runs(&service).wake(&token()).await, Ok(Woken::Yes));
    assert_eq!(service.asked()[0].json(), json!({"taskToken": "secret", "output": "{\"ended\":\"observed\"}"}));
}

#[tokio::test]
async fn a_waiter_that_is_gone_is_no_error() {
    for code in ["TaskDoesNotExist", "TaskTimedOut", "InvalidToken"] {
        let service = TestService::new([exception(code, "gone")]);
        assert_eq!(runs(&service).wake(&token()).await, Ok(Woken::Gone), "{code}");
    }
}

#[tokio::test]
async fn a_run_that_no_workflow_knows_is_not_going_on() {
    let run: RunId = "nightly-2026-11-20T21-00-00Z".parse().unwrap();
    let service = TestService::new([exception("ExecutionDoesNotExist", "no")]);
    assert_eq!(runs(&service).is_going_on(&run).await, Ok(None));
    let asked = service.asked()[0].json();
    let expected =
        "arn:aws:states:ap-northeast-1:123456789012:execution:nightferry-nightly-run:nightly-2026-11-20T21-00-00Z";
    assert_eq!(asked["executionArn"], expected);
}

#[tokio::test]
async fn only_an_end_is_an_end() {
    let run: RunId = "r".parse().unwrap();
    for (status, going_on) in
        [("RUNNING", true), ("PENDING_REDRIVE", true), ("NEW_WORD", true), ("FAILED", false), ("SUCCEEDED", false)]
    {
        let told = json!({"executionArn": "a", "stateMachineArn": "s", "startDate": 0, "status": status});
        let service = TestService::new([ok(&told)]);
        assert_eq!(runs(&service).is_going_on(&run).await, Ok(Some(going_on)), "{status}");
    }
}

#[tokio::test]
async fn a_lost_reply_is_asked_again_for_what_may_be_sent_twice() {
    let service = TestService::new([Reply::BrokenConnection, ok(&json!({}))]);
    assert_eq!(runs(&service).wake(&token()).await, Ok(Woken::Yes));
    assert_eq!(service.operations(), ["SendTaskSuccess", "SendTaskSuccess"]);
}
