//! The state machine's document, field by field.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A state machine, or the part of one that a map runs for each item.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Machine {
    #[serde(default, rename = "Comment")]
    _comment: String,
    #[serde(default, rename = "ProcessorConfig")]
    _processor: Value,
    /// The first state.
    pub start_at: String,
    /// How long the whole may take, in seconds.
    pub timeout_seconds: Option<i64>,
    pub(super) states: BTreeMap<String, State>,
}

impl Machine {
    /// Reads the repository's own state machine.
    #[must_use]
    pub fn nightly_run() -> Self {
        let text = include_str!("../../../../statemachines/nightly-run.asl.json");
        serde_json::from_str(text).expect("the interpreter knows every word of the state machine")
    }
}

#[derive(Debug, Deserialize)]
#[serde(tag = "Type")]
pub(super) enum State {
    Pass(Pass),
    Task(Task),
    Choice(Choice),
    Wait(Wait),
    Map(Box<Map>),
    Succeed(#[expect(dead_code, reason = "it is read for its words only")] Succeed),
    Fail(Fail),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Pass {
    #[serde(default, rename = "Comment")]
    _comment: String,
    pub(super) result: Option<Value>,
    pub(super) parameters: Option<Value>,
    pub(super) result_path: String,
    pub(super) next: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Task {
    #[serde(default, rename = "Comment")]
    _comment: String,
    pub(super) resource: Resource,
    pub(super) parameters: Invocation,
    pub(super) result_selector: Value,
    pub(super) result_path: String,
    pub(super) timeout_seconds: Option<i64>,
    pub(super) timeout_seconds_path: Option<String>,
    pub(super) retry: Vec<Retrier>,
    pub(super) catch: Vec<Catcher>,
    pub(super) next: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Resource {
    #[serde(rename = "arn:aws:states:::lambda:invoke")]
    Invoke,
    #[serde(rename = "arn:aws:states:::lambda:invoke.waitForTaskToken")]
    InvokeAndWait,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Invocation {
    pub(super) function_name: Function,
    pub(super) payload: Value,
}

/// A Lambda function that the state machine calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Function {
    /// `check-job`
    #[serde(rename = "${CheckJobFunctionArn}")]
    CheckJob,
    /// `start-job`
    #[serde(rename = "${StartJobFunctionArn}")]
    StartJob,
    /// `confirm-batch-job`
    #[serde(rename = "${ConfirmBatchJobFunctionArn}")]
    ConfirmBatchJob,
    /// `verify-job`
    #[serde(rename = "${VerifyJobFunctionArn}")]
    VerifyJob,
    /// `write-report`
    #[serde(rename = "${WriteReportFunctionArn}")]
    WriteReport,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Retrier {
    pub(super) error_equals: Vec<String>,
    #[serde(default = "one")]
    pub(super) interval_seconds: f64,
    pub(super) max_attempts: u32,
    #[serde(default = "two")]
    pub(super) backoff_rate: f64,
    pub(super) max_delay_seconds: Option<f64>,
    pub(super) jitter_strategy: Option<Jitter>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Jitter {
    Full,
}

const fn one() -> f64 {
    1.0
}

const fn two() -> f64 {
    2.0
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Catcher {
    pub(super) error_equals: Vec<String>,
    pub(super) result_path: String,
    pub(super) next: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Choice {
    #[serde(default, rename = "Comment")]
    _comment: String,
    pub(super) choices: Vec<Rule>,
    pub(super) default: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Rule {
    #[serde(default)]
    pub(super) and: Vec<Test>,
    pub(super) variable: Option<String>,
    pub(super) string_equals: Option<String>,
    pub(super) next: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Test {
    pub(super) variable: String,
    pub(super) string_equals: Option<String>,
    pub(super) numeric_greater_than: Option<i64>,
    pub(super) numeric_less_than: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Wait {
    pub(super) seconds_path: String,
    pub(super) next: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Map {
    pub(super) item_reader: ItemReader,
    pub(super) max_concurrency_path: String,
    #[serde(rename = "ToleratedFailureCount")]
    _tolerated: u32,
    #[serde(deserialize_with = "shared")]
    pub(super) item_processor: Rc<Machine>,
    #[serde(rename = "ResultPath")]
    _result_path: Option<String>,
    #[serde(rename = "Catch")]
    _catch: Vec<Catcher>,
    pub(super) next: String,
}

fn shared<'de, D: Deserializer<'de>>(document: D) -> Result<Rc<Machine>, D::Error> {
    Machine::deserialize(document).map(Rc::new)
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ItemReader {
    #[serde(rename = "Resource")]
    _resource: String,
    #[serde(rename = "ReaderConfig")]
    _config: Value,
    pub(super) parameters: S3Object,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct S3Object {
    #[serde(rename = "Bucket")]
    _bucket: String,
    #[serde(rename = "Key.$")]
    pub(super) key: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Succeed {
    #[serde(default, rename = "Comment")]
    _comment: String,
    #[serde(default, rename = "OutputPath")]
    _output_path: Value,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Fail {
    pub(super) error: String,
    #[serde(rename = "Cause")]
    _cause: String,
}
