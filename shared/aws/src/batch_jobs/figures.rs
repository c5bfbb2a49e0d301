//! CloudWatch's figures of a replication rule, by its query protocol: one call of it, and no SDK.
//!
//! Failed operations are counted in the source bucket's Region. What waits is counted in the destination's: of a
//! destination in another Region it stays unsaid.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nightferry_domain::batch::new_objects::{FIGURE_SECS, RuleFigures};
use nightferry_domain::replication::Replication;
use nightferry_workflow::error::PortError;
use roxmltree::{Document, Node};

use crate::ec2::document;
use crate::sdk_error::Call;
use crate::signed::{Service, Signed};

/// Pages of figures that are read: one holds a month of a rule's.
const FIGURE_PAGES_MAX: usize = 10;

const CLOUDWATCH: Service = Service { name: "monitoring", version: "2010-08-01" };
const FIGURES: Call = Call::read("CloudWatch", "GetMetricData");
/// Id, metric and statistic of each question; the statistics are the only ones that say something of these metrics.
const QUESTIONS: [(&str, &str, &str); 4] = [
    ("failed", "OperationsFailedReplication", "Sum"),
    ("operations", "OperationsPendingReplication", "Maximum"),
    ("bytes", "BytesPendingReplication", "Maximum"),
    ("behind", "ReplicationLatency", "Maximum"),
];

/// Figures by the id of their question and the beginning of their span.
type Told = BTreeMap<String, BTreeMap<Timestamp, u64>>;
/// What CloudWatch said last of its answer to each question.
type Said = BTreeMap<String, String>;

pub(super) async fn figures(
    signed: &Signed,
    replication: &Replication,
    since: Timestamp,
    until: Timestamp,
) -> Result<RuleFigures, PortError> {
    let (asked, mut next) = (parameters(replication, since, until), None);
    let (mut told, mut said) = (Told::new(), Said::new());
    for _ in 0..FIGURE_PAGES_MAX {
        let mut page = asked.clone();
        page.extend(next.map(|token| ("NextToken".to_owned(), token)));
        let reply = signed.query(FIGURES, CLOUDWATCH, "GetMetricData", &page).await?;
        let reply = document(FIGURES, &reply)?;
        add(&reply, &mut told, &mut said);
        next = child(reply.root_element(), "GetMetricDataResult").and_then(|result| text(result, "NextToken"));
        if next.is_none() {
            return whole(&said).map(|()| of(told));
        }
    }
    Err(FIGURES.rejected("TooManyPages", &format!("more than {FIGURE_PAGES_MAX} pages of figures of one rule")))
}

fn parameters(replication: &Replication, since: Timestamp, until: Timestamp) -> Vec<(String, String)> {
    let whole = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let mut asked = vec![("StartTime".to_owned(), whole(since)), ("EndTime".to_owned(), whole(until))];
    let dimensions = [
        ("SourceBucket", &replication.bucket),
        ("DestinationBucket", &replication.destination_bucket),
        ("RuleId", &replication.rule),
    ];
    for (n, (id, metric, statistic)) in (1_u32..).zip(QUESTIONS) {
        let mut put = |name: &str, value: &str| {
            asked.push((format!("MetricDataQueries.member.{n}.{name}"), value.to_owned()));
        };
        put("Id", id);
        put("MetricStat.Metric.Namespace", "AWS/S3");
        put("MetricStat.Metric.MetricName", metric);
        for (d, (name, value)) in (1_u32..).zip(dimensions) {
            put(&format!("MetricStat.Metric.Dimensions.member.{d}.Name"), name);
            put(&format!("MetricStat.Metric.Dimensions.member.{d}.Value"), value);
        }
        put("MetricStat.Period", &FIGURE_SECS.to_string());
        put("MetricStat.Stat", statistic);
    }
    asked
}

/// One page: of each question two lists of the same length.
fn add(reply: &Document<'_>, told: &mut Told, said: &mut Said) {
    let results = child(reply.root_element(), "GetMetricDataResult").and_then(|node| child(node, "MetricDataResults"));
    for result in results.into_iter().flat_map(members) {
        let Some(id) = text(result, "Id") else { continue };
        let listed = |name: &str| child(result, name).into_iter().flat_map(members).filter_map(|node| node.text());
        let figures = listed("Timestamps").zip(listed("Values"));
        let figures = figures.filter_map(|(at, value)| Some((at.trim().parse().ok()?, whole_number(value)?)));
        let _ = said.insert(id.clone(), text(result, "StatusCode").unwrap_or_default());
        told.entry(id).or_default().extend(figures);
    }
}

/// Whether each answer came to its end. CloudWatch says of each for itself whether it could give it: what it could not is
/// not the same as nothing.
fn whole(said: &Said) -> Result<(), PortError> {
    for (id, metric, _) in QUESTIONS {
        let status = said.get(id).map_or("NoAnswer", String::as_str);
        if status != "Complete" {
            return Err(FIGURES.rejected(status, &format!("CloudWatch did not give the figures of {metric}")));
        }
    }
    Ok(())
}

fn of(mut told: Told) -> RuleFigures {
    let mut last = |id: &str| told.remove(id).and_then(|figures| figures.into_values().next_back());
    let (operations_pending, bytes_pending, behind_secs) = (last("operations"), last("bytes"), last("behind"));
    let failed = told.remove("failed").unwrap_or_default().into_iter().collect();
    RuleFigures { failed, operations_pending, bytes_pending, behind_secs }
}

