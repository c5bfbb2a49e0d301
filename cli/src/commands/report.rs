//! `report`: the morning page, in any of its forms.

use nightferry_domain::ids::RunId;
use nightferry_domain::report::Report;
use nightferry_workflow::World as _;
use nightferry_workflow::ports::Records as _;

use crate::args::{Globals, ReportFormat};
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::nights;
use crate::output::Output;

/// Nights among which the latest report is looked for.
const NIGHTS_LOOKED_AT: usize = 30;

/// Prints or opens a report. The exit code says what kind of night it tells of.
pub(crate) async fn report(
    globals: &Globals,
    output: Output,
    run: Option<RunId>,
    format: ReportFormat,
    open: bool,
) -> Result<Exit, Failure> {
    let context = Context::connect(globals).await?;
    let run = match run {
        Some(run) => run,
        None => latest_told(&context).await?,
    };
    let format = if output.is_json() { ReportFormat::Json } else { format };
    let canonical = read(&context, &run, ReportFormat::Json.ending()).await?;
    let told = Report::read(&canonical).map_err(|error| Failure::new(Exit::Mismatch, error))?;
    if open {
        open_page(&run, &read(&context, &run, ReportFormat::Html.ending()).await?)?;
    } else {
        Output::text(&String::from_utf8_lossy(&read(&context, &run, format.ending()).await?));
    }
    Ok(Exit::of_outcome(told.run.outcome))
}

async fn latest_told(context: &Context) -> Result<RunId, Failure> {
    let nights = nights::latest(context, NIGHTS_LOOKED_AT).await?;
    let told = nights.into_iter().find(nights::Night::is_closed);
    told.map(|night| night.run.id).ok_or_else(|| Failure::not_found("no run has ended yet, so there is no report"))
}

/// One form of a run's report.
pub(crate) async fn read(context: &Context, run: &RunId, ending: &str) -> Result<Vec<u8>, Failure> {
    let stored = context.world.records().get(&format!("reports/{run}/report.{ending}")).await?;
    stored.ok_or_else(|| {
        Failure::not_found(format!("run `{run}` has no report; `nightferry show {run}` tells how far it is"))
    })
}

fn open_page(run: &RunId, page: &[u8]) -> Result<(), Failure> {
    let file = std::env::temp_dir().join(format!("nightferry-{run}.html"));
    std::fs::write(&file, page)?;
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    match std::process::Command::new(opener).arg(&file).status() {
        Ok(status) if status.success() => {}
        _ => Output::say(&format!("no browser could be opened; the page is {}", file.display())),
    }
    Ok(())
}
