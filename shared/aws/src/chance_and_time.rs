//! The real clock and real chance.

use jiff::Timestamp;
use nightferry_workflow::ports::{Clock, Dice};

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The system's chance; without it, numbers that each process rolls for itself. Fit for jitter, not for secrets.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomDice;

impl Dice for RandomDice {
    fn roll(&self) -> u64 {
        getrandom::u64().unwrap_or_else(|_| fastrand::u64(..))
    }
}
