//! Faults of calls.

use serde::{Deserialize, Serialize};

use super::Often;

/// A fault that strikes calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallFault {
    /// Which calls.
    #[serde(rename = "match", default)]
    pub matches: CallMatch,
    /// Which of these.
    #[serde(flatten)]
    pub often: Often,
    /// What happens to them.
    pub effect: CallEffect,
}

/// Which calls; what is not given may be anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallMatch {
    /// As services sign: `datasync`, `states`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The operation's name: `StartTaskExecution`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// As in the record of calls: `nightferry-start-job`, `state-machine`, `admin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    /// What the ARN ends in of the first thing that the call is about: `/report.json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
}

/// A call as faults see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'a> {
    /// As services sign.
    pub(crate) service: &'a str,
    /// The operation's name.
    pub(crate) operation: &'a str,
    /// As in the record of calls.
    pub(crate) caller: &'a str,
    /// An ARN, or `*`.
    pub(crate) resource: &'a str,
}

impl CallMatch {
    /// Whether a call is one of these.
    pub(super) fn is_met_by(&self, seen: &Seen<'_>) -> bool {
        let agrees = |asked: &Option<String>, found: &str| asked.as_deref().is_none_or(|asked| asked == found);
        agrees(&self.service, seen.service)
            && agrees(&self.operation, seen.operation)
            && agrees(&self.caller, seen.caller)
            && self.resource.as_deref().is_none_or(|end| seen.resource.ends_with(end))
    }
}

/// What happens to a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallEffect {
    /// It never arrives: the connection drops.
    Lose,
    /// It takes effect, but the answer is lost: the connection drops.
    LoseReply,
    /// It arrives this many milliseconds later.
    DelayMs(u64),
    /// It is refused without effect.
    Refuse(Refusal),
    /// It takes effect, but the answer is a refusal.
    RefuseAfter(Refusal),
    /// It is refused with the service's own "slow down", without effect.
    Throttle,
    /// It takes effect, and the function that made it is killed (SIGKILL) before it hears the answer.
    KillCaller,
    /// The function that made it is killed (SIGKILL) before the call arrives.
    KillCallerBefore,
}

/// An error of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// The service's error code.
    pub code: String,
    /// The message, if it matters.
    #[serde(default)]
    pub message: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Fault, Faults};
    use super::*;

    #[test]
    fn a_fault_is_ordered_as_a_document() {
        let ordered: Fault = serde_json::from_value(json!({"call": {
            "match": {"service": "datasync", "operation": "StartTaskExecution"}, "nth": 2,
            "effect": {"refuse_after": {"status": 500, "code": "InternalException"}},
        }}))
        .unwrap();
        let Fault::Call(fault) = ordered else { panic!("{ordered:?}") };
        assert_eq!(fault.often, Often::nth(2));
        assert!(matches!(fault.effect, CallEffect::RefuseAfter(refusal) if refusal.status == 500));
    }

    #[test]
    fn a_misspelt_match_is_refused_instead_of_matching_everything() {
        let refused = serde_json::from_value::<Fault>(json!({"call": {"match": {"servise": "s3"}, "effect": "lose"}}));
        assert!(refused.unwrap_err().to_string().contains("servise"));
    }

    #[test]
    fn only_matching_calls_are_counted_and_only_ordered_ones_struck() {
        let faults = Faults::default();
        let matches = CallMatch {
            service: Some("datasync".to_owned()),
            caller: Some("nightferry-start-job".to_owned()),
            ..CallMatch::default()
        };
        let _ = faults.order(Fault::Call(CallFault { matches, often: Often::nth(2), effect: CallEffect::Lose }));
        let on_call = |service: &str, operation: &str, caller: &str| {
            faults.on_call(&Seen { service, operation, caller, resource: "*" })
        };
        assert_eq!(on_call("datasync", "StartTaskExecution", "nightferry-start-job"), None);
        assert_eq!(on_call("s3", "GetObject", "nightferry-start-job"), None);
        assert_eq!(on_call("datasync", "StartTaskExecution", "admin"), None);
        assert_eq!(on_call("datasync", "DescribeTask", "nightferry-start-job"), Some(CallEffect::Lose));
        let all = faults.all();
        assert_eq!((all[0].seen, all[0].injected), (2, 1));
    }

    #[test]
    fn a_fault_can_wait_for_a_call_about_one_thing() {
        let matches = CallMatch { resource: Some("/report.json".to_owned()), ..CallMatch::default() };
        let seen = |resource| Seen { service: "s3", operation: "PutObject", caller: "admin", resource };
        assert!(matches.is_met_by(&seen("arn:aws:s3:::records/reports/night/report.json")));
        assert!(!matches.is_met_by(&seen("arn:aws:s3:::records/reports/night/report.html")));
    }
}
