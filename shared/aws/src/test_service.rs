//! A service for tests: answers each request with the next prepared reply, and keeps what was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use serde_json::Value;

/// One request as it came over the wire.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) target: String,
    pub(crate) uri: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// One prepared reply.
pub(crate) enum Reply {
    Answer(u16, String),
    BrokenConnection,
}

/// An answer of status 200.
pub(crate) fn ok(body: &Value) -> Reply {
    Reply::Answer(200, body.to_string())
}

/// An answer of status 400 with a service's exception.
pub(crate) fn exception(code: &str, message: &str) -> Reply {
    Reply::Answer(400, serde_json::json!({ "__type": code, "message": message }).to_string())
}

/// The service, shared with its clients.
#[derive(Clone, Default)]
pub(crate) struct TestService {
    replies: Arc<Mutex<VecDeque<Reply>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl std::fmt::Debug for TestService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TestService")
    }
}

impl TestService {
    pub(crate) fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let service = Self::default();
        service.replies.lock().unwrap().extend(replies);
        service
    }

    /// Settings whose clients ask this service, with two tries as in production but without waiting in between.
    pub(crate) fn config(&self) -> SdkConfig {
        let service = self.clone();
        let retries = RetryConfig::standard().with_max_attempts(2).with_initial_backoff(std::time::Duration::ZERO);
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("ap-northeast-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new("a", "b", None, None, "test")))
            .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(service.clone())))
            .retry_config(retries)
            .build()
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The names of the operations that were asked for, in order.
    pub(crate) fn operations(&self) -> Vec<String> {
        let name = |asked: &Asked| asked.target.rsplit('.').next().unwrap().to_owned();
        self.asked().iter().map(name).collect()
    }
}

impl HttpConnector for TestService {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let headers = request.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        self.asked.lock().unwrap().push(Asked { target, uri: request.uri().to_owned(), headers, body });
        let reply = self.replies.lock().unwrap().pop_front();
        HttpConnectorFuture::ready(match reply {
            Some(Reply::Answer(status, body)) => {
                Ok(HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body)))
            }
            Some(Reply::BrokenConnection) => Err(ConnectorError::io("connection reset by peer".into())),
            None => panic!("no reply is prepared for this request"),
        })
    }
}
