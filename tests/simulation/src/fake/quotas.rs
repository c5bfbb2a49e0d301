//! What an account may ask of the services in a second. What is more is refused as the services do it, and counted.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// How often an operation may be called: a bucket that fills again second by second.
#[derive(Debug, Clone, Copy)]
pub struct Quota {
    /// The operation of the port.
    pub operation: &'static str,
    /// Calls for which a full bucket lasts.
    pub bucket: i64,
    /// Calls that come back in a second.
    pub per_sec: i64,
    /// Await points that a call takes besides the two of every call.
    pub points_more: u32,
}

/// The account's quotas, and what became of them.
#[derive(Debug, Default)]
pub struct Quotas {
    by_operation: BTreeMap<&'static str, Quota>,
    /// Thousandths of a call that are left, and when they were counted.
    left: BTreeMap<&'static str, (i64, Timestamp)>,
    /// Calls that were refused, by operation.
    pub refused: BTreeMap<&'static str, u64>,
}

impl Quotas {
    /// With full buckets.
    #[must_use]
    pub fn new(quotas: &[Quota]) -> Self {
        let by_operation = quotas.iter().map(|quota| (quota.operation, *quota)).collect();
        Self { by_operation, ..Self::default() }
    }

    pub(super) fn points_more(&self, operation: &str) -> u32 {
        self.by_operation.get(operation).map_or(0, |quota| quota.points_more)
    }

    /// Takes a call from the bucket; whether none was left.
    pub(super) fn refuse(&mut self, operation: &'static str, now: Timestamp) -> bool {
        let Some(quota) = self.by_operation.get(operation) else { return false };
        let (left, since) = self.left.get(operation).copied().unwrap_or((quota.bucket * 1_000, now));
        let come_back = now.duration_since(since).as_millis().try_into().unwrap_or(i64::MAX / 1_000);
        let left = left.saturating_add(quota.per_sec.saturating_mul(come_back)).min(quota.bucket * 1_000);
        let is_refused = left < 1_000;
        let rest = if is_refused { left } else { left - 1_000 };
        let _ = self.left.insert(operation, (rest, now));
        if is_refused {
            *self.refused.entry(operation).or_default() += 1;
        }
        is_refused
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn a_bucket_lasts_for_a_burst_and_then_gives_what_comes_back() {
        let mut quotas = Quotas::new(&[Quota { operation: "start", bucket: 3, per_sec: 2, points_more: 0 }]);
        let begin: Timestamp = "2026-11-20T21:00:00Z".parse().unwrap();
        let mut taken = |after_ms| {
            (0..5).filter(|_| !quotas.refuse("start", begin + SignedDuration::from_millis(after_ms))).count()
        };
        assert_eq!([0, 400, 500, 2_000, 60_000].map(&mut taken), [3, 0, 1, 3, 3]);
        assert!(!quotas.refuse("find", begin), "what has no quota is never refused");
        assert_eq!(quotas.refused["start"], 15);
    }
}
