//! Buckets and objects of the emulator's S3.

use std::collections::BTreeMap;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::{HeaderMap, Method, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use super::{Ask, Upstream, UpstreamError};

const KEY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');
pub(super) const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A bucket, called as the account that owns it.
#[derive(Debug, Clone)]
pub struct Bucket {
    pub(super) owner: Upstream,
    name: String,
}

/// An object as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The key, decoded.
    pub key: String,
    /// Bytes.
    pub size: u64,
}

/// An object as HEAD shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// Bytes.
    pub size: u64,
    /// The entity tag without quotes.
    pub etag: String,
    /// The HTTP date of the last change, as it was sent.
    pub last_modified: String,
    /// The version's id, in a versioned bucket.
    pub version: Option<String>,
    /// What travels with the object.
    pub attributes: Attributes,
}

/// What travels with an object besides its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attributes {
    /// The content type.
    pub content_type: Option<String>,
    /// The storage class; absent means STANDARD.
    pub storage_class: Option<String>,
    /// User metadata, names without `x-amz-meta-`.
    pub metadata: BTreeMap<String, String>,
}

/// What a write left behind.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// The version's id, in a versioned bucket.
    pub version: Option<String>,
}

/// Makes a bucket in the upstream's region; one that is there stays as it is.
pub async fn create_bucket(aws: &Upstream, bucket: &str) -> Result<(), UpstreamError> {
    // The oldest region is the one that must not be named.
    let body = match aws.region() {
        "us-east-1" => String::new(),
        region => format!(
            "<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
        ),
    };
    match aws.read(Ask::new(Method::PUT, "s3", format!("/{bucket}")).body(body)).await {
        Ok(_) => Ok(()),
        Err(UpstreamError::Refused { code, .. }) if code.contains("BucketAlready") => Ok(()),
        Err(error) => Err(error),
    }
}

impl Bucket {
    /// Finds a bucket by name among the accounts the emulator was called from. `None` when none of them has it.
    ///
    /// Only an account's own list of buckets tells whose a bucket is: a HEAD also succeeds for whoever the bucket's policy admits.
    pub async fn find(upstream: &Upstream, name: &str) -> Result<Option<Self>, UpstreamError> {
        let own = upstream.account().to_owned();
        let others = upstream.accounts().into_iter().filter(|account| *account != own);
        for account in std::iter::once(own.clone()).chain(others) {
            let owner = upstream.seen_from(&account, upstream.region());
            let path = format!("/?prefix={}", utf8_percent_encode(name, QUERY));
            let listed = owner.read(Ask::new(Method::GET, "s3", path)).await?;
            if let Some(region) = region_of(&String::from_utf8_lossy(&listed), name) {
                let region = region.unwrap_or_else(|| upstream.region().to_owned());
                return Ok(Some(Self { owner: owner.seen_from(&account, &region), name: name.to_owned() }));
            }
        }
        Ok(None)
    }

    /// The bucket's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The account that owns it.
    #[must_use]
    pub fn owner(&self) -> &str {
        self.owner.account()
    }

