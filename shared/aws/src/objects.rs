//! Objects of buckets, read to be compared.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::types::ObjectStorageClass;
use aws_types::SdkConfig;
use jiff::Timestamp;
use nightferry_domain::copy_drill::{Digest, Folder, Object};
use nightferry_workflow::drill_copy::Objects;
use nightferry_workflow::error::PortError;
use sha2::{Digest as _, Sha256};

use crate::connect;
use crate::sdk_error::Call;

/// Pages of a folder that are listed, of a thousand objects each.
pub const LIST_PAGES_MAX: usize = 100;

const LIST: Call = Call::read("S3", "ListObjectsV2");
const GET: Call = Call::read("S3", "GetObject");

/// [`Objects`] over S3, with the credentials of one end.
#[derive(Debug, Clone)]
pub struct S3Objects {
    client: Client,
}

impl S3Objects {
    /// With these settings.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self { client: connect::s3(config) }
    }
}

impl Objects for S3Objects {
    async fn listed(&self, folder: &Folder) -> Result<(Vec<Object>, bool), PortError> {
        let asked = self.client.list_objects_v2().bucket(&folder.bucket).prefix(&folder.prefix);
        let mut pages = asked.into_paginator().send();
        let mut listed = vec![];
        for _ in 0..LIST_PAGES_MAX {
            let Some(page) = pages.next().await else { return Ok((listed, true)) };
            let page = page.map_err(|error| LIST.refused(&error))?;
            listed.extend(page.contents().iter().filter_map(object));
            if page.is_truncated() != Some(true) {
                return Ok((listed, true));
            }
        }
        Ok((listed, false))
    }

    async fn digest(&self, bucket: &str, key: &str) -> Result<Option<Digest>, PortError> {
        let mut object = match self.client.get_object().bucket(bucket).key(key).send().await {
            Ok(object) => object,
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => return Ok(None),
            Err(error) => return Err(GET.refused(&error)),
        };
        let (mut bytes, mut sha256) = (0_u64, Sha256::new());
        // The SDK ends a body that stalls; nothing is kept of what was read.
        while let Some(chunk) = object.body.next().await {
            let chunk = chunk.map_err(|error| GET.retryable(&error.to_string()))?;
            bytes = bytes.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
            sha256.update(&chunk);
        }
        Ok(Some(Digest { bytes, sha256: hex(&sha256.finalize()) }))
    }
}

fn object(listed: &aws_sdk_s3::types::Object) -> Option<Object> {
    let archives = [ObjectStorageClass::Glacier, ObjectStorageClass::DeepArchive];
    let written_at = listed.last_modified().and_then(|at| Timestamp::from_second(at.secs()).ok())?;
    Some(Object {
        key: listed.key()?.to_owned(),
        bytes: listed.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
        written_at,
        is_archived: listed.storage_class().is_some_and(|class| archives.contains(class)),
    })
}

fn hex(digest: &[u8]) -> String {
    use std::fmt::Write as _;
    digest.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
