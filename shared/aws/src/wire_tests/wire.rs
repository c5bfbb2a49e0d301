//! All services at once, behind the SDK's HTTP connector: each call is answered well, except for one that is not.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_types::SdkConfig;
use aws_types::region::Region;

use super::answers::answer;
use super::codes::protocol_of;
use crate::connect::{Variables, for_function};

/// A call's service and operation, as [`crate::sdk_error::Call`] names them.
pub(super) type Operation = (&'static str, &'static str);

/// What goes wrong with one call.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    /// The service refuses with this status, code and words.
    Told(u16, &'static str, &'static str),
    /// A status alone, as a load balancer between us and the service answers.
    Bare(u16),
    /// The request may have arrived; its reply never did.
    Broken,
    /// A reply of status 200 that means nothing.
    Unreadable,
    /// Nothing ever comes.
    Silent,
    /// A good status, and then a body that never ends.
    Unending,
}

/// One request as it came over the wire.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) operation: (String, String),
    pub(super) method: String,
    pub(super) uri: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

/// The services, shared with every client.
#[derive(Debug, Clone, Default)]
pub(super) struct Wire {
    fault: Option<(Operation, Fault)>,
    asked: Arc<Mutex<Vec<Asked>>>,
    connect_timeouts: Arc<Mutex<Vec<Option<Duration>>>>,
}

impl Wire {
    /// Services that break whenever the operation is called.
    pub(super) fn that_breaks(operation: Operation, fault: Fault) -> Self {
        Self { fault: Some((operation, fault)), ..Self::default() }
    }

    /// The settings of a function in production, but for the connector. A region of its own gives a test its own
    /// budget of retries, which the SDK keeps for the whole process.
    pub(super) fn config(&self, region: &str) -> SdkConfig {
        let variables = [("AWS_REGION", region), ("AWS_ACCESS_KEY_ID", "k"), ("AWS_SECRET_ACCESS_KEY", "s")];
        let variables: Variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let wire = self.clone();
        let client = http_client_fn(move |settings, _| {
            wire.connect_timeouts.lock().unwrap().push(settings.connect_timeout());
            SharedHttpConnector::new(wire.clone())
        });
        let config = for_function(&variables).unwrap().into_builder().http_client(client);
        config.region(Region::new(region.to_owned())).build()
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The time that each connector was given to connect in.
    pub(super) fn connect_timeouts(&self) -> Vec<Option<Duration>> {
        self.connect_timeouts.lock().unwrap().clone()
    }

    /// How often the operation was sent.
    pub(super) fn sent(&self, (service, operation): Operation) -> usize {
        self.asked().iter().filter(|asked| asked.operation == (service.to_owned(), operation.to_owned())).count()
    }

    fn reply(&self, asked: &Asked) -> Result<HttpResponse, ConnectorError> {
        let is_hit = |operation: &Operation| (asked.operation.0.as_str(), asked.operation.1.as_str()) == *operation;
        let Some((_, fault)) = self.fault.as_ref().filter(|(operation, _)| is_hit(operation)) else {
            return Ok(response(200, answer(&asked.operation.0, &asked.operation.1)));
        };
        match fault {
            Fault::Told(status, code, message) => {
                Ok(response(*status, protocol_of(&asked.operation.0).refusal(code, message)))
            }
            Fault::Bare(status) => Ok(response(*status, String::new())),
            Fault::Unreadable => Ok(response(200, "<<< \u{1}".to_owned())),
            Fault::Broken => Err(ConnectorError::io("connection reset by peer".into())),
            Fault::Unending => Ok(HttpResponse::new(StatusCode::try_from(200).unwrap(), unending())),
            Fault::Silent => unreachable!("silence is no reply"),
        }
    }

    fn is_silent_on(&self, asked: &Asked) -> bool {
        matches!(&self.fault, Some(((service, operation), Fault::Silent))
            if asked.operation == ((*service).to_owned(), (*operation).to_owned()))
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let wire = self.clone();
        HttpConnectorFuture::new(async move {
            let asked = read(request).await;
            wire.asked.lock().unwrap().push(asked.clone());
            if wire.is_silent_on(&asked) {
                return std::future::pending().await;
            }
            wire.reply(&asked)
        })
    }
}

fn response(status: u16, body: String) -> HttpResponse {
    HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body))
}

