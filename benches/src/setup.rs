//! Builds all contenders: the functions as they ship, the floor, and the peers. What can't be set up here is said, not dropped.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::contender::{Contender, Kind, NotMeasured};
use crate::paths::Paths;
use crate::scene::Scene;

/// The peers' work: an event about a DataSync execution, as `record-state` follows it.
const GOES_ON: &str = "record-state";
/// The same, up to the workflow that waits.
const WAKES: &str = "record-state-wakes";

/// Everybody who could be set up, and who could not.
pub(crate) struct Field {
    pub(crate) contenders: Vec<Contender>,
    pub(crate) absent: Vec<NotMeasured>,
}

/// Parts of names; none means everybody.
pub(crate) struct Wanted<'a>(pub(crate) &'a [String]);

impl Wanted<'_> {
    fn is_in(&self, name: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|part| name.contains(part))
    }
}

/// Sets up the floor, and the functions and peers that are wanted.
pub(crate) fn field(paths: &Paths, wanted: &Wanted<'_>) -> Result<Field> {
    let mut contenders = vec![];
    let floor = cargo_peer(paths, "hello", Kind::Floor, "hello").context("the floor can't be built")?;
    contenders.push(floor);
    contenders.extend(functions(paths, wanted)?);
    let mut absent = vec![];
    let peers: [(&[&str], SetUp); 3] = [
        (&["sdk-defaults"], sdk_defaults),
        (&["python/record-state", "python/record-state-wakes"], python),
        (&["node/record-state", "node/record-state-wakes"], node),
    ];
    for (names, set_up) in peers {
        let Some(name) = names.iter().find(|name| wanted.is_in(name)) else { continue };
        match set_up(paths) {
            Ok(peers) => contenders.extend(peers.into_iter().filter(|peer| wanted.is_in(&peer.name))),
            Err(error) => absent.push(NotMeasured { name: (*name).to_owned(), why: format!("{error:#}") }),
        }
    }
    Ok(Field { contenders, absent })
}

/// How a peer is set up, in all its scenes.
type SetUp = fn(&Paths) -> Result<Vec<Contender>>;

/// One for each scene, by the function whose name begins the scene's.
fn functions(paths: &Paths, wanted: &Wanted<'_>) -> Result<Vec<Contender>> {
    let functions = paths.functions()?;
    let of = |scene: String| {
        let function = functions.iter().find(|function| scene.starts_with(*function))?;
        wanted.is_in(&scene).then_some((scene, function))
    };
    let known: Vec<(String, &String)> = paths.scenes()?.into_iter().filter_map(of).collect();
    let bins = known.iter().flat_map(|(_, function)| ["--bin", function]);
    let mut cargo = Command::new("cargo");
    if !known.is_empty() {
        run(cargo.current_dir(&paths.root).args(["build", "--release", "--locked"]).args(bins))?;
    }
    let contender =
        |(scene, function): &(String, &String)| plain(paths, scene, Kind::Ours, paths.release.join(function), scene);
    known.iter().map(contender).collect()
}

/// A program that needs no arguments.
fn plain(paths: &Paths, name: &str, kind: Kind, program: PathBuf, scene: &str) -> Result<Contender> {
    let scene = Scene::read(&paths.benches(&format!("scenes/{scene}.json")))?;
    Ok(Contender { name: name.to_owned(), kind, program, arguments: vec![], folder: None, scene })
}

/// A cargo workspace of its own, so that it shares no feature with anything of ours.
fn cargo_peer(paths: &Paths, name: &str, kind: Kind, scene: &str) -> Result<Contender> {
    let folder = paths.benches(&format!("peers/{name}"));
    let target = paths.work.join(name);
    let mut cargo = Command::new("cargo");
    run(cargo.current_dir(folder).args(["build", "--release", "--locked", "--target-dir"]).arg(&target))?;
    plain(paths, name, kind, target.join("release").join(name), scene)
}

/// The SDK as its guide sets it up.
fn sdk_defaults(paths: &Paths) -> Result<Vec<Contender>> {
    Ok(vec![cargo_peer(paths, "sdk-defaults", Kind::SdkDefaults, GOES_ON)?])
}

/// Lambda's own Python runtime with boto3, in an environment of its own.
fn python(paths: &Paths) -> Result<Vec<Contender>> {
    let (source, made) = (paths.benches("peers/python"), paths.work.join("python"));
    let requirements = source.join("requirements.txt");
    if is_stale(&requirements, &made)? {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&made))?;
        let pip = made.join("bin/python");
        run(Command::new(pip).args(["-m", "pip", "install", "-q", "--no-deps", "-r"]).arg(&requirements))?;
        mark(&requirements, &made)?;
    }
    let peer = |scene: &str| {
        let peer = plain(paths, &format!("python/{scene}"), Kind::Python, made.join("bin/python"), scene)?;
        let arguments = ["-m", "awslambdaric", "app.handler"].map(Into::into).into();
        Ok(Contender { arguments, folder: Some(source.clone()), ..peer })
    };
    [GOES_ON, WAKES].into_iter().map(peer).collect()
}

/// The SDK for JavaScript, bundled into one file as its makers advise.
fn node(paths: &Paths) -> Result<Vec<Contender>> {
    let (source, made) = (paths.benches("peers/node"), paths.work.join("node"));
    let lock = source.join("package-lock.json");
    if is_stale(&lock, &made)? {
        std::fs::create_dir_all(&made)?;
        for file in ["package.json", "package-lock.json"] {
            let _ = std::fs::copy(source.join(file), made.join(file))?;
        }
        run(Command::new("npm").current_dir(&made).args(["ci", "--no-audit", "--no-fund"]))?;
        mark(&lock, &made)?;
    }
    let _ = std::fs::copy(source.join("runtime.mjs"), made.join("runtime.mjs"))?;
    let _ = std::fs::copy(source.join("app.mjs"), made.join("app.mjs"))?;
    let mut bundle = Command::new(made.join("node_modules/.bin/esbuild"));
    let options = ["--bundle", "--minify", "--platform=node", "--target=node20", "--outfile=bundle.cjs"];
    run(bundle.current_dir(&made).arg("runtime.mjs").args(options))?;
    let peer = |scene: &str| {
        let peer = plain(paths, &format!("node/{scene}"), Kind::Node, PathBuf::from("node"), scene)?;
        Ok(Contender { arguments: vec![made.join("bundle.cjs").into()], folder: Some(made.clone()), ..peer })
    };
    [GOES_ON, WAKES].into_iter().map(peer).collect()
}

/// Whether a folder was made from other pins than these.
fn is_stale(pins: &Path, made: &Path) -> Result<bool> {
    let wanted = std::fs::read(pins).with_context(|| pins.display().to_string())?;
    Ok(std::fs::read(made.join("pins")).ok() != Some(wanted))
}

/// The folder is whole, and made from these pins.
fn mark(pins: &Path, made: &Path) -> Result<()> {
    let _ = std::fs::copy(pins, made.join("pins"))?;
    Ok(())
}

/// What it prints goes where our own progress goes, so that a table stays a table.
fn run(command: &mut Command) -> Result<()> {
    let shown = command.get_program().display().to_string();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status().with_context(|| shown.clone())?;
    if status.success() { Ok(()) } else { bail!("{shown} failed: {status}") }
}
