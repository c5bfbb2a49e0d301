//! Reading a call: members of the body, of the query and of the path, each with the service's own refusal when it is not as it should be.

use std::collections::BTreeMap;

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::refusal::Refusal;
use super::route::Route;
use crate::stand_in::Caller;

/// Tags by key.
pub(super) type Tags = BTreeMap<String, String>;

/// Where something lives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Home {
    /// Twelve digits.
    pub(super) account: String,
    /// For example `ap-northeast-1`.
    pub(super) region: String,
}

impl Home {
    /// The home that an ARN names.
    pub(super) fn of(arn: &str) -> Self {
        let part = |place| arn.split(':').nth(place).unwrap_or_default().to_owned();
        Self { account: part(4), region: part(3) }
    }

    /// An ARN of AWS Backup's own here.
    pub(super) fn arn(&self, rest: &str) -> String {
        format!("arn:aws:backup:{}:{}:{rest}", self.region, self.account)
    }

    /// A vault's ARN.
    pub(super) fn vault_arn(&self, name: &str) -> String {
        self.arn(&format!("backup-vault:{name}"))
    }
}

/// A call that was read.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) home: Home,
    pub(super) caller: Caller,
    pub(super) route: Route,
    pub(super) body: Value,
    query: Vec<(String, String)>,
}

impl Asked {
    /// Reads a call.
    pub(super) fn read(call: super::Call) -> Result<Self, Refusal> {
        let body = match call.body.as_ref() {
            [] => Value::Null,
            body => serde_json::from_slice(body)
                .map_err(|error| Refusal::value(format!("The request does not read as JSON: {error}")))?,
        };
        let home = Home { account: call.account, region: call.region };
        Ok(Self { home, caller: call.caller, route: call.route, body, query: pairs(&call.query) })
    }

    /// A parameter of the query, where it is there and not empty.
    pub(super) fn queried(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// A time of the query.
    pub(super) fn queried_time(&self, name: &str) -> Result<Option<Timestamp>, Refusal> {
        let Some(text) = self.queried(name) else { return Ok(None) };
        let epoch = || text.parse::<f64>().ok().and_then(|secs| jiff::SignedDuration::try_from_secs_f64(secs).ok());
        let time = text.parse().ok().or_else(|| Timestamp::from_duration(epoch()?).ok());
        time.map(Some).ok_or_else(|| Refusal::value(format!("{name} {text} is no time.")))
    }

    /// A member of the body that has to be there.
    pub(super) fn required(&self, name: &str) -> Result<&str, Refusal> {
        required(&self.body, name)
    }

    /// A text of the body.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        text(&self.body, name)
    }
}

fn pairs(query: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(key), decoded(value))
        })
        .collect()
}

/// A text, where it is there and not empty.
pub(super) fn text<'a>(document: &'a Value, name: &str) -> Option<&'a str> {
    document.get(name)?.as_str().filter(|text| !text.is_empty())
}

/// A text that has to be there.
pub(super) fn required<'a>(document: &'a Value, name: &str) -> Result<&'a str, Refusal> {
    text(document, name).ok_or_else(|| Refusal::absent(name))
}

/// A whole number within bounds.
pub(super) fn whole(document: &Value, name: &str, least: i64, most: i64) -> Result<Option<i64>, Refusal> {
    let Some(value) = document.get(name).filter(|value| !value.is_null()) else { return Ok(None) };
    let within = value.as_i64().filter(|number| (least..=most).contains(number));
    within.map(Some).ok_or_else(|| Refusal::value(format!("{name} has to be between {least} and {most}, not {value}.")))
}

/// The texts of a list.
pub(super) fn texts(document: &Value, name: &str) -> Vec<String> {
    let list = document.get(name).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The objects of a list.
pub(super) fn objects<'a>(document: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    document.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// A map of texts; a value that is no text is refused.
pub(super) fn map(document: &Value, name: &str) -> Result<Tags, Refusal> {
    let entries = document.get(name).and_then(Value::as_object);
    let read = |(key, value): (&String, &Value)| {
        let refused = || Refusal::value(format!("{name}: the value of {key} has to be a string, not {value}."));
        Ok((key.clone(), value.as_str().ok_or_else(refused)?.to_owned()))
    };
    entries.into_iter().flatten().map(read).collect()
}

/// A role's ARN that has to be there and has to read as one of the caller's account.
pub(super) fn role(asked: &Asked, document: &Value) -> Result<String, Refusal> {
    let role = required(document, "IamRoleArn")?;
    let is_role = role.starts_with("arn:") && role.contains(":iam::") && role.contains(":role/");
    if !is_role {
        return Err(Refusal::value(format!("Invalid ARN: {role} is not the ARN of a role.")));
    }
    if crate::access::account_of(role) != asked.home.account {
        return Err(Refusal::value("Cross-account pass role is not allowed."));
    }
    Ok(role.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_out_of_bounds_or_of_another_kind_is_refused_and_none_is_none() {
        assert_eq!(whole(&json!({"a": 60}), "a", 60, 100).unwrap(), Some(60));
        assert_eq!(whole(&json!({"a": null}), "a", 60, 100).unwrap(), None);
        for wrong in [json!(59), json!(101), json!("60"), json!(60.5)] {
            assert!(whole(&json!({"a": wrong}), "a", 60, 100).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_map_holds_texts_only() {
        assert_eq!(map(&json!({"m": {"a": "b"}}), "m").unwrap().len(), 1);
        assert!(map(&json!({"m": {"a": ["b"]}}), "m").unwrap_err().to_string().contains("value of a"));
        assert!(map(&json!({}), "m").unwrap().is_empty());
    }
}
