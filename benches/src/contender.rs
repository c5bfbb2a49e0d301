//! Who is measured: how it is started, and what it has to do.

use std::ffi::OsString;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde::Serialize;

use crate::authority::{Authority, HOST};
use crate::scene::Scene;

/// What a contender stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// The Lambda runtime without any work: nobody can be quicker.
    Floor,
    /// A function of ours.
    Ours,
    /// The same work as one function of ours, made with the SDK's default set-up.
    SdkDefaults,
    /// The same in Python.
    Python,
    /// The same in Node.js.
    Node,
}

/// One of them.
#[derive(Debug, Clone)]
pub(crate) struct Contender {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    /// Where its code is, for languages that look for it.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) scene: Scene,
}

/// Somebody who should be in the table and is not.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct NotMeasured {
    pub(crate) name: String,
    pub(crate) why: String,
}

/// Where the stubs are, and what is to be trusted.
pub(crate) struct Surroundings {
    pub(crate) runtime_port: u16,
    pub(crate) aws_port: u16,
    pub(crate) authority: Authority,
    /// Takes what contenders print.
    pub(crate) log: PathBuf,
}

impl Contender {
    /// As Lambda starts it: with its variables and no others.
    pub(crate) fn command(&self, around: &Surroundings) -> Result<Command> {
        let log = File::create(&around.log).with_context(|| around.log.display().to_string())?;
        let mut command = Command::new(&self.program);
        let _ = command.args(&self.arguments).env_clear().envs(variables(around));
        if let Some(folder) = &self.folder {
            let _ = command.current_dir(folder).env("LAMBDA_TASK_ROOT", folder).env("PYTHONPATH", folder);
        }
        let _ = command.stdin(Stdio::null()).stderr(log.try_clone()?).stdout(log);
        Ok(command)
    }
}

/// What `template.yaml` and Lambda tell every function, for the local stage.
fn variables(around: &Surroundings) -> Vec<(&'static str, OsString)> {
    let plain = [
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("AWS_REGION", "ap-northeast-1"),
        ("AWS_DEFAULT_REGION", "ap-northeast-1"),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        ("AWS_SESSION_TOKEN", "IQoJb3JpZ2luX2VjEXAMPLETOKEN"),
        ("AWS_LAMBDA_FUNCTION_NAME", "measured"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/measured"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/20/[$LATEST]1"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("STAGE", "local"),
        ("STACK_NAME", "nightferry"),
        ("RUN_TABLE", "nightferry"),
        ("RECORDS_BUCKET", "nightferry-123456789012-ap-northeast-1"),
        ("NIGHTLY_RUN_ARN", "arn:aws:states:ap-northeast-1:123456789012:stateMachine:nightferry-nightly-run"),
        ("REPORT_TOPIC_ARN", "arn:aws:sns:ap-northeast-1:123456789012:nightferry-reports"),
        ("RUST_LOG", "info"),
        ("_HANDLER", "app.handler"),
    ];
    let mut variables: Vec<_> = plain.map(|(name, value)| (name, OsString::from(value))).into();
    variables.push(("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{}", around.runtime_port).into()));
    variables.push(("AWS_ENDPOINT_URL", format!("https://{HOST}:{}", around.aws_port).into()));
    // Rust, Python and Node.js each have a name of their own for what they trust.
    variables.push(("SSL_CERT_FILE", around.authority.bundle.clone().into()));
    variables.push(("AWS_CA_BUNDLE", around.authority.bundle.clone().into()));
    variables.push(("NODE_EXTRA_CA_CERTS", around.authority.own.clone().into()));
    variables
}
