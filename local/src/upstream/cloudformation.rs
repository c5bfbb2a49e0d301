//! Stacks: made or brought up to date, waited for, and asked why they failed.

use std::time::Duration;

use hyper::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Ask, Upstream, UpstreamError};

/// Pause between two looks at a stack, in milliseconds.
const LOOK_MILLIS: u64 = 200;
/// How many looks a stack gets: five minutes' worth.
const MAX_LOOKS: usize = 1500;

/// States of a stack whose making failed.
const NEVER_MADE: [&str; 3] = ["CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"];

/// A stack that is to be as its template says.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// Its name.
    pub stack: &'a str,
    /// Where the template lies in S3.
    pub template_url: &'a str,
    /// Parameters that differ from their defaults.
    pub parameters: &'a [(String, String)],
}

/// One thing that went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The logical id in the template.
    pub resource: String,
    /// Its type.
    pub kind: String,
    /// CloudFormation's words.
    pub reason: String,
}

/// The state in which a stack came to rest, and what failed on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rested {
    /// For example `CREATE_COMPLETE`.
    pub status: String,
    /// What failed, oldest first.
    pub failures: Vec<Failure>,
    /// The stack's outputs.
    pub outputs: Vec<(String, String)>,
}

/// The status of a stack, with its outputs; `None` when there is none.
async fn described(cloudformation: &Upstream, stack: &str) -> Result<Option<Rested>, UpstreamError> {
    let answer = match query(cloudformation, "DescribeStacks", &[("StackName".to_owned(), stack.to_owned())]).await {
        Ok(answer) => answer,
        Err(UpstreamError::Refused { status: 400 | 404, code, .. }) if code.contains("ValidationError") => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let document =
        roxmltree::Document::parse(&answer).map_err(|error| unreadable("DescribeStacks", &error.to_string()))?;
    let first = |name: &str| {
        document
            .descendants()
            .find(|node| node.has_tag_name(name))
            .and_then(|node| node.text())
            .unwrap_or_default()
            .to_owned()
    };
    let outputs = document.descendants().filter(|node| text_of(*node, "OutputKey").is_some());
    let outputs = outputs.filter_map(|node| Some((text_of(node, "OutputKey")?, text_of(node, "OutputValue")?)));
    let status = status_of(&document).unwrap_or_else(|| first("StackStatus"));
    Ok(Some(Rested { status, failures: Vec::new(), outputs: outputs.collect() })
        .filter(|stack| stack.status != "DELETE_COMPLETE"))
}

fn status_of(document: &roxmltree::Document<'_>) -> Option<String> {
    let node = document.descendants().find(|node| node.tag_name().name() == "StackStatus")?;
    node.text().map(str::to_owned)
}

fn text_of(node: roxmltree::Node<'_, '_>, name: &str) -> Option<String> {
    let child = node.children().find(|child| child.tag_name().name() == name)?;
    Some(child.text().unwrap_or_default().to_owned())
}

/// Makes the stack or brings it up to date, and waits until it rests. One whose making failed is removed first: CloudFormation updates no such stack.
pub async fn deploy(cloudformation: &Upstream, wanted: &Wanted<'_>) -> Result<Rested, UpstreamError> {
    let operation = match described(cloudformation, wanted.stack).await? {
        None => "CreateStack",
        Some(found) if NEVER_MADE.contains(&found.status.as_str()) => {
            remove(cloudformation, wanted.stack).await?;
            "CreateStack"
        }
        Some(_) => "UpdateStack",
    };
    match query(cloudformation, operation, &form(wanted)).await {
        Ok(_) => {}
        // Nothing to update is a stack as wanted.
        Err(UpstreamError::Refused { message, .. }) if message.contains("No updates") => {}
        Err(error) => return Err(error),
    }
    rested(cloudformation, wanted.stack).await
}

async fn remove(cloudformation: &Upstream, stack: &str) -> Result<(), UpstreamError> {
    let _ = query(cloudformation, "DeleteStack", &[("StackName".to_owned(), stack.to_owned())]).await?;
    for _ in 0..MAX_LOOKS {
        if described(cloudformation, stack).await?.is_none() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(LOOK_MILLIS)).await;
    }
    Err(unreadable("DeleteStack", &format!("the stack {stack}, whose making failed, does not go away")))
}

fn form(wanted: &Wanted<'_>) -> Vec<(String, String)> {
    let mut fields = vec![
        ("StackName".to_owned(), wanted.stack.to_owned()),
        ("TemplateURL".to_owned(), wanted.template_url.to_owned()),
    ];
    for (number, capability) in ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"].iter().enumerate()
    {
        fields.push((format!("Capabilities.member.{}", number + 1), (*capability).to_owned()));
    }
    for (number, (key, value)) in wanted.parameters.iter().enumerate() {
        fields.push((format!("Parameters.member.{}.ParameterKey", number + 1), key.clone()));
        fields.push((format!("Parameters.member.{}.ParameterValue", number + 1), value.clone()));
    }
    fields
}

async fn rested(cloudformation: &Upstream, stack: &str) -> Result<Rested, UpstreamError> {
    for _ in 0..MAX_LOOKS {
        if let Some(found) =
            described(cloudformation, stack).await?.filter(|found| !found.status.ends_with("_IN_PROGRESS"))
        {
            return Ok(Rested { failures: failures(cloudformation, stack).await?, ..found });
        }
        tokio::time::sleep(Duration::from_millis(LOOK_MILLIS)).await;
    }
    Err(unreadable("DescribeStacks", &format!("the stack {stack} does not come to rest")))
}

/// What the stack's events say, and what CloudFormation found before it touched anything, which only its own operation tells.
async fn failures(cloudformation: &Upstream, stack: &str) -> Result<Vec<Failure>, UpstreamError> {
    let mut all = Vec::new();
    for operation in ["DescribeEvents", "DescribeStackEvents"] {
        let answer = query(cloudformation, operation, &[("StackName".to_owned(), stack.to_owned())]).await?;
        let document =
            roxmltree::Document::parse(&answer).map_err(|error| unreadable(operation, &error.to_string()))?;
        let mut found: Vec<Failure> = document.descendants().filter_map(failure).collect();
        found.reverse();
        all.extend(found);
    }
    Ok(all)
}

fn failure(event: roxmltree::Node<'_, '_>) -> Option<Failure> {
    let status = text_of(event, "ResourceStatus").or_else(|| text_of(event, "ValidationStatus"))?;
    status.ends_with("FAILED").then(|| Failure {
        resource: text_of(event, "LogicalResourceId").unwrap_or_default(),
        kind: text_of(event, "ResourceType").unwrap_or_default(),
        reason: text_of(event, "ResourceStatusReason")
            .or_else(|| text_of(event, "ValidationStatusReason"))
            .unwrap_or_default(),
    })
}

async fn query(cloudformation: &Upstream, action: &str, fields: &[(String, String)]) -> Result<String, UpstreamError> {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let form = fields.iter().fold(format!("Action={action}&Version=2010-05-15"), |form, (key, value)| {
        format!("{form}&{}={}", encoded(key), encoded(value))
    });
    let ask = Ask::new(Method::POST, "cloudformation", "/")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form);
    let answer = cloudformation.read(ask).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn unreadable(operation: &str, reason: &str) -> UpstreamError {
    UpstreamError::Unreadable { request: format!("cloudformation {operation}"), reason: reason.to_owned() }
}
