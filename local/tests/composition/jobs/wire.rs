//! The wire as SDKs use it: jobs by path, with the account in front of the host, or through the front door as a proxy.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use hyper::Method;
use nightferry_local::{
    front_door::{CallEffect, CallFault, CallMatch, Often},
    upstream::Ask,
};

use super::world::World;

/// Sends a request byte by byte as given and returns the whole answer.
async fn said(world: &World, request: String) -> String {
    let address = world.local.state().endpoint.trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn request(target: &str, host: &str, account: &str) -> String {
    format!(
        "GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nx-amz-account-id: {account}\r\nAuthorization: AWS4-HMAC-SHA256 \
         Credential=123456789012/20261122/ap-northeast-1/s3/aws4_request, SignedHeaders=host;x-amz-account-id, Signature=0\r\n\r\n"
    )
}

#[tokio::test]
async fn jobs_are_found_by_path_by_prefixed_host_and_through_the_proxy() {
    let world = World::new("wire").await;
    for (target, host) in [
        ("/v20180820/jobs", "127.0.0.1"),
        ("/v20180820/jobs?jobStatuses=Active", "123456789012.localhost"),
        ("http://123456789012.s3-control.local/v20180820/jobs", "123456789012.s3-control.local"),
    ] {
        let answer = said(&world, request(target, host, "123456789012")).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(
            answer.contains("content-type: application/xml") && answer.contains("<ListJobsResult xmlns="),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn errors_have_the_shape_of_rest_xml() {
    let world = World::new("wire-errors").await;
    let answer = said(&world, request("/v20180820/jobs/no-such-job", "127.0.0.1", "123456789012")).await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    assert!(answer.contains("<ErrorResponse><Error><Code>NotFoundException</Code><Message>"), "{answer}");
    let answer = said(&world, request("/v20180820/jobs", "127.0.0.1", "222222222222")).await;
    assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("AccessDenied"), "another account's jobs: {answer}");
}

#[tokio::test]
async fn calls_are_recorded_with_the_permission_that_they_need() {
    let world = World::new("wire-record").await;
    let job = world.create(&world.request("wire-record")).await;
    let _ = world.until(&job, "Failed").await;
    let calls = world.local.admin().calls().await.unwrap().calls;
    let arn = format!("arn:aws:s3:ap-northeast-1:123456789012:job/{job}");
    let described = calls.iter().find(|call| call.operation == "DescribeJob" && call.resource == arn).unwrap();
    assert_eq!((described.service.as_str(), described.iam_action.as_str()), ("s3control", "s3:DescribeJob"));
    let created =
        calls.iter().find(|call| call.operation == "CreateJob" && call.needs[1].resource == world.role("job")).unwrap();
    assert_eq!(created.needs[1].action, "iam:PassRole");
}

/// Orders one strike on the calls about one thing.
async fn order(world: &World, operation: &str, resource: Option<String>, effect: CallEffect) {
    let (service, operation) = (Some("s3control".to_owned()), Some(operation.to_owned()));
    let matches = CallMatch { service, operation, resource, caller: Some("wire-test".to_owned()) };
    let fault = CallFault { matches, often: Often::times(1), effect };
    let _ = world.local.admin().break_calls(fault).await.unwrap();
}

async fn called(world: &World, method: Method, path: &str, body: String) -> Result<String, String> {
    let ask = Ask::new(method, "s3", format!("/v20180820/jobs{path}")).header("user-agent", "test app/wire-test");
    let answer = world.own.read(ask.header("x-amz-account-id", "123456789012").body(body)).await;
    answer.map(|body| String::from_utf8_lossy(&body).into_owned()).map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_is_found_again_by_its_token() {
    let world = World::new("wire-lost").await;
    let request = world.request("wire-lost");
    order(&world, "CreateJob", None, CallEffect::LoseReply).await;
    assert!(called(&world, Method::POST, "", request.clone()).await.is_err());
    let first = called(&world, Method::POST, "", request.clone()).await.unwrap();
    assert_eq!(called(&world, Method::POST, "", request).await.unwrap(), first);
    let listed = called(&world, Method::GET, "", String::new()).await.unwrap();
    assert_eq!(listed.matches("<Description>wire-lost</Description>").count(), 1, "one job for one token: {listed}");
}

#[tokio::test]
async fn a_throttled_call_says_so_in_s3_controls_words() {
    let world = World::new("wire-throttled").await;
    let job = world.create(&world.request("wire-throttled")).await;
    order(&world, "DescribeJob", Some(format!("/{job}")), CallEffect::Throttle).await;
    let said = called(&world, Method::GET, &format!("/{job}"), String::new()).await.unwrap_err();
    assert!(said.contains("429 TooManyRequestsException"), "{said}");
    assert!(called(&world, Method::GET, &format!("/{job}"), String::new()).await.is_ok());
}
