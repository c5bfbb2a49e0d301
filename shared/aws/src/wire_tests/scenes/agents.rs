//! What the activation of an agent asks.

use nightferry_domain::agent::ActivationKey;
use nightferry_domain::agent::activation::Order;
use nightferry_workflow::agents::Agents as _;

use super::{Scene, scene};
use crate::agents::DataSyncAgents;
use crate::ec2::network::Ec2Network;
use crate::wire_tests::fixture::{AGENT, agent};

scene!(AGENTS_NAMED, |config| DataSyncAgents::new(&config).named("osaka").await);
scene!(DESCRIBE_AGENT, |config| DataSyncAgents::new(&config).described(AGENT).await);
scene!(CREATE_AGENT, |config| DataSyncAgents::new(&config).create(&order(), &key()).await);
scene!(DELETE_AGENT, |config| DataSyncAgents::new(&config).delete(AGENT).await);
scene!(AGENT_NETWORK, |config| Ec2Network::new(&config).facts(&agent(), vec![]).await);

/// All of them.
pub(super) const AGENT_SCENES: &[Scene] = &[AGENTS_NAMED, DESCRIBE_AGENT, CREATE_AGENT, DELETE_AGENT, AGENT_NETWORK];

fn order() -> Order {
    Order {
        name: "osaka".into(),
        vpc_endpoint: agent().vpc_endpoint.as_str().to_owned(),
        subnet: "arn:aws:ec2:ap-northeast-1:123456789012:subnet/subnet-0a1b2c3d".into(),
        security_group: "arn:aws:ec2:ap-northeast-1:123456789012:security-group/sg-0a1b2c3d".into(),
    }
}

fn key() -> ActivationKey {
    ActivationKey::read("AAAAA-BBBBB-CCCCC-DDDDD-EEEEE").unwrap()
}
