//! What the stand-in keeps of locations, tasks and executions, and how each looks on the wire.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::control::Control;
use super::counters::Counters;
use super::ids;
use super::options::{Ends, Mode, Options};
use super::status::{Phase, Status};

/// Tags, by key.
pub(super) type Tags = BTreeMap<String, String>;

/// A location: where bytes come from or go to.
#[derive(Debug, Clone)]
pub(super) struct Location {
    /// Its ARN.
    pub(super) arn: String,
    /// When it was made.
    pub(super) created: Timestamp,
    /// The folder or prefix, with a slash on both ends; `/` is the root.
    pub(super) subdirectory: String,
    /// What it is.
    pub(super) place: Place,
}

/// A share of a file server, reached through agents.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    /// `nfs` or `smb`.
    pub(super) scheme: &'static str,
    /// The server's name.
    pub(super) server: String,
    /// ARNs of the agents.
    pub(super) agents: Vec<String>,
    /// What is shown again.
    pub(super) shown: Map<String, Value>,
}

/// The kinds of location the stand-in moves bytes between.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// An EFS file system: a directory on this machine.
    Efs {
        /// Its ARN.
        file_system: String,
        /// Members of the request that are only shown again.
        shown: Map<String, Value>,
    },
    /// A file server on the premises: a directory on this machine.
    Shared(Shared),
    /// A bucket, through a role.
    S3 {
        /// Its ARN.
        bucket: String,
        /// The role DataSync assumes.
        role: String,
        /// The class of the objects written.
        class: String,
    },
}

impl Location {
    /// `efs://region.fs-id/path/` or `s3://bucket/path/`.
    pub(super) fn uri(&self) -> String {
        match &self.place {
            Place::Efs { file_system, .. } => {
                let region = file_system.split(':').nth(3).unwrap_or_default();
                format!("efs://{region}.{}{}", ids::last_part(file_system), self.subdirectory)
            }
            Place::Shared(shared) => format!("{}://{}{}", shared.scheme, shared.server, self.subdirectory),
            Place::S3 { bucket, .. } => format!("s3://{}{}", ids::bucket_of(bucket), self.subdirectory),
        }
    }

    /// As `DescribeLocationEfs` or `DescribeLocationS3` shows it.
    pub(super) fn described(&self) -> Value {
        let mut shown = match &self.place {
            Place::Efs { shown, .. } => Value::Object(shown.clone()),
            Place::Shared(shared) => Value::Object(shared.shown.clone()),
            Place::S3 { role, class, .. } => {
                json!({"S3StorageClass": class, "S3Config": {"BucketAccessRoleArn": role}})
            }
        };
        put(&mut shown, "LocationArn", json!(self.arn));
        put(&mut shown, "LocationUri", json!(self.uri()));
        put(&mut shown, "CreationTime", seconds(self.created));
        shown
    }

    /// Whether it is a file system, with owners and permissions of its own.
    pub(super) fn is_posix(&self) -> bool {
        match &self.place {
            Place::Efs { .. } => true,
            Place::Shared(shared) => shared.scheme == "nfs",
            Place::S3 { .. } => false,
        }
    }

    /// Whether it is a bucket: objects without folders.
    pub(super) fn is_bucket(&self) -> bool {
        matches!(self.place, Place::S3 { .. })
    }

    /// `EFS`, `S3`, `NFS` or `SMB`.
    pub(super) fn kind(&self) -> String {
        self.uri().split(':').next().unwrap_or_default().to_uppercase()
    }

    /// Whether what is written lands in an archive class.
    pub(super) fn is_archive(&self) -> bool {
        matches!(&self.place, Place::S3 { class, .. } if class == "GLACIER" || class == "DEEP_ARCHIVE")
    }
}

/// What a task or an execution is set to do.
#[derive(Debug, Clone)]
pub(super) struct Setup {
    /// The complete options.
    pub(super) options: Options,
    /// `Includes` as given.
    pub(super) includes: Value,
    /// `Excludes` as given.
    pub(super) excludes: Value,
    /// `ManifestConfig` as given; null when there is none.
    pub(super) manifest: Value,
    /// `TaskReportConfig` as given; null when there is none.
    pub(super) report: Value,
}

/// A task: from where, to where, and how.
#[derive(Debug, Clone)]
pub(super) struct Task {
    /// Its ARN.
    pub(super) arn: String,
    /// When it was made.
    pub(super) created: Timestamp,
    /// Its name, maybe empty.
    pub(super) name: String,
    /// The source location.
    pub(super) source: String,
    /// The destination location.
    pub(super) destination: String,
    /// The log group's ARN, if any.
    pub(super) log_group: Option<String>,
    /// Its mode.
    pub(super) mode: Mode,
    /// What the options may be.
    pub(super) ends: Ends,
    /// What its executions do unless told otherwise.
    pub(super) setup: Setup,
    /// `Schedule` as given.
    pub(super) schedule: Value,
    /// Its most recent execution.
    pub(super) latest: Option<String>,
}

/// One execution of a task.
#[derive(Debug, Clone)]
pub(super) struct Execution {
    /// Its ARN.
    pub(super) arn: String,
    /// The ARN of its task.
    pub(super) task: String,
    /// Where it is in its life.
    pub(super) status: Status,
    /// What it does.
    pub(super) setup: Setup,
    /// The mode of its task.
    pub(super) mode: Mode,
    /// When it was asked for.
    pub(super) started: Timestamp,
    /// When it really began; later for a queued one.
    pub(super) launched: Option<Timestamp>,
    /// When it ended.
    pub(super) ended: Option<Timestamp>,
    /// What it counted so far.
    pub(super) counters: Counters,
    /// How its phases went.
    pub(super) result: Outcome,
    /// How its task report went, if it has one.
    pub(super) report: Option<ReportOutcome>,
    /// The reins while it runs.
    pub(super) control: Control,
}

