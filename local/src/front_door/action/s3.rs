//! S3's operations: by method, path and the query's sub-resource. Only path style, which is what the SDKs use with an IP address.

use hyper::{Method, http::request::Parts};
use percent_encoding::percent_decode_str;

use super::{Asked, Need};
use crate::{
    front_door::heading::{query_value, text},
    replication::Config,
};

/// Sub-resources of a bucket: query key, the operation's noun, the action for reading, the action for writing.
const BUCKET: &[(&str, &str, &str, &str)] = &[
    ("location", "BucketLocation", "GetBucketLocation", "CreateBucket"),
    ("versioning", "BucketVersioning", "GetBucketVersioning", "PutBucketVersioning"),
    ("policy", "BucketPolicy", "GetBucketPolicy", "PutBucketPolicy"),
    ("policyStatus", "BucketPolicyStatus", "GetBucketPolicyStatus", "PutBucketPolicy"),
    ("encryption", "BucketEncryption", "GetEncryptionConfiguration", "PutEncryptionConfiguration"),
    ("replication", "BucketReplication", "GetReplicationConfiguration", "PutReplicationConfiguration"),
    ("ownershipControls", "BucketOwnershipControls", "GetBucketOwnershipControls", "PutBucketOwnershipControls"),
    ("publicAccessBlock", "PublicAccessBlock", "GetBucketPublicAccessBlock", "PutBucketPublicAccessBlock"),
    ("tagging", "BucketTagging", "GetBucketTagging", "PutBucketTagging"),
    ("lifecycle", "BucketLifecycleConfiguration", "GetLifecycleConfiguration", "PutLifecycleConfiguration"),
    ("notification", "BucketNotificationConfiguration", "GetBucketNotification", "PutBucketNotification"),
    ("object-lock", "ObjectLockConfiguration", "GetBucketObjectLockConfiguration", "PutBucketObjectLockConfiguration"),
    ("acl", "BucketAcl", "GetBucketAcl", "PutBucketAcl"),
];

/// Understands an S3 request.
pub(super) fn understand(parts: &Parts) -> Asked {
    let path = parts.uri.path().trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    let bucket = format!("arn:aws:s3:::{}", decoded(bucket));
    match (path, key) {
        ("", _) => asked("ListBuckets", "ListAllMyBuckets", "*".to_owned()),
        (_, "") => bucket_call(parts, bucket),
        _ => object_call(parts, &format!("{bucket}/{}", decoded(key))),
    }
}

/// Whether a request sets a replication configuration.
pub(super) fn is_replication(parts: &Parts) -> bool {
    parts.method == Method::PUT && has(parts, "replication")
}

/// A replication configuration hands its role to S3, which is a permission of its own.
pub(super) fn handing_over(mut asked: Asked, body: &[u8]) -> Asked {
    if asked.operation == "PutBucketReplication"
        && let Some(config) = Config::parse(&String::from_utf8_lossy(body))
    {
        let pass = Need::new("iam:PassRole", config.role);
        asked.needs.push(pass.with("iam:PassedToService", vec!["s3.amazonaws.com".to_owned()]));
    }
    asked
}

fn bucket_call(parts: &Parts, bucket: String) -> Asked {
    if let Some((_, noun, read, write)) = BUCKET.iter().find(|(key, ..)| has(parts, key)) {
        let (verb, action) = match parts.method {
            Method::GET => ("Get", *read),
            Method::DELETE => ("Delete", *write),
            _ => ("Put", *write),
        };
        return asked(&format!("{verb}{noun}"), action, bucket);
    }
    match parts.method {
        Method::HEAD => asked("HeadBucket", "ListBucket", bucket),
        Method::PUT => asked("CreateBucket", "CreateBucket", bucket),
        Method::DELETE => asked("DeleteBucket", "DeleteBucket", bucket),
        Method::POST => asked("DeleteObjects", "DeleteObject", format!("{bucket}/*")),
        _ => listing(parts, bucket),
    }
}

