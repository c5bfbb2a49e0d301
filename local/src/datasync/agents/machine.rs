//! One machine: HTTP on a loopback port, with every answer that an agent has and some that none should.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::LOCATION;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use super::premises::Given;

/// What a key is made of.
const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
/// Where an agent sends a browser.
const CONSOLE: &str = "https://console.aws.amazon.com/datasync/home";

/// What a machine answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answers {
    /// The bare key where it was asked for so, else a redirect that carries it.
    #[default]
    Key,
    /// A redirect that carries the key, even to whoever asked for none.
    Redirect,
    /// A key for the public endpoint, whatever was asked.
    PublicKey,
    /// An error, by its name: `PRIVATE_LINK_ENDPOINT_UNREACHABLE`.
    Error(String),
    /// A redirect to this address.
    Away(String),
    /// This, under status 200.
    Junk(String),
    /// Nothing, while the connection stays open.
    Silence,
}

/// The keys that were given and not used.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys(Arc<Mutex<BTreeMap<String, Given>>>);

impl Keys {
    pub(super) fn take(&self, key: &str) -> Option<Given> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key)
    }

    fn give(&self, given: Given) -> String {
        let group =
            || (0..5).filter_map(|_| fastrand::choice(ALPHABET).map(|byte| char::from(*byte))).collect::<String>();
        let key = [(); 5].map(|()| group()).join("-");
        let _ = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), given);
        key
    }
}

/// Serves until it is aborted.
pub(super) async fn serve(listener: TcpListener, answers: Answers, keys: Keys) {
    let port = listener.local_addr().map_or(0, |address| address.port());
    // With this task the connections end too: an activated machine answers nobody.
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (answers, keys) = (answers.clone(), keys.clone());
        let service = service_fn(move |request: Request<Incoming>| {
            let (answers, keys) = (answers.clone(), keys.clone());
            async move { Ok::<_, Infallible>(answered(&answers, &keys, port, request.uri().query()).await) }
        });
        let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        drop(connections.spawn(async move { drop(connection.await) }));
    }
}

async fn answered(answers: &Answers, keys: &Keys, port: u16, query: Option<&str>) -> Response<Full<Bytes>> {
    let asked = Asked::of(query.unwrap_or_default());
    match answers {
        Answers::Key | Answers::Redirect | Answers::PublicKey => {
            let is_private = *answers != Answers::PublicKey && asked.get("endpointType") == Some("PRIVATE_LINK");
            let endpoint = asked.get("privateLinkEndpoint").filter(|_| is_private).map(str::to_owned);
            let region = asked.get("activationRegion").unwrap_or_default().to_owned();
            let key = keys.give(Given { at: Timestamp::now(), port, endpoint, region });
            let is_bare = asked.get("no_redirect").is_some() && *answers != Answers::Redirect;
            if is_bare { bare(key) } else { redirect(&format!("{CONSOLE}?activationKey={key}")) }
        }
        Answers::Error(name) if asked.get("no_redirect").is_some() => bare(format!("errorType={name}")),
        Answers::Error(name) => redirect(&format!("{CONSOLE}?errorType={name}")),
        Answers::Away(address) => redirect(address),
        Answers::Junk(junk) => bare(junk.clone()),
        Answers::Silence => std::future::pending().await,
    }
}

fn bare(text: String) -> Response<Full<Bytes>> {
    Response::new(Full::new(Bytes::from(text)))
}

fn redirect(location: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::FOUND;
    if let Ok(location) = location.parse() {
        let _ = response.headers_mut().insert(LOCATION, location);
    }
    response
}

/// The parameters of a request.
struct Asked(BTreeMap<String, String>);

impl Asked {
    fn of(query: &str) -> Self {
        let pair = |part: &str| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (name.to_owned(), percent_decode_str(value).decode_utf8_lossy().into_owned())
        };
        Self(query.split('&').map(pair).collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}