/// CloudWatch writes every figure with a fraction, and large ones with an exponent. A part of one counts as one.
fn whole_number(value: &str) -> Option<u64> {
    let value: f64 = value.trim().parse().ok()?;
    format!("{:.0}", value.ceil()).parse().ok()
}

fn child<'a>(node: Node<'a, 'a>, name: &str) -> Option<Node<'a, 'a>> {
    node.children().find(|child| child.tag_name().name() == name)
}

fn members<'a>(node: Node<'a, 'a>) -> impl Iterator<Item = Node<'a, 'a>> {
    node.children().filter(|child| child.tag_name().name() == "member")
}

fn text(node: Node<'_, '_>, name: &str) -> Option<String> {
    child(node, name)?.text().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_service::{Reply, TestService};

    fn page(results: &str, next: &str) -> Reply {
        let body = format!(
            "<GetMetricDataResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\"><GetMetricDataResult>\
             <MetricDataResults>{results}</MetricDataResults>{next}</GetMetricDataResult></GetMetricDataResponse>"
        );
        Reply::Answer(200, body)
    }

    fn result(id: &str, figures: &[(&str, &str)]) -> String {
        let list = |of: fn(&(&str, &str)) -> String| figures.iter().map(of).collect::<String>();
        let (times, values) =
            (list(|it| format!("<member>{}</member>", it.0)), list(|it| format!("<member>{}</member>", it.1)));
        format!(
            "<member><Id>{id}</Id><Label>{id}</Label><StatusCode>Complete</StatusCode><Timestamps>{times}</Timestamps><Values>{values}</Values></member>"
        )
    }

    async fn asked(service: &TestService) -> Result<RuleFigures, PortError> {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let plan = crate::wire_tests::fixture::replication();
        figures(&Signed::new(&service.config()), &plan, at("2026-11-19T21:00:00.5Z"), at("2026-11-20T21:00:00Z")).await
    }

    const EARLY: &str = "2026-11-20T06:00:00Z";
    const LATE: &str = "2026-11-20T20:55:00Z";

    #[tokio::test]
    async fn failures_are_told_span_by_span_and_what_waits_as_it_was_at_last() {
        let results = [
            result("failed", &[(LATE, "2.0"), (EARLY, "1.5E3")]),
            result("operations", &[(EARLY, "9.0"), (LATE, "3.0")]),
            result("behind", &[(LATE, "0.4"), (EARLY, "90.0")]),
            result("bytes", &[]),
        ];
        let told = asked(&TestService::new([page(&results.concat(), "")])).await.unwrap();
        assert_eq!(told.failed, [(EARLY.parse().unwrap(), 1_500), (LATE.parse().unwrap(), 2)]);
        assert_eq!((told.operations_pending, told.bytes_pending, told.behind_secs), (Some(3), None, Some(1)));
    }

    /// Results without figures for every question but these.
    fn and_nothing_else(but: &[&str]) -> String {
        QUESTIONS.iter().filter(|(id, ..)| !but.contains(id)).map(|(id, ..)| result(id, &[])).collect()
    }

    #[tokio::test]
    async fn regression_a_figure_that_cloudwatch_could_not_give_is_no_figure_of_none() {
        for status in ["InternalError", "PartialData", "Forbidden"] {
            let failed = result("failed", &[]).replace("Complete", status);
            let told = asked(&TestService::new([page(&(failed + &and_nothing_else(&["failed"])), "")])).await;
            assert!(matches!(&told, Err(PortError::Rejected { code, .. }) if code == status), "{told:?}");
        }
        let silent = asked(&TestService::new([page(&and_nothing_else(&["failed"]), "")])).await;
        assert!(silent.unwrap_err().to_string().contains("OperationsFailedReplication"));
    }

    #[tokio::test]
    async fn all_pages_are_read_and_an_endless_row_of_them_is_refused() {
        let next = "<NextToken>more</NextToken>";
        // What had ended on the first page is not told of again on the second.
        let begun = result("failed", &[(LATE, "2.0")]).replace("Complete", "PartialData");
        let pages =
            [page(&(begun + &and_nothing_else(&["failed"])), next), page(&result("failed", &[(EARLY, "1.0")]), "")];
        let service = TestService::new(pages);
        assert_eq!(asked(&service).await.unwrap().failed.len(), 2);
        assert!(service.asked()[1].body.ends_with("&NextToken=more"), "{:?}", service.asked());
        let endless = TestService::new((0..FIGURE_PAGES_MAX).map(|_| page("", next)));
        assert!(matches!(asked(&endless).await, Err(PortError::Rejected { code, .. }) if code == "TooManyPages"));
    }

    #[tokio::test]
    async fn a_rule_without_figures_has_none() {
        let empty = QUESTIONS.map(|(id, ..)| result(id, &[])).concat();
        assert_eq!(asked(&TestService::new([page(&empty, "")])).await, Ok(RuleFigures::default()));
    }

    #[tokio::test]
    async fn a_figure_that_is_no_number_is_left_out() {
        let odd =
            result("failed", &[(LATE, "NaN"), (EARLY, "-1.0"), ("yesterday", "1.0"), ("2026-11-20T10:00:00Z", "4.0")]);
        let told = asked(&TestService::new([page(&(odd + &and_nothing_else(&["failed"])), "")])).await.unwrap();
        assert_eq!(told.failed.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [4]);
    }
}
