//! What becomes of calls, as the seed of a simulated night has it.

use std::fmt::Debug;

use super::Fault;

/// Draws what happens to each call.
pub trait Weather: Debug {
    /// How this call breaks, if it does.
    fn strikes(&mut self, operation: &'static str) -> Option<Fault>;
    /// After how many seconds an accepted start takes effect, its reply being lost; `None` for at once.
    fn late_start_secs(&mut self) -> Option<i64>;
    /// For how many seconds a new execution is missing from lists.
    fn listing_delay_secs(&mut self) -> i64;
    /// For how many seconds the index of pointers does not show a new one.
    fn index_delay_secs(&mut self) -> i64;
    /// A number for the dice; `None` leaves it to the test.
    fn roll(&mut self) -> Option<u64>;
}

/// Nothing ever happens.
#[derive(Debug, Clone, Copy)]
pub struct Fair;

impl Weather for Fair {
    fn strikes(&mut self, _: &'static str) -> Option<Fault> {
        None
    }

    fn late_start_secs(&mut self) -> Option<i64> {
        None
    }

    fn listing_delay_secs(&mut self) -> i64 {
        0
    }

    fn index_delay_secs(&mut self) -> i64 {
        0
    }

    fn roll(&mut self) -> Option<u64> {
        None
    }
}
