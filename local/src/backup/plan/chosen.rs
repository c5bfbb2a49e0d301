//! Whether a selection takes an instance: by its ARN and by its tags.

use serde_json::Value;

use super::super::read::{objects, text, texts};

/// How conditions' keys begin.
const TAG: &str = "aws:ResourceTag/";

/// Whether the selection takes what has this ARN and these tags. ARNs and `ListOfTags` are each OR, `Conditions` AND; all that is given has to hold.
pub(super) fn takes(selection: &Value, arn: &str, tags: &[(String, String)]) -> bool {
    let (wanted, unwanted) = (texts(selection, "Resources"), texts(selection, "NotResources"));
    let value = |key: &str| tags.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    let listed: Vec<&Value> = objects(selection, "ListOfTags").collect();
    let has = |tag: &&Value| {
        let (key, expected) =
            (text(tag, "ConditionKey").unwrap_or_default(), text(tag, "ConditionValue").unwrap_or_default());
        value(key.strip_prefix(TAG).unwrap_or(key)) == Some(expected)
    };
    let is_named = wanted.is_empty() || wanted.iter().any(|pattern| is_like(pattern, arn));
    let is_tagged = listed.is_empty() || listed.iter().any(has);
    let is_excepted = unwanted.iter().any(|pattern| is_like(pattern, arn));
    is_named && is_tagged && !is_excepted && meets(selection, value)
}

/// A selection that names nothing at all takes nothing.
pub(super) fn is_empty(selection: &Value) -> bool {
    texts(selection, "Resources").is_empty()
        && objects(selection, "ListOfTags").next().is_none()
        && conditions(selection).next().is_none()
}

fn conditions(selection: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let all = selection.get("Conditions").and_then(Value::as_object).into_iter().flatten();
    all.flat_map(|(operator, list)| list.as_array().into_iter().flatten().map(move |one| (operator.as_str(), one)))
}

fn meets<'a>(selection: &'a Value, value: impl Fn(&str) -> Option<&'a str>) -> bool {
    conditions(selection).all(|(operator, condition)| {
        let key = text(condition, "ConditionKey").unwrap_or_default();
        let expected = text(condition, "ConditionValue").unwrap_or_default();
        let found = value(key.strip_prefix(TAG).unwrap_or(key));
        match operator {
            "StringEquals" => found == Some(expected),
            "StringNotEquals" => found != Some(expected),
            "StringLike" => found.is_some_and(|found| is_like(expected, found)),
            "StringNotLike" => !found.is_some_and(|found| is_like(expected, found)),
            _ => false,
        }
    })
}

/// Whether a text fits a pattern whose stars stand for anything.
fn is_like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    if !pattern.contains('*') {
        return rest.is_empty();
    }
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(place) => rest = rest.get(place + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ARN: &str = "arn:aws:ec2:ap-northeast-1:123456789012:instance/i-1";

    fn tags(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn one_of_the_listed_tags_is_enough_and_case_counts() {
        let tag = |key: &str, value: &str| json!({"ConditionType": "STRINGEQUALS", "ConditionKey": key, "ConditionValue": value});
        let selection = json!({"ListOfTags": [tag("AWSBackup", "EC2"), tag("aws:ResourceTag/Backup", "yes")]});
        assert!(takes(&selection, ARN, &tags(&[("AWSBackup", "EC2")])));
        assert!(takes(&selection, ARN, &tags(&[("Backup", "yes")])));
        assert!(!takes(&selection, ARN, &tags(&[("awsbackup", "EC2")])) && !takes(&selection, ARN, &[]));
    }

    #[test]
    fn every_condition_has_to_hold() {
        let condition =
            |key: &str, value: &str| json!({"ConditionKey": format!("aws:ResourceTag/{key}"), "ConditionValue": value});
        let selection = json!({"Resources": ["*"], "Conditions": {
            "StringEquals": [condition("stage", "prod")], "StringNotEquals": [condition("kind", "scratch")],
            "StringLike": [condition("name", "web-*")], "StringNotLike": [condition("name", "*-old")],
        }});
        let good = [("stage", "prod"), ("name", "web-1")];
        assert!(takes(&selection, ARN, &tags(&good)));
        for bad in [("stage", "test"), ("kind", "scratch"), ("name", "db-1"), ("name", "web-old")] {
            let mut pairs: Vec<(&str, &str)> = good.into_iter().filter(|(key, _)| *key != bad.0).collect();
            pairs.push(bad);
            assert!(!takes(&selection, ARN, &tags(&pairs)), "{bad:?}");
        }
    }

    #[test]
    fn arns_are_taken_and_excepted_also_by_wildcards() {
        let selection = |wanted: &str, unwanted: &str| json!({"Resources": [wanted], "NotResources": [unwanted]});
        assert!(takes(&selection("arn:aws:ec2:*:*:instance/*", "none"), ARN, &[]));
        assert!(takes(&selection(ARN, "none"), ARN, &[]));
        assert!(!takes(&selection("arn:aws:ec2:*:*:volume/*", "none"), ARN, &[]));
        assert!(!takes(&selection("*", "arn:aws:ec2:*:*:instance/*"), ARN, &[]));
        assert!(!takes(&selection("arn:aws:ec2:ap-northeast-1:123456789012:instance/i", "none"), ARN, &[]));
        assert!(is_empty(&json!({"NotResources": [ARN]})) && !is_empty(&selection("*", "none")));
    }
}
