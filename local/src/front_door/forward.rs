//! Handing a request to an emulator and its answer back, both streaming.

use std::time::Duration;

use hyper::{
    HeaderMap, Request, Response, Uri,
    header::{CONNECTION, EXPECT, HeaderName, TE, TRAILER, TRANSFER_ENCODING, UPGRADE},
    http::request::Parts,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

use super::reply::{self, Body};
use crate::emulators::Emulator;

/// How long an idle connection is kept, in seconds: less than the emulators' five, so that none is used that they are just closing.
const IDLE_SECS: u64 = 3;
/// Headers that belong to one connection and not to the request.
const OF_THE_CONNECTION: [HeaderName; 6] = [CONNECTION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, EXPECT];

/// The front door's client to the emulators.
#[derive(Clone)]
pub(crate) struct Forwarder {
    client: Client<HttpConnector, Body>,
}

impl Forwarder {
    /// With a connection pool of its own.
    pub(crate) fn new() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client =
            Client::builder(TokioExecutor::new()).pool_idle_timeout(Duration::from_secs(IDLE_SECS)).build(connector);
        Self { client }
    }

    /// Sends the request on. An emulator that does not answer is told as a 502 that says which and why.
    pub(crate) async fn forward(&self, to: &Emulator, parts: &Parts, body: Body) -> Response<Body> {
        let request = match request(to, parts, body) {
            Ok(request) => request,
            Err(error) => {
                return reply::answer(
                    400,
                    "text/plain",
                    format!("this address cannot be handed to {}: {error}", to.name),
                );
            }
        };
        match self.client.request(request).await {
            Ok(response) => {
                let (mut parts, body) = response.into_parts();
                strip(&mut parts.headers);
                Response::from_parts(parts, reply::streaming(body))
            }
            Err(error) => {
                let why = to
                    .death()
                    .unwrap_or_else(|| format!("{} did not answer: {error}; see {}", to.name, to.log.display()));
                reply::answer(502, "text/plain", why)
            }
        }
    }
}

fn request(to: &Emulator, parts: &Parts, body: Body) -> Result<Request<Body>, hyper::http::Error> {
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let uri: Uri = format!("{}{path}", to.endpoint()).parse()?;
    let mut request = Request::builder().method(parts.method.clone()).uri(uri).body(body)?;
    *request.headers_mut() = parts.headers.clone();
    strip(request.headers_mut());
    Ok(request)
}

fn strip(headers: &mut HeaderMap) {
    for name in OF_THE_CONNECTION {
        let _ = headers.remove(name);
    }
}