fn unending() -> SdkBody {
    struct Unending;
    impl http_body::Body for Unending {
        type Data = bytes::Bytes;
        type Error = std::io::Error;
        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<Self::Data>, Self::Error>>> {
            std::task::Poll::Pending
        }
    }
    SdkBody::from_body_1_x(Unending)
}

async fn read(mut request: HttpRequest) -> Asked {
    let headers: Vec<(String, String)> =
        request.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let (method, uri) = (request.method().to_owned(), request.uri().to_owned());
    let body = ByteStream::new(request.take_body()).collect().await.unwrap().to_vec();
    let body = String::from_utf8(body).unwrap();
    let target = headers.iter().find(|(name, _)| name == "x-amz-target").map(|(_, value)| value.as_str());
    let operation = name(target, &method, &uri, &body);
    Asked { operation, method, uri, headers, body }
}

/// The service and operation that a request asks for, told as each protocol tells it.
fn name(target: Option<&str>, method: &str, uri: &str, body: &str) -> (String, String) {
    if let Some((service, operation)) = target.and_then(|target| target.rsplit_once('.')) {
        let services = [
            ("FmrsService", "DataSync"),
            ("DynamoDB_20120810", "DynamoDB"),
            ("AWSStepFunctions", "Step Functions"),
            ("Logs_20140328", "CloudWatch Logs"),
            ("TrentService", "KMS"),
            ("secretsmanager", "Secrets Manager"),
            ("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101", "CloudTrail"),
        ];
        let (_, service) = services.into_iter().find(|(prefix, _)| *prefix == service).unwrap();
        return (service.to_owned(), operation.to_owned());
    }
    if let Some(action) = body.strip_prefix("Action=") {
        let services = [
            ("2010-08-01", "CloudWatch"),
            ("2010-03-31", "SNS"),
            ("2011-06-15", "STS"),
            ("2010-05-08", "IAM"),
            ("2016-11-15", "EC2"),
        ];
        let (_, service) = services.into_iter().find(|(version, _)| body.contains(version)).unwrap();
        return (service.to_owned(), action.split('&').next().unwrap().to_owned());
    }
    let (service, operation) = if uri.contains("//elasticfilesystem.") {
        ("EFS", file_system(uri))
    } else if uri.contains("//scheduler.") {
        schedule(method, uri)
    } else if uri.contains("//backup.") {
        backup(method, uri)
    } else if uri.contains("/v20180820/configuration/publicAccessBlock") {
        ("S3 Control", "GetPublicAccessBlock")
    } else if uri.contains("/v20180820/jobs") {
        batch_job(method, uri)
    } else {
        object(method, uri)
    };
    (service.to_owned(), operation.to_owned())
}

fn file_system(uri: &str) -> &'static str {
    match uri {
        _ if uri.ends_with("/security-groups") => "DescribeMountTargetSecurityGroups",
        _ if uri.contains("/mount-targets") => "DescribeMountTargets",
        _ => "DescribeAccessPoints",
    }
}

fn schedule(method: &str, uri: &str) -> Operation {
    let operation = match method {
        "GET" if uri.contains("/schedules/") => "GetSchedule",
        "GET" => "ListSchedules",
        "POST" => "CreateSchedule",
        "PUT" => "UpdateSchedule",
        "DELETE" => "DeleteSchedule",
        _ => panic!("no operation of Scheduler: {method} {uri}"),
    };
    ("EventBridge Scheduler", operation)
}

fn backup(method: &str, uri: &str) -> Operation {
    let path = uri.split('?').next().unwrap();
    // Behind the scheme and the host.
    let parts = path.split('/').skip(3).filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let found = job(method, &parts).or_else(|| vault_or_plan(method, &parts));
    ("AWS Backup", found.unwrap_or_else(|| panic!("no operation of AWS Backup: {method} {uri}")))
}

fn job(method: &str, parts: &[&str]) -> Option<&'static str> {
    Some(match (method, parts) {
        ("PUT", ["backup-jobs"]) => "StartBackupJob",
        ("GET", ["backup-jobs"]) => "ListBackupJobs",
        ("GET", ["backup-jobs", _]) => "DescribeBackupJob",
        ("POST", ["backup-jobs", _]) => "StopBackupJob",
        ("PUT", ["copy-jobs"]) => "StartCopyJob",
        ("GET", ["copy-jobs"]) => "ListCopyJobs",
        ("PUT", ["restore-jobs"]) => "StartRestoreJob",
        ("GET", ["restore-jobs"]) => "ListRestoreJobs",
        ("GET", ["restore-jobs", _]) => "DescribeRestoreJob",
        _ => return None,
    })
}

