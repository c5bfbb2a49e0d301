//! What happens by itself as time goes by.

use std::sync::Arc;
use std::time::Duration;

use super::Backup;

/// How often time is looked at, in milliseconds. Orders to the clock are heard at once.
const LOOK_MILLIS: u64 = 1_000;

impl Backup {
    /// Does what is due: points go, rules fire.
    pub(super) async fn come_due(self: &Arc<Self>) {
        self.expire().await;
        self.fire_due().await;
        self.test_due();
    }

    /// Looks at the time again and again, as long as anybody owns the stand-in.
    pub(super) fn keep_time(self: &Arc<Self>) {
        let watched = Arc::downgrade(self);
        drop(tokio::spawn(async move {
            while let Some(backup) = watched.upgrade() {
                let ordered = backup.clock.orders();
                backup.come_due().await;
                drop(backup);
                tokio::select! {
                    () = ordered => {}
                    () = tokio::time::sleep(Duration::from_millis(LOOK_MILLIS)) => {}
                }
            }
        }));
    }
}
