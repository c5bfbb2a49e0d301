//! `plan`, `apply` and `destroy`: look, compare, then do one step after the other.
//!
//! There is no file of state: what carries the stack's tags is the state. So a run that dies between any two calls, or
//! whose last reply got lost, leaves nothing that the next run does not see and complete.

mod carry_out;
pub mod error;
mod observe;
pub mod other;
pub mod ports;
mod step;
mod vault_ports;
mod vault_step;

#[cfg(test)]
mod tests;

use nightferry_domain::plan::Plan;
use nightferry_domain::provision::{Change, Changeset, Step, desired, diff};
use nightferry_domain::stack::Stack;

pub use error::ProvisionError;
pub use observe::{Wanted, observe};
pub use ports::{Account, Marked};

/// Looks, and tells what `apply` would do. Changes nothing.
///
/// # Errors
/// `Refused` when something stands in the way that no step may touch.
pub async fn plan<A: Account>(account: &A, stack: &Stack, plan: &Plan) -> Result<Changeset, ProvisionError> {
    let desired = desired(plan, stack);
    let observed = observe(account, stack, &Wanted::of(&desired)).await?;
    diff::towards(plan, &desired, &observed).map_err(ProvisionError::refused)
}

/// Does what [`plan`] told, telling each step before it is taken. Ends at the first step that fails; `plan` and `apply`
/// again complete what is left.
pub async fn apply<A: Account>(
    account: &A,
    stack: &Stack,
    plan: &Plan,
    changeset: &Changeset,
    tell: &mut dyn FnMut(&Change, &Step),
) -> Result<(), ProvisionError> {
    carry_out::carry_out(account, stack, Some(plan), changeset, tell).await
}

/// Looks, and tells what `destroy` would delete: what carries the stack's tags and names, nothing else.
///
/// # Errors
/// `Refused` while one of the tasks is being executed.
pub async fn plan_destroy<A: Account>(account: &A, stack: &Stack) -> Result<Changeset, ProvisionError> {
    let observed = observe(account, stack, &Wanted::default()).await?;
    diff::away(stack, &observed).map_err(ProvisionError::refused)
}

/// Does what [`plan_destroy`] told. What is gone already is no error.
pub async fn destroy<A: Account>(
    account: &A,
    stack: &Stack,
    changeset: &Changeset,
    tell: &mut dyn FnMut(&Change, &Step),
) -> Result<(), ProvisionError> {
    carry_out::carry_out(account, stack, None, changeset, tell).await
}
