//! The emulator behind the front door, spoken to over plain HTTP with no SDK.

pub mod cloudformation;
pub mod ec2;
pub mod events;
pub mod iam;
pub mod kms;
pub mod lambda;
pub mod logs;
pub mod metrics;
pub mod networks;
pub mod s3;
pub mod scheduler;
pub mod sns;
pub mod states;
pub mod trails;
pub mod versions;

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// Why the emulator gave no usable answer.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// No answer at all: it is down, or the connection broke.
    #[error("the emulator at {endpoint} did not answer {request}: {reason}; is MiniStack running?")]
    Unreachable {
        /// Its address.
        endpoint: String,
        /// Method and path.
        request: String,
        /// What the connection said.
        reason: String,
    },
    /// It answered with an error.
    #[error("the emulator refused {request} with {status} {code}: {message}")]
    Refused {
        /// Method and path.
        request: String,
        /// The HTTP status.
        status: u16,
        /// The service's error code, or the whole body where none was found.
        code: String,
        /// The service's words; empty where it had none.
        message: String,
    },
    /// It answered something that does not read as the service's format.
    #[error("the emulator's answer to {request} does not read: {reason}")]
    Unreadable {
        /// Method and path.
        request: String,
        /// Where reading stopped.
        reason: String,
    },
}

impl UpstreamError {
    /// Whether the thing asked about is not there.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }
}

/// One request to the emulator.
#[derive(Debug, Clone)]
pub struct Ask {
    method: Method,
    path: String,
    service: &'static str,
    headers: Vec<(String, String)>,
    body: Bytes,
}

impl Ask {
    /// A request without body; `path` is already percent-encoded and carries the query.
    #[must_use]
    pub fn new(method: Method, service: &'static str, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), service, headers: Vec::new(), body: Bytes::new() }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    fn name(&self) -> String {
        format!("{} {} {}", self.service, self.method, self.path)
    }
}

/// A version that somebody behind the front door has just written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Write<'a> {
    /// The bucket's name.
    pub(crate) bucket: &'a str,
    /// The key.
    pub(crate) key: &'a str,
    /// The version's id.
    pub(crate) version: &'a str,
    /// Whether it is a delete marker.
    pub(crate) is_delete_marker: bool,
}

/// Whoever wants to hear of writes.
struct Listener(Box<dyn Fn(Write<'_>) + Send + Sync>);

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Listener")
    }
}

#[derive(Debug)]
struct Shared {
    client: Client<HttpConnector, Full<Bytes>>,
    endpoint: String,
    accounts: RwLock<BTreeSet<String>>,
    listener: OnceLock<Listener>,
}

/// The emulator, seen from one account and region. Clones share one connection pool.
#[derive(Debug, Clone)]
pub struct Upstream {
    shared: Arc<Shared>,
    account: String,
    region: String,
}

impl Upstream {
    /// The emulator at `endpoint` (`http://127.0.0.1:PORT`), called as `account` in `region`.
    #[must_use]
    pub fn new(endpoint: &str, account: &str, region: &str) -> Self {
        let shared = Shared {
            client: Client::builder(TokioExecutor::new()).build_http(),
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            accounts: RwLock::new(BTreeSet::from([account.to_owned()])),
            listener: OnceLock::new(),
        };
        Self { shared: Arc::new(shared), account: account.to_owned(), region: region.to_owned() }
    }

    /// The same emulator, called as another account in another region.
    #[must_use]
    pub fn seen_from(&self, account: &str, region: &str) -> Self {
        self.learn_account(account);
        Self { shared: Arc::clone(&self.shared), account: account.to_owned(), region: region.to_owned() }
    }

    /// Remembers an account, so that a bucket of its is found by name. The emulator keeps buckets by owner and tells nobody whose a bucket is.
    pub fn learn_account(&self, account: &str) {
        let known = self.shared.accounts.read().unwrap_or_else(PoisonError::into_inner).contains(account);
        if !known {
            let _ = self.shared.accounts.write().unwrap_or_else(PoisonError::into_inner).insert(account.to_owned());
        }
    }

    /// From now on `listener` hears of every version that is written past the front door, by a stand-in. Only the first one is heard.
    pub(crate) fn on_write(&self, listener: impl Fn(Write<'_>) + Send + Sync + 'static) {
        let _ = self.shared.listener.set(Listener(Box::new(listener)));
    }

    /// Tells the listener.
    fn wrote(&self, write: Write<'_>) {
        if let Some(Listener(hear)) = self.shared.listener.get() {
            hear(write);
        }
    }

    /// Every account seen so far.
    #[must_use]
    pub fn accounts(&self) -> Vec<String> {
        self.shared.accounts.read().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// The account whose view this is.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The region whose view this is.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Sends a request and gives the answer back with its body still streaming. An error status is [`UpstreamError::Refused`].
    pub async fn send(&self, ask: Ask) -> Result<Response<Incoming>, UpstreamError> {
        let name = ask.name();
        let unreachable = |reason: String| UpstreamError::Unreachable {
            endpoint: self.shared.endpoint.clone(),
            request: name.clone(),
            reason,
        };
        let request = self.request(ask).map_err(|error| unreachable(error.to_string()))?;
        let answer = self.shared.client.request(request).await.map_err(|error| unreachable(chain(&error)))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let status = answer.status();
        let body = answer.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let (code, message) = (code_of(status, &body), message_of(&body));
        Err(UpstreamError::Refused { request: name, status: status.as_u16(), code, message })
    }

    /// Sends a request and reads the whole answer.
    pub async fn read(&self, ask: Ask) -> Result<Bytes, UpstreamError> {
        let request = ask.name();
        let answer = self.send(ask).await?;
        let body = answer.into_body().collect().await;
        let body = body.map_err(|error| UpstreamError::Unreadable { request, reason: error.to_string() })?;
        Ok(body.to_bytes())
    }

    fn request(&self, ask: Ask) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
        let scope = format!("{}/20260101/{}/{}/aws4_request", self.account, self.region, ask.service);
        let mut request = Request::builder()
            .method(ask.method)
            .uri(format!("{}{}", self.shared.endpoint, ask.path))
            .header("authorization", format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"));
        for (name, value) in ask.headers {
            request = request.header(name, value);
        }
        request.body(Full::new(ask.body))
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}

fn code_of(status: StatusCode, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let code = roxmltree::Document::parse(&text).ok().and_then(|xml| {
        xml.descendants().find(|node| node.has_tag_name("Code")).and_then(|node| node.text().map(str::to_owned))
    });
    code.or_else(|| json_code(&text)).unwrap_or_else(|| status.canonical_reason().unwrap_or_default().to_owned())
}

fn message_of(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    if let Ok(xml) = roxmltree::Document::parse(&text) {
        let message = xml.descendants().find(|node| node.has_tag_name("Message")).and_then(|node| node.text());
        return message.unwrap_or_default().to_owned();
    }
    let document: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let message = document.get("message").or_else(|| document.get("Message")).and_then(serde_json::Value::as_str);
    message.unwrap_or_default().to_owned()
}

fn json_code(text: &str) -> Option<String> {
    let document: serde_json::Value = serde_json::from_str(text).ok()?;
    document.get("__type").and_then(serde_json::Value::as_str).map(str::to_owned)
}
