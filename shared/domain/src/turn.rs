//! When the first jobs of a run have their turn: a run of a thousand at once must not ask a service for all in one second.

use crate::limits::STARTS_PER_SEC;

/// How long after its item began the job at this place of the run's list is started, in seconds.
///
/// Only the jobs that the run's map begins with have to wait: each later one begins when another ends, and those keep the
/// distance that the first ones had.
#[must_use]
pub fn turn_secs(place: usize, concurrency: u16) -> u32 {
    if place >= usize::from(concurrency) {
        return 0;
    }
    u32::try_from(place).unwrap_or_default() / STARTS_PER_SEC
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_second_of_a_runs_beginning_has_more_starts_than_a_service_takes() {
        for concurrency in [1, 4, 5, 6, 40, 1_000] {
            let mut seconds = std::collections::BTreeMap::new();
            for place in 0..usize::from(concurrency) {
                *seconds.entry(turn_secs(place, concurrency)).or_insert(0) += 1;
            }
            assert!(seconds.values().all(|starts| *starts <= STARTS_PER_SEC), "{seconds:?}");
            assert_eq!(seconds.keys().last(), Some(&(u32::from(concurrency - 1) / STARTS_PER_SEC)));
        }
    }

    #[test]
    fn a_job_that_takes_the_place_of_another_never_waits() {
        assert_eq!([40, 41, 9_999].map(|place| turn_secs(place, 40)), [0, 0, 0]);
        assert_eq!([4, 5, 39].map(|place| turn_secs(place, 40)), [0, 1, 7]);
    }
}
