//! Vault locks that AWS Backup would refuse, or under which a job's recovery points would be.

use super::Check;
use crate::plan::{Backup, JobName, Lock, LockMode, Plan, PlanDuration, Protection, VaultName};

/// AWS Backup's shortest time in which a lock for ever can still be taken off.
const SHORTEST_COOLING: u64 = 3;
/// Its longest times: 100 years.
const LONGEST: PlanDuration = PlanDuration::from_days(36_500);

pub(super) fn check(check: &mut Check<'_>, plan: &Plan) {
    for (name, vault) in &plan.vaults {
        let Some(lock) = &vault.lock else { continue };
        check.below(&["vaults", name.as_str(), "lock"], |check| self::lock(check, lock));
        for (job, backup) in backups(plan).filter(|(_, backup)| backup.vault == *name) {
            check.below(&["jobs", job.as_str(), "backup"], |check| kept(check, name, lock, backup));
        }
    }
}

fn backups(plan: &Plan) -> impl Iterator<Item = (&JobName, &Backup)> {
    plan.jobs.iter().filter_map(|(name, job)| match &job.protection {
        Protection::Backup(backup) => Some((name, backup)),
        Protection::DataSync(_) | Protection::Replicate(_) => None,
    })
}

fn lock(check: &mut Check<'_>, lock: &Lock) {
    for (key, length) in [("min_keep", lock.min_keep), ("max_keep", lock.max_keep)] {
        let Some(length) = length else { continue };
        check.whole_days(key, length, 1);
        check.within(key, length, PlanDuration::from_days(1), LONGEST);
    }
    if lock.min_keep.zip(lock.max_keep).is_some_and(|(least, most)| least > most) {
        check.note(&["min_keep"], "the shortest time is longer than the longest", None);
    }
    let Some(changeable) = lock.changeable_for else { return };
    check.whole_days("changeable_for", changeable, SHORTEST_COOLING);
    if lock.mode == LockMode::Governance {
        check.note(
            &["changeable_for"],
            "a lock in governance mode can be taken off at any time",
            Some("leave it out, or write mode: compliance".to_owned()),
        );
    }
}

fn kept(check: &mut Check<'_>, vault: &VaultName, lock: &Lock, backup: &Backup) {
    let is_outside = |keep: PlanDuration| {
        lock.min_keep.is_some_and(|least| keep < least) || lock.max_keep.is_some_and(|most| keep > most)
    };
    if is_outside(backup.keep) {
        let message = format!("the lock of vault {vault} refuses recovery points that are kept for {}", backup.keep);
        check.note(&["keep"], message, Some("keep within min_keep and max_keep of the vault's lock".to_owned()));
    }
}
