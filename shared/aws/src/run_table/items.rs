//! The shape of the items: their keys, their attributes, and how a record is read from one.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use nightferry_domain::ids::{ExecutionArn, RunId};
use nightferry_domain::plan::JobName;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::Versioned;
use serde::de::DeserializeOwned;

use crate::sdk_error::Call;

/// An item as the SDK gives it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// Partition key.
pub(super) const PK: &str = "pk";
/// Sort key.
pub(super) const SK: &str = "sk";
/// The record as JSON.
pub(super) const DOCUMENT: &str = "document";
/// Counts the saves.
pub(super) const VERSION: &str = "version";
/// Step Functions' task token, while somebody waits with it.
pub(super) const TOKEN: &str = "token";
/// The number of the attempt that the token waits for.
pub(super) const TOKEN_ATTEMPT: &str = "token_attempt";
/// There only while the record is open: partition key of the sparse index.
pub(super) const OPEN: &str = "open";
/// There only while the record is open: sort key of the sparse index.
pub(super) const OPEN_SINCE: &str = "open_since";
/// Seconds since 1970 after which DynamoDB deletes the item.
pub(super) const EXPIRES_AT: &str = "expires_at";
/// The attempt that a pointer points to.
pub(super) const ATTEMPT: &str = "attempt";
/// The sparse index.
pub(super) const OPEN_INDEX: &str = "open-index";
/// Sort key of a run's own item.
pub(super) const RUN: &str = "run";
/// Sort key of a pointer.
pub(super) const EXECUTION: &str = "execution";
/// Sort key of a drill of a copy between buckets.
pub(super) const DRILL: &str = "drill";
/// Sort key of the restore that a job's nights wait for.
pub(super) const RESTORE: &str = "restore";
/// Sort key of what was told of an agent.
pub(super) const AGENT: &str = "agent";

const RUN_PREFIX: &str = "run#";
/// Begins the sort key of a job.
pub(super) const JOB_PREFIX: &str = "job#";

/// Where a record lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) pk: String,
    pub(super) sk: String,
}

impl Key {
    pub(super) fn of_run(run: &RunId) -> Self {
        Self { pk: format!("{RUN_PREFIX}{run}"), sk: RUN.to_owned() }
    }

    pub(super) fn of_job(run: &RunId, job: &JobName) -> Self {
        Self { pk: format!("{RUN_PREFIX}{run}"), sk: format!("{JOB_PREFIX}{job}") }
    }

    pub(super) fn of_execution(execution: &ExecutionArn) -> Self {
        Self { pk: format!("execution#{execution}"), sk: EXECUTION.to_owned() }
    }

    pub(super) fn of_agent(agent: &str) -> Self {
        Self { pk: format!("agent#{agent}"), sk: AGENT.to_owned() }
    }

    pub(super) fn of_drill(drill: &RunId) -> Self {
        Self { pk: format!("{RUN_PREFIX}{drill}"), sk: DRILL.to_owned() }
    }

    pub(super) fn of_hold(held: &JobName) -> Self {
        Self { pk: format!("restore#{held}"), sk: RESTORE.to_owned() }
    }

    pub(super) fn into_item(self) -> Item {
        HashMap::from([(PK.to_owned(), AttributeValue::S(self.pk)), (SK.to_owned(), AttributeValue::S(self.sk))])
    }
}

/// The run that a partition key names.
pub(super) fn run_in(pk: &str) -> Option<RunId> {
    pk.strip_prefix(RUN_PREFIX)?.parse().ok()
}

/// The job that a sort key names.
pub(super) fn job_in(sk: &str) -> Option<JobName> {
    sk.strip_prefix(JOB_PREFIX)?.parse().ok()
}

/// A text attribute.
pub(super) fn text<'a>(item: &'a Item, attribute: &str) -> Option<&'a str> {
    item.get(attribute)?.as_s().ok().map(String::as_str)
}

/// A number attribute.
pub(super) fn number<T: std::str::FromStr>(item: &Item, attribute: &str) -> Option<T> {
    item.get(attribute)?.as_n().ok()?.parse().ok()
}

/// The record in an item, or why there is none: a damaged item must be named, never taken for a missing one.
pub(super) fn record<T: DeserializeOwned>(call: Call, item: &Item) -> Result<Versioned<T>, PortError> {
    let damaged = |why: String| {
        let key = format!("{}/{}", text(item, PK).unwrap_or("?"), text(item, SK).unwrap_or("?"));
        call.rejected("DamagedItem", &format!("the item {key} can't be read: {why}"))
    };
    let version = number(item, VERSION).ok_or_else(|| damaged(format!("it has no {VERSION}")))?;
    let document = text(item, DOCUMENT).ok_or_else(|| damaged(format!("it has no {DOCUMENT}")))?;
    let record = serde_json::from_str(document).map_err(|error| damaged(error.to_string()))?;
    Ok(Versioned { record, version })
}

/// Sorts by time to the nanosecond, and no two records are equal.
pub(super) fn open_since(opened_at: Timestamp, key: &Key) -> String {
    format!("{opened_at:.9}#{}#{}", key.pk, key.sk)
}

/// Seconds since 1970 at which a record that ended at `end` may go.
pub(super) fn expires_at(end: Timestamp, keep_days: u32) -> i64 {
    let kept = SignedDuration::from_hours(24 * i64::from(keep_days));
    end.saturating_add(kept).unwrap_or(Timestamp::MAX).as_second()
}
