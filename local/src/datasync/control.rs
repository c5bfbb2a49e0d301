//! The reins of a running execution: stop, and the bandwidth limit that may change while bytes flow.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, watch};

/// How long one slice of a limited transfer lasts; a new limit counts from the next slice.
const SLICE_SECS: f64 = 0.02;

#[derive(Debug)]
struct Reins {
    bytes_per_second: AtomicI64,
    stop: watch::Sender<bool>,
    turn: Mutex<()>,
}

/// Shared between the API and the execution. Clones hold the same reins.
#[derive(Debug, Clone)]
pub(super) struct Control(Arc<Reins>);

impl Control {
    /// Reins with a limit; -1 is none.
    pub(super) fn new(bytes_per_second: i64) -> Self {
        let (stop, _) = watch::channel(false);
        Self(Arc::new(Reins { bytes_per_second: AtomicI64::new(bytes_per_second), stop, turn: Mutex::new(()) }))
    }

    /// Changes the limit.
    pub(super) fn limit(&self, bytes_per_second: i64) {
        self.0.bytes_per_second.store(bytes_per_second, Ordering::Relaxed);
    }

    /// Tells the execution to stop.
    pub(super) fn stop(&self) {
        let _ = self.0.stop.send_replace(true);
    }

    /// Returns once somebody called [`Control::stop`].
    pub(super) async fn stopped(&self) {
        let mut watched = self.0.stop.subscribe();
        let _ = watched.wait_for(|stopped| *stopped).await;
    }

    /// Waits until `bytes` more may pass. Transfers of one execution share the limit.
    pub(super) async fn pass(&self, bytes: usize) {
        let mut owed = f64::from(u32::try_from(bytes).unwrap_or(u32::MAX));
        if self.limit_now().is_none() {
            return;
        }
        let _turn = self.0.turn.lock().await;
        while owed > 0.0 {
            let Some(limit) = self.limit_now() else { return };
            let slice = owed.min(limit * SLICE_SECS);
            tokio::time::sleep(Duration::from_secs_f64(slice / limit)).await;
            owed -= slice;
        }
    }

    fn limit_now(&self) -> Option<f64> {
        let limit = self.0.bytes_per_second.load(Ordering::Relaxed);
        #[expect(clippy::cast_precision_loss, reason = "a limit that needs more than 53 bits is no limit")]
        let exact = limit as f64;
        (limit > 0).then_some(exact)
    }
}
