//! Which resources a backup job protects.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::InstanceArn;

/// Tag keys, each with a value or a pattern.
pub type Tags = BTreeMap<String, String>;

/// Resources of one kind that carry all of the tags and meet all of the conditions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Select {
    /// The kind of resource.
    pub resource: ResourceKind,
    /// Tag keys and values, upper and lower case as they are; a resource must carry each of them.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    #[schemars(extend("minProperties" = 1))]
    pub tag: Tags,
    /// Only these, by ARN; a `*` may stand at the end. All of the account and Region unless told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arns: Vec<InstanceArn>,
    /// What their tags must be like besides.
    #[serde(default, skip_serializing_if = "Conditions::is_empty")]
    pub conditions: Conditions,
}

/// A kind of resource that can be selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ResourceKind {
    /// EC2 instances, backed up as AMIs.
    Ec2,
}

/// Conditions on tags, by key; all of them have to hold. AWS Backup calls them `StringEquals` and so on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Conditions {
    /// The tag is there with this very value.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub equals: Tags,
    /// The tag is not there, or has another value.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub not_equals: Tags,
    /// The tag's value fits the pattern, in which `*` stands for anything.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub like: Tags,
    /// The tag is not there, or its value does not fit the pattern.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub not_like: Tags,
}

impl Conditions {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.each().next().is_none()
    }

    /// Every condition: its key in the plan, the tag's key, and the value or pattern.
    pub fn each(&self) -> impl Iterator<Item = (&'static str, &str, &str)> {
        let parts = [
            ("equals", &self.equals),
            ("not_equals", &self.not_equals),
            ("like", &self.like),
            ("not_like", &self.not_like),
        ];
        parts
            .into_iter()
            .flat_map(|(kind, tags)| tags.iter().map(move |(key, value)| (kind, key.as_str(), value.as_str())))
    }

    /// Whether tags meet all of them.
    #[must_use]
    pub fn are_met_by(&self, tags: &Tags) -> bool {
        self.each().all(|(kind, key, wanted)| {
            let there = tags.get(key).map(String::as_str);
            match kind {
                "equals" => there == Some(wanted),
                "not_equals" => there != Some(wanted),
                "like" => there.is_some_and(|value| fits(wanted, value)),
                _ => !there.is_some_and(|value| fits(wanted, value)),
            }
        })
    }
}

impl Select {
    /// Whether a resource with this ARN and these tags is selected.
    #[must_use]
    pub fn takes(&self, arn: &str, tags: &Tags) -> bool {
        let is_named = self.arns.is_empty() || self.arns.iter().any(|pattern| fits(pattern.as_str(), arn));
        let is_tagged = self.tag.iter().all(|(key, value)| tags.get(key) == Some(value));
        is_named && is_tagged && self.conditions.are_met_by(tags)
    }
}

impl Select {
    /// Whether tags alone say which.
    #[must_use]
    pub fn is_by_tag_alone(&self) -> bool {
        self.arns.is_empty() && self.conditions.is_empty()
    }

    /// Which ones, for people: `AWSBackup=EC2`.
    #[must_use]
    pub fn words(&self) -> String {
        let tags = self.tag.iter().map(|(key, value)| format!("{key}={value}"));
        let named = (!self.arns.is_empty()).then(|| format!("one of {} ARNs", self.arns.len()));
        let others =
            self.conditions.each().map(|(kind, key, value)| format!("{key} {} {value}", kind.replace('_', " ")));
        tags.chain(named).chain(others).collect::<Vec<_>>().join(", ")
    }
}

/// Whether a text fits a pattern in which `*` stands for any text.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut left) = text.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        // The first place is enough: whatever fits after a later one fits after it too.
        let Some((_, after)) = left.split_once(part) else { return false };
        left = after;
    }
    left.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "arn:aws:ec2:ap-northeast-1:123456789012:instance/i-0123456789abcdef0";

    fn tags(of: &[(&str, &str)]) -> Tags {
        of.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn select(conditions: Conditions, arns: &[&str]) -> Select {
        Select {
            resource: ResourceKind::Ec2,
            tag: tags(&[("AWSBackup", "EC2")]),
            arns: arns.iter().map(|arn| arn.parse().unwrap()).collect(),
            conditions,
        }
    }

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, is_fit) in [
            ("web", "web", true),
            ("web", "webs", false),
            ("web*", "web-1", true),
            ("web*", "a-web", false),
            ("*web", "a-web", true),
            ("*web", "webs", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("*", "", true),
            ("a*a", "a", false),
            ("a*ab*b", "aab", false),
        ] {
            assert_eq!(fits(pattern, text), is_fit, "{pattern} {text}");
        }
    }

    #[test]
    fn a_machine_carries_every_tag_with_its_case() {
        let plain = select(Conditions::default(), &[]);
        assert!(plain.takes(ONE, &tags(&[("AWSBackup", "EC2"), ("Env", "x")])));
        assert!(!plain.takes(ONE, &tags(&[("AWSBackup", "ec2")])));
        assert!(!plain.takes(ONE, &tags(&[("awsbackup", "EC2")])));
        assert!(!plain.takes(ONE, &Tags::new()));
    }

    #[test]
    fn only_named_machines_are_taken_where_any_is_named() {
        let tagged = tags(&[("AWSBackup", "EC2")]);
        let named = |arns: &[&str]| select(Conditions::default(), arns).takes(ONE, &tagged);
        assert!(named(&[ONE]));
        assert!(named(&["arn:aws:ec2:ap-northeast-1:123456789012:instance/*"]));
        assert!(!named(&["arn:aws:ec2:ap-northeast-1:123456789012:instance/i-1123456789abcdef0"]));
    }

    #[test]
    fn every_condition_has_to_hold_and_an_absent_tag_is_unequal_to_anything() {
        let met = |conditions: &Conditions, of: &[(&str, &str)]| conditions.are_met_by(&tags(of));
        let equals = Conditions { equals: tags(&[("Env", "prod")]), ..Conditions::default() };
        assert!(met(&equals, &[("Env", "prod")]) && !met(&equals, &[("Env", "dev")]) && !met(&equals, &[]));
        let unequal = Conditions { not_equals: tags(&[("Env", "dev")]), ..Conditions::default() };
        assert!(met(&unequal, &[("Env", "prod")]) && !met(&unequal, &[("Env", "dev")]) && met(&unequal, &[]));
        let like = Conditions { like: tags(&[("Name", "web*")]), ..Conditions::default() };
        assert!(met(&like, &[("Name", "web-1")]) && !met(&like, &[("Name", "db")]) && !met(&like, &[]));
        let unlike = Conditions { not_like: tags(&[("Name", "tmp*")]), ..Conditions::default() };
        assert!(met(&unlike, &[("Name", "web")]) && !met(&unlike, &[("Name", "tmp-1")]) && met(&unlike, &[]));
        let both = Conditions { like: like.like.clone(), ..equals };
        assert!(met(&both, &[("Env", "prod"), ("Name", "web")]) && !met(&both, &[("Env", "prod"), ("Name", "db")]));
    }
}
