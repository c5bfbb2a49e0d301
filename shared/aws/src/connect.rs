//! From an environment to the settings that every client shares: region, credentials, TLS, time limits.
//!
//! Two ways in: a function has its credentials in its environment and starts without looking further; a person at a
//! terminal has profiles and single sign-on, and gets the SDK's whole chain.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::app_name::AppName;
use aws_types::region::Region;

use crate::endpoint;

/// Longest wait for a connection.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest wait for one try of a call.
pub const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest wait for a call with all its tries; well within the shortest timeout of a function.
pub const OPERATION_TIMEOUT: Duration = Duration::from_secs(12);
/// Tries of one call. More belong to the state machine, which waits between them without being paid for it.
pub const TRIES_MAX: u32 = 2;

/// Environment variables by name.
pub type Variables = BTreeMap<String, String>;

/// Why no connection to AWS can be set up. Nothing was called yet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// Variables that Lambda always sets are missing.
    #[error("the environment lacks {}: this program expects to run as a Lambda function", .0.join(", "))]
    Missing(Vec<&'static str>),
    /// Production must never be pointed elsewhere.
    #[error("{variable} is set, but STAGE is `{stage}`: only the local stage may talk to another endpoint. Remove it.")]
    EndpointOutsideLocal {
        /// The variable.
        variable: String,
        /// The stage.
        stage: String,
    },
    /// The local stage must never talk to AWS.
    #[error("STAGE is `local`, so AWS_ENDPOINT_URL has to name the local AWS on loopback; it is `{given}`")]
    EndpointNotLoopback {
        /// What it is.
        given: String,
    },
    /// The name by which AWS's own logs should know the caller is not one.
    #[error("AWS_SDK_UA_APP_ID is `{given}`, which is no application name (at most 50 letters, digits and `-._~`)")]
    AppName {
        /// What it is.
        given: String,
    },
}

/// The environment of this process. Variables that are not Unicode are none of ours.
#[must_use]
pub fn environment() -> Variables {
    let pair = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(pair).collect()
}

/// The settings of a function, from its environment alone.
pub fn for_function(variables: &Variables) -> Result<SdkConfig, ConnectError> {
    let stage = variables.get("STAGE").map_or("production", String::as_str);
    let endpoint = endpoint::of_function(variables, stage)?;
    let (region, credentials) = own_identity(variables)?;
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(region))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http_client())
        .timeout_config(time_limits())
        .retry_config(tries());
    let mut config = match variables.get("AWS_SDK_UA_APP_ID") {
        Some(name) => config.app_name(app_name(name)?),
        None => config,
    };
    let _ = config.set_endpoint_url(endpoint);
    Ok(config.build())
}

fn own_identity(variables: &Variables) -> Result<(String, Credentials), ConnectError> {
    const NEEDED: [&str; 3] = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
    let given = |name: &str| variables.get(name).filter(|value| !value.is_empty()).cloned();
    match NEEDED.map(given) {
        [Some(region), Some(key), Some(secret)] => {
            let token = given("AWS_SESSION_TOKEN");
            Ok((region, Credentials::new(key, secret, token, None, "lambda environment")))
        }
        _ => Err(ConnectError::Missing(NEEDED.into_iter().filter(|name| given(name).is_none()).collect())),
    }
}

fn app_name(given: &str) -> Result<AppName, ConnectError> {
    AppName::new(given.to_owned()).map_err(|_| ConnectError::AppName { given: given.to_owned() })
}

/// The settings of a person: the SDK's whole chain, so that profiles, single sign-on and endpoints are theirs.
pub async fn for_person(profile: Option<&str>, region: Option<&str>) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http_client())
        .timeout_config(time_limits())
        .retry_config(tries());
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = region {
        loader = loader.region(Region::new(region.to_owned()));
    }
    loader.load().await
}

/// The settings of somebody else whom a profile names: its credentials alone, whatever the environment holds besides.
pub async fn as_profile(profile: &str, region: Option<&str>) -> SdkConfig {
    let person = for_person(Some(profile), region).await;
    let looked_up = ProviderConfig::without_region().with_region(person.region().cloned());
    let looked_up = looked_up.with_http_client(http_client());
    let credentials = ProfileFileCredentialsProvider::builder().profile_name(profile).configure(&looked_up).build();
    person.into_builder().credentials_provider(SharedCredentialsProvider::new(credentials)).build()
}

/// Whether every call of these settings stays on this machine: then it is the local AWS that is spoken to.
#[must_use]
pub fn is_local(config: &SdkConfig) -> bool {
    config.endpoint_url().is_some_and(crate::endpoint::is_loopback)
}

/// S3 under any other address than AWS's own has its buckets in the path, because their host names don't resolve.
#[must_use]
pub fn s3(config: &SdkConfig) -> aws_sdk_s3::Client {
    let has_endpoint = config.endpoint_url().is_some() || std::env::var_os("AWS_ENDPOINT_URL_S3").is_some();
    let settings = aws_sdk_s3::config::Builder::from(config).force_path_style(has_endpoint);
    aws_sdk_s3::Client::from_conf(settings.build())
}

/// S3 Control puts the account in front of any host name; under any other address than AWS's own that does not resolve,
/// so there the address is taken as it is.
#[must_use]
pub fn s3_control(config: &SdkConfig) -> aws_sdk_s3control::Client {
    let settings = aws_sdk_s3control::config::Builder::from(config);
    let by_name = std::env::var("AWS_ENDPOINT_URL_S3_CONTROL").ok();
    let settings = match by_name.as_deref().or_else(|| config.endpoint_url()) {
        Some(url) => settings.endpoint_resolver(OneAddress(url.to_owned())),
        None => settings,
    };
    aws_sdk_s3control::Client::from_conf(settings.build())
}

/// Every request goes to this address.
#[derive(Debug)]
struct OneAddress(String);

impl aws_sdk_s3control::config::endpoint::ResolveEndpoint for OneAddress {
    fn resolve_endpoint<'a>(
        &'a self,
        _: &'a aws_sdk_s3control::config::endpoint::Params,
    ) -> aws_sdk_s3control::config::endpoint::EndpointFuture<'a> {
        let endpoint = aws_sdk_s3control::config::endpoint::Endpoint::builder().url(self.0.clone()).build();
        aws_sdk_s3control::config::endpoint::EndpointFuture::ready(Ok(endpoint))
    }
}

/// TLS by ring: the SDK's default spends 33-40 ms of CPU in the first handshake of each process.
///
/// One connector for all clients: the SDK's own way reads through the certificates that are trusted once more for each client.
fn http_client() -> SharedHttpClient {
    let shared = connector(HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build());
    http_client_fn(move |settings, _| match settings.read_timeout() {
        None => shared.clone(),
        // None of our clients: whoever looks for a machine's own credentials waits a second for them, and no longer.
        Some(_) => connector(settings.clone()),
    })
}

fn connector(settings: HttpConnectorSettings) -> SharedHttpConnector {
    let connector = Connector::builder().connector_settings(settings).tls_provider(Provider::Rustls(CryptoMode::Ring));
    SharedHttpConnector::new(connector.build())
}

fn time_limits() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build()
}

fn tries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(TRIES_MAX)
}

#[cfg(test)]
#[path = "connect_tests.rs"]
mod tests;
