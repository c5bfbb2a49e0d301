//! The encoded message of a refusal: opaque to whoever gets it, decoded by STS for those who may ask.

use serde_json::{Value, json};

use super::super::Backup;
use super::super::acting::Attempt;

/// How long such a message is, in characters.
const LENGTH: usize = 160;
/// Messages kept; beyond that the oldest can't be decoded any more.
const KEPT: usize = 10_000;

/// A message with what it stands for.
#[derive(Debug, Clone)]
pub(in crate::backup) struct Encoded {
    account: String,
    message: String,
    decoded: Value,
}

impl Backup {
    /// Encodes what a role was refused.
    pub(in crate::backup) fn encoded(&self, account: &str, attempt: &Attempt) -> String {
        let message: String = std::iter::repeat_with(fastrand::alphanumeric).take(LENGTH).collect();
        let encoded = Encoded { account: account.to_owned(), message: message.clone(), decoded: decoded(attempt) };
        let mut state = self.store.open();
        if state.encoded.len() >= KEPT {
            let _ = state.encoded.pop_front();
        }
        state.encoded.push_back(encoded);
        message
    }

    /// What a message of that account stands for; nothing for one that was never made, or that is another account's.
    pub(crate) fn decode(&self, account: &str, message: &str) -> Option<String> {
        let state = self.store.open();
        let found = state.encoded.iter().find(|encoded| encoded.account == account && encoded.message == message);
        found.map(|encoded| encoded.decoded.to_string())
    }
}

/// As STS writes it.
fn decoded(attempt: &Attempt) -> Value {
    let name = attempt.role.rsplit('/').next().unwrap_or(&attempt.role);
    let account = crate::access::account_of(&attempt.role);
    let session = format!("arn:aws:sts::{account}:assumed-role/{name}/AWSBackup-{name}");
    let condition = |(key, value): &(String, String)| json!({"key": key, "values": {"items": [{"value": value}]}});
    let conditions: Vec<Value> = attempt.context.iter().map(condition).collect();
    json!({
        "allowed": false, "explicitDeny": false, "matchedStatements": {"items": []}, "failures": {"items": []},
        "context": {
            "principal": {"id": format!("AROAEXAMPLE:AWSBackup-{name}"), "arn": session},
            "action": attempt.action, "resource": attempt.resource, "conditions": {"items": conditions},
        },
    })
}
