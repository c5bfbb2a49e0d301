//! `agent activate`: look, ask the agent for its key, make it, wait until it is ONLINE.

use nightferry_domain::agent::activation::{
    self, AgentSeen, LOOK_AGAIN_SECS, Next, ONLINE_SECS_MAX, Order, key_spent, not_online,
};
use nightferry_domain::agent::{ActivationRequest, AgentAddress, FetchedKey, KeyRefused};
use nightferry_domain::diagnosis::{Evidence, Speaker, diagnose_from};
use nightferry_domain::outcome::Cause;

use super::ports::{AgentKeys, Agents, Pause};
use crate::error::PortError;
use crate::ports::Clock;

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activated {
    /// The agent's ARN.
    pub arn: String,
    /// Whether this call made it.
    pub is_new: bool,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// The agent is asked for its key.
    Asking,
    /// The key is there, the agent is being made.
    Making,
    /// It is made; for so many seconds it has not been ONLINE.
    Waiting {
        /// Its ARN.
        arn: String,
        /// As DataSync calls it.
        status: String,
        /// Since the waiting began.
        secs: u64,
    },
}

/// Why an agent is not activated. Activating again is always safe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActivateError {
    /// A service did not answer as needed, and nothing is known of why.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The cause is known, with what to do.
    #[error("{}. {}", .0.what, .0.fix)]
    Refused(Cause),
}

impl From<KeyRefused> for ActivateError {
    fn from(refused: KeyRefused) -> Self {
        Self::Refused(refused.cause())
    }
}

/// Where an agent is asked, and for what.
pub type Question = (AgentAddress, ActivationRequest);

/// Activates an agent, unless it is already. Only if it has to be asked, `question` finds out where and for what.
///
/// # Errors
/// See [`ActivateError`]. The key is forgotten with this call, whatever comes of it.
pub async fn activate(
    world: &(impl Agents + AgentKeys + Clock + Pause),
    order: &Order,
    question: impl AsyncFnOnce() -> Result<Question, ActivateError>,
    tell: &mut dyn FnMut(Progress),
) -> Result<Activated, ActivateError> {
    let (arn, is_new) = match activation::next(order, &world.named(&order.name).await?) {
        Next::Ready { arn } => return Ok(Activated { arn, is_new: false }),
        Next::Refused(cause) => return Err(ActivateError::Refused(cause)),
        Next::Wait { arn } => (arn, false),
        Next::Ask => {
            let (address, request) = question().await?;
            tell(Progress::Asking);
            let asked_at = world.now();
            let key = world.key(address, &request).await?;
            tell(Progress::Making);
            (make(world, order, &FetchedKey { key, asked_at }).await?, true)
        }
    };
    wait(world, order, &arn, tell).await?;
    Ok(Activated { arn, is_new })
}

/// Makes the agent. After any failure it looks first: the call may have been carried out, by this try or by somebody
/// else's at the same time, and then the key is spent and the agent there.
async fn make(world: &(impl Agents + Clock), order: &Order, fetched: &FetchedKey) -> Result<String, ActivateError> {
    if !fetched.is_fresh(world.now()) {
        return Err(ActivateError::Refused(key_spent(order)));
    }
    let error = match world.create(order, &fetched.key).await {
        Ok(arn) => return Ok(arn),
        Err(error) => error,
    };
    match activation::next(order, &world.named(&order.name).await?) {
        Next::Ready { arn } | Next::Wait { arn } => Ok(arn),
        Next::Refused(cause) => Err(ActivateError::Refused(cause)),
        Next::Ask => Err(explained(error)),
    }
}

/// `CreateAgent`'s words are in the catalogue; where they are not, they stay as they are.
fn explained(error: PortError) -> ActivateError {
    let PortError::Rejected { code, message, .. } = &error else { return ActivateError::Port(error) };
    let evidence = Evidence { code, message };
    let row = diagnose_from(Speaker::Agent, &evidence);
    if row.id == "unknown" { ActivateError::Port(error) } else { ActivateError::Refused(row.cause(&evidence)) }
}

async fn wait(
    world: &(impl Agents + Pause),
    order: &Order,
    arn: &str,
    tell: &mut dyn FnMut(Progress),
) -> Result<(), ActivateError> {
    let mut secs = 0;
    loop {
        let AgentSeen { status, .. } = match world.described(arn).await {
            Ok(seen) if seen.is_online() => return Ok(()),
            Ok(seen) => seen,
            Err(error) => return Err(ActivateError::Port(error)),
        };
        if secs >= ONLINE_SECS_MAX {
            return Err(ActivateError::Refused(not_online(order, arn, &status)));
        }
        tell(Progress::Waiting { arn: arn.to_owned(), status, secs });
        world.pause(LOOK_AGAIN_SECS).await;
        secs = secs.saturating_add(LOOK_AGAIN_SECS);
    }
}
