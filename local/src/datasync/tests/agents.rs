//! Agents: keys over HTTP, what `CreateAgent` makes of them, and every refusal of the document that describes it.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper_util::rt::TokioIo;
use nightferry_domain::diagnosis::{Evidence, Speaker, diagnose_from};
use serde_json::{Value, json};

use super::super::{Answers, Connection, Machine, Quotas};
use super::world::{ACCOUNT, REGION, ROLE, World, trust};
use crate::stand_in::{Call, Caller};

const ENDPOINT: &str = "vpce-0123456789abcdef0";
const PRIVATE: &str = "/?gatewayType=SYNC&activationRegion=ap-northeast-1&endpointType=PRIVATE_LINK&privateLinkEndpoint=10.0.1.4&no_redirect";

fn arn(rest: &str) -> String {
    format!("arn:aws:ec2:{REGION}:{ACCOUNT}:{rest}")
}

/// Status, `Location` and body of an agent's answer; `None` where nobody listens.
async fn asked(machine: &Machine, target: &str) -> Option<(u16, String, String)> {
    let stream = tokio::net::TcpStream::connect((machine.address.as_str(), machine.port)).await.ok()?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
    drop(tokio::spawn(connection));
    let request = hyper::Request::get(target).header("host", "agent").body(Empty::<Bytes>::new()).unwrap();
    let response = sender.send_request(request).await.ok()?;
    let location = response.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    Some((status, location.unwrap_or_default(), String::from_utf8(body.to_vec()).unwrap()))
}

/// What the program makes of `CreateAgent`'s words.
fn diagnosis(message: &str) -> &'static str {
    diagnose_from(Speaker::Agent, &Evidence { code: "InvalidRequestException", message }).id
}

async fn key(world: &World) -> (Machine, String) {
    let machine = world.sync.deploy_agent(Answers::Key).await.unwrap();
    let (status, _, key) = asked(&machine, PRIVATE).await.unwrap();
    assert_eq!(status, 200);
    (machine, key)
}

fn order(key: &str) -> Value {
    json!({
        "ActivationKey": key, "AgentName": "nightferry-tokyo", "VpcEndpointId": ENDPOINT,
        "SubnetArns": [arn("subnet/subnet-0a1b2c3d")], "SecurityGroupArns": [arn("security-group/sg-0a1b2c3d")],
    })
}

pub(super) async fn created(world: &World) -> String {
    let (_, key) = key(world).await;
    world.call("CreateAgent", order(&key)).await.unwrap()["AgentArn"].as_str().unwrap().to_owned()
}

/// A call under the role `backup`, which may do this.
async fn as_role(world: &World, actions: &[&str], body: &Value) -> Result<Value, String> {
    let statement = json!({"Effect": "Allow", "Action": actions, "Resource": "*"});
    world.role(&trust(ACCOUNT), &json!({"Version": "2012-10-17", "Statement": [statement]}));
    let caller = Caller { app: None, principal_arn: Some(ROLE.to_owned()) };
    let (account, region, operation) = (ACCOUNT.to_owned(), REGION.to_owned(), "CreateAgent".to_owned());
    let call = Call { account, region, operation, caller, body: Bytes::from(body.to_string()) };
    let answer = world.sync.answer(call).await;
    let shown: Value = serde_json::from_slice(&answer.body).unwrap();
    if answer.status == 200 { Ok(shown) } else { Err(shown["message"].as_str().unwrap().to_owned()) }
}

#[tokio::test]
async fn a_key_makes_an_agent_that_is_online_and_described() {
    let world = World::new().await;
    let (machine, key) = key(&world).await;
    let made = world.call("CreateAgent", order(&key)).await.unwrap();
    let told = world.call("DescribeAgent", json!({"AgentArn": made["AgentArn"]})).await.unwrap();
    assert_eq!((&told["Status"], &told["EndpointType"]), (&json!("ONLINE"), &json!("PRIVATE_LINK")));
    let link = &told["PrivateLinkConfig"];
    assert_eq!((&link["VpcEndpointId"], &link["PrivateLinkEndpoint"]), (&json!(ENDPOINT), &json!("10.0.1.4")));
    assert_eq!(link["SubnetArns"], json!([arn("subnet/subnet-0a1b2c3d")]));
    let listed = world.call("ListAgents", json!({})).await.unwrap();
    assert_eq!(listed["Agents"][0]["Name"], "nightferry-tokyo");
    assert_eq!(asked(&machine, PRIVATE).await, None, "an activated agent has closed its port");
}

