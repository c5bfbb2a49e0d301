//! Takes the steps of a changeset, one after the other, in the order in which they are safe.

use nightferry_domain::diagnosis::{Evidence, diagnose_change};
use nightferry_domain::plan::Plan;
use nightferry_domain::provision::{Change, Changeset, Step};
use nightferry_domain::stack::Stack;

use super::error::ProvisionError;
use super::ports::Account;
use super::step::{Made, take};
use crate::error::PortError;

/// Seconds before each further try: two minutes in all, which is how long IAM may take to show a new role everywhere.
const WAITS_SECS: [u64; 7] = [2, 4, 8, 16, 30, 30, 30];
/// What DataSync says of a role that it can't see yet, by diagnosis.
const UNTIL_THE_ROLE_IS_SEEN: [&str; 2] = ["role-not-assumable", "bucket-access-denied"];
/// What AWS Backup says of such a role.
const NOT_YET_ASSUMABLE: &str = "cannot be assumed by AWS Backup";

/// What every step of one run is taken with.
pub(super) struct Run<'a, A> {
    pub(super) account: &'a A,
    pub(super) stack: &'a Stack,
    /// Nothing for `destroy`.
    pub(super) plan: Option<&'a Plan>,
}

pub(super) async fn carry_out<A: Account>(
    account: &A,
    stack: &Stack,
    plan: Option<&Plan>,
    changeset: &Changeset,
    tell: &mut dyn FnMut(&Change, &Step),
) -> Result<(), ProvisionError> {
    let run = Run { account, stack, plan };
    let mut made = Made::staying(changeset.tasks.clone());
    let steps = changeset.steps();
    for (taken, (change, step)) in steps.iter().enumerate() {
        tell(change, step);
        let outcome = take_patiently(&run, step, &mut made).await;
        outcome.map_err(|refusal| ProvisionError::step(change, step, (taken, steps.len()), refusal))?;
    }
    Ok(())
}

async fn take_patiently<A: Account>(run: &Run<'_, A>, step: &Step, made: &mut Made) -> Result<(), PortError> {
    for wait_secs in WAITS_SECS {
        match take(run, step, made).await {
            Err(refusal) if passes(step, &refusal) => run.account.pause(wait_secs).await,
            outcome => return outcome,
        }
    }
    take(run, step, made).await
}

/// Whether the same request can succeed a little later. A request whose reply got lost is not repeated: it may have
/// made something, and the next run will see that.
fn passes(step: &Step, refusal: &PortError) -> bool {
    match refusal {
        PortError::Retryable { .. } => true,
        PortError::Rejected { code, message, .. } => {
            let id = diagnose_change(&Evidence { code, message }).id;
            let is_unseen = matches!(step, Step::CreateSelection(..)) && message.contains(NOT_YET_ASSUMABLE);
            is_unseen || matches!(step, Step::CreateLocation(..)) && UNTIL_THE_ROLE_IS_SEEN.contains(&id)
        }
        PortError::Ambiguous { .. } | PortError::Missing { .. } => false,
    }
}
