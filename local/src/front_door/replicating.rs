//! S3 on its way to the emulator, with what the emulator leaves out of replication: who decides, what is replicated, and how far it is.

use http_body_util::BodyExt as _;
use hyper::{HeaderMap, Method, Response, body::Bytes, header, http::request::Parts};
use percent_encoding::percent_decode_str;

use super::{
    FrontDoor,
    heading::text,
    reply::{self, Body},
};
use crate::replication::Replication;

/// Headers that speak of a body that is replaced.
const OF_THE_BODY: [&str; 9] = [
    "content-length",
    "content-md5",
    "x-amz-content-sha256",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-checksum-crc32",
    "x-amz-checksum-crc32c",
    "x-amz-checksum-crc64nvme",
    "x-amz-checksum-sha1",
    "x-amz-checksum-sha256",
];

/// One request of S3.
pub(super) struct Request<'a> {
    /// As its API names it.
    pub(super) operation: &'a str,
    /// Account of the caller.
    pub(super) account: &'a str,
    /// As it goes to the emulator.
    pub(super) parts: Parts,
    /// Its body.
    pub(super) body: Body,
}

/// Answers a request of S3.
pub(super) async fn answered(door: &FrontDoor, request: Request<'_>) -> Response<Body> {
    let Request { operation, account, parts, body } = request;
    let (bucket, key) = address(&parts);
    if operation == "PutBucketReplication" {
        return configured(door, parts, body, &bucket).await;
    }
    let is_read = matches!(operation, "GetObject" | "HeadObject");
    let response = door.client.forward(&door.ministack.now(), &parts, body).await;
    if !response.status().is_success() {
        return response;
    }
    match operation {
        "GetBucketReplication" => shown(door, response, &bucket),
        "DeleteBucketReplication" => after(response, || door.replication.forget(&bucket, false)),
        "DeleteBucket" => after(response, || door.replication.forget(&bucket, true)),
        "PutObject" | "CopyObject" | "CompleteMultipartUpload" | "DeleteObject" => {
            wrote(&door.replication, &parts, &response, &bucket, &key);
            response
        }
        "DeleteObjects" => deleted(&door.replication, response, &bucket).await,
        _ if is_read => read(&door.replication, account, response, (&bucket, &key)),
        _ => response,
    }
}

/// Gives the emulator the configuration with its rules switched off and keeps the real one.
async fn configured(door: &FrontDoor, mut parts: Parts, body: Body, bucket: &str) -> Response<Body> {
    let body = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => return reply::error("s3", false, 400, "IncompleteBody", &error.to_string()),
    };
    let written = String::from_utf8_lossy(&body).into_owned();
    let off = Replication::for_emulator(&written).map_or(body, Bytes::from);
    OF_THE_BODY.iter().for_each(|name| drop(parts.headers.remove(*name)));
    let response = door.client.forward(&door.ministack.now(), &parts, reply::full(off)).await;
    if response.status().is_success()
        && let Err(error) = door.replication.configure(bucket, &written).await
    {
        return reply::error("s3", false, 500, "InternalError", &error.to_string());
    }
    response
}

fn shown(door: &FrontDoor, response: Response<Body>, bucket: &str) -> Response<Body> {
    match door.replication.written(bucket) {
        Some(xml) => reply::answer(200, "application/xml", xml),
        None => response,
    }
}

fn after(response: Response<Body>, act: impl FnOnce()) -> Response<Body> {
    act();
    response
}

/// A new version: it is replicated if a rule takes it. Deleting one version by its id is never replicated.
fn wrote(replication: &Replication, parts: &Parts, response: &Response<Body>, bucket: &str, key: &str) {
    let is_delete = parts.method == Method::DELETE;
    let is_marker = text(response.headers(), "x-amz-delete-marker") == Some("true");
    let by_version = parts.uri.query().is_some_and(|query| query.contains("versionId="));
    if is_delete && (by_version || !is_marker) {
        return;
    }
    if let Some(version) = text(response.headers(), "x-amz-version-id") {
        replication.wrote(bucket, key, version, is_delete);
    }
}

