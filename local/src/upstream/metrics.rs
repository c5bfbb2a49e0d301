//! CloudWatch: what a service hands to it, figure by figure.

use hyper::Method;
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Ask, Upstream, UpstreamError};

/// A metric of one thing.
#[derive(Debug, Clone, Copy)]
pub struct Metric<'a> {
    /// Such as `AWS/S3`.
    pub namespace: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Of which thing.
    pub dimensions: &'a [(&'a str, &'a str)],
}

/// What many measurements come to.
#[derive(Debug, Clone, Copy)]
pub struct Statistics {
    /// How many they are.
    pub count: u64,
    /// Their sum.
    pub sum: u64,
    /// The smallest.
    pub minimum: u64,
    /// The largest.
    pub maximum: u64,
}

/// Hands a figure over.
pub async fn put(
    aws: &Upstream,
    metric: Metric<'_>,
    at: Timestamp,
    statistics: Statistics,
) -> Result<(), UpstreamError> {
    let Statistics { count, sum, minimum, maximum } = statistics;
    let mut fields = vec![
        ("Namespace".to_owned(), metric.namespace.to_owned()),
        ("MetricData.member.1.MetricName".to_owned(), metric.name.to_owned()),
        ("MetricData.member.1.Timestamp".to_owned(), at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
    ];
    for (number, (name, value)) in (1..).zip(metric.dimensions) {
        fields.push((format!("MetricData.member.1.Dimensions.member.{number}.Name"), (*name).to_owned()));
        fields.push((format!("MetricData.member.1.Dimensions.member.{number}.Value"), (*value).to_owned()));
    }
    for (name, value) in [("SampleCount", count), ("Sum", sum), ("Minimum", minimum), ("Maximum", maximum)] {
        fields.push((format!("MetricData.member.1.StatisticValues.{name}"), value.to_string()));
    }
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let form = fields.iter().fold("Action=PutMetricData&Version=2010-08-01".to_owned(), |form, (name, value)| {
        format!("{form}&{}={}", encoded(name), encoded(value))
    });
    let ask = Ask::new(Method::POST, "monitoring", "/");
    aws.read(ask.header("content-type", "application/x-www-form-urlencoded").body(form)).await.map(drop)
}