fn vault_or_plan(method: &str, parts: &[&str]) -> Option<&'static str> {
    Some(match (method, parts) {
        ("GET", ["account-settings"]) => "DescribeRegionSettings",
        ("GET", ["tags", ..]) => "ListTags",
        ("GET", ["backup-vaults"]) => "ListBackupVaults",
        ("PUT", ["backup-vaults", _]) => "CreateBackupVault",
        ("DELETE", ["backup-vaults", _]) => "DeleteBackupVault",
        ("PUT", ["backup-vaults", _, "vault-lock"]) => "PutBackupVaultLockConfiguration",
        ("DELETE", ["backup-vaults", _, "vault-lock"]) => "DeleteBackupVaultLockConfiguration",
        ("GET", ["backup-vaults", _, "access-policy"]) => "GetBackupVaultAccessPolicy",
        ("PUT", ["backup-vaults", _, "access-policy"]) => "PutBackupVaultAccessPolicy",
        ("DELETE", ["backup-vaults", _, "access-policy"]) => "DeleteBackupVaultAccessPolicy",
        ("GET", ["backup-vaults", _, "recovery-points"]) => "ListRecoveryPointsByBackupVault",
        ("GET", ["backup-vaults", _, "recovery-points", _]) => "DescribeRecoveryPoint",
        ("GET", ["backup-vaults", _, "recovery-points", _, "restore-metadata"]) => "GetRecoveryPointRestoreMetadata",
        ("GET", ["backup", "plans"]) => "ListBackupPlans",
        ("PUT", ["backup", "plans"]) => "CreateBackupPlan",
        ("GET", ["backup", "plans", _]) => "GetBackupPlan",
        ("POST", ["backup", "plans", _]) => "UpdateBackupPlan",
        ("DELETE", ["backup", "plans", _]) => "DeleteBackupPlan",
        ("GET", ["backup", "plans", _, "selections"]) => "ListBackupSelections",
        ("PUT", ["backup", "plans", _, "selections"]) => "CreateBackupSelection",
        ("GET", ["backup", "plans", _, "selections", _]) => "GetBackupSelection",
        ("DELETE", ["backup", "plans", _, "selections", _]) => "DeleteBackupSelection",
        _ => return None,
    })
}

fn batch_job(method: &str, uri: &str) -> Operation {
    let operation = match method {
        "POST" if uri.contains("/status") => "UpdateJobStatus",
        "POST" => "CreateJob",
        "GET" if uri.contains("/jobs/") => "DescribeJob",
        "GET" => "ListJobs",
        _ => panic!("no operation of S3 Control: {method} {uri}"),
    };
    ("S3 Control", operation)
}

fn object(method: &str, uri: &str) -> Operation {
    let operation = match method {
        "GET" if uri.contains("list-type=2") => "ListObjectsV2",
        "GET" if uri.contains("?policy") => "GetBucketPolicy",
        "GET" if uri.contains("?versioning") => "GetBucketVersioning",
        "GET" if uri.contains("?ownershipControls") => "GetBucketOwnershipControls",
        "GET" if uri.contains("?replication") => "GetBucketReplication",
        "GET" if uri.contains("?object-lock") => "GetObjectLockConfiguration",
        "GET" if uri.contains("?publicAccessBlock") => "GetPublicAccessBlock",
        "GET" if uri.contains("?encryption") => "GetBucketEncryption",
        "PUT" if uri.contains("?policy") => "PutBucketPolicy",
        "PUT" if uri.contains("?versioning") => "PutBucketVersioning",
        "PUT" if uri.contains("?ownershipControls") => "PutBucketOwnershipControls",
        "PUT" if uri.contains("?replication") => "PutBucketReplication",
        "DELETE" if uri.contains("?policy") => "DeleteBucketPolicy",
        "DELETE" if uri.contains("?replication") => "DeleteBucketReplication",
        "GET" => "GetObject",
        "HEAD" => "HeadObject",
        "PUT" => "PutObject",
        "DELETE" => "DeleteObject",
        _ => panic!("no operation of S3: {method} {uri}"),
    };
    ("S3", operation)
}
