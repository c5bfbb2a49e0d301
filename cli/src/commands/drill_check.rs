//! The check of a drill by a command: run here, by a person's own program, without a shell, as soon as the restored machine
//! is as it has to be. A function in AWS never runs it.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use nightferry_domain::ids::RunId;
use nightferry_domain::job::Job;
use nightferry_domain::restore::Restore;
use nightferry_domain::restore::command::{Awaited, COMMAND_SECS_MAX, Ended, word};
use nightferry_domain::restore::drill::Content;
use nightferry_workflow::check_restore::{Checked, Request, check_restore};
use nightferry_workflow::ports::RunTable as _;
use nightferry_workflow::{WorkflowError, World as _};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

use crate::context::Context;
use crate::exit::Failure;
use crate::output::Output;

/// Pause between two looks, in milliseconds.
const LOOK_MILLIS: u64 = 1_000;
/// How often the word is told where somebody else saves the same job.
const TELLS_MAX: u8 = 5;
/// Of what the command writes, so many of the last bytes are kept; of each of its two streams.
const TAIL_BYTES_MAX: usize = 8_192;

/// Waits for each job of the drill that a command is to look into, and tells its word. Ends with the last job, or where
/// no job has a command.
pub(crate) async fn of_run(context: &Context, run: &RunId) -> Result<(), Failure> {
    loop {
        let jobs = context.world.table().jobs_of(run).await?;
        let mut is_awaited = false;
        for job in jobs.iter().map(|job| &job.record).filter(|job| asks(job)) {
            is_awaited = true;
            if let (Some(restore), Some(awaited)) = (job.spec.work.restore(), &job.drill.awaited) {
                tell(context, job, restore, awaited).await?;
            }
        }
        if !is_awaited && !jobs.is_empty() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(LOOK_MILLIS)).await;
    }
}

/// Whether a command still has to look into the job's machine.
fn asks(job: &Job) -> bool {
    let restore = job.spec.work.restore();
    let drill = restore.and_then(|restore| restore.drill.as_ref());
    let has_command = drill.is_some_and(|drill| !drill.check_command.is_empty());
    has_command && job.drill.content.is_none() && job.settlement().is_none()
}

async fn tell(context: &Context, job: &Job, restore: &Restore, awaited: &Awaited) -> Result<(), Failure> {
    let command = restore.drill.as_ref().map(|drill| drill.check_command.as_slice()).unwrap_or_default();
    Output::say(&format!("{} is there: running {}", awaited.machine, command.join(" ")));
    let said = run(command, &surroundings(job, restore, awaited), Duration::from_secs(secs_max())).await;
    let request = Request { run_id: job.run.clone(), job: job.spec.name.clone(), checked: Checked::Answer(said) };
    for _ in 1..TELLS_MAX {
        match check_restore(&context.world, &request).await {
            // The workflow looked at the same time. The word is not asked for twice.
            Err(WorkflowError::Conflict { .. }) => {}
            told => return Ok(told.map(drop)?),
        }
    }
    Ok(check_restore(&context.world, &request).await.map(drop)?)
}

fn secs_max() -> u64 {
    u64::try_from(COMMAND_SECS_MAX).unwrap_or_default()
}

