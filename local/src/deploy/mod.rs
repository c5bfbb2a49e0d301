//! Deploying `template.yaml` itself into the local AWS: no second description of the system.

mod bundle;
mod template;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
};

use hyper::Method;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::upstream::{
    Ask, Upstream, UpstreamError,
    cloudformation::{self, Failure, Wanted},
    s3,
};
pub use template::TemplateError;

/// What has to be encoded in the path of an object's key.
const KEY: &AsciiSet = &CONTROLS.add(b' ').add(b'%').add(b'?').add(b'#').add(b'+');
/// Suffix of the bucket that functions and definitions are deployed from.
const BUCKET_SUFFIX: &str = "deployment";

/// A deployment that is asked for.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// The SAM template.
    pub template: PathBuf,
    /// The bootstrap of each binary that the template names in `Metadata.BuildProperties.Binary`.
    pub bootstraps: BTreeMap<String, PathBuf>,
    /// The stack's name.
    pub stack: String,
    /// Parameters that differ from their defaults.
    pub parameters: BTreeMap<String, String>,
}

/// Why a deployment failed.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// The template does not read, or names something that is not there.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A file of the deployment.
    #[error("{path}: {reason}; build the functions first")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The local AWS refused a step, or is down.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// CloudFormation gave up.
    #[error("the stack {stack} came to rest in {status}:{}", listed(failures))]
    Stack {
        /// Its name.
        stack: String,
        /// Its status.
        status: String,
        /// What failed, oldest first.
        failures: Vec<Failure>,
    },
}

fn listed(failures: &[Failure]) -> String {
    failures.iter().fold(String::new(), |mut list, Failure { resource, kind, reason }| {
        let _ = write!(list, "\n  {resource} ({kind}): {reason}");
        list
    })
}

/// Deploys through the front door at `aws` and gives the stack's outputs back. `progress` gets one line a step.
pub async fn deploy(
    aws: &Upstream,
    deployment: &Deployment,
    progress: impl Fn(&str),
) -> Result<BTreeMap<String, String>, DeployError> {
    let bucket = format!("{}-{}-{}-{BUCKET_SUFFIX}", deployment.stack, aws.account(), aws.region());
    s3::create_bucket(aws, &bucket).await?;
    let mut template = template::Template::read(&deployment.template)?;
    for function in template.functions()? {
        progress(&format!("packing {}", function.binary));
        let key = put_bundle(aws, &bucket, deployment, &function.binary).await?;
        template.set_code(&function.logical_id, &bucket, &key);
    }
    for machine in template.state_machines(&deployment.template)? {
        let definition = read(&machine.definition)?;
        let key = put(aws, &bucket, "asl.json", definition).await?;
        template.set_definition(&machine.logical_id, &bucket, &key);
    }
    let key = put(aws, &bucket, "template.json", template.to_json().into_bytes()).await?;
    progress("deploying the stack through CloudFormation");
    let template_url = format!("https://s3.{}.amazonaws.com/{bucket}/{key}", aws.region());
    let parameters: Vec<(String, String)> = deployment.parameters.clone().into_iter().collect();
    let wanted = Wanted { stack: &deployment.stack, template_url: &template_url, parameters: &parameters };
    let rested = cloudformation::deploy(aws, &wanted).await?;
    if matches!(rested.status.as_str(), "CREATE_COMPLETE" | "UPDATE_COMPLETE") {
        return Ok(rested.outputs.into_iter().collect());
    }
    Err(DeployError::Stack { stack: deployment.stack.clone(), status: rested.status, failures: rested.failures })
}

async fn put_bundle(
    aws: &Upstream,
    bucket: &str,
    deployment: &Deployment,
    binary: &str,
) -> Result<String, DeployError> {
    let path =
        deployment.bootstraps.get(binary).ok_or_else(|| TemplateError::NoBootstrap { binary: binary.to_owned() })?;
    let zipped = bundle::zip(path).await.map_err(|reason| DeployError::File { path: path.clone(), reason })?;
    put(aws, bucket, "zip", zipped).await
}

/// Under a key that is the content's digest, so that CloudFormation sees a change exactly when there is one.
async fn put(aws: &Upstream, bucket: &str, extension: &str, content: Vec<u8>) -> Result<String, DeployError> {
    let key = format!("{}.{extension}", bundle::digest(&content));
    let path = format!("/{bucket}/{}", utf8_percent_encode(&key, KEY));
    let _ = aws.read(Ask::new(Method::PUT, "s3", path).body(content)).await?;
    Ok(key)
}

fn read(path: &Path) -> Result<Vec<u8>, DeployError> {
    std::fs::read(path).map_err(|error| DeployError::File { path: path.to_owned(), reason: error.to_string() })
}
