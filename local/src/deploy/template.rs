//! The template as a document: which functions and state machines it has, and where their code comes from.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

/// Why a template cannot be deployed.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// Not there, or no YAML with long-form intrinsics.
    #[error("the template {path} does not read: {reason}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Where and why.
        reason: String,
    },
    /// A function of which nobody knows the code.
    #[error("the function {logical_id} does not say which binary it is: give it Metadata.BuildProperties.Binary")]
    NoBinary {
        /// Its logical id.
        logical_id: String,
    },
    /// A function of which nobody built the code.
    #[error("there is no bootstrap for the binary {binary}: build the function {binary} first")]
    NoBootstrap {
        /// What the template calls it.
        binary: String,
    },
    /// A state machine without a file.
    #[error("the state machine {logical_id} has no DefinitionUri")]
    NoDefinition {
        /// Its logical id.
        logical_id: String,
    },
}

/// A function of the template.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) logical_id: String,
    /// The cargo binary that it runs.
    pub(super) binary: String,
}

/// A state machine of the template.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct StateMachine {
    pub(super) logical_id: String,
    pub(super) definition: PathBuf,
}

/// A template that can be changed.
#[derive(Debug)]
pub(super) struct Template(Value);

impl Template {
    pub(super) fn read(path: &Path) -> Result<Self, TemplateError> {
        let unreadable = |reason: String| TemplateError::Unreadable { path: path.to_owned(), reason };
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
        serde_saphyr::from_str(&text).map(Self).map_err(|error| unreadable(error.to_string()))
    }

    pub(super) fn functions(&self) -> Result<Vec<Function>, TemplateError> {
        let functions = self.of_type("AWS::Serverless::Function").map(|(logical_id, resource)| {
            let binary = resource.pointer("/Metadata/BuildProperties/Binary").and_then(Value::as_str);
            let binary = binary.ok_or_else(|| TemplateError::NoBinary { logical_id: logical_id.clone() })?;
            Ok(Function { logical_id: logical_id.clone(), binary: binary.to_owned() })
        });
        functions.collect()
    }

    /// Their definitions' paths are beside the template.
    pub(super) fn state_machines(&self, template: &Path) -> Result<Vec<StateMachine>, TemplateError> {
        let beside = template.parent().unwrap_or_else(|| Path::new("."));
        let machines = self.of_type("AWS::Serverless::StateMachine").map(|(logical_id, resource)| {
            let uri = resource.pointer("/Properties/DefinitionUri").and_then(Value::as_str);
            let uri = uri.ok_or_else(|| TemplateError::NoDefinition { logical_id: logical_id.clone() })?;
            Ok(StateMachine { logical_id: logical_id.clone(), definition: beside.join(uri) })
        });
        machines.collect()
    }

    pub(super) fn set_code(&mut self, logical_id: &str, bucket: &str, key: &str) {
        self.set(logical_id, "CodeUri", json!({"Bucket": bucket, "Key": key}));
    }

    pub(super) fn set_definition(&mut self, logical_id: &str, bucket: &str, key: &str) {
        self.set(logical_id, "DefinitionUri", json!({"Bucket": bucket, "Key": key}));
    }

    pub(super) fn to_json(&self) -> String {
        self.0.to_string()
    }

    fn set(&mut self, logical_id: &str, property: &str, value: Value) {
        let properties =
            self.0.get_mut("Resources").and_then(|all| all.get_mut(logical_id)?.get_mut("Properties")?.as_object_mut());
        if let Some(properties) = properties {
            let _ = properties.insert(property.to_owned(), value);
        }
    }

    fn of_type(&self, kind: &'static str) -> impl Iterator<Item = (&String, &Value)> {
        let all = self.0.get("Resources").and_then(Value::as_object).map(Map::iter).into_iter().flatten();
        all.filter(move |(_, resource)| resource.get("Type").and_then(Value::as_str) == Some(kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = r"
Transform: AWS::Serverless-2016-10-31
Resources:
  OpenRun:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: open-run}}
    Properties: {CodeUri: ., Handler: bootstrap}
  Night:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: statemachines/nightly-run.asl.json}
";

    fn template(text: &str) -> (tempfile::TempDir, Template) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("template.yaml");
        std::fs::write(&path, text).unwrap();
        let template = Template::read(&path).unwrap();
        (dir, template)
    }

    #[test]
    fn code_and_definitions_are_replaced_and_nothing_else() {
        let (_dir, mut template) = template(TEMPLATE);
        assert_eq!(
            template.functions().unwrap(),
            [Function { logical_id: "OpenRun".to_owned(), binary: "open-run".to_owned() }]
        );
        let machines = template.state_machines(Path::new("/repo/template.yaml")).unwrap();
        assert_eq!(machines[0].definition, Path::new("/repo/statemachines/nightly-run.asl.json"));
        template.set_code("OpenRun", "b", "k.zip");
        template.set_definition("Night", "b", "k.asl.json");
        let document: Value = serde_json::from_str(&template.to_json()).unwrap();
        assert_eq!(
            document["Resources"]["OpenRun"]["Properties"],
            json!({"CodeUri": {"Bucket": "b", "Key": "k.zip"}, "Handler": "bootstrap"})
        );
        assert_eq!(
            document["Resources"]["Night"]["Properties"]["DefinitionUri"],
            json!({"Bucket": "b", "Key": "k.asl.json"})
        );
    }

    #[test]
    fn a_function_that_names_no_binary_is_told_by_its_logical_id() {
        let (_dir, template) = template("Resources: {Lost: {Type: 'AWS::Serverless::Function', Properties: {}}}");
        assert!(template.functions().unwrap_err().to_string().contains("Lost"));
    }
}
