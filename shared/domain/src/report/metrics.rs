//! The night in CloudWatch's embedded metric format: a log line each document, from which CloudWatch makes metrics.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Report, build::secs_between};

/// The namespace of every metric.
pub const NAMESPACE: &str = "Nightferry";
/// Jobs of the plan that get a metric of their own. Each is a custom metric and is paid for by the month.
pub const JOBS_WITH_METRIC_MAX: usize = 200;

/// The documents to print, one a line: first the run's, by `StackName`; then `JobSafe` (1 or 0) by `StackName` and `Job`.
/// Machines come and go, so a job of machines has one metric, and is safe only if all of them are.
///
/// `ReportsWritten` is what the alarm on silence watches. Jobs beyond [`JOBS_WITH_METRIC_MAX`] (by name, so that they
/// are the same every night) get none, and `JobsWithoutMetric` counts them.
#[must_use]
pub fn documents(stack: &str, report: &Report) -> Vec<Value> {
    let mut jobs: BTreeMap<&str, bool> = BTreeMap::new();
    for job in &report.jobs {
        let is_safe = jobs.entry(job.name.plan_job()).or_insert(true);
        *is_safe = *is_safe && job.outcome.is_safe();
    }
    let without = jobs.len().saturating_sub(JOBS_WITH_METRIC_MAX);
    let with = jobs.into_iter().take(JOBS_WITH_METRIC_MAX).map(|(job, is_safe)| of_job(stack, report, job, is_safe));
    std::iter::once(of_run(stack, report, without)).chain(with).collect()
}

/// The document about jobs whose agent is not ONLINE, by `StackName`: what the alarm on agents watches.
#[must_use]
pub fn jobs_at_risk(stack: &str, count: u64, at: Timestamp) -> Value {
    Value::Object(members(at, &[("StackName", stack)], &[("JobsAtRisk", "Count", count)]))
}

fn of_run(stack: &str, report: &Report, without: usize) -> Value {
    let counts = &report.counts;
    let duration_secs = secs_between(report.run.opened_at, report.run.closed_at);
    let metrics = [
        ("ReportsWritten", "Count", 1),
        ("JobsSucceeded", "Count", counts.succeeded),
        ("JobsNothingToDo", "Count", counts.nothing_to_do),
        ("JobsPartial", "Count", counts.partial),
        ("JobsFailed", "Count", counts.failed),
        ("FilesCopied", "Count", counts.files),
        ("ItemsFailed", "Count", counts.failed_items),
        ("BytesCopied", "Bytes", counts.bytes),
        ("RunDurationSecs", "Seconds", duration_secs),
        ("JobsWithoutMetric", "Count", u64::try_from(without).unwrap_or(u64::MAX)),
    ];
    document(report, &[("StackName", stack)], &metrics)
}

fn of_job(stack: &str, report: &Report, job: &str, is_safe: bool) -> Value {
    let dimensions = [("StackName", stack), ("Job", job)];
    document(report, &dimensions, &[("JobSafe", "Count", u64::from(is_safe))])
}

fn document(report: &Report, dimensions: &[(&str, &str)], metrics: &[(&str, &str, u64)]) -> Value {
    let mut members = members(report.run.closed_at, dimensions, metrics);
    // A property that is no dimension: it finds the log line of a night without making a metric of each.
    let _ = members.insert("Run".to_owned(), Value::from(report.run.id.as_str()));
    Value::Object(members)
}

fn members(at: Timestamp, dimensions: &[(&str, &str)], metrics: &[(&str, &str, u64)]) -> Map<String, Value> {
    let names: Vec<&str> = dimensions.iter().map(|(name, _)| *name).collect();
    let definitions: Vec<Value> = metrics.iter().map(|(name, unit, _)| json!({ "Name": name, "Unit": unit })).collect();
    let mut members = Map::new();
    let directive = json!({ "Namespace": NAMESPACE, "Dimensions": [names], "Metrics": definitions });
    let texts = dimensions.iter().map(|(name, text)| ((*name).to_owned(), Value::from(*text)));
    let numbers = metrics.iter().map(|(name, _, number)| ((*name).to_owned(), Value::from(*number)));
    members.extend(texts.chain(numbers));
    let directives = json!({ "Timestamp": at.as_millisecond(), "CloudWatchMetrics": [directive] });
    let _ = members.insert("_aws".to_owned(), directives);
    members
}

#[cfg(test)]
mod tests {
    use super::super::JobReport;
    use super::super::sample::night;
    use super::*;

    #[test]
    fn a_job_of_machines_has_one_metric_and_is_safe_only_if_all_are() {
        let mut report = night();
        let names = ["servers.i-00000001", "servers.i-00000002", "home", "mail"];
        for (job, name) in report.jobs.iter_mut().zip(names) {
            job.name = name.parse().unwrap();
        }
        let told = documents("nightferry", &report);
        let jobs: Vec<(&str, u64)> =
            told[1..].iter().map(|it| (it["Job"].as_str().unwrap(), it["JobSafe"].as_u64().unwrap())).collect();
        assert_eq!((jobs.len(), jobs.last()), (3, Some(&("servers", 0))));
    }

    #[test]
    fn a_night_is_one_document_and_one_for_each_job() {
        insta::assert_json_snapshot!(documents("nightferry", &night()));
    }

    #[test]
    fn jobs_beyond_the_limit_are_counted() {
        let mut report = night();
        let named = |n| JobReport { name: format!("job-{n}").parse().unwrap(), ..report.jobs[0].clone() };
        report.jobs = (0..JOBS_WITH_METRIC_MAX + 3).map(named).collect();
        let documents = documents("nightferry", &report);
        assert_eq!(documents.len(), JOBS_WITH_METRIC_MAX + 1);
        assert_eq!(documents[0]["JobsWithoutMetric"], 3);
    }

    #[test]
    fn every_metric_and_dimension_named_is_there() {
        for document in documents("nightferry", &night()) {
            let directive = &document["_aws"]["CloudWatchMetrics"][0];
            for metric in directive["Metrics"].as_array().unwrap() {
                assert!(document[metric["Name"].as_str().unwrap()].is_u64(), "{metric}");
            }
            for name in directive["Dimensions"][0].as_array().unwrap() {
                assert!(!document[name.as_str().unwrap()].as_str().unwrap().is_empty(), "{name}");
            }
        }
    }
}