#[tokio::test]
async fn an_agent_redirects_whoever_does_not_ask_for_the_bare_key() {
    let world = World::new().await;
    let machine = world.sync.deploy_agent(Answers::Key).await.unwrap();
    let (status, location, body) = asked(&machine, PRIVATE.trim_end_matches("&no_redirect")).await.unwrap();
    let key = location.split_once("activationKey=").unwrap().1;
    assert_eq!((status, body.as_str()), (302, ""));
    assert!(world.call("CreateAgent", order(key)).await.is_ok());
}

#[tokio::test]
async fn every_other_answer_can_be_ordered() {
    let world = World::new().await;
    for (answers, expected) in [
        (
            Answers::Error("PRIVATE_LINK_ENDPOINT_UNREACHABLE".into()),
            (200, "", "errorType=PRIVATE_LINK_ENDPOINT_UNREACHABLE"),
        ),
        (Answers::Away("http://169.254.169.254/".into()), (302, "http://169.254.169.254/", "")),
        (Answers::Junk("<html>".into()), (200, "", "<html>")),
    ] {
        let machine = world.sync.deploy_agent(answers).await.unwrap();
        let (status, location, body) = asked(&machine, PRIVATE).await.unwrap();
        assert_eq!((status, location.as_str(), body.as_str()), expected);
    }
}

#[tokio::test]
async fn a_key_makes_one_agent_within_half_an_hour_in_its_own_region() {
    let world = World::new().await;
    let spent = "The activation key is invalid, expired or was used before.";
    let (_, key) = key(&world).await;
    assert!(world.call("CreateAgent", order(&key)).await.is_ok());
    assert_eq!(world.call("CreateAgent", order(&key)).await.unwrap_err(), spent);
    let (_, late) = super::agents::key(&world).await;
    world.sync.set_quotas(Quotas { minutes_ahead: 30, ..Quotas::default() });
    assert_eq!(world.call("CreateAgent", order(&late)).await.unwrap_err(), spent);
    world.sync.set_quotas(Quotas { minutes_ahead: 29, ..Quotas::default() });
    let (machine, _) = super::agents::key(&world).await;
    let (_, _, elsewhere) = asked(&machine, &PRIVATE.replace("ap-northeast-1", "us-east-1")).await.unwrap();
    assert_eq!(world.call("CreateAgent", order(&elsewhere)).await.unwrap_err(), spent);
    let (_, fresh) = super::agents::key(&world).await;
    assert!(world.call("CreateAgent", order(&fresh)).await.is_ok());
}

#[tokio::test]
async fn a_key_for_the_public_endpoint_does_not_go_with_a_vpc_endpoint() {
    let world = World::new().await;
    let machine = world.sync.deploy_agent(Answers::PublicKey).await.unwrap();
    let (_, _, key) = asked(&machine, PRIVATE).await.unwrap();
    let said = world.call("CreateAgent", order(&key)).await.unwrap_err();
    assert!(said.contains("VPC Endpoint ID should remain unspecified for public endpoint activation key"), "{said}");
    assert_eq!(diagnosis(&said), "agent-key-for-public-endpoint");
}

#[tokio::test]
async fn what_the_caller_may_not_look_at_is_invalid_in_the_services_words() {
    let world = World::new().await;
    let endpoint = ["ec2:DescribeVpcEndpoints", "ec2:DescribeNetworkInterfaces"];
    let subnet = [endpoint.as_slice(), &["ec2:DescribeSubnets"]].concat();
    let all = [subnet.as_slice(), &["ec2:DescribeSecurityGroups"]].concat();
    let (_, key) = key(&world).await;
    let group = "agent-security-group-not-described";
    for (actions, said, id) in [
        (
            &[][..],
            format!("Private link configuration is invalid: VPC endpoint {ENDPOINT} is not valid"),
            "agent-vpc-endpoint-invalid",
        ),
        (
            &endpoint[..],
            format!("Invalid EC2 subnet, ARN: {}, reason", arn("subnet/subnet-0a1b2c3d")),
            "agent-subnet-not-described",
        ),
        (&subnet[..], format!("Invalid EC2 security group, ARN: {}, reason", arn("security-group/sg-0a1b2c3d")), group),
        // The document's own policy: its last pattern matches no action at all.
        (
            &["ec2:*VpcEndpoint*", "ec2:*NetworkInterface*", "ec2:*subnet*", "ec2:*security-group*"],
            "Invalid EC2 security group".into(),
            group,
        ),
    ] {
        let refused = as_role(&world, actions, &order(&key)).await.unwrap_err();
        assert!(refused.starts_with(&said), "{refused}");
        assert_eq!(diagnosis(&refused), id, "the person is told so: {refused}");
    }
    assert!(as_role(&world, &all, &order(&key)).await.is_ok(), "a refused call did not spend the key");
}

