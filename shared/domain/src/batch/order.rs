//! What a batch job is ordered to do. The same attempt always gives the same order, byte for byte: that is what makes a
//! repeated `CreateJob` safe.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::ids::AttemptId;
use crate::job::Job;
use crate::job_spec::ReportPlace;
use crate::replication::Replication;

/// Longest `ClientRequestToken`.
pub const TOKEN_CHARS_MAX: usize = 64;
/// Longest `Description`.
pub const DESCRIPTION_CHARS_MAX: usize = 256;
/// Hex digits that tell one stack's replication from another's.
const SCOPE_CHARS: usize = 16;
/// What the descriptions of our jobs begin with.
const OURS: &str = "nightferry ";

/// `CreateJob`, in our words. Objects that are not replicated yet, or failed, are listed by S3 itself.
///
/// Every attempt asks for both `NONE` and `FAILED`: what an earlier attempt copied is `COMPLETED` and not listed again,
/// while a task that failed before it began leaves its object at `NONE`. Asking for `FAILED` alone would call it done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchOrder {
    /// `ClientRequestToken`.
    pub token: String,
    /// `Description`, by which a list tells whose job it is.
    pub description: String,
    /// The attempt: the job's tag.
    pub attempt: AttemptId,
    /// Twelve digits: the account that the job runs in.
    pub account: String,
    /// What the job may do, and to what.
    pub terms: BatchTerms,
    /// The larger goes first.
    pub priority: u32,
    /// What was there at the claim was created before this; what is created later goes by the replication rule. A whole second.
    pub created_before: Timestamp,
    /// Where the list of objects is written.
    pub manifests: ReportPlace,
}

/// What a job was created with: an order's are whole, the service's may lack some.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchTerms {
    /// `RoleArn`
    pub role: Option<String>,
    /// Whether `Operation` is `S3ReplicateObject`.
    pub is_replication: Option<bool>,
    /// The manifest generator's bucket.
    pub source_bucket: Option<String>,
    /// Whether only what a replication rule covers is listed.
    pub is_eligible_only: Option<bool>,
    /// The key prefix that the list is limited to; empty for none.
    pub prefix: Option<String>,
    /// Where the completion report goes: bucket, and prefix without a trailing slash.
    pub report: Option<(String, String)>,
}

impl BatchOrder {
    /// The order of an attempt; `None` for a job that replicates nothing.
    ///
    /// Nothing in it depends on anything but the attempt's own record.
    #[must_use]
    pub fn of(job: &Job, number: u32) -> Option<Self> {
        let replication = job.spec.work.replication()?;
        let attempt = job.attempt_id(number);
        let claimed_at = job.attempts.iter().find(|known| known.number == number).map(|known| known.claimed_at);
        Some(Self {
            token: token(&attempt, replication),
            description: description(&attempt, replication),
            attempt,
            account: replication.batch_role.split(':').nth(4).unwrap_or_default().to_owned(),
            terms: BatchTerms::of(replication),
            priority: replication.priority,
            created_before: next_second(claimed_at.unwrap_or(job.opened_at)),
            manifests: replication.manifests.clone(),
        })
    }
}

impl BatchTerms {
    /// What a job for this bucket is created with.
    #[must_use]
    pub fn of(replication: &Replication) -> Self {
        let place = &replication.reports;
        Self {
            role: Some(replication.batch_role.clone()),
            is_replication: Some(true),
            source_bucket: Some(replication.bucket.clone()),
            is_eligible_only: Some(true),
            prefix: Some(replication.prefix.clone()),
            report: Some((place.bucket.clone(), folder(place).to_owned())),
        }
    }

    /// The first term that the service tells differently, or does not tell.
    #[must_use]
    pub fn first_difference(&self, seen: &Self) -> Option<&'static str> {
        let terms = [
            ("its role", self.role == seen.role),
            ("its operation", self.is_replication == seen.is_replication),
            ("the bucket that it lists", self.source_bucket == seen.source_bucket),
            ("what it lists", self.is_eligible_only == seen.is_eligible_only && self.prefix == seen.prefix),
            ("the place of its report", self.report == seen.report),
        ];
        terms.into_iter().find(|(_, is_equal)| !is_equal).map(|(term, _)| term)
    }
}

/// A place's prefix as S3 Batch Operations takes it: it adds the slash itself.
#[must_use]
pub fn folder(place: &ReportPlace) -> &str {
    place.prefix.trim_end_matches('/')
}

/// The token: readable where it fits, a digest where it does not.
fn token(attempt: &AttemptId, replication: &Replication) -> String {
    let text = format!("{attempt}/{}", scope(replication));
    if text.len() <= TOKEN_CHARS_MAX { text } else { hex(&Sha256::digest(text)) }
}

/// At most 80 + 40 + 10 + 2 characters of attempt, and the scope: always shorter than [`DESCRIPTION_CHARS_MAX`].
#[must_use]
pub fn description(attempt: &AttemptId, replication: &Replication) -> String {
    format!("{OURS}{attempt} {}", scope(replication))
}

/// The attempt that a description names, whatever stack it belongs to.
#[must_use]
pub fn attempt_of(description: &str) -> Option<AttemptId> {
    description.strip_prefix(OURS)?.split_once(' ')?.0.parse().ok()
}

/// Whether a description is that of a job for this bucket, by this stack: any attempt of any night.
#[must_use]
pub fn is_of(description: &str, replication: &Replication) -> bool {
    description.strip_prefix(OURS).and_then(|rest| rest.split_once(' ')).is_some_and(|(_, of)| of == scope(replication))
}

/// Two stacks of one account may run nights of the same name: their roles and rules differ.
fn scope(replication: &Replication) -> String {
    let digest = hex(&Sha256::digest(format!("{}\n{}", replication.batch_role, replication.rule)));
    digest.chars().take(SCOPE_CHARS).collect()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The first whole second after it: S3 dates objects by the second, and one of the claim's own second was there before the claim, or may
/// have been. One that came after it may be replicated twice, which changes nothing.
fn next_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second().saturating_add(1)).unwrap_or(at)
}
