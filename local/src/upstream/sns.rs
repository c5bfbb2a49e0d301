//! Topics: who may publish to one, and publishing.

use hyper::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::{Ask, Upstream, UpstreamError};

/// The topic's own policy; `None` when it has none.
pub async fn policy(sns: &Upstream, topic: &str) -> Result<Option<Value>, UpstreamError> {
    let xml = query(sns, "GetTopicAttributes", &[("TopicArn".to_owned(), topic.to_owned())]).await?;
    let unreadable = |error: roxmltree::Error| UpstreamError::Unreadable {
        request: "sns GetTopicAttributes".to_owned(),
        reason: error.to_string(),
    };
    let document = roxmltree::Document::parse(&xml).map_err(unreadable)?;
    let named = |name: &str, text: &str| {
        document.descendants().find(|node| node.tag_name().name() == name && node.text() == Some(text))
    };
    let entry = named("key", "Policy").and_then(|key| key.parent());
    let value = entry.and_then(|entry| entry.children().find(|node| node.tag_name().name() == "value"));
    Ok(value.and_then(|value| value.text()).and_then(|text| serde_json::from_str(text).ok()))
}

/// Publishes a message with its attributes, all of them texts.
pub async fn publish(
    sns: &Upstream,
    topic: &str,
    subject: &str,
    message: &str,
    attributes: &[(&str, &str)],
) -> Result<(), UpstreamError> {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut fields = vec![pair("TopicArn", topic), pair("Subject", subject), pair("Message", message)];
    for (number, (name, value)) in (1..).zip(attributes) {
        let member = |field: &str| format!("MessageAttributes.entry.{number}.{field}");
        fields.push((member("Name"), (*name).to_owned()));
        fields.push((member("Value.DataType"), "String".to_owned()));
        fields.push((member("Value.StringValue"), (*value).to_owned()));
    }
    query(sns, "Publish", &fields).await.map(drop)
}

async fn query(sns: &Upstream, action: &str, fields: &[(String, String)]) -> Result<String, UpstreamError> {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let form = fields.iter().fold(format!("Action={action}&Version=2010-03-31"), |form, (key, value)| {
        format!("{form}&{}={}", encoded(key), encoded(value))
    });
    let ask = Ask::new(Method::POST, "sns", "/").header("content-type", "application/x-www-form-urlencoded").body(form);
    Ok(String::from_utf8_lossy(&sns.read(ask).await?).into_owned())
}
