//! The night in CloudWatch's embedded metric format: a log line each document, from which CloudWatch makes metrics.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Report, build::secs_between};
use crate::agent::standing;

/// The namespace of every metric.
pub const NAMESPACE: &str = "Nightferry";
/// Jobs of the plan that get a metric of their own. Each is a custom metric and is paid for by the month.
pub const JOBS_WITH_METRIC_MAX: usize = 200;

/// The documents to print, one a line: first the run's, by `StackName`; then `JobSafe` (1 or 0) by `StackName` and `Job`; then
/// [`jobs_at_risk`], where jobs go through agents.
/// Machines come and go, so a job of machines has one metric, and is safe only if all of them are.
///
/// `ReportsWritten` is what the alarm on silence watches. Jobs beyond [`JOBS_WITH_METRIC_MAX`] (by name, so that they
/// are the same every night) get none, and `JobsWithoutMetric` counts them.
///
/// A restore or a drill makes none: it neither protects its job nor breaks the silence of a night that did not come.
#[must_use]
pub fn documents(stack: &str, report: &Report) -> Vec<Value> {
    if report.run.id.is_restore() {
        return vec![];
    }
    let mut jobs: BTreeMap<&str, bool> = BTreeMap::new();
    for job in &report.jobs {
        let is_safe = jobs.entry(job.name.plan_job()).or_insert(true);
        *is_safe = *is_safe && job.outcome.is_safe();
    }
    let without = jobs.len().saturating_sub(JOBS_WITH_METRIC_MAX);
    let with = jobs.into_iter().take(JOBS_WITH_METRIC_MAX).map(|(job, is_safe)| of_job(stack, report, job, is_safe));
    let at_risk = (!report.agents.is_empty()).then(|| standing::jobs_at_risk(&report.agents)).flatten();
    let at_risk = at_risk.map(|count| jobs_at_risk(stack, count, report.run.closed_at));
    std::iter::once(of_run(stack, report, without)).chain(with).chain(at_risk).collect()
}

/// The document about jobs whose agent is not ONLINE, by `StackName`: what the alarm on agents watches.
#[must_use]
pub fn jobs_at_risk(stack: &str, count: u64, at: Timestamp) -> Value {
    let (dimensions, metrics) = ([("StackName", stack)], [("JobsAtRisk", "Count", count)]);
    let mut members = values(&dimensions, &metrics);
    let _ = members.insert("_aws".to_owned(), directive(at, &dimensions, &metrics));
    Value::Object(members)
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
    let mut members = values(dimensions, metrics);
    // A property that is no dimension: it finds the log line of a night without making a metric of each.
    members.extend([
        ("Run".to_owned(), Value::from(report.run.id.as_str())),
        ("_aws".to_owned(), directive(report.run.closed_at, dimensions, metrics)),
    ]);
    Value::Object(members)
}

fn values(dimensions: &[(&str, &str)], metrics: &[(&str, &str, u64)]) -> Map<String, Value> {
    let texts = dimensions.iter().map(|(name, text)| ((*name).to_owned(), Value::from(*text)));
    let numbers = metrics.iter().map(|(name, _, number)| ((*name).to_owned(), Value::from(*number)));
    texts.chain(numbers).collect()
}

/// What makes metrics of a document's values.
fn directive(at: Timestamp, dimensions: &[(&str, &str)], metrics: &[(&str, &str, u64)]) -> Value {
    let names: Vec<&str> = dimensions.iter().map(|(name, _)| *name).collect();
    let definitions: Vec<Value> = metrics.iter().map(|(name, unit, _)| json!({ "Name": name, "Unit": unit })).collect();
    let directive = json!({ "Namespace": NAMESPACE, "Dimensions": [names], "Metrics": definitions });
    json!({ "Timestamp": at.as_millisecond(), "CloudWatchMetrics": [directive] })
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
    fn regression_a_restore_neither_protects_its_job_nor_stands_for_a_night() {
        let mut report = night();
        report.run.id = crate::ids::RunId::restore(report.run.opened_at, 1, true);
        assert_eq!(documents("nightferry", &report), Vec::<Value>::new());
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
