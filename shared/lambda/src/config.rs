//! Where the stack's things are, from the function's environment: all that is missing is named at once.

use std::collections::BTreeMap;

use nightferry_domain::place::{KEEP_RECORDS_DAYS, Place};
use nightferry_domain::stack::Stack;

/// What every function is told by `template.yaml`, and `AWS_REGION` by Lambda.
const NEEDED: [&str; 7] =
    ["STAGE", "STACK_NAME", "RUN_TABLE", "RECORDS_BUCKET", "NIGHTLY_RUN_ARN", "REPORT_TOPIC_ARN", "AWS_REGION"];

/// What a function is told of its surroundings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `production`, `local` ...
    pub stage: String,
    /// Where the stack's things are.
    pub place: Place,
}

/// Why a function can't start. The template is wrong, so nothing but a deployment helps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Variables are not set, or empty.
    #[error("the environment lacks {}: deploy the stack's own template", .0.join(", "))]
    Missing(Vec<&'static str>),
    /// The state machine's ARN tells partition and account, so it has to be one.
    #[error("NIGHTLY_RUN_ARN is `{given}`, which is not a state machine's ARN")]
    NotAStateMachine {
        /// What it is.
        given: String,
    },
}

impl Config {
    /// Reads a function's environment.
    pub fn read(variables: &BTreeMap<String, String>) -> Result<Self, ConfigError> {
        let given = |name: &str| variables.get(name).filter(|value| !value.is_empty()).cloned();
        let [Some(stage), Some(name), Some(table), Some(bucket), Some(machine), Some(topic), Some(region)] =
            NEEDED.map(given)
        else {
            return Err(ConfigError::Missing(NEEDED.into_iter().filter(|name| given(name).is_none()).collect()));
        };
        let (partition, account) = owner(&machine)?;
        let place = Place {
            stack: Stack { partition, account, region, name },
            run_table: table,
            records_bucket: bucket,
            nightly_run_arn: machine,
            report_topic_arn: topic,
            keep_records_days: KEEP_RECORDS_DAYS,
        };
        Ok(Self { stage, place })
    }
}

/// Partition and account in `arn:PARTITION:states:REGION:ACCOUNT:stateMachine:NAME`.
fn owner(state_machine: &str) -> Result<(String, String), ConfigError> {
    let parts: Vec<&str> = state_machine.split(':').collect();
    match parts.as_slice() {
        ["arn", partition, "states", _, account, "stateMachine", _] => {
            Ok(((*partition).to_owned(), (*account).to_owned()))
        }
        _ => Err(ConfigError::NotAStateMachine { given: state_machine.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment() -> BTreeMap<String, String> {
        [
            ("STAGE", "production"),
            ("STACK_NAME", "nightferry"),
            ("RUN_TABLE", "nightferry"),
            ("RECORDS_BUCKET", "nightferry-123456789012-cn-north-1"),
            ("NIGHTLY_RUN_ARN", "arn:aws-cn:states:cn-north-1:123456789012:stateMachine:nightferry-nightly-run"),
            ("REPORT_TOPIC_ARN", "arn:aws-cn:sns:cn-north-1:123456789012:nightferry-reports"),
            ("AWS_REGION", "cn-north-1"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    #[test]
    fn the_environment_of_the_template_is_the_place_that_the_program_derives() {
        let config = Config::read(&environment()).unwrap();
        assert_eq!(config.place, Place::of(config.place.stack.clone()));
        assert_eq!(config.place.stack.partition, "aws-cn");
        assert_eq!(config.place.stack.account, "123456789012");
    }

    #[test]
    fn all_that_is_missing_is_named_at_once() {
        let mut environment = environment();
        assert!(environment.remove("RUN_TABLE").is_some());
        assert!(environment.insert("STACK_NAME".into(), String::new()).is_some());
        let error = Config::read(&environment).unwrap_err();
        assert_eq!(error.to_string(), "the environment lacks STACK_NAME, RUN_TABLE: deploy the stack's own template");
    }

    #[test]
    fn an_arn_of_something_else_is_refused() {
        let mut environment = environment();
        let _ = environment.insert("NIGHTLY_RUN_ARN".into(), "arn:aws:sns:r:123456789012:x".into());
        assert!(matches!(Config::read(&environment), Err(ConfigError::NotAStateMachine { .. })));
    }
}
