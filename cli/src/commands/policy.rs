//! `policy explain`: what IAM says of a request, why, and what has to change where; offline.

use std::path::Path;

use nightferry_domain::policy::explain::Question;
use nightferry_domain::policy::explanation::Decided;
use nightferry_domain::policy::{Change, Decision, Explanation, NearMiss, Patch, Side, StatementRef};

use crate::exit::{Exit, Failure};
use crate::input;
use crate::output::Output;

/// Judges the request in a file, or on standard input for `-`. Exit code 6 when it is not allowed.
pub(crate) fn explain(output: Output, file: &Path) -> Result<Exit, Failure> {
    let explanation = judge(file)?;
    output.answer(&explanation, || words(&explanation))?;
    Ok(match explanation.decision {
        Decision::Allowed => Exit::Ok,
        Decision::ExplicitDeny | Decision::ImplicitDeny => Exit::Preflight,
    })
}

fn judge(file: &Path) -> Result<Explanation, Failure> {
    let text = input::read(file)?;
    let unclear = |error: &dyn std::fmt::Display| Failure::usage(format!("{}: {error}", file.display()));
    let question: Question = text.parse().map_err(|error| unclear(&error))?;
    question.explain().map_err(|error| unclear(&error))
}

fn words(explanation: &Explanation) -> String {
    let mut lines = match explanation.decision {
        Decision::Allowed => allowed(explanation),
        Decision::ExplicitDeny => denied(explanation),
        Decision::ImplicitDeny => lacking(explanation),
    };
    lines.extend(explanation.near_misses.iter().map(near_miss));
    lines.extend(changes(explanation));
    lines.extend(explanation.message.iter().map(|message| format!("AWS says: {message}")));
    lines.extend(explanation.notes.iter().map(|note| format!("note: {note}")));
    lines.join("\n")
}

fn allowed(explanation: &Explanation) -> Vec<String> {
    let mut lines = vec!["allowed".to_owned()];
    match &explanation.decided_by {
        Some(decided) => lines.push(by("by", decided)),
        None => lines.push("by: no statement; an account's root user has this right in its own account".to_owned()),
    }
    lines.extend(explanation.also_by.iter().map(|decided| by("and by", decided)));
    lines
}

fn denied(explanation: &Explanation) -> Vec<String> {
    let mut lines = vec!["explicitly denied; no Allow helps against it".to_owned()];
    lines.extend(explanation.decided_by.iter().map(|decided| by("by", decided)));
    lines
}

fn lacking(explanation: &Explanation) -> Vec<String> {
    let also = explanation.also_missing.iter().map(|missing| missing.side);
    let sides: Vec<_> = [explanation.side].into_iter().chain(also).map(place).collect();
    let mut lines = vec!["not allowed: nothing denies it, but nothing allows it either".to_owned()];
    lines.push(format!("missing: an Allow in {}", sides.join(", and one in ")));
    if explanation.missing.is_none() {
        lines.push("no statement there would help: IAM does not take such policies".to_owned());
    }
    lines
}

fn by(word: &str, decided: &Decided) -> String {
    let statement = indented(&format!("{:#}", decided.statement));
    format!("{word}: {}\n{statement}", statement_name(&decided.place))
}

fn near_miss(near: &NearMiss) -> String {
    let wanted: Vec<_> = near.wanted.iter().map(String::as_str).collect();
    let found = if near.found.is_empty() { "nothing".to_owned() } else { near.found.join(", ") };
    let (name, key) = (statement_name(&near.statement), &near.key);
    format!(
        "nearly: {name} would allow, but {} {key} wants {}; the request has {found}",
        near.operator,
        wanted.join(", ")
    )
}

fn changes(explanation: &Explanation) -> Vec<String> {
    let count = explanation.patches.len();
    let change = |(number, patch): (usize, &Patch)| {
        let start =
            if count > 1 { format!("change {} of {count}", number.saturating_add(1)) } else { "change".to_owned() };
        let what = match &patch.change {
            Change::Add => format!("add to {}", place(patch.side)),
            Change::Except { index, .. } => {
                format!("except the caller in {}, statement {}", place(patch.side), index.saturating_add(1))
            }
        };
        format!("{start}: {what} ({})\n{}", keeper(patch.side, explanation), indented(&patch.to_string()))
    };
    explanation.patches.iter().enumerate().map(change).collect()
}

fn place(side: Side) -> &'static str {
    match side {
        Side::Identity => "the caller's own policies",
        Side::Boundary => "the caller's permissions boundary",
        Side::Session => "the session policies of whoever assumes the role",
        Side::Resource => "the resource's policy",
        Side::Trust => "the role's trust policy",
    }
}

/// Who can change policies on this side.
fn keeper(side: Side, explanation: &Explanation) -> String {
    let account = match side {
        Side::Resource | Side::Trust => &explanation.accounts.resource,
        Side::Identity | Side::Boundary | Side::Session => &explanation.accounts.caller,
    };
    account.as_ref().map_or_else(|| "nobody's account".to_owned(), |account| format!("account {account}"))
}

fn statement_name(found: &StatementRef) -> String {
    let number = found.index.saturating_add(1);
    let sid = found.sid.as_ref().map(|sid| format!(" (Sid {sid})")).unwrap_or_default();
    let policy = found.policy.saturating_add(1);
    match found.side {
        Side::Identity | Side::Session => format!("{} policy {policy}, statement {number}{sid}", found.side),
        Side::Resource | Side::Trust | Side::Boundary => format!("{}, statement {number}{sid}", place(found.side)),
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
