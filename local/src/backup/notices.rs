//! Notices of a vault's topic: sent where the vault asks for them, and where the topic's own policy admits the service.

use serde_json::Value;

use super::Backup;
use super::acting::SERVICE;
use super::copy::{self, CopyJob};
use super::ids::iso;
use super::job::Job;
use super::job::status::Status;
use super::read::Home;
use super::restore::{self, Restore};
use crate::access::{self, Source};
use crate::upstream::{Upstream, sns};

/// One notice.
struct Notice {
    home: Home,
    vault_arn: String,
    /// By which of these names somebody may have asked for it.
    events: &'static [&'static str],
    /// `BACKUP_JOB` and so on.
    kind: &'static str,
    state: &'static str,
    id: String,
    started: String,
    text: String,
}

impl Backup {
    /// A backup job has changed its state.
    pub(super) fn notify_backup(&self, job: &Job) {
        let events: &'static [&'static str] = match job.status {
            Status::Running => &["BACKUP_JOB_STARTED"],
            Status::Completed => &["BACKUP_JOB_COMPLETED", "BACKUP_JOB_SUCCESSFUL"],
            Status::Failed | Status::Aborted | Status::Partial => &["BACKUP_JOB_COMPLETED", "BACKUP_JOB_FAILED"],
            Status::Expired => &["BACKUP_JOB_COMPLETED", "BACKUP_JOB_EXPIRED"],
            Status::Created | Status::Pending | Status::Aborting => return,
        };
        let (state, arn) = (job.status.word(), &job.order.resource_arn);
        let text = format!("{} Resource ARN : {arn}. BackupJob ID : {}", sentence("backup", state), job.id);
        let (home, id, started) = (job.home.clone(), job.id.clone(), iso(job.created));
        self.notify(Notice { home, vault_arn: job.vault_arn(), events, kind: "BACKUP_JOB", state, id, started, text });
    }

    /// A restore job has changed its state.
    pub(super) fn notify_restore(&self, job: &Restore) {
        let events: &'static [&'static str] = match job.status {
            restore::Status::Running => &["RESTORE_JOB_STARTED"],
            restore::Status::Completed => &["RESTORE_JOB_COMPLETED", "RESTORE_JOB_SUCCESSFUL"],
            restore::Status::Failed | restore::Status::Aborted => &["RESTORE_JOB_COMPLETED", "RESTORE_JOB_FAILED"],
            restore::Status::Pending => return,
        };
        let (state, arn) = (job.status.word(), &job.point.arn);
        let text = format!("{} Recovery point ARN : {arn}. RestoreJob ID : {}", sentence("restore", state), job.id);
        let (home, id, started) = (job.home.clone(), job.id.clone(), iso(job.created));
        let vault_arn = job.point.vault_arn.clone();
        self.notify(Notice { home, vault_arn, events, kind: "RESTORE_JOB", state, id, started, text });
    }

    /// A copy job has changed its state.
    pub(super) fn notify_copy(&self, job: &CopyJob) {
        let events: &'static [&'static str] = match job.status {
            copy::Status::Created => return,
            copy::Status::Running => &["COPY_JOB_STARTED"],
            copy::Status::Completed => &["COPY_JOB_SUCCESSFUL"],
            copy::Status::Failed | copy::Status::Partial => &["COPY_JOB_FAILED"],
        };
        let (state, arn) = (job.status.word(), &job.point.arn);
        let text = format!("{} Recovery point ARN : {arn}. CopyJob ID : {}", sentence("copy", state), job.id);
        let (home, id, started) = (job.home.clone(), job.id.clone(), iso(job.created));
        let vault_arn = job.point.vault_arn.clone();
        self.notify(Notice { home, vault_arn, events, kind: "COPY_JOB", state, id, started, text });
    }

    fn notify(&self, notice: Notice) {
        let wanted = {
            let state = self.store.open();
            state.vault_by_arn(&notice.vault_arn).and_then(|vault| vault.notifications.clone())
        };
        let asked_for = |events: &[String]| notice.events.iter().any(|event| events.iter().any(|asked| asked == event));
        let Some(wanted) = wanted.filter(|wanted| asked_for(&wanted.events)) else { return };
        let aws = self.upstream.seen_from(&notice.home.account, &notice.home.region);
        drop(tokio::spawn(async move { sent(&aws, &wanted.topic_arn, &notice).await }));
    }
}

/// Best effort, as events: what can't be sent is gone.
async fn sent(aws: &Upstream, topic: &str, notice: &Notice) {
    let source = Source { service: SERVICE, arn: notice.vault_arn.clone(), account: notice.home.account.clone() };
    let policy = sns::policy(aws, topic).await.inspect_err(|error| tracing::warn!(%error, topic, "no topic to tell"));
    let policies: Vec<Value> = policy.ok().flatten().into_iter().collect();
    if !access::service_may("sns:Publish", topic, &source, &policies) {
        tracing::warn!(topic, "the topic's policy does not admit AWS Backup");
        return;
    }
    let attributes = [
        ("EventType", notice.kind),
        ("State", notice.state),
        ("AccountId", &notice.home.account),
        ("Id", &notice.id),
        ("StartTime", &notice.started),
    ];
    let sent = sns::publish(aws, topic, "Notification from AWS Backup", &notice.text, &attributes).await;
    let _ = sent.inspect_err(|error| tracing::warn!(%error, topic, "the notice was not taken"));
}

fn sentence(kind: &str, state: &str) -> String {
    match state {
        "RUNNING" => format!("An AWS Backup {kind} job was started."),
        "COMPLETED" => format!("An AWS Backup {kind} job was completed successfully."),
        "EXPIRED" => format!("An AWS Backup {kind} job expired."),
        _ => format!("An AWS Backup {kind} job failed."),
    }
}
