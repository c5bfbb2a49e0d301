//! From what AWS Backup and EC2 say to an outcome. COMPLETED is not success: what it left behind has to be proved.

use jiff::{SignedDuration, Timestamp};

use super::machine::Image;
use super::proof::{KeptCopy, KeptPoint};
use super::seen::{BackupObservation, CopyObservation, RecoveryPoint};
use super::{BackupState, BackupWork, CopyPlace, CopyState, PointStatus};
use crate::diagnosis::{Diagnosis, Evidence, Speaker, diagnose_from, look_up};
use crate::limits::BACKUP_CLOCK_SKEW_SECS;
use crate::outcome::{Cause, Judgement, Outcome, Retry, Tally};

/// How long after the end of its start window a job that never began may be told as expired, in seconds.
const EXPIRY_LATE_SECS: i64 = 900;
/// How far a recovery point's end may lie from what the plan says, in seconds.
const LIFECYCLE_SLACK_SECS: i64 = 86_400;

/// What there is to judge an attempt by.
#[derive(Debug, Clone, Copy)]
pub struct Evidences<'a> {
    /// What was to be backed up.
    pub work: &'a BackupWork,
    /// What the service says of the job.
    pub seen: &'a BackupObservation,
    /// The recovery point, where it is in the vault.
    pub point: Option<&'a RecoveryPoint>,
    /// The image that the recovery point is, where EC2 knows it.
    pub image: Option<&'a Image>,
    /// Each declared copy.
    pub copies: &'a [CopyFound],
    /// From when on the recovery point may have been created.
    pub since: Timestamp,
}

/// A declared copy, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyFound {
    /// Where it was to go.
    pub place: CopyPlace,
    /// The most recent copy job that goes there.
    pub job: Option<CopyObservation>,
    /// Code and words by which the service refused to start one.
    pub refusal: Option<(String, String)>,
}

impl CopyFound {
    /// Whether it may still come.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.refusal.is_none() && self.job.as_ref().is_none_or(|job| !job.state.is_end())
    }
}

/// Judges a backup job that has ended; `None` while it goes on.
#[must_use]
pub fn judge(evidences: &Evidences<'_>) -> Option<Judgement> {
    match evidences.seen.state {
        BackupState::Created
        | BackupState::Pending
        | BackupState::Running
        | BackupState::Aborting
        | BackupState::Unrecognised(_) => None,
        BackupState::Completed => Some(judge_completed(evidences)),
        BackupState::Failed => Some(judge_failed(evidences, "")),
        BackupState::Aborted => Some(judge_failed(evidences, "Backup job was stopped by user.")),
        BackupState::Expired => Some(judge_expired(evidences)),
        BackupState::Partial => Some(judge_partial(evidences)),
    }
}

fn judge_completed(evidences: &Evidences<'_>) -> Judgement {
    let Some(point) = evidences.point else {
        let arn = evidences.seen.recovery_point.as_deref().unwrap_or("without an ARN");
        let what = format!("The backup job is COMPLETED, but its recovery point ({arn}) is not in the vault");
        let fix = "See who deleted it (CloudTrail has DeleteRecoveryPoint), then `nightferry rerun`.";
        return Judgement::failed(cause("recovery-point-missing", what, fix), Retry::Sensible);
    };
    let kept = Some(kept(evidences, point));
    if let Some((cause, retry)) = useless(evidences, point) {
        return Judgement { point: kept, ..Judgement::failed(cause, retry) };
    }
    let tally = Tally { files: 1, bytes: point.bytes.unwrap_or_default(), ..Tally::default() };
    let (outcome, cause, retry) = match first_doubt(evidences, point) {
        Some((cause, retry)) => (Outcome::Partial, Some(cause), retry),
        None => (Outcome::Succeeded, None, Retry::Useless),
    };
    Judgement { outcome, cause, retry, tally, failed_items: vec![], point: kept }
}

/// Why what is in the vault protects nothing.
fn useless(evidences: &Evidences<'_>, point: &RecoveryPoint) -> Option<(Cause, Retry)> {
    let fix = "`nightferry rerun` makes a new one; tell AWS Support if it happens again.";
    let told = |what: String| Some((cause("recovery-point-wrong", what, fix), Retry::Sensible));
    let machine = evidences.work.machine.as_ref();
    if point.resource.as_ref() != machine.map(|machine| &machine.arn) {
        let of = point.resource.as_deref().unwrap_or("nothing that AWS Backup names");
        return told(format!("The recovery point {} is of {of}", point.arn));
    }
    if point.vault.as_ref() != Some(&evidences.work.vault) {
        let vault = point.vault.as_deref().unwrap_or("that AWS Backup does not name");
        return told(format!("The recovery point {} lies in vault {vault}", point.arn));
    }
    let is_new = point.created_at.is_some_and(|at| at >= before(evidences.since, BACKUP_CLOCK_SKEW_SECS));
    if !is_new {
        return told(format!("The recovery point {} is older than this attempt", point.arn));
    }
    match &point.status {
        PointStatus::Completed | PointStatus::Available | PointStatus::Partial => None,
        PointStatus::Creating
        | PointStatus::Deleting
        | PointStatus::Expired
        | PointStatus::Stopped
        | PointStatus::Unrecognised(_) => {
            let what = format!(
                "The recovery point {} is {}, which nothing can be restored from",
                point.arn,
                point.status.word()
            );
            Some((cause("recovery-point-unusable", what, fix), Retry::Sensible))
        }
    }
}

