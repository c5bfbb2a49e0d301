//! What is remembered of a job.

use jiff::Timestamp;
use tokio::sync::watch;

use super::asked::Wanted;
use super::status::Status;
use super::tags::Tags;

/// One job.
#[derive(Debug, Clone)]
pub(super) struct Job {
    /// Its id.
    pub(super) id: String,
    /// Its account.
    pub(super) account: String,
    /// Its region.
    pub(super) region: String,
    /// Digest of the request that made it: the same token with another one is refused.
    pub(super) digest: String,
    /// What was asked for.
    pub(super) wanted: Wanted,
    /// Where it is.
    pub(super) status: Status,
    /// Larger ones go first.
    pub(super) priority: i64,
    /// How many tasks it has, how many went well and how many did not.
    pub(super) tasks: Counts,
    /// The words of whoever changed its state last.
    pub(super) reason: Option<String>,
    /// Why it failed.
    pub(super) failures: Vec<Why>,
    /// When it was made.
    pub(super) created: Timestamp,
    /// When it ended.
    pub(super) ended: Option<Timestamp>,
    /// Since when it waited for its confirmation.
    pub(super) suspended: Option<Timestamp>,
    /// The list that the service made: ARN and entity tag.
    pub(super) generated: Option<(String, String)>,
    /// Its tags.
    pub(super) tags: Tags,
    /// How long it has been active before now, in milliseconds, and since when it is again.
    pub(super) active: (i64, Option<Timestamp>),
    /// What its worker is told.
    pub(super) orders: watch::Sender<Orders>,
}

/// Numbers of tasks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// All.
    pub(super) total: u64,
    /// That went well.
    pub(super) succeeded: u64,
    /// That did not.
    pub(super) failed: u64,
}

impl Counts {
    /// Those that were tried.
    pub(super) fn tried(self) -> u64 {
        self.succeeded + self.failed
    }
}

/// Why a job failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Why {
    /// `FailureCode`. The service's are not published: these are ours.
    pub(super) code: &'static str,
    /// `FailureReason`.
    pub(super) reason: String,
}

impl Why {
    /// A reason of at most as many characters as the service's have.
    pub(super) fn new(code: &'static str, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into().chars().take(256).collect() }
    }
}

/// What a job's worker is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Orders {
    /// Somebody confirmed it.
    pub(super) is_confirmed: bool,
    /// It is to end, cancelled or expired.
    pub(super) is_over: bool,
    /// It has one of the places of active jobs.
    pub(super) may_run: bool,
}

impl Job {
    /// Its ARN.
    pub(super) fn arn(&self) -> String {
        format!("arn:aws:s3:{}:{}:job/{}", self.region, self.account, self.id)
    }

    /// Goes on to the next state, if that is a legal one.
    pub(super) fn enter(&mut self, next: Status, now: Timestamp) -> bool {
        if !self.status.may_become(next) {
            return false;
        }
        let (before, since) = self.active;
        if let Some(since) = since {
            self.active = (before + now.as_millisecond() - since.as_millisecond(), None);
        }
        if next == Status::Active {
            self.active.1 = Some(now);
        }
        if next == Status::Suspended {
            self.suspended = Some(now);
        }
        if next.is_end() {
            self.ended = Some(now);
        }
        self.status = next;
        true
    }

    /// Seconds that it has been active.
    pub(super) fn active_secs(&self, now: Timestamp) -> i64 {
        let (before, since) = self.active;
        (before + since.map_or(0, |since| now.as_millisecond() - since.as_millisecond())) / 1000
    }
}
