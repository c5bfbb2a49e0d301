//! The other account's half: looked at, told, then made so or taken out again with that account's own credentials.

use nightferry_domain::provision::{Change, Changeset, OtherSide, Step, diff};
use nightferry_domain::stack::Stack;

use super::carry_out;
use super::error::ProvisionError;
use super::observe::look_at_other;
use super::ports::Account;

/// Looks into the other account, and tells what its half lacks. Changes nothing.
///
/// # Errors
/// `Refused` when something stands in the way that no step may touch.
pub async fn plan<A: Account>(
    account: &A,
    stack: &Stack,
    owner: &str,
    side: &OtherSide,
) -> Result<Changeset, ProvisionError> {
    let there = look_at_other(account, owner, side).await.map_err(ProvisionError::unseen)?;
    diff::towards_other(stack, owner, side, &there).map_err(ProvisionError::refused)
}

/// Looks into the other account, and tells what is ours in it.
///
/// # Errors
/// `Refused` when a policy there can't be read.
pub async fn plan_destroy<A: Account>(
    account: &A,
    stack: &Stack,
    owner: &str,
    side: &OtherSide,
) -> Result<Changeset, ProvisionError> {
    let there = look_at_other(account, owner, side).await.map_err(ProvisionError::unseen)?;
    diff::away_other(stack, owner, side, &there).map_err(ProvisionError::refused)
}

/// Does what [`plan`] or [`plan_destroy`] told, telling each step before it is taken.
///
/// # Errors
/// The first step that fails; what was done before stands.
pub async fn carry<A: Account>(
    account: &A,
    stack: &Stack,
    changeset: &Changeset,
    tell: &mut dyn FnMut(&Change, &Step),
) -> Result<(), ProvisionError> {
    carry_out::carry_out(account, stack, None, changeset, tell).await
}
