//! State changes in the shape EventBridge delivers them: one member `State`, the ARN in `resources`.

use jiff::Timestamp;
use serde_json::json;

use super::DataSync;
use super::ids;

impl DataSync {
    /// A state change of an execution.
    pub(super) fn tell_execution(&self, arn: &str, state: &str) {
        self.tell("DataSync Task Execution State Change", arn, state);
    }

    /// A state change of a task.
    pub(super) fn tell_task(&self, arn: &str, state: &str) {
        self.tell("DataSync Task State Change", arn, state);
    }

    /// A state change of an agent.
    pub(super) fn tell_agent(&self, arn: &str, state: &str) {
        self.tell("DataSync Agent State Change", arn, state);
    }

    /// A state change of a location.
    pub(super) fn tell_location(&self, arn: &str, state: &str) {
        self.tell("DataSync Location State Change", arn, state);
    }

    fn tell(&self, kind: &str, arn: &str, state: &str) {
        let words: [u64; 2] = [fastrand::u64(..), fastrand::u64(..)];
        let id = format!(
            "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
            words[0] >> 32,
            words[0] & 0xffff,
            words[0] >> 16 & 0xfff,
            words[1] >> 52,
            words[1] & 0xffff_ffff_ffff
        );
        let time = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        self.events.emit(json!({
            "version": "0", "id": id, "detail-type": kind, "source": "aws.datasync", "account": ids::account_of(arn),
            "time": time, "region": arn.split(':').nth(3).unwrap_or_default(), "resources": [arn], "detail": {"State": state},
        }));
    }
}
