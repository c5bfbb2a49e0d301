//! What a request says about itself before anyone looks at its body: which service, whose key, which region, which program.

use hyper::{HeaderMap, Uri, header, http::request::Parts};
use percent_encoding::percent_decode_str;

use crate::{account_block, batch::route};

/// What the front door calls the service behind S3 Control's jobs.
pub(crate) const S3_CONTROL: &str = "s3control";

/// A request's own words about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heading {
    /// The service of the signature, as services sign (`states`, `s3`, `elasticfilesystem`).
    pub service: String,
    /// Region of the signature.
    pub region: Option<String>,
    /// Access key id; twelve digits are an account in the local AWS.
    pub access_key: Option<String>,
    /// The user agent's app id (`AWS_SDK_UA_APP_ID`).
    pub app: Option<String>,
    /// Last part of `X-Amz-Target`.
    pub target: Option<String>,
}

impl Heading {
    /// Reads it from method, address and headers.
    pub(crate) fn read(parts: &Parts) -> Self {
        let scope = text(&parts.headers, header::AUTHORIZATION.as_str())
            .and_then(|line| scope_of(line.split_once("Credential=")?.1))
            .or_else(|| scope_of(&query_value(&parts.uri, "X-Amz-Credential")?));
        let target = text(&parts.headers, "x-amz-target");
        let (access_key, region, signed_for) = match scope {
            Some(scope) => (Some(scope.access_key), Some(scope.region), Some(scope.service)),
            None => (None, None, None),
        };
        let signed_for = signed_for.unwrap_or_else(|| unsigned_service(target, parts.uri.path()).to_owned());
        // S3 Control signs as S3 does, and only its paths tell it apart. Neither the account in front of its host matters nor whether the whole address
        // is in the request line, as a proxy gets it.
        let path = parts.uri.path();
        let is_of_account = account_block::operation(&parts.method, path).is_some();
        let is_control = signed_for == "s3" && (route::is_of_jobs(path) || is_of_account);
        let service = if is_control { S3_CONTROL.to_owned() } else { signed_for };
        Self {
            service,
            region,
            access_key,
            app: app_id(&parts.headers),
            target: target.and_then(|target| target.rsplit('.').next()).map(str::to_owned),
        }
    }
}

struct Scope {
    access_key: String,
    region: String,
    service: String,
}

/// `AKID/20261122/ap-northeast-1/datasync/aws4_request, ...`
fn scope_of(text: &str) -> Option<Scope> {
    let mut parts = text.split(',').next()?.trim().split('/');
    let access_key = parts.next()?.to_owned();
    let (_date, region) = (parts.next()?, parts.next()?.to_owned());
    Some(Scope { access_key, region, service: parts.next()?.to_owned() })
}

/// Calls without a signature: the target names some services, a path names Lambda's and Scheduler's, and the rest looks like S3.
fn unsigned_service(target: Option<&str>, path: &str) -> &'static str {
    let family = target.and_then(|target| target.split('.').next()).unwrap_or_default();
    match family {
        "FmrsService" => "datasync",
        "AWSStepFunctions" => "states",
        "AWSEvents" => "events",
        _ if family.starts_with("DynamoDB") => "dynamodb",
        _ if family.starts_with("Logs") => "logs",
        _ if path.starts_with("/2015-03-31/functions") => "lambda",
        _ if path.starts_with("/schedules") || path.starts_with("/schedule-groups") => "scheduler",
        _ => "s3",
    }
}

/// Rust's SDK writes `app/<id>` into `x-amz-user-agent` and `user-agent`, the others into `user-agent`.
fn app_id(headers: &HeaderMap) -> Option<String> {
    ["x-amz-user-agent", "user-agent"]
        .iter()
        .filter_map(|name| text(headers, name))
        .flat_map(str::split_whitespace)
        .find_map(|word| word.strip_prefix("app/"))
        .map(str::to_owned)
}

