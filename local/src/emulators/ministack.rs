//! MiniStack: every service that nothing else answers, and the place where the real bootstraps run.

use super::{Emulator, Surroundings, child::Program, ports};

/// Where S3 Control is, for programs that reach it through the front door as their proxy.
pub(crate) const S3_CONTROL_URL: &str = "http://s3-control.local";

/// Starts it; it answers once it is ready.
pub(crate) fn spawn(around: &Surroundings, port: Option<u16>) -> anyhow::Result<Emulator> {
    let scratch = around.dir.join("tmp");
    std::fs::create_dir_all(&scratch)?;
    if port.is_none() {
        forget(around)?;
    }
    let port = ports::this_or_free(port)?;
    Emulator::spawn(
        Program {
            name: "MiniStack",
            path: around.venv.program("ministack"),
            arguments: Vec::new(),
            ready_path: "/_ministack/ready",
            settings: None,
        },
        port,
        around.dir.join("ministack.log"),
        &[environment(around, port, &scratch.to_string_lossy()), durability(around)].concat(),
    )
}

/// A first start begins with nothing, whatever an earlier local AWS left here.
fn forget(around: &Surroundings) -> std::io::Result<()> {
    let log = around.dir.join("ministack.log");
    for gone in [std::fs::remove_file(log), std::fs::remove_dir_all(kept(around))] {
        match gone {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// Where a durable one keeps its state.
fn kept(around: &Surroundings) -> std::path::PathBuf {
    around.dir.join("kept")
}

/// What makes a restart find everything again: services write their records down when they are asked to end, S3 each object at once.
fn durability(around: &Surroundings) -> Vec<(&'static str, String)> {
    let folder = |name: &str| kept(around).join(name).to_string_lossy().into_owned();
    if !around.is_durable {
        return Vec::new();
    }
    vec![
        ("PERSIST_STATE", "1".to_owned()),
        ("STATE_DIR", folder("state")),
        ("S3_PERSIST", "1".to_owned()),
        ("S3_DATA_DIR", folder("objects")),
    ]
}

/// Everything in here also reaches every function, because MiniStack starts a bootstrap with its own environment below the function's.
fn environment(around: &Surroundings, port: u16, scratch: &str) -> Vec<(&'static str, String)> {
    let front_door = format!("http://127.0.0.1:{}", around.front_door_port);
    vec![
        ("PATH", path(around)),
        ("TMPDIR", scratch.to_owned()),
        ("PYTHONUNBUFFERED", "1".to_owned()),
        ("BIND_HOST", "127.0.0.1".to_owned()),
        ("GATEWAY_PORT", port.to_string()),
        // BIND_HOST alone is not enough: these two would listen on every address.
        ("IOT_MTLS_ENABLED", "0".to_owned()),
        ("SFTP_ENABLED", "0".to_owned()),
        ("MINISTACK_REGION", around.region.clone()),
        ("MINISTACK_ACCOUNT_ID", around.account.clone()),
        ("AWS_ENDPOINT_URL", front_door.clone()),
        // S3 Control's SDKs put the account in front of the host. Of such a name nobody knows an address, so they are sent through the front door as
        // their proxy.
        ("AWS_ENDPOINT_URL_S3_CONTROL", S3_CONTROL_URL.to_owned()),
        ("HTTP_PROXY", front_door),
        ("AWS_REGION", around.region.clone()),
        ("AWS_DEFAULT_REGION", around.region.clone()),
        ("NO_PROXY", "127.0.0.1,localhost".to_owned()),
    ]
}

/// The virtual environment's programs first, then what this process itself finds programs with.
pub(super) fn path(around: &Surroundings) -> String {
    let inherited = std::env::var("PATH").unwrap_or_else(|_| "/usr/bin:/bin".to_owned());
    format!("{}:{inherited}", around.venv.bin().display())
}
