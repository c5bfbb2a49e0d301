//! `restore JOB --to PATH`: a copy comes back to its file system, or to a bucket. `drill JOB --to PATH`: for practice.

use jiff::Timestamp;
use nightferry_aws::provision::AwsAccount;
use nightferry_domain::back::order::Reads;
use nightferry_domain::back::{Roles, Wish};
use nightferry_domain::ids::RunId;
use nightferry_domain::job::Job;
use nightferry_domain::outcome::Outcome;
use nightferry_domain::plan::JobName;
use nightferry_domain::provision::Task;
use nightferry_workflow::copy_back::{Prepared, Request, open_copy_back, prepare};
use serde::Serialize;

use super::restore::{nonce, opened_run};
use crate::args::MannerArgs;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::nights::{self, Night};
use crate::output::Output;

/// Nights that are looked through for the last one that copied something.
const NIGHTS_MAX: usize = 30;

/// Brings a copy back, in earnest or for practice.
pub(super) async fn restore(
    context: &Context,
    output: Output,
    job: JobName,
    wish: Wish,
    manner: &MannerArgs,
) -> Result<Exit, Failure> {
    let request = Request {
        job,
        note: format!("nightferry {}, by {}", word(&wish), context.caller),
        requested_at: Timestamp::now(),
        nonce: nonce(context),
        wish,
    };
    let account = AwsAccount::new(&context.config);
    if manner.dry_run {
        let prepared = prepare(&context.world, &account, &context.stack, &request).await?;
        let last = last_copied(&nights::latest(context, NIGHTS_MAX).await?, &request.job);
        let told = DryRun::of(&prepared, last, command(&request));
        output.answer(&told, || told.in_words())?;
        return Ok(Exit::Ok);
    }
    let opened = open_copy_back(&context.world, &account, &context.stack, &request).await?;
    opened_run(context, output, &opened, manner, false).await
}

/// What would be made and told.
#[derive(Debug, Serialize)]
struct DryRun<'a> {
    job: &'a JobName,
    /// The copy.
    from: &'a str,
    /// The location that is read: the job's own, or none yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    from_location: Option<&'a str>,
    /// By which role.
    role: &'a str,
    /// By which role it is written, where somebody made one for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    writes_by: Option<&'a str>,
    to: String,
    /// Patterns; everything where there is none.
    only: &'a [String],
    /// The task that would be made.
    task: &'a Task,
    /// The last night that copied something; nothing where none is on record.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_copied: Option<LastCopied>,
    notes: &'a [String],
    /// What carries it out.
    command: Vec<String>,
}

/// What a night's record tells of the job.
#[derive(Debug, PartialEq, Serialize)]
struct LastCopied {
    run: RunId,
    at: Timestamp,
    files: u64,
    bytes: u64,
}

/// A good night that copied nothing tells nothing of how much there is.
fn last_copied(latest_first: &[Night], job: &JobName) -> Option<LastCopied> {
    let of_night = |night: &Night| {
        let settled = night.job(job).filter(|found| found.spec.work.back().is_none()).and_then(Job::settlement)?;
        let copied = settled.outcome == Outcome::Succeeded && settled.tally.files > 0;
        copied.then(|| LastCopied {
            run: night.run.id.clone(),
            at: settled.at,
            files: settled.tally.files,
            bytes: settled.tally.bytes,
        })
    };
    latest_first.iter().find_map(of_night)
}

impl<'a> DryRun<'a> {
    fn of(prepared: &'a Prepared, last_copied: Option<LastCopied>, command: Vec<String>) -> Self {
        let Prepared { job, order } = prepared;
        let from_location = match &order.from {
            Reads::Own(arn) => Some(arn.as_str()),
            Reads::Made(_) => None,
        };
        Self {
            job: &job.name,
            from: order.from_shown(),
            from_location,
            role: &order.role,
            writes_by: order.writes_by(),
            to: order.to_shown(),
            only: &order.only,
            task: &order.task,
            last_copied,
            notes: &order.notes,
            command,
        }
    }

    fn in_words(&self) -> String {
        let what = if self.only.is_empty() { "everything".to_owned() } else { self.only.join(" and ") };
        let mut parts = vec![
            format!("would bring back {what} of {}\n  to {}", self.from, self.to),
            format!("  read at {} by {}", self.from_location.unwrap_or("a new location"), self.role),
        ];
        parts.extend(self.writes_by.map(|role| format!("  written by {role}")));
        parts.push(format!("  by a new task `{}` and a new location, deleted afterwards", self.task.name));
        parts.push(self.last_copied.as_ref().map_or_else(
            || "how much that is, no night on record tells".to_owned(),
            |LastCopied { run, files, bytes, .. }| {
                let bytes = nights::bytes(*bytes);
                format!("{run} copied {files} file(s), {bytes}, last; what older nights copied comes back with it")
            },
        ));
        parts.extend(self.notes.iter().map(|note| format!("note: {note}")));
        let command: Vec<String> = self.command.iter().map(|word| quoted(word)).collect();
        parts.push(format!("nothing was changed: this was a dry run. Carry it out: {}", command.join(" ")));
        parts.join("\n")
    }
}

/// The command that carries the request out, and waits for its end.
fn command(request: &Request) -> Vec<String> {
    let Request { job, wish, .. } = request;
    let words = ["nightferry", word(wish), job.as_str(), "--to", &wish.to.to_string()].map(str::to_owned);
    let only = wish.only.iter().flat_map(|pattern| ["--only".to_owned(), pattern.clone()]);
    let over = wish.over_source.iter().flat_map(|job| ["--overwrite-source".to_owned(), job.to_string()]);
    let Roles { write, read } = &wish.roles;
    let roles = [("--write-role", write), ("--read-role", read)].into_iter();
    let roles = roles.filter_map(|(option, role)| Some([option.to_owned(), role.as_ref()?.to_string()])).flatten();
    words.into_iter().chain(only).chain(over).chain(roles).chain(["--wait".to_owned()]).collect()
}

/// The command's own name.
const fn word(wish: &Wish) -> &'static str {
    if wish.is_drill { "drill" } else { "restore" }
}

/// A word as a shell takes it for one.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=@%+,".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_command_asks_for_the_same_and_survives_a_shell() {
        let request = Request {
            job: "homes".parse().unwrap(),
            wish: Wish {
                to: "/back again".parse().unwrap(),
                only: vec!["/it's/*".to_owned()],
                over_source: vec!["mail".parse().unwrap()],
                roles: Roles { write: Some("arn:aws:iam::123456789012:role/back".parse().unwrap()), read: None },
                is_drill: false,
            },
            note: String::new(),
            requested_at: Timestamp::UNIX_EPOCH,
            nonce: 0,
        };
        let printed: Vec<String> = command(&request).iter().map(|word| quoted(word)).collect();
        let wanted = r"nightferry restore homes --to '/back again' --only '/it'\''s/*' --overwrite-source mail --write-role arn:aws:iam::123456789012:role/back --wait";
        assert_eq!(printed.join(" "), wanted);
    }
}