fn listing(parts: &Parts, bucket: String) -> Asked {
    let (operation, action) = match () {
        () if has(parts, "uploads") => ("ListMultipartUploads", "ListBucketMultipartUploads"),
        () if has(parts, "versions") => ("ListObjectVersions", "ListBucketVersions"),
        () if has(parts, "list-type") => ("ListObjectsV2", "ListBucket"),
        () => ("ListObjects", "ListBucket"),
    };
    let prefix = query_value(&parts.uri, "prefix").unwrap_or_default();
    let need = Need::new(format!("s3:{action}"), bucket).with("s3:prefix", vec![prefix]);
    Asked { operation: operation.to_owned(), needs: vec![need] }
}

fn object_call(parts: &Parts, object: &str) -> Asked {
    let versioned = has(parts, "versionId");
    let version = if versioned { "Version" } else { "" };
    let object = object.to_owned();
    match parts.method {
        Method::GET | Method::HEAD => object_read(parts, object, version),
        Method::DELETE if has(parts, "uploadId") => asked("AbortMultipartUpload", "AbortMultipartUpload", object),
        Method::DELETE if has(parts, "tagging") => {
            asked("DeleteObjectTagging", &format!("DeleteObject{version}Tagging"), object)
        }
        Method::DELETE => asked("DeleteObject", &format!("DeleteObject{version}"), object),
        Method::PUT if has(parts, "tagging") => {
            asked("PutObjectTagging", &format!("PutObject{version}Tagging"), object)
        }
        Method::PUT if has(parts, "acl") => asked("PutObjectAcl", &format!("PutObject{version}Acl"), object),
        Method::PUT if has(parts, "partNumber") => copying(parts, asked("UploadPart", "PutObject", object)),
        Method::PUT => copying(parts, tagging(parts, asked("PutObject", "PutObject", object))),
        Method::POST if has(parts, "uploads") => tagging(parts, asked("CreateMultipartUpload", "PutObject", object)),
        Method::POST if has(parts, "uploadId") => asked("CompleteMultipartUpload", "PutObject", object),
        Method::POST if has(parts, "restore") => asked("RestoreObject", "RestoreObject", object),
        _ => asked("PostObject", "PutObject", object),
    }
}

fn object_read(parts: &Parts, object: String, version: &str) -> Asked {
    let read = format!("GetObject{version}");
    match () {
        () if has(parts, "uploadId") => asked("ListParts", "ListMultipartUploadParts", object),
        () if has(parts, "tagging") => asked("GetObjectTagging", &format!("{read}Tagging"), object),
        () if has(parts, "acl") => asked("GetObjectAcl", &format!("{read}Acl"), object),
        () if has(parts, "attributes") => {
            let mut asked = asked("GetObjectAttributes", &read, object.clone());
            asked.needs.push(Need::new(format!("s3:{read}Attributes"), object));
            asked
        }
        () if parts.method == Method::HEAD => asked("HeadObject", &read, object),
        () => asked("GetObject", &read, object),
    }
}

/// Tags that come with the object are a permission of their own.
fn tagging(parts: &Parts, mut asked: Asked) -> Asked {
    if parts.headers.contains_key("x-amz-tagging")
        && let Some(object) = asked.needs.first().map(|need| need.resource.clone())
    {
        asked.needs.push(Need::new("s3:PutObjectTagging", object));
    }
    asked
}

/// A copy also reads its source.
fn copying(parts: &Parts, mut asked: Asked) -> Asked {
    if let Some(source) = text(&parts.headers, "x-amz-copy-source") {
        let (source, version) =
            source.split_once("?versionId=").map_or((source, ""), |(source, _)| (source, "Version"));
        let source = format!("arn:aws:s3:::{}", decoded(source.trim_start_matches('/')));
        asked.operation =
            if asked.operation == "UploadPart" { "UploadPartCopy".to_owned() } else { "CopyObject".to_owned() };
        asked.needs.push(Need::new(format!("s3:GetObject{version}"), source));
    }
    asked
}

fn has(parts: &Parts, key: &str) -> bool {
    query_value(&parts.uri, key).is_some()
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn asked(operation: &str, action: &str, resource: String) -> Asked {
    Asked { operation: operation.to_owned(), needs: vec![Need::new(format!("s3:{action}"), resource)] }
}
