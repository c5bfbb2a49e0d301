//! What the adapter asks DataSync, and what it makes of the answers.

use nightferry_domain::agent::ActivationKey;
use serde_json::json;

use super::*;
use crate::test_service::{Reply, TestService, exception, ok};

const ARN: &str = "arn:aws:datasync:ap-northeast-1:123456789012:agent/agent-0b0123456789abcde";
const SUBNET: &str = "arn:aws:ec2:ap-northeast-1:123456789012:subnet/subnet-0a1b2c3d";
const GROUP: &str = "arn:aws:ec2:ap-northeast-1:123456789012:security-group/sg-0a1b2c3d";

fn order() -> Order {
    Order {
        name: "nightferry-tokyo".into(),
        vpc_endpoint: "vpce-0123456789abcdef0".into(),
        subnet: SUBNET.into(),
        security_group: GROUP.into(),
    }
}

fn key() -> ActivationKey {
    ActivationKey::read("UABCQ-0DEFB-LGHIL-AUJKV-JLMNN").unwrap()
}

fn described() -> Reply {
    ok(&json!({
        "AgentArn": ARN, "Name": "nightferry-tokyo", "Status": "ONLINE", "EndpointType": "PRIVATE_LINK",
        "PrivateLinkConfig": {
            "VpcEndpointId": "vpce-0123456789abcdef0", "PrivateLinkEndpoint": "10.0.1.4",
            "SubnetArns": [SUBNET], "SecurityGroupArns": [GROUP],
        },
    }))
}

#[tokio::test]
async fn agents_are_found_by_name_over_all_pages_and_described_whole() {
    let entry = |name: &str, arn: &str| json!({"Agents": [{"AgentArn": arn, "Name": name, "Status": "ONLINE"}]});
    let mut first = entry("other", "arn:other");
    first["NextToken"] = json!("more");
    let service = TestService::new([ok(&first), ok(&entry("nightferry-tokyo", ARN)), described()]);
    let found = DataSyncAgents::new(&service.config()).named("nightferry-tokyo").await.unwrap();
    let [seen] = found.as_slice() else { panic!("{found:?}") };
    assert!(seen.is_online());
    assert_eq!(seen.link.as_ref().unwrap().subnets, [SUBNET]);
    assert_eq!(service.operations(), ["ListAgents", "ListAgents", "DescribeAgent"]);
    assert_eq!(service.asked()[1].json()["NextToken"], "more");
}

#[tokio::test]
async fn an_agent_of_a_public_endpoint_has_no_link_and_one_that_vanished_is_not_there() {
    let listed = || ok(&json!({"Agents": [{"AgentArn": ARN, "Name": "x"}]}));
    let public = ok(&json!({"AgentArn": ARN, "Name": "x", "Status": "OFFLINE", "EndpointType": "PUBLIC"}));
    let gone = exception("InvalidRequestException", "Agent agent-0b0123456789abcde is not found.");
    let service = TestService::new([listed(), public, listed(), gone]);
    let agents = DataSyncAgents::new(&service.config());
    assert_eq!(agents.all().await.unwrap()[0].link, None);
    assert_eq!(agents.all().await, Ok(vec![]));
}

#[tokio::test]
async fn an_agent_is_made_with_arns_and_the_key_and_asked_for_once() {
    let service = TestService::new([ok(&json!({"AgentArn": ARN}))]);
    assert_eq!(DataSyncAgents::new(&service.config()).create(&order(), &key()).await.unwrap(), ARN);
    let expected = json!({
        "ActivationKey": "UABCQ-0DEFB-LGHIL-AUJKV-JLMNN", "AgentName": "nightferry-tokyo",
        "VpcEndpointId": "vpce-0123456789abcdef0", "SubnetArns": [SUBNET], "SecurityGroupArns": [GROUP],
    });
    assert_eq!(service.asked()[0].json(), expected);
    let service = TestService::new([Reply::BrokenConnection]);
    let lost = DataSyncAgents::new(&service.config()).create(&order(), &key()).await;
    assert!(matches!(lost, Err(PortError::Ambiguous { .. })), "{lost:?}");
    assert_eq!(service.asked().len(), 1);
}

#[tokio::test]
async fn what_is_gone_already_is_deleted() {
    let gone = exception("InvalidRequestException", "Agent agent-0b0123456789abcde is not found.");
    let service = TestService::new([gone, exception("InvalidRequestException", "The agent is in use.")]);
    let agents = DataSyncAgents::new(&service.config());
    assert_eq!(agents.delete(ARN).await, Ok(()));
    assert!(matches!(agents.delete(ARN).await, Err(PortError::Rejected { .. })));
}
