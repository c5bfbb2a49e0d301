//! Plain HTTP to our own processes: one request, one collected answer.

use anyhow::Context as _;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request, StatusCode};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::Value;

/// GET.
pub(crate) async fn get(url: &str) -> anyhow::Result<(StatusCode, Bytes)> {
    send(Method::GET, url, Bytes::new()).await
}

/// POST of a JSON document.
pub(crate) async fn post_json(url: &str, document: &Value) -> anyhow::Result<(StatusCode, Bytes)> {
    send(Method::POST, url, Bytes::from(document.to_string())).await
}

/// Any method with a body, which is empty or JSON. A client of its own each time: a pooled connection must not outlive the runtime of a test.
pub(crate) async fn send(method: Method, url: &str, body: Bytes) -> anyhow::Result<(StatusCode, Bytes)> {
    let request = Request::builder()
        .method(method)
        .uri(url)
        .header("content-type", "application/json")
        .body(Full::new(body))
        .with_context(|| format!("{url} is no address"))?;
    let client = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request).await.with_context(|| format!("no answer from {url}"))?;
    let status = response.status();
    let body = response.into_body().collect().await.with_context(|| format!("the answer from {url} broke off"))?;
    Ok((status, body.to_bytes()))
}
