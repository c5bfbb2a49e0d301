//! From an event to a use case and back: an input that makes no sense, and errors by the names that the state machine
//! matches.

use lambda_runtime::{Diagnostic, LambdaEvent};
use nightferry_domain::printable::{printable, quoted};
use nightferry_workflow::WorkflowError;
use nightferry_workflow::error::PortError;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Most characters of serde's words that are repeated in one piece.
const WORDS_CHARS_MAX: usize = 200;

/// What a function answers when it can't: logged once, here, on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(WorkflowError);

impl From<WorkflowError> for Failure {
    fn from(error: WorkflowError) -> Self {
        Self(error)
    }
}

impl From<Failure> for Diagnostic {
    fn from(Failure(error): Failure) -> Self {
        Self { error_type: error.name().to_owned(), error_message: error.to_string() }
    }
}

/// Reads the event, runs the use case on it, and logs its failure.
pub async fn answer<Q, A>(
    event: LambdaEvent<Value>,
    use_case: impl AsyncFnOnce(Q) -> Result<A, WorkflowError>,
) -> Result<A, Failure>
where
    Q: DeserializeOwned,
{
    let answer = match serde_path_to_error::deserialize(event.payload) {
        // Boxed: with all clients inside, the future is too deep for the compiler to lay out in one piece.
        Ok(request) => Box::pin(use_case(request)).await,
        Err(error) => Err(WorkflowError::Invalid { what: unreadable(&error) }),
    };
    answer.map_err(|error| {
        log(&error);
        Failure(error)
    })
}

/// Names the field, and never repeats more of the input than is needed to know it again.
fn unreadable(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    let field = error.path().to_string();
    let why = shortened(&error.inner().to_string());
    match field.as_str() {
        "." => format!("the input can't be read: {why}"),
        _ => format!("the input can't be read: `{}`: {why}", quoted(&field)),
    }
}

/// Serde quotes the whole value in the middle of its words, so that what was expected stands at their end.
fn shortened(words: &str) -> String {
    let (begin, rest) = words.char_indices().nth(WORDS_CHARS_MAX).map_or((words, ""), |(at, _)| words.split_at(at));
    if rest.is_empty() {
        return printable(begin, WORDS_CHARS_MAX);
    }
    let end: Vec<char> = rest.chars().rev().take(WORDS_CHARS_MAX).collect();
    let end: String = end.into_iter().rev().collect();
    format!("{}...{}", quoted(begin).trim_end_matches('.'), printable(&end, WORDS_CHARS_MAX))
}

/// What the state machine tries again is a warning; the rest is for a person.
fn log(error: &WorkflowError) {
    let name = error.name();
    if is_tried_again(error) {
        tracing::warn!(error.name = name, "not done yet: {error}");
    } else {
        tracing::error!(error.name = name, "not done: {error}");
    }
}

fn is_tried_again(error: &WorkflowError) -> bool {
    match error {
        WorkflowError::Port(PortError::Retryable { .. } | PortError::Ambiguous { .. })
        | WorkflowError::Conflict { .. }
        | WorkflowError::AttemptClaimed { .. } => true,
        WorkflowError::Port(PortError::Rejected { .. } | PortError::Missing { .. })
        | WorkflowError::NotFound { .. }
        | WorkflowError::Invalid { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use lambda_runtime::Context;
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Deserialize)]
    struct Question {
        run_id: String,
    }

    fn event(payload: Value) -> LambdaEvent<Value> {
        LambdaEvent::new(payload, Context::default())
    }

    #[tokio::test]
    async fn an_event_becomes_a_request_and_its_answer_goes_back() {
        let answer = answer(event(json!({"run_id": "a"})), async |question: Question| Ok(question.run_id)).await;
        assert_eq!(answer, Ok("a".to_owned()));
    }

    #[tokio::test]
    async fn an_input_that_makes_no_sense_is_rejected_by_name() {
        let failure =
            answer(event(json!({"run": 1})), async |question: Question| Ok(question.run_id)).await.unwrap_err();
        let diagnostic = Diagnostic::from(failure);
        assert_eq!(diagnostic.error_type, "Nightferry.Rejected");
        assert_eq!(diagnostic.error_message, "the input can't be read: missing field `run_id`");
    }

    #[tokio::test]
    async fn a_busy_service_goes_out_under_the_name_that_is_tried_again() {
        let busy = PortError::Retryable { service: "DataSync", operation: "DescribeTask", code: "Throttling".into() };
        let use_case = async |_: Question| Err::<(), _>(WorkflowError::Port(busy));
        let failure = answer(event(json!({"run_id": "a"})), use_case).await.unwrap_err();
        let diagnostic = Diagnostic::from(failure);
        assert_eq!(diagnostic.error_type, "Nightferry.Retryable");
        assert_eq!(diagnostic.error_message, "DataSync is busy with DescribeTask: Throttling");
    }
}
