//! The demo's stage: the functions built, the local AWS up, the stack deployed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use nightferry_domain::ids::RunId;
use nightferry_local::deploy::{Deployment, deploy as deploy_stack};
use nightferry_local::upstream::s3;
use nightferry_local::{LocalAws, Settings};
use nightferry_workflow::World as _;
use nightferry_workflow::ports::RunTable as _;
use tokio::process::Command;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// The bootstrap of each function, by the name of its binary.
pub(crate) type Bootstraps = BTreeMap<String, PathBuf>;

/// How long a fired schedule may take to open its run, in seconds: Lambda's own retries are within it.
const OPENING_SECS: u64 = 180;
/// Pause between two looks, in milliseconds.
const LOOK_MILLIS: u64 = 200;
/// The sweep of a local stack runs as often as a schedule can.
const SWEEP_RATE: &str = "rate(1 minute)";

/// Builds every function in the profile that this program was built in, so that what is compiled already serves.
pub(crate) async fn build(root: &Path) -> Result<Bootstraps, Failure> {
    let program = std::env::current_exe()?;
    let folder = program.parent().ok_or_else(|| Failure::usage("the program stands in no folder"))?;
    let names = function_names(root)?;
    Output::say(&format!("building {} functions", names.len()));
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    forget_cargo_run(&mut cargo);
    let _ = cargo.current_dir(root).args(["build", "--locked"]).stdin(Stdio::null()).stdout(Stdio::null());
    // By name: the other programs of the workspace, such as the simulator, are none of the demo's.
    for name in &names {
        let _ = cargo.args(["--bin", name]);
    }
    if folder.file_name().is_some_and(|name| name == "release") {
        let _ = cargo.arg("--release");
    }
    if let Some(target) = folder.parent() {
        let _ = cargo.arg("--target-dir").arg(target);
    }
    let status = cargo.status().await.map_err(|error| {
        Failure::usage(format!("the functions can't be built, because cargo does not start: {error}; install Rust"))
    })?;
    if !status.success() {
        return Err(Failure::new(Exit::Failed, "the functions did not build; cargo said why above"));
    }
    Ok(names.into_iter().map(|name| (name.clone(), folder.join(name))).collect())
}

/// `cargo run` tells this program about itself; build scripts that read the same names would all run again.
fn forget_cargo_run(cargo: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_") && name != "CARGO_HOME" && name != "CARGO_TARGET_DIR" {
            let _ = cargo.env_remove(name);
        }
    }
}

/// One folder in `functions/`, one function.
fn function_names(root: &Path) -> Result<Vec<String>, Failure> {
    let mut names = vec![];
    for entry in std::fs::read_dir(root.join("functions"))? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Starts the local AWS as a process of its own. With `lifeline` it ends with this one, however that ends.
pub(crate) async fn start(settings: &Settings, port: u16, lifeline: bool) -> Result<LocalAws, Failure> {
    Output::say("starting the local AWS (the first time it is installed into target/, which takes a minute)");
    let mut arguments: Vec<String> =
        ["--stack", &settings.stack, "local", "serve", "--port", &port.to_string()].map(String::from).to_vec();
    if lifeline {
        arguments.push("--lifeline".to_owned());
    }
    let program = std::env::current_exe()?;
    let local = tokio::select! {
        local = LocalAws::start_detached(&program, &arguments, &settings.dir, lifeline) => local?,
        _ = tokio::signal::ctrl_c() => return Err(Failure::new(Exit::Interrupted, "interrupted while the local AWS started")),
    };
    Output::say(&format!("the local AWS answers at {}", local.state().endpoint));
    Ok(local)
}

/// Deploys `template.yaml` itself.
pub(crate) async fn deploy(settings: &Settings, local: &LocalAws, bootstraps: Bootstraps) -> Result<(), Failure> {
    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    let parameters = [("Stage", "local"), ("Architecture", architecture), ("SweepRate", SWEEP_RATE)];
    let deployment = Deployment {
        template: settings.root.join("template.yaml"),
        bootstraps,
        stack: settings.stack.clone(),
        parameters: parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
    };
    let _ = deploy_stack(&local.aws(), &deployment, Output::say).await.map_err(anyhow::Error::from)?;
    Ok(())
}

/// What points our own clients at the local AWS.
pub(crate) fn variables(local: &LocalAws) -> BTreeMap<String, String> {
    let mut variables: BTreeMap<String, String> = local.environment().into_iter().collect();
    let _ = variables.insert("STAGE".to_owned(), "local".to_owned());
    variables
}

/// A bucket for the copies, as the engineer would have made it.
pub(crate) async fn destination_bucket(local: &LocalAws) -> Result<String, Failure> {
    let name = "example-backups";
    s3::create_bucket(&local.aws(), name).await.map_err(anyhow::Error::from)?;
    Ok(name.to_owned())
}

/// Waits until the fired schedule has opened its run.
pub(crate) async fn until_opened(context: &Context, run: &RunId) -> Result<(), Failure> {
    let limit = Instant::now() + Duration::from_secs(OPENING_SECS);
    while context.world.table().load_run(run).await?.is_none() {
        if Instant::now() >= limit {
            let words = format!(
                "the schedule fired, but open-run has not opened {run} in {OPENING_SECS} s: see target/local-aws/ministack.log"
            );
            return Err(Failure::new(Exit::Missed, words));
        }
        tokio::time::sleep(Duration::from_millis(LOOK_MILLIS)).await;
    }
    Ok(())
}
