//! `local`: the local AWS by itself, so that any client can be pointed at it.

use std::path::PathBuf;

use nightferry_local::{LocalAws, Settings, serve};

use crate::args::{Globals, LocalCommand};
use crate::demo::stage;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Starts, ends, or tells of the local AWS.
pub(crate) async fn local(globals: &Globals, output: Output, command: LocalCommand) -> Result<Exit, Failure> {
    match command {
        LocalCommand::Serve { port, lifeline, dir, durable } => {
            let usual = settings(globals)?;
            let dir = dir.unwrap_or_else(|| usual.dir.clone());
            serve_here(Settings { port, lifeline, dir, is_durable: durable, ..usual }).await
        }
        LocalCommand::Up { port, bare } => up(globals, output, port, bare).await,
        LocalCommand::Down => down().await,
        LocalCommand::Status => status(output).await,
        LocalCommand::Env => {
            Output::text(&attached()?.env_lines().join("\n"));
            Ok(Exit::Ok)
        }
    }
}

/// The settings of the repository that the program stands in.
pub(crate) fn settings(globals: &Globals) -> Result<Settings, Failure> {
    let mut settings = Settings::new(root()?);
    settings.stack.clone_from(&globals.stack);
    Ok(settings)
}

/// The repository: the folder, here or above, that holds the template.
pub(crate) fn root() -> Result<PathBuf, Failure> {
    let here = std::env::current_dir()?;
    let is_root = |folder: &&std::path::Path| folder.join("template.yaml").is_file() && folder.join("local").is_dir();
    let found = here.ancestors().find(is_root);
    found.map(PathBuf::from).ok_or_else(|| {
        Failure::usage("the local AWS runs from a checkout of Nightferry: there is no template.yaml here or above")
    })
}

async fn serve_here(settings: Settings) -> Result<Exit, Failure> {
    serve(settings, Output::say, |state| Output::say(&format!("the local AWS answers at {}", state.endpoint))).await?;
    Ok(Exit::Ok)
}

async fn up(globals: &Globals, output: Output, port: u16, bare: bool) -> Result<Exit, Failure> {
    let settings = settings(globals)?;
    if let Some(running) = LocalAws::attach(&settings.dir)? {
        let words = format!("the local AWS runs already, at {}", running.state().endpoint);
        return Err(Failure::new(Exit::AlreadyRunning, words));
    }
    let local = stage::start(&settings, port, false).await?;
    if !bare {
        let deployed = match stage::build(&settings.root).await {
            Ok(bootstraps) => stage::deploy(&settings, &local, bootstraps).await,
            Err(failure) => Err(failure),
        };
        if let Err(failure) = deployed {
            local.down().await?;
            return Err(failure);
        }
    }
    let endpoint = local.state().endpoint.clone();
    let document = serde_json::json!({"endpoint": endpoint, "stack": settings.stack, "deployed": !bare});
    output.answer(&document, || format!("{endpoint}\npoint clients at it: eval \"$(nightferry local env)\""))?;
    Ok(Exit::Ok)
}

fn attached() -> Result<LocalAws, Failure> {
    let dir = Settings::new(root()?).dir;
    LocalAws::attach(&dir)?.ok_or_else(|| Failure::not_found("no local AWS runs; `nightferry local up` starts one"))
}

async fn down() -> Result<Exit, Failure> {
    attached()?.down().await?;
    Output::say("the local AWS has ended");
    Ok(Exit::Ok)
}

async fn status(output: Output) -> Result<Exit, Failure> {
    let local = attached()?;
    let status = local.admin().status().await?;
    output.answer(&status, || format!("the local AWS answers at {}", local.state().endpoint))?;
    Ok(Exit::Ok)
}
