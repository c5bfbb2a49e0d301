//! CloudWatch's figures of replication rules: counted here as things happen, handed to the emulator's CloudWatch when somebody asks it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::{Config, Replication, Rule};
use crate::upstream::s3::Bucket;
use crate::upstream::versions::Version;
use crate::upstream::{UpstreamError, metrics};

/// S3's metrics are of a minute each.
const MINUTE_SECS: i64 = 60;

/// One rule's figures, by the three names that S3 gives them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Series {
    source: String,
    destination: String,
    rule: String,
}

/// Operations of one minute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counted {
    all: u64,
    failed: u64,
}

/// What nobody has asked for yet, by series and minute.
#[derive(Debug, Default)]
pub(super) struct Figures(Mutex<BTreeMap<(Series, i64), Counted>>);

impl Figures {
    fn add(&self, series: Series, at: Timestamp, has_failed: bool) {
        let minute = at.as_second().div_euclid(MINUTE_SECS);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = all.entry((series, minute)).or_default();
        counted.all = counted.all.saturating_add(1);
        counted.failed = counted.failed.saturating_add(u64::from(has_failed));
    }

    fn take(&self) -> BTreeMap<(Series, i64), Counted> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Series {
    fn of(source: &str, rule: &Rule) -> Self {
        Self { source: source.to_owned(), destination: rule.destination.clone(), rule: rule.id.clone() }
    }
}

impl Replication {
    /// Counts an operation of a rule whose metrics are on.
    pub(super) fn count(&self, source: &str, rule: &Rule, has_failed: bool) {
        if rule.has_metrics {
            self.figures.add(Series::of(source, rule), Timestamp::now(), has_failed);
        }
    }

    /// Counts a version that failed before any rule was followed, for each rule that would have taken it.
    pub(super) fn count_failed(&self, config: &Config, source: &str, version: &Version) {
        for rule in config.rules.iter().filter(|rule| rule.is_enabled && version.key.starts_with(&rule.prefix)) {
            self.count(source, rule, true);
        }
    }

    /// Hands over what was counted, and how much waits at this moment.
    pub(crate) async fn publish(&self) -> Result<(), UpstreamError> {
        for ((series, minute), counted) in self.figures.take() {
            let at = Timestamp::from_second(minute.saturating_mul(MINUTE_SECS)).unwrap_or_default();
            let failed = metrics::Statistics {
                count: counted.all,
                sum: counted.failed,
                minimum: u64::from(counted.failed == counted.all),
                maximum: u64::from(counted.failed > 0),
            };
            self.put(&series, "OperationsFailedReplication", at, failed).await?;
        }
        let now = Timestamp::now();
        for (series, prefix) in self.watched() {
            let (count, oldest) = self.ledger.pending(&series.source, &prefix);
            let behind = oldest.map_or(0, |oldest| now.duration_since(oldest).as_secs());
            self.put(&series, "OperationsPendingReplication", now, once(count)).await?;
            self.put(&series, "ReplicationLatency", now, once(u64::try_from(behind).unwrap_or_default())).await?;
        }
        Ok(())
    }

    /// Rules whose metrics are on, with the beginning of their keys.
    fn watched(&self) -> Vec<(Series, String)> {
        let configs = self.configs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let read = configs.iter().filter_map(|(bucket, xml)| Some((bucket, Config::parse(xml)?)));
        let watched = read.flat_map(|(bucket, config)| {
            let rules = config.rules.into_iter().filter(|rule| rule.is_enabled && rule.has_metrics);
            rules.map(|rule| (Series::of(bucket, &rule), rule.prefix)).collect::<Vec<_>>()
        });
        watched.collect()
    }

    async fn put(
        &self,
        series: &Series,
        name: &str,
        at: Timestamp,
        statistics: metrics::Statistics,
    ) -> Result<(), UpstreamError> {
        let Some(bucket) = Bucket::find(&self.upstream, &series.source).await? else { return Ok(()) };
        let account = self.upstream.seen_from(bucket.owner(), self.upstream.region());
        let dimensions = [
            ("SourceBucket", series.source.as_str()),
            ("DestinationBucket", series.destination.as_str()),
            ("RuleId", series.rule.as_str()),
        ];
        let metric = metrics::Metric { namespace: "AWS/S3", name, dimensions: &dimensions };
        metrics::put(&account, metric, at, statistics).await
    }
}

fn once(value: u64) -> metrics::Statistics {
    metrics::Statistics { count: 1, sum: value, minimum: value, maximum: value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_counted_by_the_minute_and_taken_once() {
        let figures = Figures::default();
        let series = Series { source: "a".into(), destination: "b".into(), rule: "r".into() };
        for (secs, has_failed) in [(0, false), (59, true), (60, true)] {
            figures.add(series.clone(), Timestamp::from_second(secs).unwrap(), has_failed);
        }
        let taken: Vec<_> = figures.take().into_iter().map(|((_, minute), counted)| (minute, counted)).collect();
        assert_eq!(taken, [(0, Counted { all: 2, failed: 1 }), (1, Counted { all: 1, failed: 1 })]);
        assert!(figures.take().is_empty());
    }
}