/// The delete markers that deleting many keys made.
async fn deleted(replication: &Replication, response: Response<Body>, bucket: &str) -> Response<Body> {
    let (parts, body) = response.into_parts();
    let body = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => return reply::answer(502, "text/plain", error.to_string()),
    };
    for (key, version) in markers(&String::from_utf8_lossy(&body)) {
        replication.wrote(bucket, &key, &version, true);
    }
    Response::from_parts(parts, reply::full(body))
}

fn markers(xml: &str) -> Vec<(String, String)> {
    let Ok(document) = roxmltree::Document::parse(xml) else { return Vec::new() };
    let child = |node: roxmltree::Node<'_, '_>, name: &str| {
        node.children().find(|child| child.tag_name().name() == name).and_then(|child| child.text().map(str::to_owned))
    };
    let deleted = document.descendants().filter(|node| node.tag_name().name() == "Deleted");
    // With a version's id something was deleted for good; without one a marker was made.
    let marked = deleted.filter(|node| child(*node, "VersionId").is_none());
    marked.filter_map(|node| child(node, "Key").zip(child(node, "DeleteMarkerVersionId"))).collect()
}

/// How far the version is, beside what the emulator says of it; a replica that was not handed over is its owner's alone.
fn read(
    replication: &Replication,
    account: &str,
    mut response: Response<Body>,
    (bucket, key): (&str, &str),
) -> Response<Body> {
    let version = text(response.headers(), "x-amz-version-id").unwrap_or("null").to_owned();
    let Some(entry) = replication.ledger.entry(bucket, key, &version) else { return response };
    if entry.owner.as_ref().is_some_and(|owner| owner != account) {
        return reply::error("s3", false, 403, "AccessDenied", "Access Denied");
    }
    let status = header::HeaderValue::from_static(entry.copied.word());
    let _ = response.headers_mut().insert("x-amz-replication-status", status);
    response
}

/// Bucket and key of a path-style address.
fn address(parts: &Parts) -> (String, String) {
    let path = parts.uri.path().trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    (decoded(bucket), decoded(key))
}

/// The same request as if the bucket's owner made it: the emulator knows accounts, but no roles, and would refuse what both sides' policies allow.
pub(super) fn seen_as(parts: &Parts, owner: &str) -> Parts {
    let mut parts = parts.clone();
    if let Some(line) = signed_as(&parts.headers, owner) {
        let _ = parts.headers.insert(header::AUTHORIZATION, line);
        let _ = parts.headers.remove("x-amz-security-token");
    }
    parts
}

fn signed_as(headers: &HeaderMap, owner: &str) -> Option<header::HeaderValue> {
    let (before, credential) = text(headers, header::AUTHORIZATION.as_str())?.split_once("Credential=")?;
    let (_, rest) = credential.split_once('/')?;
    header::HeaderValue::from_str(&format!("{before}Credential={owner}/{rest}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_deletes_without_a_version_made_markers() {
        let xml = "<DeleteResult xmlns='x'><Deleted><Key>a</Key><DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>m</DeleteMarkerVersionId></Deleted>\
            <Deleted><Key>b</Key><VersionId>v</VersionId></Deleted></DeleteResult>";
        assert_eq!(markers(xml), [("a".to_owned(), "m".to_owned())]);
    }

    #[test]
    fn a_request_is_handed_on_as_the_owners_own() {
        let mut headers = HeaderMap::new();
        let line = "AWS4-HMAC-SHA256 Credential=111111111111/20261122/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=0";
        let _ = headers.insert(header::AUTHORIZATION, line.parse().unwrap());
        let signed = signed_as(&headers, "222222222222").unwrap();
        assert_eq!(signed.to_str().unwrap(), line.replace("111111111111", "222222222222"));
    }
}
