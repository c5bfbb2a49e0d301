//! Every kind of failure over every kind of call.

use aws_sdk_datasync::operation::start_task_execution::StartTaskExecutionError;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;

use super::*;

type Failure = SdkError<StartTaskExecutionError, HttpResponse>;

const READ: Call = Call::read("DataSync", "DescribeTask");
const WRITE: Call = Call::write("DataSync", "CancelTaskExecution");
const START: Call = Call::start("DataSync", "StartTaskExecution");
const OBJECT: Call = Call::read("S3", "GetBucketPolicy");

fn reply(status: u16) -> HttpResponse {
    HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::empty())
}

fn told(status: u16, code: &str, message: &str) -> Failure {
    let meta = ErrorMetadata::builder().code(code).message(message).build();
    SdkError::service_error(StartTaskExecutionError::generic(meta), reply(status))
}

/// `retryable`, `ambiguous`, `rejected` or `missing`.
fn kind(error: &PortError) -> &'static str {
    match error {
        PortError::Retryable { .. } => "retryable",
        PortError::Ambiguous { .. } => "ambiguous",
        PortError::Rejected { .. } => "rejected",
        PortError::Missing { .. } => "missing",
    }
}

#[test]
fn a_failure_means_the_same_for_every_call_except_where_a_start_may_have_happened() {
    let nothing = || -> Box<dyn Error + Send + Sync> { "x".into() };
    let failures: [(&str, Failure, &str, &str); 12] = [
        ("not built", SdkError::construction_failure("x"), "rejected", "rejected"),
        ("timed out", SdkError::timeout_error("x"), "retryable", "ambiguous"),
        ("reply unreadable", SdkError::response_error("x", reply(200)), "retryable", "ambiguous"),
        ("connection broke", SdkError::dispatch_failure(ConnectorError::io(nothing())), "retryable", "ambiguous"),
        ("read timed out", SdkError::dispatch_failure(ConnectorError::timeout(nothing())), "retryable", "ambiguous"),
        ("not sendable", SdkError::dispatch_failure(ConnectorError::user(nothing())), "rejected", "rejected"),
        ("throttled", told(400, "ThrottlingException", "Rate exceeded"), "retryable", "retryable"),
        ("too many", told(429, "Whatever", ""), "retryable", "retryable"),
        ("broken", told(500, "InternalException", ""), "retryable", "ambiguous"),
        ("broken as 400", told(400, "InternalException", ""), "retryable", "ambiguous"),
        ("not allowed", told(400, "AccessDeniedException", "no"), "rejected", "rejected"),
        ("gone", told(400, "InvalidRequestException", "Task execution exec-1 not found"), "missing", "missing"),
    ];
    for (name, failure, for_a_look, for_a_start) in &failures {
        assert_eq!(kind(&READ.refused(failure)), *for_a_look, "{name}, read");
        assert_eq!(kind(&WRITE.refused(failure)), *for_a_look, "{name}, write");
        assert_eq!(kind(&START.refused(failure)), *for_a_start, "{name}, start");
    }
}

#[test]
fn every_code_has_one_meaning() {
    for code in BUSY {
        assert_eq!(kind(&START.refused(&told(400, code, ""))), "retryable", "{code}");
        assert!(!BROKEN.contains(&code) && !MISSING.contains(&code), "{code}");
    }
    for code in MISSING {
        assert_eq!(kind(&READ.refused(&told(400, code, ""))), "missing", "{code}");
        assert!(!BROKEN.contains(&code), "{code}");
    }
}

#[test]
fn a_refusal_keeps_the_words_of_the_service() {
    let error = START.refused(&told(400, "InvalidRequestException", "Too many tasks"));
    assert_eq!(error.to_string(), "DataSync refused StartTaskExecution: InvalidRequestException: Too many tasks");
}

#[test]
fn a_missing_bucket_policy_is_told_by_status_alone() {
    let bare = SdkError::service_error(StartTaskExecutionError::generic(ErrorMetadata::builder().build()), reply(404));
    assert_eq!(kind(&OBJECT.refused::<StartTaskExecutionError>(&bare)), "missing");
    // Any other service is asked at one address for everything: there it only means that we asked in the wrong place.
    assert_eq!(kind(&READ.refused::<StartTaskExecutionError>(&bare)), "rejected");
}

/// Holds the connector's words that `was_never_sent` reads.
#[tokio::test]
async fn a_refused_connection_surely_started_nothing() {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let variables = [
        ("STAGE", "local"),
        ("AWS_ENDPOINT_URL", &format!("http://{address}")),
        ("AWS_REGION", "ap-northeast-1"),
        ("AWS_ACCESS_KEY_ID", "123456789012"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = crate::connect::for_function(&variables.into()).unwrap();
    let error = aws_sdk_datasync::Client::new(&config).start_task_execution().task_arn("t").send().await.unwrap_err();
    assert_eq!(kind(&START.refused(&error)), "retryable", "{error:?}");
}
