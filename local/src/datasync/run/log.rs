//! The lines an execution writes to CloudWatch Logs: as many as its log level asks for, and only where a resource policy lets it.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::json;

use super::super::options::Mode;
use super::super::record::{Execution, Task};
use super::super::{DataSync, ids};
use crate::access::{Source, service_may};
use crate::upstream::logs::{self, Line};
use crate::upstream::{Upstream, UpstreamError};

/// Where Enhanced mode writes, whatever the task says.
const ENHANCED_GROUP: &str = "/aws/datasync";
/// CloudWatch Logs takes at most ten thousand events a request.
const BATCH: usize = 1000;

/// Lines on their way to a log stream.
#[derive(Debug)]
pub(super) struct Log {
    group: Option<String>,
    stream: String,
    mode: Mode,
    errors: bool,
    transfers: bool,
    lines: Mutex<Vec<Line>>,
}

impl Log {
    /// The log of an execution. Without a log group, or with `LogLevel` OFF, everything said to it is dropped.
    pub(super) fn new(task: &Task, execution: &Execution) -> Self {
        let options = &execution.setup.options;
        let group = match task.mode {
            Mode::Enhanced => Some(ENHANCED_GROUP.to_owned()),
            Mode::Basic => task.log_group.as_deref().map(group_name),
        };
        Self {
            group,
            stream: format!("{}-{}", ids::last_part(&task.arn), ids::last_part(&execution.arn)),
            mode: task.mode,
            errors: !options.is("LogLevel", "OFF"),
            transfers: options.is("LogLevel", "TRANSFER"),
            lines: Mutex::default(),
        }
    }

    /// Something that went as it should.
    pub(super) fn progress(&self, text: &str) {
        self.say(self.errors, "INFO", text);
    }

    /// Something to look at.
    pub(super) fn notice(&self, text: &str) {
        self.say(self.errors, "NOTICE", text);
    }

    /// Something that failed.
    pub(super) fn error(&self, text: &str) {
        self.say(self.errors, "ERROR", text);
    }

    /// One item's fate; only `LogLevel` TRANSFER wants it.
    pub(super) fn item(&self, text: &str) {
        self.say(self.transfers, "INFO", text);
    }

    fn say(&self, wanted: bool, level: &str, text: &str) {
        if !wanted || self.group.is_none() {
            return;
        }
        let text = match self.mode {
            Mode::Basic => format!("[{level}] {text}"),
            Mode::Enhanced => json!({"Level": level, "Message": text}).to_string(),
        };
        let line = Line { at_ms: Timestamp::now().as_millisecond(), text };
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    /// Writes what was said since the last time. Without permission nothing is written and nobody is told, as on AWS.
    pub(super) async fn flush(&self, sync: &DataSync, execution: &str) {
        let lines = std::mem::take(&mut *self.lines.lock().unwrap_or_else(PoisonError::into_inner));
        let Some(group) = self.group.as_deref().filter(|_| !lines.is_empty()) else { return };
        let upstream = sync.upstream_of(execution);
        let written = self.write(&upstream, group, execution, &lines).await;
        if let Err(error) = written {
            tracing::debug!(%error, group, "log lines of an execution were lost");
        }
    }

    async fn write(
        &self,
        upstream: &Upstream,
        group: &str,
        execution: &str,
        lines: &[Line],
    ) -> Result<(), UpstreamError> {
        if !self.may_write(upstream, group, execution).await? {
            return Ok(());
        }
        logs::ensure_stream(upstream, group, &self.stream).await?;
        for batch in lines.chunks(BATCH) {
            logs::put(upstream, group, &self.stream, batch).await?;
        }
        Ok(())
    }

    /// Enhanced mode writes through a service-linked role; Basic mode needs the account's resource policy.
    async fn may_write(&self, upstream: &Upstream, group: &str, execution: &str) -> Result<bool, UpstreamError> {
        if self.mode == Mode::Enhanced {
            return Ok(true);
        }
        let policies = logs::resource_policies(upstream).await?;
        let task = execution.split("/execution/").next().unwrap_or(execution);
        let source = Source::datasync(task.to_owned());
        let arn = format!(
            "arn:aws:logs:{}:{}:log-group:{group}:log-stream:{}",
            upstream.region(),
            upstream.account(),
            self.stream
        );
        let may = |action| service_may(action, &arn, &source, &policies);
        Ok(may("logs:CreateLogStream") && may("logs:PutLogEvents"))
    }
}

fn group_name(arn: &str) -> String {
    arn.trim_end_matches(":*").split(":log-group:").last().unwrap_or_default().to_owned()
}