/// The first reason why a usable recovery point is less than was promised. The order is from the surest to the vaguest.
fn first_doubt(evidences: &Evidences<'_>, point: &RecoveryPoint) -> Option<(Cause, Retry)> {
    incomplete(point)
        .or_else(|| empty(point))
        .or_else(|| image_doubt(evidences, point))
        .or_else(|| message_doubt(evidences.seen))
        .or_else(|| lifecycle_doubt(evidences.work, point))
        .or_else(|| evidences.copies.iter().find_map(copy_doubt))
}

fn incomplete(point: &RecoveryPoint) -> Option<(Cause, Retry)> {
    let what = format!("The recovery point {} is PARTIAL: parts of it are missing", point.arn);
    let fix = "Read the backup job in the console for what is missing; then `nightferry rerun`.";
    (point.status == PointStatus::Partial).then(|| (cause("recovery-point-partial", what, fix), Retry::Sensible))
}

fn empty(point: &RecoveryPoint) -> Option<(Cause, Retry)> {
    let size = match point.bytes {
        Some(bytes) if bytes > 0 => return None,
        Some(_) => "a size of 0 bytes",
        None => "no size",
    };
    let what =
        format!("AWS Backup tells {size} of recovery point {}, so nothing proves that it holds anything", point.arn);
    let fix = "Restore it into a scratch subnet to be sure, or `nightferry rerun`.";
    Some((cause("recovery-point-empty", what, fix), Retry::Sensible))
}

fn image_doubt(evidences: &Evidences<'_>, point: &RecoveryPoint) -> Option<(Cause, Retry)> {
    let id = image_id(&point.arn)?;
    let fix = "See in EC2 what became of the image, then `nightferry rerun`.";
    let what = match evidences.image {
        None => format!("AWS Backup has a recovery point, but EC2 does not know its image {id}"),
        Some(image) if image.state != "available" => {
            format!("The image {id} of the recovery point is {}, not available", shown(&image.state))
        }
        Some(_) => return None,
    };
    Some((cause("image-unusable", what, fix), Retry::Sensible))
}

/// AWS Backup says what went wrong of a job that it calls completed.
fn message_doubt(seen: &BackupObservation) -> Option<(Cause, Retry)> {
    let message = seen.message.as_deref().map(str::trim).filter(|message| !message.is_empty())?;
    let evidence = Evidence { code: "", message };
    let diagnosis = diagnose_from(Speaker::Backup, &evidence);
    let mut told = diagnosis.cause(&evidence);
    told.what = format!("The backup job is COMPLETED, but with a message. {}", told.what);
    Some((told, diagnosis.retry()))
}

fn lifecycle_doubt(work: &BackupWork, point: &RecoveryPoint) -> Option<(Cause, Retry)> {
    let created_at = point.created_at?;
    let fix = "Compare `keep` in the plan with the vault's lock and the backup plan's rule; `nightferry apply`.";
    let told = |what: String| Some((cause("recovery-point-lifecycle", what, fix), Retry::Useless));
    let Some(delete_at) = point.delete_at else {
        return told(format!("The recovery point is kept for ever, the plan says {} days", work.keep_days));
    };
    let kept_secs = delete_at.duration_since(created_at).as_secs();
    let wanted_secs = i64::from(work.keep_days).saturating_mul(86_400);
    if kept_secs.abs_diff(wanted_secs) <= LIFECYCLE_SLACK_SECS.unsigned_abs() {
        return None;
    }
    told(format!("The recovery point is kept for {} days, the plan says {}", kept_secs / 86_400, work.keep_days))
}

fn copy_doubt(copy: &CopyFound) -> Option<(Cause, Retry)> {
    let vault = &copy.place.vault_arn;
    let (code, words, state) = match (&copy.refusal, &copy.job) {
        (Some((code, words)), _) => (code.as_str(), words.as_str(), "was refused"),
        (None, Some(job)) if job.state == CopyState::Completed && job.copy.is_some() => return None,
        (None, Some(job)) if job.state.is_end() => ("", job.message.as_deref().unwrap_or_default(), "did not succeed"),
        (None, Some(_)) => ("", "", "had not ended in time"),
        (None, None) => ("", "", "was never begun"),
    };
    let evidence = Evidence { code, message: words };
    let diagnosis = diagnose_from(Speaker::Backup, &evidence);
    let is_known = diagnosis.id != crate::diagnosis::unknown().id;
    let why = if is_known { format!(". {}", diagnosis.why) } else { String::new() };
    let fix = if is_known { diagnosis.fix } else { "Read the copy job in the console, then `nightferry rerun`." };
    let what = format!("The recovery point is there, but its copy to {vault} {state}{why}");
    let said = diagnosis.cause(&evidence).said;
    Some((Cause { said, ..cause("recovery-point-copy-missing", what, fix) }, diagnosis.retry()))
}

