//! A signed call has the tries, the signature and the errors of every other.

use aws_types::app_name::AppName;
use nightferry_workflow::error::PortError;
use serde_json::json;

use super::*;
use crate::test_service::{Reply, TestService, exception, ok};

const KMS: Service = Service { name: "kms", version: "2014-11-01" };
const EC2: Service = Service { name: "ec2", version: "2016-11-15" };
const POLICY: Call = Call::read("KMS", "GetKeyPolicy");
const IMAGES: Call = Call::read("EC2", "DescribeImages");

async fn images(service: &TestService) -> Result<String, PortError> {
    let parameters = [("ImageId.1".to_owned(), "ami-1 &=ü".to_owned())];
    Signed::new(&service.config()).query(IMAGES, EC2, "DescribeImages", &parameters).await
}

fn header<'a>(asked: &'a crate::test_service::Asked, name: &str) -> &'a str {
    asked.headers.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value)
}

#[tokio::test]
async fn a_json_call_names_its_operation_and_is_signed_for_its_service_and_region() {
    let service = TestService::new([ok(&json!({"Policy": "{}"}))]);
    let config = service.config().into_builder().app_name(AppName::new("check-job").unwrap()).build();
    let reply = Signed::new(&config).json(POLICY, KMS, "TrentService.GetKeyPolicy", &json!({"KeyId": "k"})).await;
    assert_eq!(reply.unwrap(), json!({"Policy": "{}"}));
    let asked = &service.asked()[0];
    assert_eq!((asked.target.as_str(), asked.json()), ("TrentService.GetKeyPolicy", json!({"KeyId": "k"})));
    assert_eq!(asked.uri, "https://kms.ap-northeast-1.amazonaws.com/");
    assert!(header(asked, "authorization").contains("/ap-northeast-1/kms/aws4_request"), "{asked:?}");
    assert!(header(asked, "user-agent").contains("app/check-job"), "{asked:?}");
}

#[tokio::test]
async fn a_path_is_asked_for_as_it_is_and_a_refusal_by_error_code_is_read() {
    const EFS: Service = Service { name: "elasticfilesystem", version: "2015-02-01" };
    const POINTS: Call = Call::read("EFS", "DescribeAccessPoints");
    let path = || "/2015-02-01/access-points?AccessPointId=fsap-1".to_owned();
    let service = TestService::new([ok(&json!({"AccessPoints": []}))]);
    let reply = Signed::new(&service.config()).get(POINTS, EFS, path()).await;
    assert_eq!(reply.unwrap(), json!({"AccessPoints": []}));
    let asked = &service.asked()[0];
    assert_eq!(asked.uri, format!("https://elasticfilesystem.ap-northeast-1.amazonaws.com{}", path()));
    assert_eq!(asked.body, "");
    assert!(header(asked, "authorization").contains("/elasticfilesystem/aws4_request"), "{asked:?}");
    let gone = json!({"ErrorCode": "AccessPointNotFound", "Message": "gone"}).to_string();
    let service = TestService::new([Reply::Answer(404, gone)]);
    let refused = Signed::new(&service.config()).get(POINTS, EFS, path()).await;
    assert!(matches!(refused, Err(PortError::Missing { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_query_is_a_form_with_everything_encoded_that_has_a_meaning_in_forms() {
    let service = TestService::new([Reply::Answer(200, "<DescribeImagesResponse/>".into())]);
    assert_eq!(images(&service).await.unwrap(), "<DescribeImagesResponse/>");
    let asked = &service.asked()[0];
    assert_eq!(asked.body, "Action=DescribeImages&Version=2016-11-15&ImageId.1=ami-1%20%26%3D%C3%BC");
    assert_eq!(header(asked, "content-type"), "application/x-www-form-urlencoded");
}

#[tokio::test]
async fn a_refusal_keeps_its_code_and_its_words_in_each_of_the_three_shapes() {
    let ec2 =
        "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>";
    let query = "<ErrorResponse xmlns=\"x\"><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></ErrorResponse>";
    for reply in [
        Reply::Answer(403, ec2.into()),
        Reply::Answer(403, query.into()),
        exception("com.amazonaws.ec2#UnauthorizedOperation:http://x", "no"),
    ] {
        let refused = images(&TestService::new([reply])).await;
        assert_eq!(refused, Err(IMAGES.rejected("UnauthorizedOperation", "no")));
    }
}

#[tokio::test]
async fn what_is_busy_is_asked_again_and_then_given_up_for_now() {
    let busy = || {
        Reply::Answer(
            503,
            "<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>".into(),
        )
    };
    let service = TestService::new([busy(), Reply::Answer(200, "<DescribeImagesResponse/>".into())]);
    assert!(images(&service).await.is_ok());
    let service = TestService::new([busy(), busy()]);
    assert_eq!(images(&service).await, Err(IMAGES.retryable("RequestLimitExceeded")));
    assert_eq!(service.asked().len(), 2);
}

#[tokio::test]
async fn a_broken_reply_is_no_answer() {
    let service = TestService::new([Reply::BrokenConnection, Reply::BrokenConnection]);
    assert!(matches!(images(&service).await, Err(PortError::Retryable { .. })));
    let service = TestService::new([Reply::Answer(200, "not json".into())]);
    let refused = Signed::new(&service.config()).json(POLICY, KMS, "TrentService.GetKeyPolicy", &json!({})).await;
    assert!(matches!(refused, Err(PortError::Retryable { .. })), "{refused:?}");
    let service = TestService::new([
        Reply::Answer(500, "<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>".into()),
        Reply::Answer(500, String::new()),
    ]);
    assert_eq!(images(&service).await, Err(IMAGES.retryable("status 500")));
}

#[test]
fn an_address_is_of_its_region_or_of_the_local_aws() {
    let config = TestService::default().config();
    let at = |region: &'static str| Signed::new(&config).address(EC2, &Region::new(region));
    assert_eq!(at("eu-west-1"), "https://ec2.eu-west-1.amazonaws.com");
    assert_eq!(at("cn-north-1"), "https://ec2.cn-north-1.amazonaws.com.cn");
    let local = config.into_builder().endpoint_url("http://127.0.0.1:4566").build();
    assert_eq!(Signed::new(&local).address(EC2, &Region::new("eu-west-1")), "http://127.0.0.1:4566");
}