    /// The bucket policy, if there is one.
    pub async fn policy(&self) -> Result<Option<Value>, UpstreamError> {
        match self.owner.read(Ask::new(Method::GET, "s3", format!("/{}?policy", self.name))).await {
            Ok(body) => Ok(serde_json::from_slice(&body).ok()),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Every object below `prefix`, page by page.
    pub async fn list(&self, prefix: &str) -> Result<Vec<Listed>, UpstreamError> {
        let mut objects = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let prefix = utf8_percent_encode(prefix, QUERY);
            let after =
                token.as_ref().map(|token| format!("&continuation-token={}", utf8_percent_encode(token, QUERY)));
            let path = format!(
                "/{}?list-type=2&encoding-type=url&max-keys=1000&prefix={prefix}{}",
                self.name,
                after.unwrap_or_default()
            );
            let body = self.owner.read(Ask::new(Method::GET, "s3", path)).await?;
            let (page, next) = parse_page(&String::from_utf8_lossy(&body));
            objects.extend(page);
            match next {
                Some(next) => token = Some(next),
                None => return Ok(objects),
            }
        }
    }

    /// An object's size and metadata, or `None` when there is no such key.
    pub async fn head(&self, key: &str, version: Option<&str>) -> Result<Option<Head>, UpstreamError> {
        match self.owner.send(Ask::new(Method::HEAD, "s3", self.path(key, version))).await {
            Ok(answer) => Ok(Some(read_head(answer.headers()))),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// An object's bytes, still streaming.
    pub async fn get(&self, key: &str, version: Option<&str>) -> Result<Response<Incoming>, UpstreamError> {
        self.owner.send(Ask::new(Method::GET, "s3", self.path(key, version))).await
    }

    /// Writes an object in one request.
    pub async fn put(&self, key: &str, body: Bytes, attributes: &Attributes) -> Result<Written, UpstreamError> {
        let ask = with_attributes(Ask::new(Method::PUT, "s3", self.path(key, None)), attributes).body(body);
        let answer = self.owner.send(ask).await?;
        Ok(Written { version: header(answer.headers(), "x-amz-version-id") })
    }

    /// Opens a multipart upload and gives its id.
    pub async fn start_multipart(&self, key: &str, attributes: &Attributes) -> Result<String, UpstreamError> {
        let ask =
            with_attributes(Ask::new(Method::POST, "s3", format!("{}?uploads", self.path(key, None))), attributes);
        self.opened(ask).await
    }

    /// The id of the upload that `ask` opens.
    pub(super) async fn opened(&self, ask: Ask) -> Result<String, UpstreamError> {
        let request = ask.name();
        let body = self.owner.read(ask).await?;
        first_text(&String::from_utf8_lossy(&body), "UploadId")
            .ok_or_else(|| UpstreamError::Unreadable { request, reason: "no UploadId".to_owned() })
    }

    /// Sends one part (numbered from 1) and gives its entity tag as sent.
    pub async fn put_part(&self, key: &str, upload: &str, number: usize, body: Bytes) -> Result<String, UpstreamError> {
        let path =
            format!("{}?partNumber={number}&uploadId={}", self.path(key, None), utf8_percent_encode(upload, QUERY));
        let answer = self.owner.send(Ask::new(Method::PUT, "s3", path).body(body)).await?;
        Ok(header(answer.headers(), "etag").unwrap_or_default())
    }

    /// Makes the object of the parts, given by their entity tags in order.
    pub async fn complete_multipart(
        &self,
        key: &str,
        upload: &str,
        etags: &[String],
    ) -> Result<Written, UpstreamError> {
        let part = |(index, etag)| format!("<Part><PartNumber>{}</PartNumber><ETag>{etag}</ETag></Part>", index + 1);
        let parts = etags.iter().enumerate().map(part).collect::<Vec<_>>().concat();
        let path = format!("{}?uploadId={}", self.path(key, None), utf8_percent_encode(upload, QUERY));
        let body = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        let answer = self.owner.send(Ask::new(Method::POST, "s3", path).body(body)).await?;
        Ok(Written { version: header(answer.headers(), "x-amz-version-id") })
    }

    /// Drops the parts of an upload that will not be completed.
    pub async fn abort_multipart(&self, key: &str, upload: &str) -> Result<(), UpstreamError> {
        let path = format!("{}?uploadId={}", self.path(key, None), utf8_percent_encode(upload, QUERY));
        let _ = self.owner.read(Ask::new(Method::DELETE, "s3", path)).await?;
        Ok(())
    }

    /// Deletes an object; a missing one is no error.
    pub async fn delete(&self, key: &str) -> Result<(), UpstreamError> {
        let _ = self.owner.read(Ask::new(Method::DELETE, "s3", self.path(key, None))).await?;
        Ok(())
    }

    /// The object's tag set as the XML document S3 sends, ready to be put elsewhere.
    pub async fn tags(&self, key: &str, version: Option<&str>) -> Result<Bytes, UpstreamError> {
        let path = self.path(key, version);
        let mark = if version.is_some() { '&' } else { '?' };
        self.owner.read(Ask::new(Method::GET, "s3", format!("{path}{mark}tagging"))).await
    }

    /// Sets the object's tag set.
    pub async fn put_tags(&self, key: &str, tags: Bytes) -> Result<(), UpstreamError> {
        let _ = self
            .owner
            .read(Ask::new(Method::PUT, "s3", format!("{}?tagging", self.path(key, None))).body(tags))
            .await?;
        Ok(())
    }

    pub(super) fn path(&self, key: &str, version: Option<&str>) -> String {
        let path = format!("/{}/{}", self.name, utf8_percent_encode(key, KEY));
        match version {
            Some(version) => format!("{path}?versionId={}", utf8_percent_encode(version, QUERY)),
            None => path,
        }
    }
}

fn with_attributes(ask: Ask, attributes: &Attributes) -> Ask {
    let mut ask = ask;
    if let Some(content_type) = &attributes.content_type {
        ask = ask.header("content-type", content_type);
    }
    if let Some(class) = attributes.storage_class.as_ref().filter(|class| *class != "STANDARD") {
        ask = ask.header("x-amz-storage-class", class);
    }
    for (name, value) in &attributes.metadata {
        ask = ask.header(format!("x-amz-meta-{name}"), value);
    }
    ask
}

fn read_head(headers: &HeaderMap) -> Head {
    let metadata = headers
        .iter()
        .filter_map(|(name, value)| {
            let name = name.as_str().strip_prefix("x-amz-meta-")?;
            Some((name.to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        })
        .collect();
    Head {
        size: header(headers, "content-length").and_then(|size| size.parse().ok()).unwrap_or_default(),
        etag: header(headers, "etag").unwrap_or_default().trim_matches('"').to_owned(),
        last_modified: header(headers, "last-modified").unwrap_or_default(),
        version: header(headers, "x-amz-version-id"),
        attributes: Attributes {
            content_type: header(headers, "content-type"),
            storage_class: header(headers, "x-amz-storage-class"),
            metadata,
        },
    }
}

pub(super) fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn first_text(xml: &str, tag: &str) -> Option<String> {
    let document = roxmltree::Document::parse(xml).ok()?;
    let node = document.descendants().find(|node| node.tag_name().name() == tag)?;
    node.text().map(str::to_owned)
}

/// Whether a list of buckets has this one, and in which region where it says so.
fn region_of(xml: &str, name: &str) -> Option<Option<String>> {
    let document = roxmltree::Document::parse(xml).ok()?;
    let text = |node: roxmltree::Node<'_, '_>, tag: &str| {
        let child = node.children().find(|child| child.tag_name().name() == tag);
        child.and_then(|child| child.text()).map(str::to_owned)
    };
    let mut buckets = document.descendants().filter(|node| node.tag_name().name() == "Bucket");
    let found = buckets.find(|bucket| text(*bucket, "Name").as_deref() == Some(name))?;
    Some(text(found, "BucketRegion"))
}

fn parse_page(xml: &str) -> (Vec<Listed>, Option<String>) {
    let Ok(document) = roxmltree::Document::parse(xml) else { return (Vec::new(), None) };
    let child = |node: &roxmltree::Node<'_, '_>, tag: &str| {
        node.children().find(|child| child.tag_name().name() == tag).and_then(|child| child.text().map(str::to_owned))
    };
    let objects = document
        .descendants()
        .filter(|node| node.tag_name().name() == "Contents")
        .filter_map(|node| {
            let key = child(&node, "Key")?;
            let key = percent_decode_str(&key.replace('+', " ")).decode_utf8_lossy().into_owned();
            Some(Listed { key, size: child(&node, "Size")?.parse().ok()? })
        })
        .collect();
    let truncated = child(&document.root_element(), "IsTruncated").is_some_and(|text| text == "true");
    let next = child(&document.root_element(), "NextContinuationToken").filter(|_| truncated);
    (objects, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_its_accounts_only_under_its_whole_name() {
        let xml = "<R><Buckets><Bucket><Name>plans-old</Name></Bucket>\
            <Bucket><Name>plans</Name><BucketRegion>eu-west-1</BucketRegion></Bucket></Buckets></R>";
        assert_eq!(region_of(xml, "plans"), Some(Some("eu-west-1".to_owned())));
        assert_eq!((region_of(xml, "plans-old"), region_of(xml, "plan")), (Some(None), None));
    }

    #[test]
    fn a_page_gives_decoded_keys_and_its_continuation() {
        let xml = "<ListBucketResult xmlns='x'><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>\
            <Contents><Key>a%20b/%C3%A9%2B</Key><Size>3</Size></Contents></ListBucketResult>";
        let (objects, next) = parse_page(xml);
        assert_eq!(objects, [Listed { key: "a b/é+".to_owned(), size: 3 }]);
        assert_eq!(next.as_deref(), Some("t"));
    }
}
