//! One file for each group of commands; each command answers with an exit code.

pub(crate) mod agent;
pub(crate) mod check;
pub(crate) mod cost;
pub(crate) mod coverage;
pub(crate) mod drill_check;
pub(crate) mod drill_copy;
pub(crate) mod explain;
pub(crate) mod local;
pub(crate) mod other_side;
pub(crate) mod plan_file;
pub(crate) mod policy;
pub(crate) mod provision;
pub(crate) mod report;
pub(crate) mod restore;
pub(crate) mod restore_copy;
pub(crate) mod run;
pub(crate) mod show;
pub(crate) mod sides;
pub(crate) mod status;

use clap::CommandFactory as _;

use crate::args::Cli;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Prints completion for a shell.
pub(crate) fn completion(shell: clap_complete::Shell) -> Exit {
    let mut script = vec![];
    clap_complete::generate(shell, &mut Cli::command(), "nightferry", &mut script);
    Output::text(&String::from_utf8_lossy(&script));
    Exit::Ok
}

/// Prints the version.
pub(crate) fn version(output: Output) -> Result<Exit, Failure> {
    let document = serde_json::json!({"name": "nightferry", "version": env!("CARGO_PKG_VERSION")});
    output.answer(&document, || format!("nightferry {}", env!("CARGO_PKG_VERSION")))?;
    Ok(Exit::Ok)
}

/// A table in the house's style.
pub(crate) fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = comfy_table::Table::new();
    let _ = table.load_style(comfy_table::presets::NOTHING).set_header(head);
    for row in rows {
        let _ = table.add_row(row);
    }
    table.to_string()
}

/// Asks before something is changed. Without a terminal nobody can answer, so it has to be `--yes`.
pub(crate) fn confirm(question: &str, yes: bool) -> Result<bool, Failure> {
    use std::io::IsTerminal as _;
    if yes {
        return Ok(true);
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage("nobody is there to confirm: look at `nightferry plan`, then give --yes"));
    }
    Output::say(&format!("{question} [y/N]"));
    let mut answer = String::new();
    let _ = std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
