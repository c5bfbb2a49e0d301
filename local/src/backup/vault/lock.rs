//! A vault's lock: how long at least and at most its points are kept, and from when on nobody can take the lock away.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::super::Backup;
use super::super::lifecycle::Lifecycle;
use super::super::read::{Asked, whole};
use super::super::refusal::Refusal;
use super::policy;

/// How long a lock that becomes irreversible can be changed, in days.
const COOLING_OFF_DAYS: (i64, i64) = (3, 36_500);
const MAX_DAYS: i64 = 36_500;
const HOURS: i64 = 24;

/// A lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::backup) struct Lock {
    pub(in crate::backup) min_days: Option<i64>,
    pub(in crate::backup) max_days: Option<i64>,
    /// From then on nobody can change it (compliance mode). Without it, whoever is allowed can (governance mode).
    pub(in crate::backup) date: Option<Timestamp>,
}

impl Lock {
    /// Whether it can't be changed any more.
    pub(in crate::backup) fn is_final(&self, now: Timestamp) -> bool {
        self.date.is_some_and(|date| date <= now)
    }

    /// Whether points of that lifecycle may come in.
    pub(in crate::backup) fn admits(&self, lifecycle: &Lifecycle) -> bool {
        let days = lifecycle.delete_after_days.unwrap_or(i64::MAX);
        self.min_days.is_none_or(|least| days >= least) && self.max_days.is_none_or(|most| days <= most)
    }
}

/// `PutBackupVaultLockConfiguration`.
pub(in crate::backup) fn put(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let (least, most) = COOLING_OFF_DAYS;
    let cooling_off = whole(&asked.body, "ChangeableForDays", least, most)?;
    let min_days = whole(&asked.body, "MinRetentionDays", 1, MAX_DAYS)?;
    let max_days = whole(&asked.body, "MaxRetentionDays", 1, MAX_DAYS)?;
    if let (Some(min), Some(max)) = (min_days, max_days)
        && min > max
    {
        return Err(Refusal::value("MinRetentionDays cannot be longer than MaxRetentionDays."));
    }
    let now = backup.clock.now();
    let date = cooling_off.and_then(|days| now.checked_add(SignedDuration::from_hours(days * HOURS)).ok());
    changed(backup, asked, "backup:PutBackupVaultLockConfiguration", Some(Lock { min_days, max_days, date }))
}

/// `DeleteBackupVaultLockConfiguration`.
pub(in crate::backup) fn delete(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    changed(backup, asked, "backup:DeleteBackupVaultLockConfiguration", None)
}

fn changed(backup: &Backup, asked: &Asked, action: &str, lock: Option<Lock>) -> Result<Value, Refusal> {
    let now = backup.clock.now();
    let mut state = backup.store.open();
    let vault = state.vault_mut(&asked.home, asked.route.part("vault"))?;
    policy::check(asked, vault, action, &vault.arn())?;
    if vault.lock.is_some_and(|there| there.is_final(now)) {
        let message =
            format!("The lock of backup vault {} is past its lock date and can't be changed or removed.", vault.name);
        return Err(Refusal::request(message));
    }
    vault.lock = lock;
    backup.tell_vault(vault, "MODIFIED");
    Ok(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_retentions_within_the_bounds_come_in_and_for_ever_is_too_long_for_any_bound() {
        let keep = |delete_after_days| Lifecycle { delete_after_days, ..Lifecycle::default() };
        let lock = Lock { min_days: Some(7), max_days: Some(35), date: None };
        assert!(lock.admits(&keep(Some(7))) && lock.admits(&keep(Some(35))));
        assert!(!lock.admits(&keep(Some(6))) && !lock.admits(&keep(Some(36))) && !lock.admits(&keep(None)));
        assert!(Lock { max_days: None, ..lock }.admits(&keep(None)));
    }
}
