//! Versioned buckets of the emulator's S3: every version, the settings that replication asks for, and writes that carry headers as they came.

use bytes::Bytes;
use hyper::{HeaderMap, Method};
use jiff::Timestamp;
use percent_encoding::utf8_percent_encode;

use super::s3::{Bucket, QUERY, Written, header};
use super::{Ask, UpstreamError};

/// One version of an object, or a delete marker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The key.
    pub key: String,
    /// The version's id; `null` for what was written before versioning.
    pub id: String,
    /// Whether it is the one that a read without a version gets.
    pub is_latest: bool,
    /// Whether it says that the object is gone.
    pub is_delete_marker: bool,
    /// Bytes.
    pub size: u64,
    /// When it was written.
    pub last_modified: Timestamp,
    /// The storage class.
    pub class: String,
}

impl Bucket {
    /// Every version below `prefix`: by key, newest first.
    pub async fn versions(&self, prefix: &str) -> Result<Vec<Version>, UpstreamError> {
        let mut versions = Vec::new();
        let mut after = String::new();
        loop {
            let path =
                format!("/{}?versions&max-keys=1000&prefix={}{after}", self.name(), utf8_percent_encode(prefix, QUERY));
            let body = self.owner.read(Ask::new(Method::GET, "s3", path)).await?;
            let (page, next) = parse_page(&String::from_utf8_lossy(&body));
            versions.extend(page);
            let Some((key, version)) = next else { return Ok(versions) };
            let encoded = |text: &str| utf8_percent_encode(text, QUERY).to_string();
            after = format!("&key-marker={}&version-id-marker={}", encoded(&key), encoded(&version));
        }
    }

    /// Whether versioning is enabled, not merely suspended.
    pub async fn is_versioned(&self) -> Result<bool, UpstreamError> {
        let body = self.sub_resource(Method::GET, "versioning", Bytes::new()).await?;
        Ok(String::from_utf8_lossy(&body).contains("<Status>Enabled</Status>"))
    }

    /// Whether everything in the bucket is the bucket owner's, whoever wrote it.
    pub async fn is_owner_enforced(&self) -> Result<bool, UpstreamError> {
        match self.sub_resource(Method::GET, "ownershipControls", Bytes::new()).await {
            Ok(body) => Ok(String::from_utf8_lossy(&body).contains("BucketOwnerEnforced")),
            Err(error) if error.is_missing() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The replication configuration as XML, if there is one.
    pub async fn replication(&self) -> Result<Option<String>, UpstreamError> {
        match self.sub_resource(Method::GET, "replication", Bytes::new()).await {
            Ok(body) => Ok(Some(String::from_utf8_lossy(&body).into_owned())),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sets the replication configuration.
    pub async fn put_replication(&self, xml: impl Into<Bytes>) -> Result<(), UpstreamError> {
        self.sub_resource(Method::PUT, "replication", xml.into()).await.map(drop)
    }

    /// Writes an object in one request with these headers, and tells nobody: a replica is not replicated further.
    pub async fn put_as(&self, key: &str, body: Bytes, headers: &[(String, String)]) -> Result<Written, UpstreamError> {
        let ask = with(Ask::new(Method::PUT, "s3", self.path(key, None)).body(body), headers);
        let answer = self.owner.send(ask).await?;
        Ok(Written { version: header(answer.headers(), "x-amz-version-id") })
    }

    /// Opens a multipart upload with these headers and gives its id.
    pub async fn start_multipart_as(&self, key: &str, headers: &[(String, String)]) -> Result<String, UpstreamError> {
        let ask = with(Ask::new(Method::POST, "s3", format!("{}?uploads", self.path(key, None))), headers);
        self.opened(ask).await
    }

    /// Puts a delete marker on top of a key and gives its version; nobody is told of it either.
    pub async fn mark_deleted(&self, key: &str) -> Result<Written, UpstreamError> {
        let answer = self.owner.send(Ask::new(Method::DELETE, "s3", self.path(key, None))).await?;
        Ok(Written { version: header(answer.headers(), "x-amz-version-id") })
    }

    async fn sub_resource(&self, method: Method, which: &str, body: Bytes) -> Result<Bytes, UpstreamError> {
        self.owner.read(Ask::new(method, "s3", format!("/{}?{which}", self.name())).body(body)).await
    }
}

/// What travels with an object besides its bytes and its tags, as headers of a write.
#[must_use]
pub fn travelling(headers: &HeaderMap) -> Vec<(String, String)> {
    const NAMED: [&str; 6] =
        ["content-type", "content-encoding", "content-disposition", "content-language", "cache-control", "expires"];
    let travels = |name: &str| name.starts_with("x-amz-meta-") || NAMED.contains(&name);
    let pairs = headers.iter().filter(|(name, value)| travels(name.as_str()) && !value.is_empty());
    pairs.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())).collect()
}

fn with(ask: Ask, headers: &[(String, String)]) -> Ask {
    headers.iter().fold(ask, |ask, (name, value)| ask.header(name, value))
}

fn parse_page(xml: &str) -> (Vec<Version>, Option<(String, String)>) {
    let Ok(document) = roxmltree::Document::parse(xml) else { return (Vec::new(), None) };
    let root = document.root_element();
    let versions = root.children().filter_map(|node| version(&node)).collect();
    let is_truncated = child(&root, "IsTruncated").is_some_and(|text| text == "true");
    let next = child(&root, "NextKeyMarker").zip(child(&root, "NextVersionIdMarker"));
    (versions, next.filter(|_| is_truncated))
}

fn version(node: &roxmltree::Node<'_, '_>) -> Option<Version> {
    let kind = node.tag_name().name();
    if kind != "Version" && kind != "DeleteMarker" {
        return None;
    }
    Some(Version {
        key: child(node, "Key")?,
        id: child(node, "VersionId")?,
        is_latest: child(node, "IsLatest").is_some_and(|text| text == "true"),
        is_delete_marker: kind == "DeleteMarker",
        size: child(node, "Size").and_then(|size| size.parse().ok()).unwrap_or_default(),
        last_modified: child(node, "LastModified")?.parse().ok()?,
        class: child(node, "StorageClass").unwrap_or_else(|| "STANDARD".to_owned()),
    })
}

fn child(node: &roxmltree::Node<'_, '_>, tag: &str) -> Option<String> {
    let child = node.children().find(|child| child.tag_name().name() == tag)?;
    Some(child.text().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_versions_tells_markers_apart_and_where_to_go_on() {
        let xml = "<R xmlns='x'><IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker><NextVersionIdMarker>v1</NextVersionIdMarker>\
            <DeleteMarker><Key>a</Key><VersionId>v2</VersionId><IsLatest>true</IsLatest><LastModified>2026-11-22T12:00:00.000Z</LastModified></DeleteMarker>\
            <Version><Key>a</Key><VersionId>v1</VersionId><IsLatest>false</IsLatest><LastModified>2026-11-22T11:00:00.000Z</LastModified>\
            <Size>3</Size><StorageClass>GLACIER</StorageClass></Version></R>";
        let (versions, next) = parse_page(xml);
        let told: Vec<_> =
            versions.iter().map(|v| (v.id.as_str(), v.is_delete_marker, v.size, v.class.as_str())).collect();
        assert_eq!(told, [("v2", true, 0, "STANDARD"), ("v1", false, 3, "GLACIER")]);
        assert_eq!(next, Some(("a".to_owned(), "v1".to_owned())));
    }
}