/// A header as text.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// A query parameter, decoded; an empty text when it stands without a value.
pub(super) fn query_value(uri: &Uri, name: &str) -> Option<String> {
    form_value(uri.query()?, name)
}

/// A field of a form or a query, decoded.
pub(super) fn form_value(form: &str, name: &str) -> Option<String> {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    form.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name || decoded(key) == name).then(|| decoded(value))
    })
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    fn heading(uri: &str, headers: &[(&str, &str)]) -> Heading {
        let builder =
            headers.iter().fold(Request::builder().uri(uri), |builder, (name, value)| builder.header(*name, *value));
        Heading::read(&builder.body(()).unwrap().into_parts().0)
    }

    const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=123456789012/20261122/ap-northeast-1/datasync/aws4_request, SignedHeaders=host, Signature=00";

    #[test]
    fn the_signature_names_service_region_and_account() {
        let heading = heading("/", &[("authorization", SIGNED)]);
        assert_eq!(heading.service, "datasync");
        assert_eq!(heading.region.as_deref(), Some("ap-northeast-1"));
        assert_eq!(heading.access_key.as_deref(), Some("123456789012"));
    }

    #[test]
    fn a_presigned_address_carries_its_signature_in_the_query() {
        let heading = heading(
            "/bucket/key?X-Amz-Credential=AK%2F20261122%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Signature=0",
            &[],
        );
        assert_eq!((heading.service.as_str(), heading.region.as_deref()), ("s3", Some("eu-west-1")));
    }

    #[test]
    fn an_unsigned_call_is_known_by_its_target_or_path_and_otherwise_is_s3() {
        assert_eq!(heading("/", &[("x-amz-target", "FmrsService.DescribeTask")]).service, "datasync");
        assert_eq!(heading("/", &[("x-amz-target", "DynamoDB_20120810.GetItem")]).service, "dynamodb");
        assert_eq!(heading("/2015-03-31/functions/f/invocations", &[]).service, "lambda");
        assert_eq!(heading("/bucket/key", &[]).service, "s3");
    }

    #[test]
    fn jobs_of_s3_control_are_known_by_their_path_also_with_an_account_in_front_or_through_a_proxy() {
        let signed = SIGNED.replace("/datasync/", "/s3/");
        let with = |uri: &str, host: &str| heading(uri, &[("authorization", &signed), ("host", host)]).service;
        for (uri, host) in [
            ("/v20180820/jobs", "127.0.0.1:4566"),
            ("/v20180820/jobs/j/status?requestedJobStatus=Ready", "123456789012.localhost:4566"),
            ("http://123456789012.s3-control.local:4566/v20180820/jobs/j", "123456789012.s3-control.local:4566"),
        ] {
            assert_eq!(with(uri, host), S3_CONTROL, "{uri}");
        }
        assert_eq!(with("/v20180820/jobs", "127.0.0.1"), S3_CONTROL);
        assert_eq!(with("/v20180820x/key", "127.0.0.1"), "s3");
    }

    #[test]
    fn the_caller_is_the_app_id_of_the_user_agent() {
        let rust = "aws-sdk-rust/1.3 api/datasync/1.132 os/linux lang/rust/1.95 app/nightferry-start-job";
        assert_eq!(heading("/", &[("x-amz-user-agent", rust)]).app.as_deref(), Some("nightferry-start-job"));
        let python = "aws-cli/1.46.3 md/Botocore#1.43 app/nightferry-x botocore/1.43.62";
        assert_eq!(heading("/", &[("user-agent", python)]).app.as_deref(), Some("nightferry-x"));
        assert_eq!(heading("/", &[("user-agent", "curl/8")]).app, None);
    }

    #[test]
    fn regression_a_field_is_found_also_where_its_name_is_encoded() {
        let form = "Action=CreateVpcEndpoint&SubnetId%2E1=subnet%2D1";
        assert_eq!(form_value(form, "SubnetId.1").as_deref(), Some("subnet-1"));
        assert_eq!(form_value(form, "SubnetId"), None);
    }
}
