//! The other account's half of a plan: with that account's own credentials, and with nothing but our statements in it.

use nightferry_aws::provision::AwsAccount;
use nightferry_aws::{connect, identity};
use nightferry_domain::plan::AccountId;
use nightferry_domain::provision::{Creator, OtherSide, other_sides};
use nightferry_domain::stack::Stack;
use nightferry_workflow::provision::other;

use crate::args::{Globals, SideArgs};
use crate::commands::confirm;
use crate::commands::provision::tell;
use crate::context::read_plan;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Everything that is needed to work on the other account.
struct Other {
    account: AwsAccount,
    /// The stack whose statements they are.
    stack: Stack,
    /// The other account's number.
    owner: String,
    side: OtherSide,
}

/// Shows what the other account's half lacks.
pub(crate) async fn plan(globals: &Globals, output: Output, side: &SideArgs) -> Result<Exit, Failure> {
    let other = Other::connect(globals, side).await?;
    let changeset = other::plan(&other.account, &other.stack, &other.owner, &other.side).await?;
    output.answer(&changeset, || changeset.to_string())?;
    Ok(Exit::Ok)
}

/// Makes the other account's half.
pub(crate) async fn apply(globals: &Globals, output: Output, side: &SideArgs, yes: bool) -> Result<Exit, Failure> {
    let other = Other::connect(globals, side).await?;
    let changeset = other::plan(&other.account, &other.stack, &other.owner, &other.side).await?;
    if changeset.is_empty() {
        output.answer(&changeset, || changeset.to_string())?;
        return Ok(Exit::Ok);
    }
    Output::say(&changeset.to_string());
    if !confirm(&format!("Make it so in account {}?", other.owner), yes)? {
        return Err(Failure::new(Exit::Interrupted, "nothing was changed"));
    }
    other::carry(&other.account, &other.stack, &changeset, &mut tell).await?;
    output.answer(&changeset, || "done; now `nightferry apply` with our own account's profile".to_owned())?;
    Ok(Exit::Ok)
}

/// Takes our statements out of the other account's policies.
pub(crate) async fn destroy(globals: &Globals, output: Output, side: &SideArgs, yes: bool) -> Result<Exit, Failure> {
    let other = Other::connect(globals, side).await?;
    let changeset = other::plan_destroy(&other.account, &other.stack, &other.owner, &other.side).await?;
    if changeset.is_empty() {
        output.answer(&changeset, || format!("there is nothing of ours in account {}", other.owner))?;
        return Ok(Exit::Ok);
    }
    Output::say(&changeset.to_string());
    if !confirm(&format!("Take these out of account {}? Its data, versioning and ownership stay.", other.owner), yes)? {
        return Err(Failure::new(Exit::Interrupted, "nothing was taken out"));
    }
    other::carry(&other.account, &other.stack, &changeset, &mut tell).await?;
    output.answer(&changeset, || "gone; everybody else's statements stay as they were".to_owned())?;
    Ok(Exit::Ok)
}

impl Other {
    async fn connect(globals: &Globals, side: &SideArgs) -> Result<Self, Failure> {
        let plan = read_plan(globals)?;
        let (stack, creator) = ours(globals, side).await?;
        let region = side.other_region.as_deref().unwrap_or(&stack.region);
        let config = connect::for_person(globals.profile.as_deref(), Some(region)).await;
        let caller = identity::caller(&config).await?;
        let mut sides = other_sides(&plan, &stack, creator.as_ref());
        let known = sides.keys().cloned().collect::<Vec<_>>().join(", ");
        let Some(found) = sides.remove(&caller.account) else {
            return Err(wrong_account(globals, &caller.account, &known));
        };
        if creator.is_none() {
            Output::say("note: without --creator nobody is let make the DataSync locations on these buckets");
        }
        Ok(Self { account: AwsAccount::new(&config), stack, owner: caller.account, side: found })
    }
}

fn wrong_account(globals: &Globals, account: &str, known: &str) -> Failure {
    let profile = globals.profile.as_deref().map_or_else(String::new, |name| format!(" of profile {name}"));
    if known.is_empty() {
        return Failure::usage("no job of the plan has an end in another account, so there is no other side");
    }
    Failure::usage(format!(
        "the credentials{profile} are of account {account}, but the plan's other side is {known}; name that account's profile with --profile"
    ))
}

/// The stack in our own account: as told, else as our own credentials say, which are those that a call without
/// --profile would have.
async fn ours(globals: &Globals, side: &SideArgs) -> Result<(Stack, Option<Creator>), Failure> {
    let config = connect::for_person(None, globals.region.as_deref()).await;
    let Some(region) = config.region().map(ToString::to_string) else {
        return Err(Failure::usage("no Region is set: give --region, the Region of the stack"));
    };
    let stack = |account: String, partition: String| Stack { partition, account, region, name: globals.stack.clone() };
    let told = side.creator.as_deref().map(|arn| {
        Creator::of(arn).ok_or_else(|| Failure::usage(format!("--creator {arn} is no user's or role's ARN")))
    });
    let told = told.transpose()?;
    if let Some(account) = &side.own_account {
        return Ok((stack(AccountId::to_string(account), partition_of(told.as_ref())), told));
    }
    let caller = identity::caller(&config).await.map_err(|error| {
        let words = format!("our own account is not known ({error}): give --own-account, and --creator for DataSync");
        Failure::new(Failure::from(error).exit, words)
    })?;
    let creator = told.or_else(|| Creator::of(&caller.arn));
    Ok((stack(caller.account, caller.partition), creator))
}

/// Both accounts are in one partition.
fn partition_of(creator: Option<&Creator>) -> String {
    creator.and_then(|creator| creator.arn().split(':').nth(1)).unwrap_or("aws").to_owned()
}
