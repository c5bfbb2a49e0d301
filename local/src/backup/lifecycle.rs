//! How long a recovery point is kept and when it grows cold: what is asked for, and what comes of it.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::ids::{lean, maybe_epoch};
use super::read::whole;
use super::refusal::Refusal;

/// Days that cold storage is paid for at least.
const COLD_DAYS_MIN: i64 = 90;
const MAX_DAYS: i64 = 36_500;
const HOURS: i64 = 24;

/// What is asked for. Nothing means for ever, and warm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Lifecycle {
    pub(super) cold_after_days: Option<i64>,
    pub(super) delete_after_days: Option<i64>,
    pub(super) archive: Option<bool>,
}

impl Lifecycle {
    /// Reads the member `Lifecycle` of a request, where `-1` stands for never.
    pub(super) fn read(document: &Value) -> Result<Self, Refusal> {
        let Some(asked) = document.get("Lifecycle").filter(|asked| !asked.is_null()) else {
            return Ok(Self::default());
        };
        let days = |name| whole(asked, name, -1, MAX_DAYS).map(|days| days.filter(|days| *days != -1));
        let (cold, delete) = (days("MoveToColdStorageAfterDays")?, days("DeleteAfterDays")?);
        if cold == Some(0) || delete == Some(0) {
            return Err(Refusal::value("Invalid lifecycle. Days in a lifecycle have to be at least 1."));
        }
        if let (Some(cold), Some(delete)) = (cold, delete)
            && delete < cold + COLD_DAYS_MIN
        {
            let message = format!(
                "Invalid lifecycle. DeleteAfterDays cannot be less than {COLD_DAYS_MIN} days apart from MoveToColdStorageAfterDays"
            );
            return Err(Refusal::value(message));
        }
        let archive = asked.get("OptInToArchiveForSupportedResources").and_then(Value::as_bool);
        Ok(Self { cold_after_days: cold, delete_after_days: delete, archive })
    }

    /// When a point of that age goes.
    pub(super) fn delete_at(&self, created: Timestamp) -> Option<Timestamp> {
        after(created, self.delete_after_days?)
    }

    /// When a point of that age grows cold. Images never do, so this is only told.
    pub(super) fn cold_at(&self, created: Timestamp) -> Option<Timestamp> {
        after(created, self.cold_after_days?)
    }

    /// As the API shows it; nothing when nothing was asked for.
    pub(super) fn shown(&self) -> Value {
        if *self == Self::default() {
            return Value::Null;
        }
        lean(json!({
            "MoveToColdStorageAfterDays": self.cold_after_days,
            "DeleteAfterDays": self.delete_after_days,
            "OptInToArchiveForSupportedResources": self.archive,
        }))
    }

    /// What comes of it for a point of that age.
    pub(super) fn calculated(&self, created: Timestamp) -> Value {
        let calculated = lean(json!({
            "MoveToColdStorageAt": maybe_epoch(self.cold_at(created)),
            "DeleteAt": maybe_epoch(self.delete_at(created)),
        }));
        if calculated.as_object().is_some_and(serde_json::Map::is_empty) { Value::Null } else { calculated }
    }
}

fn after(time: Timestamp, days: i64) -> Option<Timestamp> {
    time.checked_add(SignedDuration::from_hours(days.checked_mul(HOURS)?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(asked: &Value) -> Result<Lifecycle, String> {
        Lifecycle::read(&json!({"Lifecycle": asked})).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn what_grows_cold_is_kept_for_ninety_days_more() {
        assert!(read(&json!({"MoveToColdStorageAfterDays": 7, "DeleteAfterDays": 97})).is_ok());
        let refused = read(&json!({"MoveToColdStorageAfterDays": 7, "DeleteAfterDays": 96})).unwrap_err();
        assert!(refused.contains("90 days apart"), "{refused}");
        assert!(read(&json!({"DeleteAfterDays": 0})).is_err());
        assert_eq!(read(&json!({"DeleteAfterDays": -1})).unwrap(), Lifecycle::default());
    }

    #[test]
    fn thirty_days_end_thirty_days_after_the_creation() {
        let lifecycle = read(&json!({"DeleteAfterDays": 30})).unwrap();
        let created = "2026-11-20T21:00:05.214Z".parse().unwrap();
        assert_eq!(lifecycle.delete_at(created).unwrap().to_string(), "2026-12-20T21:00:05.214Z");
        assert_eq!(Lifecycle::default().delete_at(created), None);
        assert_eq!(Lifecycle::default().calculated(created), Value::Null);
    }
}
