//! The counts as they came over the wire: the SDK gives 0 for one that the service left out, and a missing count must
//! never pass for "nothing to do".

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use nightferry_domain::observation::TransferCounts;
use serde_json::Value;

/// Keeps the counts of the answer that passes by.
#[derive(Debug, Clone, Default)]
pub(super) struct GivenCounts(Arc<Mutex<TransferCounts>>);

impl GivenCounts {
    /// What the answer gave; nothing if none came by.
    pub(super) fn take(&self) -> TransferCounts {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[dyn_dispatch_hint]
impl Intercept for GivenCounts {
    fn name(&self) -> &'static str {
        "GivenCounts"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().body().bytes().unwrap_or_default();
        let answer: Value = serde_json::from_slice(body)?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = counts(&answer);
        Ok(())
    }
}

fn counts(answer: &Value) -> TransferCounts {
    let count = |member: &str| answer.get(member).and_then(Value::as_i64);
    TransferCounts {
        files_estimated: count("EstimatedFilesToTransfer"),
        files_to_delete_estimated: count("EstimatedFilesToDelete"),
        files_transferred: count("FilesTransferred"),
        files_verified: count("FilesVerified"),
        files_skipped: count("FilesSkipped"),
        files_deleted: count("FilesDeleted"),
        files_failed: answer.get("FilesFailed").map(sum),
        bytes_estimated: count("EstimatedBytesToTransfer"),
        bytes_written: count("BytesWritten"),
        bytes_transferred: count("BytesTransferred"),
    }
}

fn sum(failed: &Value) -> i64 {
    let by_phase = failed.as_object().into_iter().flatten().filter_map(|(_, count)| count.as_i64());
    by_phase.fold(0, i64::saturating_add)
}
