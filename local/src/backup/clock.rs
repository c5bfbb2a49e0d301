//! The time that the stand-in lives in: it can be moved ahead and can run faster than the real one, so that a month's retention can be seen.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// The fastest: an hour a second.
const MAX_SPEED: u32 = 3600;
/// The furthest that one order moves it, in seconds: ten years.
const MAX_ADVANCE_SECS: u64 = 315_360_000;
/// The longest pause between two looks at the clock, in milliseconds.
const MAX_PAUSE_MILLIS: u64 = 60_000;

/// An order to the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tick {
    /// It goes ahead by so many seconds at once. It never goes back.
    pub advance_secs: u64,
    /// From now on so many of its seconds pass in one; 1 is the usual.
    pub speed: u32,
}

impl Default for Tick {
    fn default() -> Self {
        Self { advance_secs: 0, speed: 1 }
    }
}

#[derive(Debug, Clone, Copy)]
struct Anchor {
    real: Timestamp,
    shown: Timestamp,
    speed: u32,
}

impl Anchor {
    fn at(&self, real: Timestamp) -> Timestamp {
        let shown = real.duration_since(self.real).checked_mul(i32::try_from(self.speed).unwrap_or(i32::MAX));
        shown.and_then(|passed| self.shown.checked_add(passed).ok()).unwrap_or(self.shown)
    }
}

/// The clock.
#[derive(Debug)]
pub(super) struct Clock(watch::Sender<Anchor>);

impl Default for Clock {
    fn default() -> Self {
        let now = Timestamp::now();
        Self(watch::channel(Anchor { real: now, shown: now, speed: 1 }).0)
    }
}

impl Clock {
    /// The time here, in whole milliseconds.
    pub(super) fn now(&self) -> Timestamp {
        let now = self.0.borrow().at(Timestamp::now());
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// Follows an order.
    pub(super) fn set(&self, tick: Tick) {
        let real = Timestamp::now();
        let ahead =
            SignedDuration::from_secs(i64::try_from(tick.advance_secs.min(MAX_ADVANCE_SECS)).unwrap_or_default());
        self.0.send_modify(|anchor| {
            let now = anchor.at(real);
            let shown = now.checked_add(ahead).unwrap_or(now);
            *anchor = Anchor { real, shown, speed: tick.speed.clamp(1, MAX_SPEED) };
        });
    }

    /// Hears of every order.
    pub(super) fn orders(&self) -> impl Future<Output = ()> + use<> {
        let mut orders = self.0.subscribe();
        async move {
            if orders.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Returns once this time has come here.
    pub(super) async fn until(&self, time: Timestamp) {
        loop {
            let ordered = self.orders();
            let left = time.duration_since(self.now());
            if left <= SignedDuration::ZERO {
                return;
            }
            let speed = u64::from(self.0.borrow().speed);
            let millis = u64::try_from(left.as_millis()).unwrap_or(u64::MAX).div_ceil(speed);
            let pause = Duration::from_millis(millis.clamp(1, MAX_PAUSE_MILLIS));
            tokio::select! {
                () = ordered => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_ahead_and_faster_but_never_back() {
        let start: Timestamp = "2026-11-20T21:00:00Z".parse().unwrap();
        let anchor = Anchor { real: start, shown: start, speed: 60 };
        let later = start.checked_add(SignedDuration::from_secs(2)).unwrap();
        assert_eq!(anchor.at(later), start.checked_add(SignedDuration::from_secs(120)).unwrap());
        let clock = Clock::default();
        let before = clock.now();
        clock.set(Tick { advance_secs: 86_400, speed: 0 });
        assert!(clock.now().duration_since(before) >= SignedDuration::from_secs(86_400));
        let before = clock.now();
        clock.set(Tick::default());
        assert!(clock.now() >= before);
    }

    #[tokio::test]
    async fn whoever_waits_hears_that_the_time_has_come() {
        let clock = std::sync::Arc::new(Clock::default());
        let month = clock.now().checked_add(SignedDuration::from_hours(720)).unwrap();
        let waiting = tokio::spawn({
            let clock = std::sync::Arc::clone(&clock);
            async move { clock.until(month).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        clock.set(Tick { advance_secs: 720 * 3600, speed: 1 });
        waiting.await.unwrap();
    }
}
