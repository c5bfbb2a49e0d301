//! One version by every rule that takes it: decided, then copied with everything that travels with it.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::config::{self, Tags};
use super::lane::Destination;
use super::{Config, Copied, Failure, Lane, Rule};
use crate::upstream::UpstreamError;
use crate::upstream::s3::{Bucket, Written};
use crate::upstream::versions::{Version, travelling};

/// One part of a multipart upload; what is shorter goes in one request.
const PART: usize = 8 * 1024 * 1024;
/// Storage classes that have to be restored before anybody reads them.
const ARCHIVED: [&str; 2] = ["GLACIER", "DEEP_ARCHIVE"];
/// What the source's owner has to let the role do to each version.
const SOURCE_ACTIONS: [(&str, &str); 3] = [
    ("s3:GetObjectVersionForReplication", "SrcGetObjectNotPermitted"),
    ("s3:GetObjectVersionAcl", "SrcGetAclNotPermitted"),
    ("s3:GetObjectVersionTagging", "SrcGetTaggingNotPermitted"),
];

/// Whether a rule takes this version. Archived versions are taken by none.
pub(crate) async fn is_taken(config: &Config, bucket: &Bucket, version: &Version) -> Result<bool, UpstreamError> {
    if ARCHIVED.contains(&version.class.as_str()) {
        return Ok(false);
    }
    let tags = if config.asks_for_tags() { tags_of(bucket, version).await? } else { Tags::new() };
    Ok(!rules(config, version, &tags).is_empty())
}

fn rules<'a>(config: &'a Config, version: &Version, tags: &Tags) -> Vec<&'a Rule> {
    let mut rules = config.taking(&version.key, tags);
    rules.retain(|rule| !version.is_delete_marker || rule.takes_delete_markers);
    rules
}

async fn tags_of(bucket: &Bucket, version: &Version) -> Result<Tags, UpstreamError> {
    if version.is_delete_marker {
        return Ok(Tags::new());
    }
    match bucket.tags(&version.key, Some(&version.id)).await {
        Ok(xml) => Ok(config::tags(&String::from_utf8_lossy(&xml))),
        // The emulator tells no tags of what lies below a delete marker; a version that is really gone shows when it is read.
        Err(error) if error.is_missing() => Ok(Tags::new()),
        Err(error) => Err(error),
    }
}

impl Lane {
    /// Replicates a version by every rule that takes it and notes how that went. One rule that can't be followed fails the version.
    pub(crate) async fn replicate(&self, version: &Version) -> Result<(), Failure> {
        let outcome = self.by_every_rule(version).await;
        let copied = if outcome.is_ok() { Copied::Completed } else { Copied::Failed };
        self.replication.ledger.note(self.source.bucket().name(), &version.key, &version.id, copied);
        outcome
    }

    async fn by_every_rule(&self, version: &Version) -> Result<(), Failure> {
        if ARCHIVED.contains(&version.class.as_str()) {
            return Err(Failure::not_eligible(&version.key));
        }
        let read = self.readable(version).await;
        let tags = read.inspect_err(|_| {
            self.replication.count_failed(&self.config, self.source.bucket().name(), version);
        })?;
        let rules = rules(&self.config, version, &tags);
        if rules.is_empty() {
            return Err(Failure::not_eligible(&version.key));
        }
        let mut outcome = Ok(());
        for rule in rules {
            let followed = self.by_rule(version, rule).await;
            self.replication.count(self.source.bucket().name(), rule, followed.is_err());
            outcome = outcome.and(followed);
        }
        outcome
    }

    /// Whether the role may read the version; the tags by which rules choose, where they do.
    async fn readable(&self, version: &Version) -> Result<Tags, Failure> {
        if !version.is_delete_marker {
            for (action, code) in SOURCE_ACTIONS {
                let allowed = self.source.object_action(action, &version.key).await;
                allowed.map_err(|denied| Failure::source(code, &denied))?;
            }
        }
        if self.config.asks_for_tags() { self.tags(version).await } else { Ok(Tags::new()) }
    }

    async fn tags(&self, version: &Version) -> Result<Tags, Failure> {
        tags_of(self.source.bucket(), version).await.map_err(|error| source_failed(&error, version))
    }

    async fn by_rule(&self, version: &Version, rule: &Rule) -> Result<(), Failure> {
        let destination = self.destination(rule).await?;
        if version.is_delete_marker {
            return self.mark(version, rule, &destination).await;
        }
        if self.has_replica(version, rule, &destination).await? {
            return Ok(());
        }
        let source = self.source.bucket();
        let read = source.get(&version.key, Some(&version.id)).await.map_err(|error| source_failed(&error, version))?;
        let is_tagged = read.headers().contains_key("x-amz-tagging-count");
        let tags = if is_tagged { self.tags(version).await? } else { Tags::new() };
        permitted(&destination, version, rule, &tags).await?;
        let mut headers = travelling(read.headers());
        let class = rule.class.clone().unwrap_or_else(|| version.class.clone());
        headers.push(("x-amz-storage-class".to_owned(), class));
        if !tags.is_empty() {
            headers.push(("x-amz-tagging".to_owned(), query(&tags)));
        }
        let written = write(destination.access.bucket(), &version.key, read.into_body(), &headers).await?;
        self.note(version, rule, &destination, written);
        Ok(())
    }

