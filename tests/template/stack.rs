//! The template as the rules read it.

use std::{path::PathBuf, sync::OnceLock};

use serde_json::Value;

/// What a rule found wrong, one sentence a finding.
pub(crate) type Findings = Vec<String>;

/// The template, with the values of `Globals` where CloudFormation would put them.
#[derive(Clone)]
pub(crate) struct Stack {
    template: Value,
}

impl Stack {
    /// The template of this repository.
    pub(crate) fn ours() -> &'static Self {
        static OURS: OnceLock<Stack> = OnceLock::new();
        OURS.get_or_init(|| Self { template: serde_saphyr::from_str(&text("template.yaml")).unwrap() })
    }

    /// A copy in which the value at a JSON pointer is another; `Null` takes it away.
    pub(crate) fn with(&self, pointer: &str, value: Value) -> Self {
        let mut copy = self.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = copy.template.pointer_mut(parent).unwrap_or_else(|| panic!("the template has no {parent}"));
        match parent {
            Value::Array(items) => items[key.parse::<usize>().unwrap()] = value,
            Value::Object(fields) if value.is_null() => {
                assert!(fields.remove(key).is_some(), "the template has no {pointer}");
            }
            Value::Object(fields) => drop(fields.insert(key.to_owned(), value)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                panic!("{pointer} is not inside an object")
            }
        }
        copy
    }

    /// Every resource with its logical id.
    pub(crate) fn resources(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.template["Resources"].as_object().unwrap().iter().map(|(id, resource)| (id.as_str(), resource))
    }

    /// Logical id and properties of the resources of one type.
    pub(crate) fn of_type(&self, kind: &str) -> impl Iterator<Item = (&str, &Value)> {
        self.resources()
            .filter(move |(_, resource)| resource["Type"] == kind)
            .map(|(id, resource)| (id, &resource["Properties"]))
    }

    /// The properties of one resource.
    pub(crate) fn properties(&self, id: &str) -> &Value {
        &self.template["Resources"][id]["Properties"]
    }

    /// One resource, with what stands beside its properties.
    pub(crate) fn resource(&self, id: &str) -> &Value {
        &self.template["Resources"][id]
    }

    /// One parameter.
    pub(crate) fn parameter(&self, name: &str) -> &Value {
        &self.template["Parameters"][name]
    }

    /// One condition.
    pub(crate) fn condition(&self, name: &str) -> &Value {
        &self.template["Conditions"][name]
    }

    /// A property of a function, its own or else that of `Globals`.
    pub(crate) fn function_property<'a>(&'a self, function: &'a Value, name: &str) -> &'a Value {
        let own = &function[name];
        if own.is_null() { &self.template["Globals"]["Function"][name] } else { own }
    }

    /// Type of each resource that names another in an intrinsic: the logical id behind `Ref` or `Fn::GetAtt`.
    pub(crate) fn target(value: &Value) -> Option<&str> {
        value["Ref"].as_str().or_else(|| value["Fn::GetAtt"][0].as_str())
    }
}

/// A file of the repository.
pub(crate) fn text(path: &str) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The folder of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The strings of a value that may be one string or a list of them.
pub(crate) fn words(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        Value::String(word) => vec![word],
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}

/// The items of a value that may be a list or one item.
pub(crate) fn items(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |items| items.iter().collect())
}

#[test]
fn the_template_is_plain_yaml_without_short_intrinsics() {
    let template = text("template.yaml");
    let tagged: Vec<&str> = template.lines().filter(|line| line.contains(": !") || line.contains("- !")).collect();
    assert!(tagged.is_empty(), "{tagged:?}");
}

#[test]
fn no_function_is_told_another_endpoint() {
    assert!(!text("template.yaml").contains("AWS_ENDPOINT_URL"));
}
