//! `plan`, `apply`, `destroy`: AWS as the plan says, told before it is done.

use nightferry_aws::provision::AwsAccount;
use nightferry_domain::provision::{self, Action, Change, Changeset, FieldChange};
use nightferry_workflow::error::PortError;
use nightferry_workflow::provision::{self as carry, ProvisionError};

use crate::args::Globals;
use crate::commands::confirm;
use crate::context::{Context, read_plan};
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Shows what `apply` would change.
pub(crate) async fn plan(globals: &Globals, output: Output) -> Result<Exit, Failure> {
    let plan = read_plan(globals)?;
    let context = Context::connect(globals).await?;
    let changeset = carry::plan(&AwsAccount::new(&context.config), &context.stack, &plan).await.map_err(failure)?;
    output.answer(&changeset, || words(&changeset))?;
    Ok(Exit::Ok)
}

/// Prints the documents and changes nothing.
pub(crate) async fn print(globals: &Globals) -> Result<Exit, Failure> {
    let plan = read_plan(globals)?;
    let context = Context::connect(globals).await?;
    let desired = provision::desired(&plan, &context.stack);
    let documents = provision::documents(&desired);
    Output::text(&serde_json::to_string_pretty(&documents).map_err(anyhow::Error::from)?);
    Ok(Exit::Ok)
}

/// Makes AWS as the plan says.
pub(crate) async fn apply(globals: &Globals, output: Output, yes: bool) -> Result<Exit, Failure> {
    let plan = read_plan(globals)?;
    let context = Context::connect(globals).await?;
    let account = AwsAccount::new(&context.config);
    let changeset = carry::plan(&account, &context.stack, &plan).await.map_err(failure)?;
    if changeset.is_empty() {
        output.answer(&changeset, || words(&changeset))?;
        return Ok(Exit::Ok);
    }
    Output::say(&words(&changeset));
    if !confirm("Make it so?", yes)? {
        return Err(Failure::new(Exit::Interrupted, "nothing was changed"));
    }
    carry::apply(&account, &context.stack, &plan, &changeset, &mut tell).await.map_err(failure)?;
    output.answer(&changeset, || "done; `nightferry check` proves that tonight can work".to_owned())?;
    Ok(Exit::Ok)
}

/// Removes what `apply` made.
pub(crate) async fn destroy(globals: &Globals, output: Output, yes: bool) -> Result<Exit, Failure> {
    let context = Context::connect(globals).await?;
    let account = AwsAccount::new(&context.config);
    let changeset = carry::plan_destroy(&account, &context.stack).await.map_err(failure)?;
    if changeset.is_empty() {
        output.answer(&changeset, || "there is nothing of this stack's plan".to_owned())?;
        return Ok(Exit::Ok);
    }
    Output::say(&words(&changeset));
    if !confirm("Delete these? The backed-up data stays.", yes)? {
        return Err(Failure::new(Exit::Interrupted, "nothing was deleted"));
    }
    carry::destroy(&account, &context.stack, &changeset, &mut tell).await.map_err(failure)?;
    output.answer(&changeset, || "gone; the backed-up data stays where it is".to_owned())?;
    Ok(Exit::Ok)
}

fn tell(change: &Change, step: &provision::Step) {
    Output::say(&format!("{} {}", step.words(), change.name));
}

/// The difference in words: what stays is only counted.
pub(crate) fn words(changeset: &Changeset) -> String {
    let mut lines: Vec<String> = changeset.changes().filter_map(line).collect();
    lines.extend(changeset.left_out.iter().map(|left| format!("note: {left}")));
    let count = |action| changeset.count(action);
    lines.push(format!(
        "{} to create, {} to update, {} to replace, {} to delete, {} unchanged",
        count(Action::Create),
        count(Action::Update),
        count(Action::Replace),
        count(Action::Delete),
        count(Action::Keep)
    ));
    lines.join("\n")
}

fn line(change: &Change) -> Option<String> {
    let sign = match change.action {
        Action::Create => "+",
        Action::Update => "~",
        Action::Replace => "-/+",
        Action::Delete => "-",
        Action::Keep => return None,
    };
    let mut text = format!("{sign} {} {}", change.kind, change.name);
    for FieldChange { field, from, to } in &change.details {
        text.push_str(&format!("\n    {field}: {from} -> {to}"));
    }
    if let Some(note) = &change.note {
        text.push_str(&format!("\n    {note}"));
    }
    Some(text)
}

/// What stopped it, with cause and fix where the catalogue knows them.
pub(crate) fn failure(error: ProvisionError) -> Failure {
    let exit = match &error {
        ProvisionError::Refused(_) => Exit::Failed,
        ProvisionError::Unseen { refusal, .. } | ProvisionError::Step { refusal, .. } => exit_of(refusal),
    };
    let advice = error.cause().map(|cause| format!("\n  why: {}\n  do:  {}", cause.what, cause.fix));
    Failure::new(exit, format!("{error}{}", advice.unwrap_or_default()))
}

fn exit_of(refusal: &PortError) -> Exit {
    Failure::from(refusal.clone()).exit
}