    async fn mark(&self, version: &Version, rule: &Rule, destination: &Destination) -> Result<(), Failure> {
        let allowed = destination.access.object_action("s3:ReplicateDelete", &version.key).await;
        allowed.map_err(|denied| Failure::destination("DstDelObjNotPermitted", &denied))?;
        if self.has_replica(version, rule, destination).await? {
            return Ok(());
        }
        let marked = destination.access.bucket().mark_deleted(&version.key).await;
        let written = marked.map_err(|error| Failure::destination("DstDelObjNotPermitted", &error.into()))?;
        self.note(version, rule, destination, written);
        Ok(())
    }

    /// Whether the version is at the destination already. A replica that was deleted there by its version is not made again.
    async fn has_replica(&self, version: &Version, rule: &Rule, destination: &Destination) -> Result<bool, Failure> {
        let entry = self.replication.ledger.entry(self.source.bucket().name(), &version.key, &version.id);
        let Some(replica) = entry.and_then(|entry| entry.replicas.get(&rule.destination).cloned()) else {
            return Ok(false);
        };
        if version.is_delete_marker {
            return Ok(true);
        }
        match destination.access.bucket().head(&version.key, Some(&replica)).await {
            Ok(Some(_)) => Ok(true),
            Ok(None) => {
                let message =
                    format!("the replica of {} was deleted from {} by its version id", version.key, rule.destination);
                Err(Failure::new("DstObjectHardDeleted", 404, message))
            }
            Err(error) => Err(Failure::destination("", &error.into())),
        }
    }

    fn note(&self, version: &Version, rule: &Rule, destination: &Destination, written: Written) {
        let from = (self.source.bucket().name(), version.key.as_str(), version.id.as_str());
        let replica = written.version.unwrap_or_else(|| "null".to_owned());
        let source_owner = self.source.bucket().owner();
        let stays = !destination.is_owner_enforced && !rule.gives_ownership;
        let owner = (stays && source_owner != destination.access.bucket().owner()).then(|| source_owner.to_owned());
        self.replication.ledger.replicated(from, (&rule.destination, &replica), owner);
    }
}

/// What the destination's owner has to let the role do.
async fn permitted(destination: &Destination, version: &Version, rule: &Rule, tags: &Tags) -> Result<(), Failure> {
    let takes_over = rule.gives_ownership && !destination.is_owner_enforced;
    let asked = [
        (true, "s3:ReplicateObject", "DstPutObjectNotPermitted"),
        (!tags.is_empty(), "s3:ReplicateTags", "DstPutTaggingNotPermitted"),
        (takes_over, "s3:ObjectOwnerOverrideToBucketOwner", "DstPutObjectNotPermitted"),
    ];
    for (_, action, code) in asked.into_iter().filter(|(is_asked, ..)| *is_asked) {
        let allowed = destination.access.object_action(action, &version.key).await;
        allowed.map_err(|denied| Failure::destination(code, &denied))?;
    }
    Ok(())
}

async fn write(
    bucket: &Bucket,
    key: &str,
    mut body: Incoming,
    headers: &[(String, String)],
) -> Result<Written, Failure> {
    let refused = |error: UpstreamError| Failure::destination("DstPutObjectNotPermitted", &error.into());
    let (first, is_whole) = part(&mut body).await?;
    if is_whole {
        return bucket.put_as(key, first, headers).await.map_err(refused);
    }
    let upload = bucket.start_multipart_as(key, headers).await.map_err(refused)?;
    let (mut next, mut is_last, mut etags) = (first, false, Vec::new());
    while !next.is_empty() {
        etags.push(bucket.put_part(key, &upload, etags.len() + 1, next).await.map_err(refused)?);
        if is_last {
            break;
        }
        (next, is_last) = part(&mut body).await?;
    }
    bucket.put_together(key, &upload, &etags).await.map_err(refused)
}

/// Up to one part's worth of a body, and whether that was the end of it.
async fn part(body: &mut Incoming) -> Result<(Bytes, bool), Failure> {
    let mut part = BytesMut::new();
    while part.len() < PART {
        let Some(frame) = body.frame().await else { return Ok((part.freeze(), true)) };
        let broken = |error: hyper::Error| Failure::new("InternalError", 500, format!("reading broke off: {error}"));
        if let Ok(bytes) = frame.map_err(broken)?.into_data() {
            part.extend_from_slice(&bytes);
        }
    }
    Ok((part.freeze(), false))
}

fn source_failed(error: &UpstreamError, version: &Version) -> Failure {
    if error.is_missing() {
        return Failure::new("SrcVersionNotFound", 404, format!("version {} of {} is gone", version.id, version.key));
    }
    Failure::new("InternalError", 500, error.to_string())
}

fn query(tags: &Tags) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    tags.iter().map(|(key, value)| format!("{}={}", encoded(key), encoded(value))).collect::<Vec<_>>().join("&")
}
