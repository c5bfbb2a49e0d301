//! A drill of a copy between buckets is carried out by a person's program. If that was ended, the sweep says so in its place.

use nightferry_domain::copy_drill::CopyVerdict;
use nightferry_domain::ids::RunId;

use crate::drill_copy::post;
use crate::error::WorkflowError;
use crate::ports::{Clock, Records, RunTable, World};

/// Sends the verdict that the drill owes, if it has owed it for too long: its own, where that was kept and not sent, else that
/// nothing is proved. Whether one was sent.
pub(crate) async fn tell_if_lost<W: World>(world: &W, drill: &RunId) -> Result<bool, WorkflowError> {
    let Some(begun) = world.table().load_drill(drill).await? else { return Ok(false) };
    let now = world.clock().now();
    if !begun.record.is_lost(now) {
        return Ok(false);
    }
    let kept = world.records().get(&begun.record.asked.key()).await?;
    let own = kept.and_then(|kept| serde_json::from_slice::<CopyVerdict>(&kept).ok());
    let said = own.unwrap_or_else(|| begun.record.lost(now));
    tracing::warn!(run.id = %drill, drill.came_out = ?said.came_out, "sent the verdict of a drill that was silent");
    post(world, &said, begun).await?;
    Ok(true)
}