#[tokio::test]
async fn endpoint_subnet_and_group_go_together_and_are_held_to_the_published_constraints() {
    let world = World::new().await;
    let (_, key) = key(&world).await;
    let without = |name: &str| {
        let mut order = order(&key);
        let _ = order.as_object_mut().unwrap().remove(name);
        order
    };
    for name in ["VpcEndpointId", "SubnetArns", "SecurityGroupArns"] {
        let said = world.call("CreateAgent", without(name)).await.unwrap_err();
        assert!(said.contains("must be given together"), "{said}");
    }
    for (name, value) in [
        ("ActivationKey", json!("uabcq-0defb-lghil-aujkv-jlmnn")),
        ("VpcEndpointId", json!("vpce-1")),
        ("SubnetArns", json!(["subnet-0a1b2c3d"])),
        ("SecurityGroupArns", json!([arn("security-group/sg-0a"), arn("security-group/sg-0b")])),
    ] {
        let mut order = order(&key);
        order[name] = value;
        let said = world.call("CreateAgent", order).await.unwrap_err();
        assert!(said.contains(name), "{said}");
    }
}

#[tokio::test]
async fn an_agent_that_is_cut_off_says_so_once_and_comes_back() {
    let world = World::new().await;
    let arn = created(&world).await;
    let status = async || world.call("DescribeAgent", json!({"AgentArn": arn})).await.unwrap()["Status"].clone();
    assert!(world.sync.set_agent_online(&arn, false) && world.sync.set_agent_online(&arn, false));
    assert_eq!(status().await, "OFFLINE");
    assert!(world.sync.set_agent_online(&arn, true));
    assert_eq!(status().await, "ONLINE");
    assert_eq!(world.states_of(&arn), ["ONLINE", "OFFLINE", "ONLINE"]);
    assert!(!world.sync.set_agent_online("arn:none", true));
}

#[tokio::test]
async fn an_agent_is_cut_off_by_its_name_or_id_and_tells_it_in_the_documented_shape() {
    let world = World::new().await;
    let arn = created(&world).await;
    let id = arn.rsplit('/').next().unwrap();
    assert_eq!(world.sync.set_agents_state("nightferry-tokyo", Connection::Offline).unwrap(), [arn.clone()]);
    assert_eq!(world.sync.set_agents_state(id, Connection::Online).unwrap(), [arn.clone()]);
    assert_eq!(world.states_of(&arn), ["ONLINE", "OFFLINE", "ONLINE"]);
    assert!(world.sync.set_agents_state("nightferry-kyoto", Connection::Offline).is_err());
    let documented: Value =
        serde_json::from_str(include_str!("../../../../events/datasync-agent-offline.json")).unwrap();
    let told = world.events_of(&arn).into_iter().nth(1).unwrap();
    let members = |event: &Value| event.as_object().unwrap().keys().cloned().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(members(&told), members(&documented));
    for member in ["version", "detail-type", "source", "detail"] {
        assert_eq!(told[member], documented[member], "{member}");
    }
    let hint = nightferry_domain::state_change::read(&told, ACCOUNT, REGION);
    assert_eq!(hint, nightferry_domain::state_change::Hint::LookAtAgent(arn.parse().unwrap()));
}

#[tokio::test]
async fn an_agent_is_renamed_tagged_and_deleted() {
    let world = World::new().await;
    let arn = created(&world).await;
    let _ = world.call("UpdateAgent", json!({"AgentArn": arn, "Name": "osaka"})).await.unwrap();
    assert_eq!(world.call("DescribeAgent", json!({"AgentArn": arn})).await.unwrap()["Name"], "osaka");
    let tags = json!({"ResourceArn": arn, "Tags": [{"Key": "a", "Value": "b"}]});
    assert!(world.call("TagResource", tags).await.is_ok());
    assert!(world.call("DeleteAgent", json!({"AgentArn": arn})).await.is_ok());
    assert!(world.call("DescribeAgent", json!({"AgentArn": arn})).await.unwrap_err().contains("is not found"));
    assert_eq!(world.call("ListAgents", json!({})).await.unwrap()["Agents"], json!([]));
}
