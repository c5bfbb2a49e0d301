//! Asks an agent for its key: one connection, one GET, an answer of bounded size in bounded time, nothing followed.

use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, HOST, LOCATION};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use nightferry_domain::agent::answer::{self, Answer};
use nightferry_domain::agent::request::{ANSWER_BYTES_MAX, ANSWER_SECS_MAX, CONNECT_SECS_MAX, PORT};
use nightferry_domain::agent::{ActivationKey, ActivationRequest, AgentAddress, KeyRefused};
use nightferry_domain::printable::quoted;
use nightferry_workflow::agents::AgentKeys;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// The longest head of an answer, in bytes: the least that the HTTP library can be told.
const HEAD_BYTES_MAX: usize = 8192;
/// The most headers of an answer.
const HEADERS_MAX: usize = 32;

/// Asks agents.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fetcher {
    port: u16,
    connecting: Duration,
    answering: Duration,
}

impl Fetcher {
    /// As agents are asked: on port 80.
    pub(crate) fn new() -> Self {
        Self::on_port(PORT)
    }

    /// On another port, as only agents of the local AWS have one.
    pub(crate) fn on_port(port: u16) -> Self {
        let (connecting, answering) = (Duration::from_secs(CONNECT_SECS_MAX), Duration::from_secs(ANSWER_SECS_MAX));
        Self { port, connecting, answering }
    }

    /// With less patience.
    #[cfg(test)]
    pub(super) fn waiting(self, connecting: Duration, answering: Duration) -> Self {
        Self { connecting, answering, ..self }
    }

    /// Whether anything listens there, and nothing more.
    pub(crate) async fn is_listening(self, address: AgentAddress) -> bool {
        self.connected(address).await.is_ok()
    }

    async fn connected(self, address: AgentAddress) -> Result<TcpStream, KeyRefused> {
        let connecting = TcpStream::connect(SocketAddr::from((address.ip(), self.port)));
        match timeout(self.connecting, connecting).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(error)) => Err(KeyRefused::NotListening { address, said: error.to_string() }),
            Err(_) => Err(KeyRefused::NotListening { address, said: "no connection in time".to_owned() }),
        }
    }

    async fn asked(self, address: AgentAddress, request: &ActivationRequest) -> Result<ActivationKey, KeyRefused> {
        let no_http = |error: hyper::Error| KeyRefused::NoHttp { address, said: quoted(&error.to_string()) };
        let stream = self.connected(address).await?;
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(HEAD_BYTES_MAX)
            .max_headers(HEADERS_MAX)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(no_http)?;
        // The connection ends with this set, whatever becomes of the answer.
        let mut driver = JoinSet::new();
        drop(driver.spawn(connection));
        let response = sender.send_request(get(address, request)).await.map_err(no_http)?;
        let status = response.status().as_u16();
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body = beginning(response).await.map_err(no_http)?;
        Ok(answer::read(&Answer { status, location: location.as_deref(), body: &body }, request)?)
    }
}

impl AgentKeys for Fetcher {
    async fn key(&self, address: AgentAddress, request: &ActivationRequest) -> Result<ActivationKey, KeyRefused> {
        let late = |_| Err(KeyRefused::TooSlow { address });
        timeout(self.answering, self.asked(address, request)).await.unwrap_or_else(late)
    }
}

fn get(address: AgentAddress, request: &ActivationRequest) -> Request<Empty<Bytes>> {
    let mut get = Request::new(Empty::new());
    // A target of encoded values is always one; if it were not, the agent would be asked for nothing, and say so.
    *get.uri_mut() = request.target().parse().unwrap_or_default();
    if let Ok(host) = address.ip().to_string().parse() {
        let _ = get.headers_mut().insert(HOST, host);
    }
    let _ = get.headers_mut().insert(CONNECTION, hyper::header::HeaderValue::from_static("close"));
    get
}

/// The body, up to one byte more than any answer may have.
async fn beginning(response: Response<Incoming>) -> Result<Vec<u8>, hyper::Error> {
    let (mut body, mut read) = (response.into_body(), Vec::new());
    while let Some(frame) = body.frame().await.transpose()? {
        read.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
        if read.len() > ANSWER_BYTES_MAX {
            read.truncate(ANSWER_BYTES_MAX.saturating_add(1));
            break;
        }
    }
    Ok(read)
}