/// What the command is told beside what this program was told.
fn surroundings(job: &Job, restore: &Restore, awaited: &Awaited) -> [(&'static str, String); 5] {
    [
        ("NIGHTFERRY_RUN", job.run.to_string()),
        ("NIGHTFERRY_JOB", job.spec.name.to_string()),
        ("NIGHTFERRY_INSTANCE", awaited.machine.clone()),
        ("NIGHTFERRY_ORIGINAL", restore.machine_id().to_owned()),
        ("NIGHTFERRY_RECOVERY_POINT", restore.recovery_point.clone()),
    ]
}

/// Runs the command to its end, or for so long.
async fn run(command: &[String], told: &[(&'static str, String)], longest: Duration) -> Content {
    let Some((program, arguments)) = command.split_first() else { return Content::broke("it names no program") };
    let started = Command::new(program)
        .args(arguments)
        .envs(told.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    match started {
        Ok(child) => until_end(child, longest).await,
        Err(error) => Content::broke(&format!("{program} could not be started: {error}")),
    }
}

async fn until_end(mut child: Child, longest: Duration) -> Content {
    let (mut out, mut err) = (vec![], vec![]);
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let ended = tokio::time::timeout(longest, async {
        tokio::join!(read(stdout, &mut out), read(stderr, &mut err));
        child.wait().await
    });
    let ended = match ended.await {
        Ok(Ok(status)) => how(status),
        Ok(Err(error)) => return Content::broke(&format!("nobody knows how it ended: {error}")),
        Err(_) => Ended::Late,
    };
    word(ended, &format!("{}\n{}", String::from_utf8_lossy(&out), String::from_utf8_lossy(&err)))
}

fn how(status: ExitStatus) -> Ended {
    status.code().map_or(Ended::Killed, Ended::Code)
}

/// Reads a stream to its end and keeps the end of it. A stream that breaks has ended.
async fn read(stream: Option<impl AsyncRead + Unpin>, tail: &mut Vec<u8>) {
    let Some(mut stream) = stream else { return };
    let mut part = vec![0; TAIL_BYTES_MAX];
    while let Ok(count @ 1..) = stream.read(&mut part).await {
        tail.extend(part.iter().take(count));
        let surplus = tail.len().saturating_sub(TAIL_BYTES_MAX);
        let _ = tail.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: Duration = Duration::from_mins(1);

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    async fn ends(program: &[&str]) -> Content {
        run(&words(program), &[("NIGHTFERRY_INSTANCE", "i-0feed0beef0cafe01".into())], LONGEST).await
    }

    #[tokio::test]
    async fn the_end_of_a_command_is_its_word_with_its_last_lines() {
        let passed = ends(&["sh", "-c", "echo many; echo $NIGHTFERRY_INSTANCE; echo warning >&2"]).await;
        assert_eq!(passed, Content::Passed { said: "many | i-0feed0beef0cafe01 | warning".into() });
        let failed = ends(&["sh", "-c", "echo empty; exit 3"]).await;
        assert_eq!(failed, Content::Failed { said: "it ended with 3; empty".into() });
    }

    #[tokio::test]
    async fn arguments_reach_the_program_as_they_are_and_no_shell_reads_them() {
        let told = ends(&["echo", "$HOME; `id` > x", "*"]).await;
        assert_eq!(told, Content::Passed { said: "$HOME; `id` > x *".into() });
    }

    #[tokio::test]
    async fn a_command_that_can_not_be_started_or_is_killed_is_neither_yes_nor_no() {
        let missing = ends(&["/nowhere/look"]).await;
        assert!(matches!(&missing, Content::Broke { said } if said.contains("could not be started")), "{missing:?}");
        let killed = ends(&["sh", "-c", "kill -9 $$"]).await;
        assert!(matches!(&killed, Content::Broke { said } if said.contains("signal")), "{killed:?}");
        assert!(matches!(ends(&[]).await, Content::Broke { .. }));
    }

    #[tokio::test]
    async fn a_command_that_does_not_end_is_stopped_and_is_no_pass() {
        let late = run(&words(&["sh", "-c", "echo began; exec sleep 600"]), &[], Duration::from_millis(200)).await;
        assert!(matches!(&late, Content::Broke { said } if said.contains("had not ended")), "{late:?}");
    }

    #[tokio::test]
    async fn a_flood_is_read_to_its_end_and_only_its_end_is_kept() {
        let told = ends(&["sh", "-c", "seq 1 200000; seq 1 9 >&2"]).await;
        assert!(
            matches!(&told, Content::Passed { said } if said.ends_with("| 8 | 9") && said.contains("200000")),
            "{told:?}"
        );
    }
}
