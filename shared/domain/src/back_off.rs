//! How long to wait before the next attempt.

use crate::limits::{BACK_OFF_CAP_SECS, BUSY_BASE_SECS, BUSY_CAP_SECS};

/// Full jitter: anything from zero to the base doubled for each attempt so far, capped, in seconds.
///
/// `dice` is a number drawn by the caller, uniform over all of `u64`.
#[must_use]
pub fn wait_secs(base_secs: u32, attempts_so_far: u32, dice: u64) -> i64 {
    let doublings = attempts_so_far.saturating_sub(1).min(20);
    let ceiling = i64::from(base_secs).saturating_mul(1_i64 << doublings).min(BACK_OFF_CAP_SECS);
    let span = u64::try_from(ceiling).unwrap_or_default().saturating_add(1);
    i64::try_from(dice % span).unwrap_or(ceiling)
}

/// How long to leave a service alone that refused to start anything for now: the base doubled with each refusal, capped,
/// and between half and all of that, in seconds. `refusals` counts them, this one included.
#[must_use]
pub fn busy_secs(refusals: u32, dice: u64) -> i64 {
    let doublings = refusals.saturating_sub(1).min(20);
    let ceiling = BUSY_BASE_SECS.saturating_mul(1_i64 << doublings).min(BUSY_CAP_SECS);
    let half = u64::try_from(ceiling / 2).unwrap_or_default();
    ceiling - i64::try_from(dice % half.saturating_add(1)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_wait_is_never_negative_and_never_beyond_the_cap(base: u32, attempts: u32, dice: u64) {
            let wait = wait_secs(base, attempts, dice);
            prop_assert!((0..=BACK_OFF_CAP_SECS).contains(&wait));
        }
    }

    #[test]
    fn a_busy_service_is_left_alone_for_longer_each_time_up_to_a_quarter_of_an_hour() {
        let span = |refusals| {
            let waits = || (0..=4_000).map(|dice| busy_secs(refusals, dice));
            (waits().min(), waits().max())
        };
        assert_eq!(span(1), (Some(3), Some(5)));
        assert_eq!(span(4), (Some(20), Some(40)));
        assert_eq!(span(30), (Some(450), Some(900)));
    }

    #[test]
    fn the_ceiling_doubles_with_each_attempt() {
        let longest = |attempts| (0..=4_000).map(|dice| wait_secs(10, attempts, dice)).max();
        assert_eq!([longest(1), longest(2), longest(3)], [Some(10), Some(20), Some(40)]);
    }
}
