//! What many samples come to: median, spread, percentiles, ratios.

use serde::Serialize;

/// A row of samples in brief.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) p99: f64,
    pub(crate) max: f64,
    /// How many samples it is of.
    pub(crate) count: usize,
}

impl Spread {
    /// `None` of no sample at all.
    pub(crate) fn of(samples: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = samples.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        Some(Self {
            min: *sorted.first()?,
            median: median(&sorted)?,
            p99: nearest_rank(&sorted, 99)?,
            max: *sorted.last()?,
            count: sorted.len(),
        })
    }
}

/// Of an even number of samples, the mean of the two in the middle.
fn median(sorted: &[f64]) -> Option<f64> {
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *sorted.get((sorted.len() / 2).checked_sub(1)?)?;
    Some(f64::midpoint(lower, upper))
}

/// The smallest sample that at least `percent` of all are not above.
fn nearest_rank(sorted: &[f64], percent: usize) -> Option<f64> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

/// How often `of` fits into `one`; `None` where there is nothing to compare with.
pub(crate) fn ratio(one: f64, of: f64) -> Option<f64> {
    (of > 0.0).then(|| one / of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_one_in_the_middle_or_between_the_two() {
        assert_eq!(Spread::of([3.0, 1.0, 2.0]).map(|spread| spread.median), Some(2.0));
        assert_eq!(Spread::of([4.0, 1.0, 2.0, 3.0]).map(|spread| spread.median), Some(2.5));
    }

    #[test]
    fn one_slow_sample_in_a_hundred_is_beyond_the_p99_and_two_are_not() {
        let samples = |slow: usize| (0..100).map(move |at| if at < slow { 9.0 } else { 1.0 });
        assert_eq!(Spread::of(samples(1)).map(|spread| (spread.p99, spread.max)), Some((1.0, 9.0)));
        assert_eq!(Spread::of(samples(2)).map(|spread| spread.p99), Some(9.0));
    }

    #[test]
    fn nothing_comes_of_no_samples_and_no_ratio_of_nothing() {
        assert_eq!(Spread::of([]), None);
        assert_eq!(ratio(1.0, 0.0), None);
        assert_eq!(ratio(3.0, 1.5), Some(2.0));
    }
}
