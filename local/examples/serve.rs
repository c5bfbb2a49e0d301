//! The local AWS alone, for the tests that need it in a process of its own: `serve <root> <dir> [lifeline]`.

use nightferry_local::{Settings, serve};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what| arguments.next().ok_or_else(|| anyhow::anyhow!("{what} is missing"));
    let (root, dir) = (next("the repository's root")?, next("the folder")?);
    let lifeline = next("lifeline").is_ok();
    let settings = Settings { dir: dir.into(), lifeline, ..Settings::new(root) };
    serve(settings, |step| eprintln!("{step}"), |state| eprintln!("ready at {}", state.endpoint)).await
}
