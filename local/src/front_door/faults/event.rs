//! Faults of events.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Often;

/// A fault that strikes events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventFault {
    /// Which events.
    #[serde(rename = "match", default)]
    pub matches: EventMatch,
    /// Which of these.
    #[serde(flatten)]
    pub often: Often,
    /// What happens to them.
    pub effect: EventEffect,
}

/// Which events; what is not given may be anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventMatch {
    /// For example `aws.datasync`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// For example `DataSync Task Execution State Change`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail_type: Option<String>,
    /// The detail's `State`, `state` or `status`, or the `status` that `CloudTrail` carries for S3 Batch Operations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

impl EventMatch {
    /// Whether an event is one of these.
    pub(super) fn is_met_by(&self, event: &Value) -> bool {
        let text = |path: &str| event.pointer(path).and_then(Value::as_str);
        let places = ["/detail/State", "/detail/state", "/detail/status", "/detail/serviceEventDetails/status"];
        let state = places.into_iter().find_map(text);
        let agrees =
            |asked: &Option<String>, found: Option<&str>| asked.as_deref().is_none_or(|asked| Some(asked) == found);
        agrees(&self.source, text("/source"))
            && agrees(&self.detail_type, text("/detail-type"))
            && agrees(&self.state, state)
    }
}

/// What happens to an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventEffect {
    /// Nobody ever gets it.
    Lose,
    /// It is delivered twice.
    Double,
    /// It is delivered this many milliseconds later; the others do not wait.
    DelayMs(u64),
    /// It is held back until the next event is delivered.
    Reorder,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Fault, Faults};
    use super::*;

    #[test]
    fn an_event_is_matched_by_source_type_and_state() {
        let faults = Faults::default();
        let matches = EventMatch {
            source: Some("aws.datasync".to_owned()),
            state: Some("SUCCESS".to_owned()),
            detail_type: None,
        };
        let _ = faults.order(Fault::Event(EventFault { matches, often: Often::default(), effect: EventEffect::Lose }));
        let event =
            |source: &str, state: &str| json!({"source": source, "detail-type": "t", "detail": {"State": state}});
        assert_eq!(faults.on_event(&event("aws.datasync", "SUCCESS")), Some(EventEffect::Lose));
        assert_eq!(faults.on_event(&event("aws.datasync", "LAUNCHING")), None);
        assert_eq!(faults.on_event(&event("aws.s3", "SUCCESS")), None);
    }

    #[test]
    fn a_batch_jobs_event_is_matched_by_the_state_that_it_carries_inside() {
        let matches = EventMatch { state: Some("Suspended".to_owned()), ..EventMatch::default() };
        let event = |status: &str| json!({"source": "aws.s3", "detail": {"serviceEventDetails": {"status": status}}});
        assert!(matches.is_met_by(&event("Suspended")) && !matches.is_met_by(&event("Ready")));
    }
}
