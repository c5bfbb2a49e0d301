//! A user's function has looked into a drill's machine, or has not: its word is kept, and the drill is judged by it.

use nightferry_domain::ids::RunId;
use nightferry_domain::plan::JobName;
use nightferry_domain::restore::drill::Content;
use serde::Deserialize;
use serde_json::Value;

use crate::error::WorkflowError;
use crate::ports::World;
use crate::step::{Step, load_job, save_job};
use crate::verify_job::{self, verify_job};

/// What the state machine tells.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Request {
    /// The night.
    pub run_id: RunId,
    /// Its item.
    pub job: JobName,
    /// What the check came to.
    #[serde(flatten)]
    pub checked: Checked,
}

/// The function's answer, or what was seen of its failure.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, try_from = "Told")]
pub enum Checked {
    /// It answered.
    Answer(Content),
    /// It did not.
    Broke(Content),
}

#[derive(Deserialize)]
struct Told {
    answer: Option<Value>,
    error: Option<Value>,
}

impl TryFrom<Told> for Checked {
    type Error = String;

    fn try_from(told: Told) -> Result<Self, String> {
        match (told.answer, told.error) {
            (Some(answer), None) => Ok(Self::Answer(Content::read(&answer))),
            (_, Some(error)) => Ok(Self::Broke(Content::broke(&error.to_string()))),
            (None, None) => Err("missing field `answer` or `error`".to_owned()),
        }
    }
}

/// Keeps the check's word, then judges. The first word counts: a check that is told of twice is not asked twice.
///
/// # Errors
/// When something outside does not answer, or the job is no drill. Calling again is safe.
#[tracing::instrument(skip_all, fields(run.id = %request.run_id, job.name = %request.job))]
pub async fn check_restore<W: World>(world: &W, request: &Request) -> Result<Step, WorkflowError> {
    let mut job = load_job(world, &request.run_id, &request.job).await?;
    if job.record.spec.work.restore().is_none_or(|restore| !restore.is_drill()) {
        return Err(WorkflowError::Invalid {
            what: format!("job `{}` is no drill, so nothing is checked", request.job),
        });
    }
    if job.record.settlement().is_none() && job.record.drill.content.is_none() {
        let (Checked::Answer(content) | Checked::Broke(content)) = request.checked.clone();
        tracing::info!(?content, "the check has told");
        job.record.drill.content = Some(content);
        save_job(world, &mut job, None).await?;
    }
    verify_job(
        world,
        &verify_job::Request { run_id: request.run_id.clone(), job: request.job.clone(), gives_up: false },
    )
    .await
}
