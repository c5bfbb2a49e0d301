//! moto: only its Step Functions engine, which makes every task call through the front door.

use serde_json::json;

use super::{Emulator, Surroundings, child::Program, ministack, ports};

/// Where its settings are read and written.
const CONFIG: &str = "/moto-api/config";
/// The access key that moto's interpreter signs its task calls with. It is how the front door knows the state machine as a caller.
pub(crate) const ENGINE_ACCESS_KEY: &str = "ak";

/// Starts it; its interpreter is switched on as soon as it answers.
pub(crate) fn spawn(around: &Surroundings, port: Option<u16>) -> anyhow::Result<Emulator> {
    let port = ports::this_or_free(port)?;
    let arguments = ["-H", "127.0.0.1", "-p", &port.to_string()].map(str::to_owned).to_vec();
    let settings = json!({"stepfunctions": {"execute_state_machine": true}});
    Emulator::spawn(
        Program {
            name: "moto",
            path: around.venv.program("moto_server"),
            arguments,
            ready_path: CONFIG,
            settings: Some((CONFIG, settings)),
        },
        port,
        around.dir.join("moto.log"),
        &environment(around),
    )
}

fn environment(around: &Surroundings) -> Vec<(&'static str, String)> {
    vec![
        ("PATH", ministack::path(around)),
        ("TMPDIR", around.dir.join("tmp").to_string_lossy().into_owned()),
        ("PYTHONUNBUFFERED", "1".to_owned()),
        ("MOTO_PORT", around.front_door_port.to_string()),
        ("MOTO_ACCOUNT_ID", around.account.clone()),
        ("AWS_DEFAULT_REGION", around.region.clone()),
        ("NO_PROXY", "127.0.0.1,localhost".to_owned()),
    ]
}
