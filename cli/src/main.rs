//! The `nightferry` program: sets the nights up, watches them, and runs a whole one on a laptop.

mod agents;
mod args;
mod commands;
mod context;
mod demo;
mod exit;
mod input;
mod nights;
mod output;
mod progress;
mod watch;

use std::process::ExitCode;

use args::{Cli, Command, PolicyCommand};
use clap::Parser as _;
use commands::sides::Said;
use exit::{Exit, Failure};
use nightferry_workflow::decide;
use output::Output;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            // Help and version are answers; everything else is wrong usage.
            return ExitCode::from(if error.use_stderr() { Exit::Usage as u8 } else { Exit::Ok as u8 });
        }
    };
    let output = Output::new(cli.globals.output);
    let exit = match dispatch(cli, output).await {
        Ok(exit) => exit,
        Err(failure) => {
            tell(&failure, output);
            failure.exit
        }
    };
    ExitCode::from(exit as u8)
}

/// An error goes to standard error in words, and to standard output as a document where one is awaited.
fn tell(failure: &Failure, output: Output) {
    if output.is_json() {
        let document = serde_json::json!({"error": format!("{:#}", failure.error), "exit_code": failure.exit as u8});
        Output::text(&document.to_string());
    }
    Output::say(&format!("nightferry: {:#}", failure.error));
}

async fn dispatch(cli: Cli, output: Output) -> Result<Exit, Failure> {
    let globals = cli.globals;
    match cli.command {
        Command::Init { force } => commands::plan_file::init(&globals, force),
        Command::Validate { next } => commands::plan_file::validate(&globals, output, next),
        Command::Schema => commands::plan_file::schema(),
        Command::Plan { side } => commands::sides::plan(&globals, output, &side).await,
        Command::Apply { print, yes, accept_vault_lock: locks, side } => {
            commands::sides::apply(&globals, output, &side, Said { print, yes, locks }).await
        }
        Command::Destroy { yes, side } => commands::sides::destroy(&globals, output, &side, yes).await,
        Command::Check { job, other_profile, other_region } => {
            let other = other_profile.map(|profile| commands::check::OtherProfile { profile, region: other_region });
            commands::check::check(&globals, output, job, other).await
        }
        Command::Agent { command } => Box::pin(commands::agent::agent(&globals, output, command)).await,
        Command::Run { jobs, wait, even_if_running } => {
            commands::run::run(&globals, output, jobs, wait, even_if_running).await
        }
        Command::Rerun { run, failed_only, wait } => {
            commands::run::rerun(&globals, output, run, failed_only, wait).await
        }
        Command::Cancel { run, job, reason } => commands::run::cancel(&globals, output, run, job, reason).await,
        Command::Confirm { run, job, cancel, reason } => {
            let request = decide::Request { run_id: run, job, is_yes: !cancel, by: String::new(), reason };
            commands::run::confirm(&globals, output, request).await
        }
        Command::Coverage { job } => commands::coverage::coverage(&globals, output, job).await,
        Command::Restore(args) => commands::restore::restore(&globals, output, args).await,
        Command::Drill(args) => commands::restore::drill(&globals, output, args).await,
        Command::Status => commands::status::status(&globals, output).await,
        Command::List { limit } => commands::status::list(&globals, output, limit).await,
        Command::Show { run } => commands::show::show(&globals, output, run).await,
        Command::Why { job, night } => commands::show::why(&globals, output, job, night).await,
        Command::Report { run, format, open } => commands::report::report(&globals, output, run, format, open).await,
        Command::Policy { command: PolicyCommand::Explain { request } } => commands::policy::explain(output, &request),
        Command::Cost(wanted) => commands::cost::cost(&globals, output, wanted).await,
        Command::Explain { words } => commands::explain::explain(output, &words),
        Command::Demo(wanted) => demo::demo(&globals, output, wanted).await,
        Command::Local { command } => commands::local::local(&globals, output, command).await,
        Command::Completion { shell } => Ok(commands::completion(shell)),
        Command::Version => commands::version(output),
    }
}
