//! Calls of services of which a few calls are needed, and whose SDK would cost more than they are worth.
//!
//! `aws-sdk-ec2` alone takes minutes and gigabytes to build. What is around a call is the SDKs' own here too: tries, time
//! limits, signature, user agent, and therefore the one mapping of errors in [`crate::sdk_error`].

mod reply;
mod request;
#[cfg(test)]
mod tests;

use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::auth::{SigV4OperationSigningConfig, SigningOptions};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_runtime::user_agent::{ApiMetadata, UserAgentInterceptor};
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{
    AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::region::{Region, SigningRegion};
use aws_types::{SdkConfig, SigningName};
use nightferry_workflow::error::PortError;
use serde_json::Value;

use self::reply::Refusal;
use self::request::Asked;
pub(crate) use self::request::encoded;
use crate::sdk_error::Call;

/// A service, by the name that its addresses and signatures carry: `ec2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Service {
    /// In host names and in the signature.
    pub(crate) name: &'static str,
    /// Version of its API.
    pub(crate) version: &'static str,
}

/// Makes signed calls with the settings that every client shares.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    config: SdkConfig,
}

impl Signed {
    /// With these settings. Nothing is called yet.
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self { config: config.clone() }
    }

    /// One call of a service that takes JSON documents and names the operation in a header (`TrentService.GetKeyPolicy`).
    pub(crate) async fn json(
        &self,
        call: Call,
        service: Service,
        target: &'static str,
        body: &Value,
    ) -> Result<Value, PortError> {
        let reply = self.invoke(call, service, Asked::Json { target, body: body.to_string() }).await?;
        serde_json::from_str(&reply).map_err(|error| call.unreadable(&error.to_string()))
    }

    /// One call of a service that names what is asked for in the path, and answers with a JSON document.
    pub(crate) async fn get(&self, call: Call, service: Service, path: String) -> Result<Value, PortError> {
        let reply = self.invoke(call, service, Asked::Get { path }).await?;
        serde_json::from_str(&reply).map_err(|error| call.unreadable(&error.to_string()))
    }

    /// One call of a service that takes a form and answers in XML. The reply is given back as it came.
    pub(crate) async fn query(
        &self,
        call: Call,
        service: Service,
        action: &'static str,
        parameters: &[(String, String)],
    ) -> Result<String, PortError> {
        let form = request::form(action, service.version, parameters);
        self.invoke(call, service, Asked::Query { form }).await
    }

    async fn invoke(&self, call: Call, service: Service, asked: Asked) -> Result<String, PortError> {
        let no_client = || call.rejected("NoHttpClient", "the settings carry no HTTP client");
        let client = self.config.http_client().ok_or_else(no_client)?;
        let region = self.config.region().cloned().ok_or_else(|| call.rejected("NoRegion", "no Region is set"))?;
        let mut operation = Operation::builder()
            .service_name(service.name)
            .operation_name(call.operation())
            .behavior_version(BehaviorVersion::v2026_01_12())
            .http_client(client)
            .endpoint_url(&self.address(service, &region))
            .timeout_config(self.config.timeout_config().cloned().unwrap_or_else(TimeoutConfig::disabled))
            .standard_retry(&self.config.retry_config().cloned().unwrap_or_else(RetryConfig::standard))
            .retry_classifier(TransientErrorClassifier::<Refusal>::new())
            .retry_classifier(AwsErrorCodeClassifier::<Refusal>::new())
            .retry_classifier(HttpStatusCodeClassifier::default())
            .interceptor(UserAgentInterceptor::new())
            .runtime_plugin(self.signature(service, region));
        if let Some(sleep) = self.config.sleep_impl() {
            operation = operation.sleep_impl(sleep);
        }
        let operation = operation.serializer(request::build).deserializer(reply::read).build();
        operation.invoke(asked).await.map_err(|error| call.refused(&error))
    }

    /// AWS's own address, unless the settings name another one for all services.
    fn address(&self, service: Service, region: &Region) -> String {
        let suffix = if region.as_ref().starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let own = || format!("https://{}.{region}.{suffix}", service.name);
        self.config.endpoint_url().map_or_else(own, str::to_owned)
    }

    /// Who calls, and how that is proved.
    fn signature(&self, service: Service, region: Region) -> StaticRuntimePlugin {
        let mut settings = Layer::new("signature");
        let _ = settings
            .store_put(AuthSchemeOptionResolverParams::new(()))
            .store_put(SigningRegion::from(region))
            .store_put(SigningName::from_static(service.name))
            .store_put(ApiMetadata::new(service.name, service.version))
            .store_put(SigV4OperationSigningConfig {
                signing_options: SigningOptions::default(),
                ..SigV4OperationSigningConfig::default()
            })
            .store_or_unset(self.config.app_name().cloned());
        let options = StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]);
        let mut parts = RuntimeComponentsBuilder::new("signature")
            .with_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()))
            .with_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(options)))
            .with_identity_cache(self.config.identity_cache());
        if let Some(credentials) = self.config.credentials_provider() {
            let _ = parts.set_identity_resolver(SCHEME_ID, credentials);
        }
        StaticRuntimePlugin::new().with_config(settings.freeze()).with_runtime_components(parts)
    }
}
