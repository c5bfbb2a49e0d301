//! Limits that AWS sets, and switches of this stand-in.

use serde::{Deserialize, Serialize};

/// Whether job events are told. With AWS they go through CloudTrail, and only where a trail is there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trail {
    /// Where the job's account has a trail in the emulator that is logging.
    #[default]
    AsInstalled,
    /// Always.
    On,
    /// Never.
    Off,
}

/// Limits and switches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quotas {
    /// Jobs of an account and region that run at once; others wait, and those of lower priority are paused for them.
    pub active_jobs: usize,
    /// Keys whose versions are copied at once.
    pub keys_at_once: usize,
    /// How many tasks must have run before too many failures end a job.
    pub failure_floor: u64,
    /// Whether job events are told.
    pub trail: Trail,
    /// So many days ahead of the real clock the stand-in lives: jobs that nobody confirms expire, old ones vanish.
    pub days_ahead: i64,
}

impl Default for Quotas {
    fn default() -> Self {
        Self { active_jobs: 6, keys_at_once: 16, failure_floor: 1000, trail: Trail::AsInstalled, days_ahead: 0 }
    }
}
