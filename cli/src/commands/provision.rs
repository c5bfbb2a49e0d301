//! `plan`, `apply`, `destroy`: AWS as the plan says, told before it is done.

use nightferry_aws::provision::AwsAccount;
use nightferry_domain::provision::{self, Action, Change, Changeset, Creator, Kind, print};
use nightferry_workflow::error::PortError;
use nightferry_workflow::provision::{self as carry, ProvisionError};

use crate::args::{Globals, PrintForm, SideArgs};
use crate::commands::confirm;
use crate::context::{Context, read_plan};
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Shows what `apply` would change.
pub(crate) async fn plan(globals: &Globals, output: Output) -> Result<Exit, Failure> {
    let plan = read_plan(globals)?;
    let context = Context::connect(globals).await?;
    let changeset = carry::plan(&AwsAccount::new(&context.config), &context.stack, &plan).await?;
    output.answer(&changeset, || changeset.to_string())?;
    Ok(Exit::Ok)
}

/// Prints the documents and changes nothing.
pub(crate) async fn print(globals: &Globals, form: PrintForm, side: &SideArgs) -> Result<Exit, Failure> {
    let plan = read_plan(globals)?;
    let context = Context::connect(globals).await?;
    let creator = side.creator.as_deref().unwrap_or(&context.caller);
    let desired = provision::desired(&plan, &context.stack);
    let others = provision::other_sides(&plan, &context.stack, Creator::of(creator).as_ref());
    let documents = match form {
        PrintForm::Json => serde_json::to_value(print::documents(&desired, &others)).map_err(anyhow::Error::from)?,
        PrintForm::Cloudformation => print::cloudformation(&desired, &others),
        PrintForm::Terraform => print::terraform(&desired, &others),
    };
    Output::text(&serde_json::to_string_pretty(&documents).map_err(anyhow::Error::from)?);
    Ok(Exit::Ok)
}

/// Makes AWS as the plan says.
pub(crate) async fn apply(globals: &Globals, output: Output, yes: bool, locks: &[String]) -> Result<Exit, Failure> {
    let plan = read_plan(globals)?;
    let context = Context::connect(globals).await?;
    let account = AwsAccount::new(&context.config);
    let changeset = carry::plan(&account, &context.stack, &plan).await?;
    if changeset.is_empty() {
        output.answer(&changeset, || changeset.to_string())?;
        return Ok(Exit::Ok);
    }
    Output::say(&changeset.to_string());
    accepted(&changeset, locks)?;
    if !confirm("Make it so?", yes)? {
        return Err(Failure::new(Exit::Interrupted, "nothing was changed"));
    }
    let applied = carry::apply(&account, &context.stack, &plan, &changeset, &mut tell).await;
    if let Err(ProvisionError::Step { kind: Kind::Location, .. }) = &applied {
        // The roles are there by now, so that the other account's policies can name them.
        for account in provision::other_sides(&plan, &context.stack, None).keys() {
            Output::say(&format!(
                "note: account {account} has to let us in: `nightferry apply --side other` with its profile, then this again"
            ));
        }
    }
    applied?;
    output.answer(&changeset, || "done; `nightferry check` proves that tonight can work".to_owned())?;
    Ok(Exit::Ok)
}

/// A lock that nobody can ever take off again needs the vault's name typed; `--yes` is no such word.
fn accepted(changeset: &Changeset, locks: &[String]) -> Result<(), Failure> {
    let refusals = changeset.not_accepted(locks, jiff::Timestamp::now());
    if refusals.is_empty() { Ok(()) } else { Err(ProvisionError::Refused(refusals).into()) }
}

/// Removes what `apply` made.
pub(crate) async fn destroy(globals: &Globals, output: Output, yes: bool) -> Result<Exit, Failure> {
    let context = Context::connect(globals).await?;
    let account = AwsAccount::new(&context.config);
    let changeset = carry::plan_destroy(&account, &context.stack).await?;
    if changeset.is_empty() {
        output.answer(&changeset, || left("there is nothing of this stack's plan to delete", &changeset))?;
        return Ok(Exit::Ok);
    }
    Output::say(&changeset.to_string());
    if !confirm("Delete these? The backed-up data stays.", yes)? {
        return Err(Failure::new(Exit::Interrupted, "nothing was deleted"));
    }
    carry::destroy(&account, &context.stack, &changeset, &mut tell).await?;
    output.answer(&changeset, || left("gone; the backed-up data stays where it is", &changeset))?;
    Ok(Exit::Ok)
}

/// What was done, and below it everything that could not go yet, each with its reason.
fn left(done: &str, changeset: &Changeset) -> String {
    let kept = changeset.changes().filter(|change| change.action == Action::Keep && change.note.is_some());
    let lines: Vec<String> = kept.map(|change| format!("{change}")).collect();
    if lines.is_empty() { done.to_owned() } else { format!("{done}; left:\n{}", lines.join("\n")) }
}

pub(super) fn tell(change: &Change, step: &provision::Step) {
    Output::say(&format!("{} {}", step.words(), change.name));
}

/// What stopped it, with cause and fix where the catalogue knows them.
impl From<ProvisionError> for Failure {
    fn from(error: ProvisionError) -> Self {
        let exit = match &error {
            ProvisionError::Refused(_) => Exit::Failed,
            ProvisionError::Unseen { refusal, .. } | ProvisionError::Step { refusal, .. } => {
                Self::from(PortError::clone(refusal)).exit
            }
        };
        let advice = error.cause().map(|cause| format!("\n  why: {}\n  do:  {}", cause.what, cause.fix));
        Self::new(exit, format!("{error}{}", advice.unwrap_or_default()))
    }
}
