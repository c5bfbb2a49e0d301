//! The end of a recovery point: its image and snapshots go, under the role that made it, or it stays and says why.

use std::sync::Arc;

use super::super::Backup;
use super::super::acting::Acting;
use super::Point;
use crate::upstream::ec2;

/// What the role needs for it, and on what.
const ACTIONS: [(&str, &str); 2] = [("ec2:DeregisterImage", "image"), ("ec2:DeleteSnapshot", "snapshot")];

impl Backup {
    /// Deletes what is past its retention. A point whose role can't delete it is EXPIRED and stays, and costs.
    pub(in crate::backup) async fn expire(self: &Arc<Self>) {
        let _turn = self.tidying.lock().await;
        let now = self.clock.now();
        let late: Vec<Point> = {
            let state = self.store.open();
            let late = state.points.iter().filter(|point| point.delete_at().is_some_and(|at| at <= now));
            late.cloned().collect()
        };
        for point in late {
            if let Err(why) = removed(self, &point).await
                && point.status != "EXPIRED"
            {
                self.expired(&point, why);
            }
        }
    }

    fn expired(&self, point: &Point, why: String) {
        let mut state = self.store.open();
        let Some(kept) = state.points.iter_mut().find(|kept| kept.arn == point.arn) else { return };
        kept.status = "EXPIRED";
        kept.message = Some(why);
        let kept = kept.clone();
        drop(state);
        self.tell_point(&kept);
    }
}

/// Takes a point away with everything that belongs to it. The error is in the service's words.
pub(in crate::backup) async fn removed(backup: &Arc<Backup>, point: &Point) -> Result<(), String> {
    let acting = Acting::assume(backup, &point.role, &point.vault_arn).await.map_err(|refused| refused.message())?;
    for (action, kind) in ACTIONS {
        let resource = format!(
            "arn:aws:ec2:{}::{kind}/{}",
            point.home.region,
            if kind == "image" { point.image_id() } else { "*" }
        );
        acting.may(action, &resource, &[]).map_err(|refused| refused.message())?;
    }
    let aws = backup.upstream.seen_from(&point.home.account, &point.home.region);
    ec2::deregister_image(&aws, point.image_id()).await.map_err(|error| error.to_string())?;
    for snapshot in &point.snapshots {
        ec2::delete_snapshot(&aws, &snapshot.id).await.map_err(|error| error.to_string())?;
    }
    backup.store.open().points.retain(|kept| kept.arn != point.arn);
    backup.store.announce();
    backup.tell_point(&Point { status: "DELETED", ..point.clone() });
    Ok(())
}