fn judge_failed(evidences: &Evidences<'_>, unsaid: &str) -> Judgement {
    let message = evidences.seen.message.as_deref().unwrap_or(unsaid);
    let evidence = Evidence { code: category(evidences.seen), message };
    let diagnosis = diagnose_from(Speaker::Backup, &evidence);
    Judgement::failed(diagnosis.cause(&evidence), diagnosis.retry())
}

/// Three things expire a job, and AWS Backup says two of them in the same words: it did not begin, or it did not end.
fn judge_expired(evidences: &Evidences<'_>) -> Judgement {
    let message = evidences.seen.message.as_deref().unwrap_or("Backup job expired before completion.");
    let evidence = Evidence { code: "", message };
    let told = diagnose_from(Speaker::Backup, &evidence);
    let id = match told.id {
        "backup-expired" if never_began(evidences) => "backup-not-begun",
        "backup-expired" => "backup-not-done",
        known => known,
    };
    let diagnosis: Diagnosis = look_up(id).unwrap_or(told);
    Judgement::failed(diagnosis.cause(&evidence), diagnosis.retry())
}

fn never_began(evidences: &Evidences<'_>) -> bool {
    let seen = evidences.seen;
    let has_moved = seen.percent.unwrap_or_default() > 0 || seen.bytes.unwrap_or_default() > 0;
    let window = SignedDuration::from_mins(i64::from(evidences.work.start_within_mins));
    let by_plan = seen.created_at.and_then(|at| at.saturating_add(window).ok());
    let is_early = match (seen.start_by.or(by_plan), seen.ended_at) {
        (Some(start_by), Some(ended_at)) => before(ended_at, EXPIRY_LATE_SECS) <= start_by,
        (_, None) | (None, Some(_)) => true,
    };
    !has_moved && is_early
}

fn judge_partial(evidences: &Evidences<'_>) -> Judgement {
    let message = evidences.seen.message.as_deref().unwrap_or_default();
    let evidence = Evidence { code: "", message };
    let diagnosis = look_up("backup-partial").unwrap_or_else(crate::diagnosis::unknown);
    let judgement = Judgement::failed(diagnosis.cause(&evidence), diagnosis.retry());
    match evidences.point {
        Some(point) => Judgement {
            outcome: Outcome::Partial,
            tally: Tally { files: 1, bytes: point.bytes.unwrap_or_default(), ..Tally::default() },
            point: Some(kept(evidences, point)),
            ..judgement
        },
        None => judgement,
    }
}

/// The category says what is wrong where the words say nothing; what it says of success says nothing here.
fn category(seen: &BackupObservation) -> &str {
    let has_words = seen.message.as_deref().is_some_and(|words| !words.trim().is_empty());
    let category = seen.category.as_deref().unwrap_or_default();
    if has_words || category.eq_ignore_ascii_case("success") { "" } else { category }
}

fn kept(evidences: &Evidences<'_>, point: &RecoveryPoint) -> KeptPoint {
    let copy = |found: &CopyFound| KeptCopy {
        vault_arn: found.place.vault_arn.clone(),
        copy: found.job.as_ref().filter(|job| job.state == CopyState::Completed).and_then(|job| job.copy.clone()),
    };
    KeptPoint {
        arn: point.arn.clone(),
        vault: evidences.work.vault.clone(),
        bytes: point.bytes,
        delete_at: point.delete_at,
        copies: evidences.copies.iter().map(copy).collect(),
        remarks: odd_name(evidences).into_iter().collect(),
    }
}

/// AWS Backup names an image by machine and job. That is nobody's promise, so another name is only remarked.
fn odd_name(evidences: &Evidences<'_>) -> Option<String> {
    let (image, machine) = (evidences.image?, evidences.work.machine.as_ref()?);
    let usual = format!("AWSBackup_{}_{}", machine.id, evidences.seen.execution.id());
    let name = image.name.as_deref().unwrap_or("without a name");
    (!name.eq_ignore_ascii_case(&usual)).then(|| format!("its image is called {}, not {usual}", shown(name)))
}

/// The image that a recovery point is: `arn:aws:ec2:REGION::image/ami-...`.
#[must_use]
pub fn image_id(recovery_point: &str) -> Option<&str> {
    recovery_point.rsplit_once(":image/").map(|(_, id)| id)
}

fn before(at: Timestamp, secs: i64) -> Timestamp {
    at.saturating_sub(SignedDuration::from_secs(secs)).unwrap_or(Timestamp::MIN)
}

fn shown(text: &str) -> String {
    crate::printable::quoted(text)
}

fn cause(id: &str, what: String, fix: &str) -> Cause {
    Cause { id: id.to_owned(), what, fix: fix.to_owned(), said: None }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
