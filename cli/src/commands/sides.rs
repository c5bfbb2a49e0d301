//! `plan`, `apply` and `destroy` of the side that is meant: the stack's own account, or the other one.

use crate::args::{Globals, PrintForm, Side, SideArgs};
use crate::commands::{other_side, provision};
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// What a person has said of an `apply`.
pub(crate) struct Said {
    /// Only the documents are wanted, in this form.
    pub(crate) print: Option<PrintForm>,
    /// Nothing is asked any more.
    pub(crate) yes: bool,
    /// Vaults that may be locked for ever.
    pub(crate) locks: Vec<String>,
}

pub(crate) async fn plan(globals: &Globals, output: Output, side: &SideArgs) -> Result<Exit, Failure> {
    match side.side {
        Side::Other => other_side::plan(globals, output, side).await,
        Side::Ours => provision::plan(globals, output).await,
    }
}

pub(crate) async fn apply(globals: &Globals, output: Output, side: &SideArgs, said: Said) -> Result<Exit, Failure> {
    match (said.print, side.side) {
        (Some(form), _) => provision::print(globals, form, side).await,
        (None, Side::Other) => other_side::apply(globals, output, side, said.yes).await,
        (None, Side::Ours) => provision::apply(globals, output, said.yes, &said.locks).await,
    }
}

pub(crate) async fn destroy(globals: &Globals, output: Output, side: &SideArgs, yes: bool) -> Result<Exit, Failure> {
    match side.side {
        Side::Other => other_side::destroy(globals, output, side, yes).await,
        Side::Ours => provision::destroy(globals, output, yes).await,
    }
}
