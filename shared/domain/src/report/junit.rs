//! The report for CI systems: one test case a job. What is not safe is a failure; nothing to do passes.

use std::time::Duration;

use jiff::tz::TimeZone;
use quick_junit::{NonSuccessKind, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::agents;
use super::words::{cause, counted, label, shown};
use super::{JobReport, Report};

/// A report that can't be written as XML.
#[derive(Debug, thiserror::Error)]
#[error("the report can't be written as JUnit XML: {0}; its JSON form has the same content")]
pub struct JunitError(#[from] SerializeError);

/// The JUnit XML of a night.
pub fn xml(report: &Report) -> Result<String, JunitError> {
    let mut suite = TestSuite::new(report.run.id.as_str());
    let _ = suite
        .add_test_cases(report.jobs.iter().map(test_case))
        .add_property(("schema", report.schema.as_str()))
        .add_property(("digest", report.digest.as_str()));
    // A risk of the next night fails no case of this one.
    for line in agents::lines(&report.agents, &TimeZone::UTC) {
        let _ = suite.add_property(("agent", line.as_str()));
    }
    let mut document = quick_junit::Report::new("nightferry");
    let _ = document.add_test_suite(suite);
    Ok(document.to_string()?)
}

fn test_case(job: &JobReport) -> TestCase {
    let mut case = TestCase::new(job.name.as_str(), status(job));
    let _ = case.set_classname(format!("nightferry.{}", job.engine)).set_time(Duration::from_secs(job.duration_secs));
    case
}

fn status(job: &JobReport) -> TestCaseStatus {
    let Some(cause) = cause(job) else {
        return TestCaseStatus::success();
    };
    let mut lines = vec![format!("Fix: {}", cause.fix)];
    lines.extend(cause.said.map(|said| format!("The service said: {said}")));
    lines.push(format!("{} copied, {} failed", counted(job.files, "file"), counted(job.failed, "item")));
    lines.extend(job.failed_items.iter().map(|item| format!("Failed: {}: {}", shown(&item.path), shown(&item.reason))));
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let _ = status
        .set_type(cause.id)
        .set_message(format!("{}: {}", label(job.outcome), cause.what))
        .set_description(lines.join("\n"));
    status
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::sample::{any_night, at, night};
    use super::*;

    #[test]
    fn partial_and_failed_jobs_are_failures_with_their_cause() {
        insta::assert_snapshot!(xml(&night()).unwrap());
    }

    proptest! {
        #[test]
        fn every_job_is_a_case_and_no_text_of_others_becomes_markup((run, jobs) in any_night()) {
            let report = Report::build(&run, &jobs, &BTreeMap::new(), at(2_000)).unwrap();
            let xml = xml(&report).unwrap();
            prop_assert_eq!(xml.matches("<testcase ").count(), jobs.len());
            prop_assert_eq!(xml.matches("<failure ").count() as u64, report.counts.unsafe_jobs());
            prop_assert!(!xml.contains("<script") && !xml.contains("<img"));
        }
    }
}
