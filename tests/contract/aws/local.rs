//! One local AWS with what the suites need in it: the table, bucket and role of `template.yaml` itself, and beside them a
//! state machine that only waits, and a topic.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use hyper::Method;
use nightferry_aws::{AwsWorld, connect};
use nightferry_domain::place::Place;
use nightferry_domain::stack::Stack;
use nightferry_local::LocalAws;
use nightferry_local::deploy::{Deployment, deploy};
use nightferry_local::front_door::{CallEffect, CallFault, CallMatch, Often};
use nightferry_local::upstream::Ask;
use serde_json::Value;
use tokio::sync::OnceCell;

/// What the suites use of the product's own template.
const FROM_TEMPLATE: [&str; 3] = ["RunTable", "RecordsBucket", "TaskReportRole"];

static LOCAL: OnceCell<LocalAws> = OnceCell::const_new();

/// The stack that is deployed.
pub(super) fn stack() -> Stack {
    Stack::in_region("123456789012", "ap-northeast-1", "contract")
}

/// The local AWS; it ends with this process.
pub(super) async fn local() -> &'static LocalAws {
    LOCAL.get_or_init(start).await
}

/// Settings as a function of the local stage has them, under a name of its own in the record of calls.
pub(super) async fn caller() -> (String, SdkConfig) {
    caller_of(&stack().account).await
}

/// The same of another account.
pub(super) async fn caller_of(account: &str) -> (String, SdkConfig) {
    let caller = format!("contract-{}", crate::things::number());
    let mut variables: connect::Variables = local().await.environment_of(account).into_iter().collect();
    variables.extend([("STAGE".into(), "local".into()), ("AWS_SDK_UA_APP_ID".into(), caller.clone())]);
    let config = connect::for_function(&variables).unwrap().into_builder().timeout_config(patience());
    (caller, config.build())
}

/// Time limits are proved elsewhere; here an emulator on a busy machine may take its time.
fn patience() -> TimeoutConfig {
    let limit = Duration::from_mins(2);
    TimeoutConfig::builder().connect_timeout(limit).operation_attempt_timeout(limit).operation_timeout(limit).build()
}

/// Everything outside, through the real SDK.
pub(super) fn world_of(config: &SdkConfig) -> AwsWorld {
    AwsWorld::connect(config, Place::of(stack()))
}

/// The same for a caller whose calls nobody breaks.
pub(crate) async fn world() -> AwsWorld {
    world_of(&caller().await.1)
}

/// Breaks the caller's next call of the operation.
pub(super) async fn break_next(caller: &str, operation: &str, effect: CallEffect) {
    let matches =
        CallMatch { caller: Some(caller.to_owned()), operation: Some(operation.to_owned()), ..CallMatch::default() };
    let _ = local().await.admin().break_calls(CallFault { matches, often: Often::default(), effect }).await.unwrap();
}

/// Breaks that call only: a second try, of the SDK's or of the check's, gets through.
pub(super) async fn break_once(caller: &str, operation: &str, effect: CallEffect) {
    let matches =
        CallMatch { caller: Some(caller.to_owned()), operation: Some(operation.to_owned()), ..CallMatch::default() };
    let _ = local().await.admin().break_calls(CallFault { matches, often: Often::nth(1), effect }).await.unwrap();
}

/// One call of a service that speaks JSON, without an SDK.
pub(super) async fn json(service: &'static str, version: &str, target: &str, body: &Value) -> Value {
    let ask = Ask::new(Method::POST, service, "/")
        .header("content-type", format!("application/x-amz-json-{version}"))
        .header("x-amz-target", target)
        .body(body.to_string());
    serde_json::from_slice(&local().await.aws().read(ask).await.unwrap()).unwrap()
}

/// For what gives no event.
pub(super) async fn look_again() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}

async fn start() -> LocalAws {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("contract");
    let arguments = [root().to_str().unwrap(), dir.to_str().unwrap(), &stack().name, "lifeline"].map(str::to_owned);
    let local = LocalAws::start_detached(&program(), &arguments, &dir, true).await.unwrap();
    let deployment = Deployment {
        template: template(&dir),
        bootstraps: [].into(),
        stack: stack().name,
        parameters: [("Stage".to_owned(), "local".to_owned())].into(),
    };
    let _ = deploy(&local.aws(), &deployment, |_| ()).await.unwrap();
    local
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The local AWS's program, built where this test was built, and with everything else: alone it would have other features, and be
/// compiled once more with all that it stands on.
fn program() -> PathBuf {
    let folder = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned();
    let mut cargo = Command::new(env!("CARGO"));
    // `cargo test` tells its tests about itself; build scripts that read the same names would all run again.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_") && name != "CARGO_HOME" {
            let _ = cargo.env_remove(name);
        }
    }
    let cargo = cargo.current_dir(root()).args(["build", "--workspace", "--bins", "--locked", "--target-dir"]);
    assert!(cargo.arg(folder.parent().unwrap()).status().unwrap().success(), "the local AWS does not build");
    folder.join("nightferry-local")
}

/// The suites' own template with the product's resources in it, beside its state machine.
fn template(dir: &Path) -> PathBuf {
    let read = |path: PathBuf| -> Value { serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap() };
    let own = root().join("tests/contract/aws");
    let (product, mut template) = (read(root().join("template.yaml")), read(own.join("template.yaml")));
    for section in ["Parameters", "Conditions"] {
        template[section] = product[section].clone();
    }
    for name in FROM_TEMPLATE {
        template["Resources"][name] = product["Resources"][name].clone();
    }
    let path = dir.join("template.json");
    std::fs::write(&path, template.to_string()).unwrap();
    let _ = std::fs::copy(own.join("waits.asl.json"), dir.join("waits.asl.json")).unwrap();
    path
}
