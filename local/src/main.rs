//! The local AWS without the program around it: `nightferry-local <root> <dir> <stack> [lifeline] [durable]`. The tests run it in a process of its own.

use std::{io::Write as _, process::ExitCode};

use nightferry_local::{Settings, serve};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn run() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what: &str| arguments.next().ok_or_else(|| anyhow::anyhow!("{what} is missing"));
    let (root, dir, stack) = (next("the repository's root")?, next("the folder")?, next("the stack")?);
    let wishes: Vec<String> = std::iter::from_fn(|| next("a wish").ok()).collect();
    let wants = |wish: &str| wishes.iter().any(|wished| wished == wish);
    let (lifeline, is_durable) = (wants("lifeline"), wants("durable"));
    let settings = Settings { dir: dir.into(), stack, lifeline, is_durable, ..Settings::new(root) };
    serve(settings, say, |state| say(&format!("ready at {}", state.endpoint))).await
}

/// Whoever closed standard error does not want to hear.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
