//! Whom a function talks to, and what it refuses.

use super::*;

fn variables(more: &[(&str, &str)]) -> Variables {
    let own =
        [("STAGE", "production"), ("AWS_REGION", "r"), ("AWS_ACCESS_KEY_ID", "k"), ("AWS_SECRET_ACCESS_KEY", "s")];
    own.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn production_talks_to_aws_itself() {
    let config = for_function(&variables(&[("AWS_SDK_UA_APP_ID", "nightferry-open-run")])).unwrap();
    assert_eq!(config.endpoint_url(), None);
    assert_eq!(config.region().unwrap().as_ref(), "r");
    assert_eq!(config.app_name().unwrap().to_string(), "nightferry-open-run");
    let limits = config.timeout_config().unwrap();
    assert_eq!(limits.operation_timeout(), Some(OPERATION_TIMEOUT));
    assert_eq!(config.retry_config().unwrap().max_attempts(), TRIES_MAX);
}

#[test]
fn production_refuses_any_other_address() {
    for name in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"] {
        let error = for_function(&variables(&[(name, "http://127.0.0.1:4566")])).unwrap_err();
        let expected = format!(
            "{name} is set, but STAGE is `production`: only the local stage may talk to another endpoint. Remove it."
        );
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn the_local_stage_talks_to_loopback_and_never_to_aws() {
    let local = [("STAGE", "local"), ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")];
    assert_eq!(for_function(&variables(&local)).unwrap().endpoint_url(), Some("http://127.0.0.1:4566"));
    for elsewhere in [&[("STAGE", "local")][..], &[("STAGE", "local"), ("AWS_ENDPOINT_URL", "https://example.com")]] {
        assert!(matches!(for_function(&variables(elsewhere)), Err(ConnectError::EndpointNotLoopback { .. })));
    }
}

#[test]
fn all_that_lambda_should_have_set_is_named_at_once() {
    let error = for_function(&Variables::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the environment lacks AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: this program expects to run as a Lambda function"
    );
}
