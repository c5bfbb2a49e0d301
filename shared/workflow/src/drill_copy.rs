//! A person rehearses a copy between buckets: objects are drawn, read at both ends, and a verdict is said and posted.
//!
//! Nothing is written at either end, so there is nothing to tidy up.
#![expect(async_fn_in_trait, reason = "every caller runs on one thread, so no future has to be Send")]

use jiff::Timestamp;
use nightferry_domain::copy_drill::{Asked, Begun, CopyVerdict, Digest, Folder, Looked, Object, Read, draw, verdict};

use crate::error::{PortError, WorkflowError};
use crate::ports::{Clock, Notices, Records, RunTable, Saved, Versioned, World};

/// Objects of buckets, as one of the two ends is allowed to read them.
pub trait Objects {
    /// The folder's objects, and whether that is all of them.
    async fn listed(&self, folder: &Folder) -> Result<(Vec<Object>, bool), PortError>;
    /// The digest of an object's bytes; nothing if there is none of that key.
    async fn digest(&self, bucket: &str, key: &str) -> Result<Option<Digest>, PortError>;
}

/// How much is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Most objects that are read.
    pub objects: u16,
    /// What was written before was promised to be copied.
    pub promised_until: Timestamp,
}

/// Looks at both ends, and says what that proved, whatever happens. `source` and `copy` are the same world to different eyes.
pub async fn drill_copy<W: World>(
    world: &W,
    source: &impl Objects,
    copy: &impl Objects,
    asked: Asked,
    extent: Extent,
) -> CopyVerdict {
    let looked = look(source, copy, &asked, extent).await.unwrap_or_else(|error| Looked::Broke(error.to_string()));
    let said = verdict(asked, looked, world.clock().now());
    tracing::info!(drill.came_out = ?said.came_out, "{}", said.why);
    said
}

/// Writes down that a verdict is owed, before the first object is read.
///
/// # Errors
/// When the run table does not answer.
pub async fn begin<W: World>(world: &W, asked: Asked) -> Result<Versioned<Begun>, WorkflowError> {
    let record = Begun::new(asked);
    match world.table().save_drill(&Versioned { record: record.clone(), version: 0 }).await? {
        Saved::At(version) => Ok(Versioned { record, version }),
        Saved::Conflict => Err(WorkflowError::Conflict { record: format!("drill `{}`", record.asked.drill) }),
    }
}

/// Keeps the verdict, sends it, and writes down that it was sent.
///
/// # Errors
/// When the records bucket, the topic or the run table does not answer. Posting again sends it again; what was not sent the sweep
/// sends after a day.
pub async fn post<W: World>(world: &W, said: &CopyVerdict, begun: Versioned<Begun>) -> Result<(), WorkflowError> {
    let body = serde_json::to_vec(said).map_err(|error| WorkflowError::Invalid { what: error.to_string() })?;
    let kept = world.records().put(&said.asked.key(), "application/json", body).await;
    // A verdict that could not be kept is sent all the same.
    world.notices().publish(&said.subject(), &said.message()).await?;
    let told = Versioned { record: begun.record.told(world.clock().now()), version: begun.version };
    // Of a conflict comes that somebody else has sent one: the sweep, where this took longer than a day.
    let _ = world.table().save_drill(&told).await?;
    Ok(kept?)
}

async fn look(source: &impl Objects, copy: &impl Objects, asked: &Asked, extent: Extent) -> Result<Looked, PortError> {
    let (listed, is_all) = source.listed(&asked.ends.source).await?;
    let drawn = draw(&asked.drill, &asked.ends, &listed, extent.objects, extent.promised_until);
    let mut left_out = drawn.left_out;
    if !is_all {
        left_out.push(format!("only the first {} objects were drawn from", listed.len()));
    }
    let mut objects = vec![];
    for object in drawn.objects {
        let key = asked.ends.key_of_copy(&object.key);
        // What was deleted since it was listed need not be in the copy any more.
        let Some(wanted) = source.digest(&asked.ends.source.bucket, &object.key).await? else {
            left_out.push(format!("`{key}` was deleted at the source meanwhile"));
            continue;
        };
        let found = match copy.digest(&asked.ends.copy.bucket, &key).await {
            Ok(Some(digest)) => Read::Whole(digest),
            Ok(None) => Read::Missing,
            Err(error @ (PortError::Retryable { .. } | PortError::Ambiguous { .. })) => {
                Read::Unanswered(error.to_string())
            }
            Err(error @ (PortError::Rejected { .. } | PortError::Missing { .. })) => Read::Refused(error.to_string()),
        };
        objects.push((key, wanted, found));
    }
    Ok(Looked::At { objects, left_out })
}
