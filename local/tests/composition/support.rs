//! A local AWS with the fixture's stack in it, shared by the tests of one file and gone with their process.

use std::path::{Path, PathBuf};

use hyper::Method;
use nightferry_local::{
    LocalAws,
    deploy::{DeployError, Deployment, deploy},
    front_door::CallRecord,
    upstream::Ask,
};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

/// The fixture's stack.
pub(crate) const STACK: &str = "fixture";
/// The fixture's function.
pub(crate) const FUNCTION_ARN: &str = "arn:aws:lambda:ap-northeast-1:123456789012:function:fixture-echo";
const MACHINE_ARN: &str = "arn:aws:states:ap-northeast-1:123456789012:stateMachine:fixture-machine";

static SHARED: OnceCell<LocalAws> = OnceCell::const_new();

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Starts one in a folder; it ends when the value is dropped, or with this process.
pub(crate) async fn start(dir: &Path) -> anyhow::Result<LocalAws> {
    let arguments = [root().to_str().unwrap(), dir.to_str().unwrap(), STACK, "lifeline"].map(str::to_owned);
    LocalAws::start_detached(Path::new(env!("CARGO_BIN_EXE_nightferry-local")), &arguments, dir, true).await
}

/// One that may lose its processes, with its folder.
pub(crate) async fn start_durable(name: &str) -> (LocalAws, PathBuf) {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let arguments = [root().to_str().unwrap(), dir.to_str().unwrap(), STACK, "lifeline", "durable"].map(str::to_owned);
    let program = Path::new(env!("CARGO_BIN_EXE_nightferry-local"));
    (LocalAws::start_detached(program, &arguments, &dir, true).await.unwrap(), dir)
}

/// The shared one, deployed.
pub(crate) async fn shared() -> &'static LocalAws {
    SHARED.get_or_init(|| start_deployed("shared")).await
}

/// One of its own with the fixture's stack.
pub(crate) async fn start_deployed(name: &str) -> LocalAws {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let local = start(&dir).await.unwrap();
    deploy_fixture(&local).await.unwrap();
    local
}

/// Deploys the fixture's stack, or brings it up to date.
pub(crate) async fn deploy_fixture(local: &LocalAws) -> Result<(), DeployError> {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture");
    let deployment = Deployment {
        template: fixture.join("template.yaml"),
        bootstraps: [("echo".to_owned(), fixture.join("bootstrap"))].into(),
        stack: STACK.to_owned(),
        parameters: [("Stage".to_owned(), "local".to_owned())].into(),
    };
    deploy(&local.aws(), &deployment, |_| ()).await.map(drop)
}

/// Calls the fixture's function and waits for its answer.
pub(crate) async fn invoke(local: &LocalAws, payload: &Value) -> Value {
    let ask =
        Ask::new(Method::POST, "lambda", "/2015-03-31/functions/fixture-echo/invocations").body(payload.to_string());
    serde_json::from_slice(&local.aws().read(ask).await.unwrap()).unwrap()
}

/// One call of Step Functions.
pub(crate) async fn states(local: &LocalAws, operation: &str, body: &Value) -> Value {
    let ask = Ask::new(Method::POST, "states", "/")
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", format!("AWSStepFunctions.{operation}"))
        .body(body.to_string());
    serde_json::from_slice(&local.aws().read(ask).await.unwrap()).unwrap()
}

/// Runs the fixture's state machine to its end.
pub(crate) async fn run_machine(local: &LocalAws, name: &str, input: &Value) -> Value {
    let started = states(
        local,
        "StartExecution",
        &json!({"stateMachineArn": MACHINE_ARN, "name": name, "input": input.to_string()}),
    )
    .await;
    loop {
        let execution = states(local, "DescribeExecution", &json!({"executionArn": started["executionArn"]})).await;
        if execution["status"] != "RUNNING" {
            return execution;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Waits until the front door has recorded `count` puts of this key, and gives them back.
pub(crate) async fn puts(local: &LocalAws, key: &str, count: usize) -> Vec<CallRecord> {
    let resource = format!("arn:aws:s3:::fixture-things/{key}");
    loop {
        let calls = local.admin().calls().await.unwrap().calls;
        let puts: Vec<CallRecord> =
            calls.into_iter().filter(|call| call.operation == "PutObject" && call.resource == resource).collect();
        if puts.len() >= count {
            return puts;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Whether the bucket has an object of this key.
pub(crate) async fn is_there(local: &LocalAws, key: &str) -> bool {
    local.aws().read(Ask::new(Method::HEAD, "s3", format!("/fixture-things/{key}"))).await.is_ok()
}

/// An event of the kind that the fixture's rules ask for when its state is SUCCESS.
pub(crate) fn event(state: &str, key: &str) -> Value {
    json!({"version": "0", "id": key, "source": "aws.datasync", "detail-type": "DataSync Task Execution State Change", "account": "123456789012",
        "region": "ap-northeast-1", "time": "2026-11-20T21:00:00Z", "resources": [], "detail": {"State": state, "put": key}})
}

/// One call of DataSync.
async fn datasync(local: &LocalAws, operation: &str, body: &Value) -> Value {
    let ask = Ask::new(Method::POST, "datasync", "/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("FmrsService.{operation}"))
        .body(body.to_string());
    serde_json::from_slice(&local.aws().read(ask).await.unwrap()).unwrap()
}

/// Copies a directory into the fixture's bucket and gives the finished execution back.
pub(crate) async fn transfer(local: &LocalAws, files: &Path, prefix: &str) -> Value {
    let arn = |service: &str, rest: &str| format!("arn:aws:{service}:ap-northeast-1:123456789012:{rest}");
    let made = local.admin().file_system(files).await.unwrap();
    let network = json!({"SubnetArn": arn("ec2", &format!("subnet/{}", made.subnet_id)),
        "SecurityGroupArns": [arn("ec2", &format!("security-group/{}", made.security_group_id))]});
    let file_system = arn("elasticfilesystem", &format!("file-system/{}", made.file_system_id));
    let from =
        datasync(local, "CreateLocationEfs", &json!({"EfsFilesystemArn": file_system, "Ec2Config": network})).await;
    let role = "arn:aws:iam::123456789012:role/fixture-copy";
    let bucket = json!({"S3BucketArn": "arn:aws:s3:::fixture-things", "Subdirectory": prefix, "S3Config": {"BucketAccessRoleArn": role}});
    let to = datasync(local, "CreateLocationS3", &bucket).await;
    let task = json!({"SourceLocationArn": from["LocationArn"], "DestinationLocationArn": to["LocationArn"]});
    let task = datasync(local, "CreateTask", &task).await;
    let started = datasync(local, "StartTaskExecution", &json!({"TaskArn": task["TaskArn"]})).await;
    loop {
        let execution = datasync(local, "DescribeTaskExecution", &started).await;
        if ["SUCCESS", "ERROR"].contains(&execution["Status"].as_str().unwrap()) {
            return execution;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