/// How the phases of an execution went.
#[derive(Debug, Clone, Default)]
pub(super) struct Outcome {
    /// Preparing: how it went and how long it took, in milliseconds.
    pub(super) prepare: (Phase, i64),
    /// Transferring.
    pub(super) transfer: (Phase, i64),
    /// Verifying.
    pub(super) verify: (Phase, i64),
    /// The error's code and detail.
    pub(super) error: Option<(String, String)>,
}

/// How the task report went.
#[derive(Debug, Clone, Default)]
pub(super) struct ReportOutcome {
    /// Whether it is being made, made, or could not be made.
    pub(super) status: Phase,
    /// The error's code and detail.
    pub(super) error: Option<(String, String)>,
}

impl Task {
    /// As `DescribeTask` shows it; the status depends on its executions.
    pub(super) fn described(&self, status: &str) -> Value {
        let mut shown = json!({
            "TaskArn": self.arn, "Status": status, "Name": self.name, "TaskMode": self.mode,
            "SourceLocationArn": self.source, "DestinationLocationArn": self.destination,
            "CreationTime": seconds(self.created),
        });
        self.setup.show(&mut shown);
        for (name, value) in [("CurrentTaskExecutionArn", &self.latest), ("CloudWatchLogGroupArn", &self.log_group)] {
            if let Some(value) = value {
                put(&mut shown, name, json!(value));
            }
        }
        if self.schedule.is_object() {
            put(&mut shown, "Schedule", self.schedule.clone());
        }
        shown
    }
}

impl Setup {
    /// Adds the members that tasks and executions show alike.
    pub(super) fn show(&self, shown: &mut Value) {
        put(shown, "Options", self.options.json());
        for (name, value) in [("Includes", &self.includes), ("Excludes", &self.excludes)] {
            put(shown, name, if value.is_array() { value.clone() } else { json!([]) });
        }
        for (name, value) in [("ManifestConfig", &self.manifest), ("TaskReportConfig", &self.report)] {
            if value.is_object() {
                put(shown, name, value.clone());
            }
        }
    }
}

impl Execution {
    /// As `DescribeTaskExecution` shows it.
    pub(super) fn described(&self) -> Value {
        let mut shown = json!({
            "TaskExecutionArn": self.arn, "Status": self.status.word(), "TaskMode": self.mode,
            "StartTime": seconds(self.started), "Result": self.result.shown(self),
        });
        self.setup.show(&mut shown);
        self.counters.show(self.mode, &mut shown);
        for (name, value) in [("LaunchTime", self.launched), ("EndTime", self.ended)] {
            if let Some(at) = value {
                put(&mut shown, name, seconds(at));
            }
        }
        if let Some(report) = &self.report {
            put(&mut shown, "ReportResult", report.shown());
        }
        shown
    }
}

impl Outcome {
    /// Writes down how it ended. The phase an error cut short ended badly too.
    pub(super) fn settle(&mut self, error: Option<(String, String)>) {
        let mut phases = [&mut self.prepare.0, &mut self.transfer.0, &mut self.verify.0].into_iter();
        if let Some(cut) = phases.find(|phase| **phase == Phase::Pending).filter(|_| error.is_some()) {
            *cut = Phase::Error;
        }
        self.error = error;
    }

    fn shown(&self, execution: &Execution) -> Value {
        let mut shown = json!({});
        if execution.launched.is_some() {
            // Enhanced mode does its phases side by side: it tells no durations of transfer and verification.
            let timed = i64::from(execution.mode == Mode::Basic);
            shown = json!({
                "PrepareDuration": self.prepare.1, "PrepareStatus": self.prepare.0.word(),
                "TransferDuration": self.transfer.1 * timed, "TransferStatus": self.transfer.0.word(),
                "VerifyDuration": self.verify.1 * timed, "VerifyStatus": self.verify.0.word(),
            });
        }
        if let (Some(from), Some(to)) = (execution.launched, execution.ended) {
            put(&mut shown, "TotalDuration", json!(to.as_millisecond() - from.as_millisecond()));
        }
        show_error(self.error.as_ref(), &mut shown);
        shown
    }
}

impl ReportOutcome {
    /// Writes down that there is no complete report, and why.
    pub(super) fn fail(&mut self, detail: &str) {
        self.status = Phase::Error;
        self.error = Some(("TaskReportError".to_owned(), detail.to_owned()));
    }

    fn shown(&self) -> Value {
        let mut shown = json!({"Status": self.status.word()});
        show_error(self.error.as_ref(), &mut shown);
        shown
    }
}

fn show_error(error: Option<&(String, String)>, shown: &mut Value) {
    if let Some((code, detail)) = error {
        put(shown, "ErrorCode", json!(code));
        put(shown, "ErrorDetail", json!(detail));
    }
}

/// Sets a member of an object.
pub(super) fn put(object: &mut Value, name: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        let _ = members.insert(name.to_owned(), value);
    }
}

/// A time as JSON 1.1 writes it: seconds since 1970 with three decimals.
pub(super) fn seconds(at: Timestamp) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this century fit a double exactly")]
    let seconds = at.as_millisecond() as f64 / 1000.0;
    json!(seconds)
}
