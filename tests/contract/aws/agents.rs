//! An agent of our DataSync: deployed, asked for its key, made, cut off; and what its own event leads to.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use hyper::Method;
use nightferry_aws::AwsWorld;
use nightferry_aws::agents::DataSyncAgents;
use nightferry_aws::records::{CURRENT_PLAN_KEY, CurrentPlan};
use nightferry_domain::ids::AgentArn;
use nightferry_domain::job_spec::{DeployedPlan, Work};
use nightferry_domain::place::Place;
use nightferry_domain::provision::deployed;
use nightferry_domain::state_change;
use nightferry_local::datasync::{Answers, Connection};
use nightferry_local::upstream::{Ask, s3};
use nightferry_simulation::fake::{Fake, spec};
use nightferry_workflow::World as _;
use nightferry_workflow::record_state::{Recorded, record_state};
use nightferry_workflow::watch_agent::Watched;
use serde_json::{Value, json};

use super::local::{caller, local, stack};
use crate::notices::Bench as _;
use crate::{agent_states, things};

/// The agent.
pub(crate) struct Agent {
    world: AwsWorld,
    /// Its plan's. The stack's own is other checks' too, each with a plan of its own.
    records_bucket: String,
    arn: AgentArn,
    name: String,
}

pub(crate) async fn agent() -> Agent {
    let name = format!("contract-agent-{}", things::number());
    let machine = local().await.admin().deploy_agent(&Answers::Key).await.unwrap();
    let key = key(&format!("{}:{}", machine.address, machine.port));
    let made = ask("CreateAgent", &json!({"ActivationKey": key, "AgentName": name})).await;
    s3::create_bucket(&local().await.aws(), &name).await.unwrap();
    let place = Place { records_bucket: name.clone(), ..Place::of(stack()) };
    let world = AwsWorld::connect(&caller().await.1, place);
    Agent { world, records_bucket: name.clone(), arn: made["AgentArn"].as_str().unwrap().parse().unwrap(), name }
}

/// For the public endpoint: what lies between an agent and a VPC is no part of these checks.
fn key(address: &str) -> String {
    let mut connection = TcpStream::connect(address).unwrap();
    let path = "/?gatewayType=SYNC&activationRegion=ap-northeast-1&no_redirect";
    write!(connection, "GET {path} HTTP/1.1\r\nHost: agent\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    let _ = connection.read_to_string(&mut answer).unwrap();
    answer.lines().last().unwrap().to_owned()
}

async fn ask(operation: &str, body: &Value) -> Value {
    super::local::json("datasync", "1.1", &format!("FmrsService.{operation}"), body).await
}

impl Agent {
    async fn becomes(&self, state: Connection) {
        let arns = local().await.admin().set_agents_state(&self.name, state).await.unwrap();
        assert_eq!(arns, [self.arn.to_string()]);
    }

    /// The agent's own event of this state, as EventBridge would deliver it.
    async fn event(&self, state: &str) -> Value {
        loop {
            let told = local().await.admin().events().await.unwrap().deliveries;
            let is_it = |event: &Value| event["resources"][0] == self.arn.as_str() && event["detail"]["State"] == state;
            if let Some(delivery) = told.into_iter().find(|delivery| is_it(&delivery.event)) {
                return delivery.event;
            }
            super::local::look_again().await;
        }
    }

    /// What record-state does with that event.
    async fn hears(&self, event: &Value) -> Recorded {
        let hint = state_change::read(event, &stack().account, &stack().region);
        record_state(&self.world, &stack().name, hint).await.unwrap()
    }

    /// A plan whose one job goes through the agent.
    async fn is_used(&self) {
        let mut plan = Fake::with_plan(vec![spec("home")]).state.borrow().plan.clone().unwrap();
        let Work::DataSync(transfer) = &mut plan.jobs[0].work else { panic!("a DataSync job") };
        transfer.agent = Some(self.name.clone());
        let key = deployed::key(&plan);
        self.put(&key, &plan).await;
        self.put(CURRENT_PLAN_KEY, &CurrentPlan { key }).await;
        let (_, read): (_, DeployedPlan) =
            nightferry_workflow::ports::Records::current_plan(self.world.records()).await.unwrap();
        assert_eq!(read, plan);
    }

    async fn put(&self, key: &str, document: &impl serde::Serialize) {
        let ask = Ask::new(Method::PUT, "s3", format!("/{}/{key}", self.records_bucket));
        let _ = local().await.aws().read(ask.body(serde_json::to_vec(document).unwrap())).await.unwrap();
    }
}

impl agent_states::Bench for Agent {
    type Port = DataSyncAgents;

    fn port(&self) -> &DataSyncAgents {
        self.world.agent_states()
    }

    fn arn(&self) -> &AgentArn {
        &self.arn
    }

    fn name(&self) -> &str {
        &self.name
    }

    async fn is_cut_off(&self) {
        self.becomes(Connection::Offline).await;
    }

    async fn is_deleted(&self) {
        let _ = ask("DeleteAgent", &json!({"AgentArn": self.arn})).await;
    }
}

#[tokio::test]
async fn an_agent_that_is_cut_off_is_told_by_its_own_event() {
    let (agent, inbox) = (agent().await, super::notices().await);
    let unused = agent.hears(&agent.event("ONLINE").await).await;
    assert!(matches!(unused, Recorded::Agent(Watched::Unneeded)), "{unused:?}");
    agent.is_used().await;
    agent.becomes(Connection::Offline).await;
    let gone = agent.event("OFFLINE").await;
    assert_eq!(agent.hears(&gone).await, Recorded::Agent(Watched::Told { is_online: false }));
    assert_eq!(agent.hears(&gone).await, Recorded::Agent(Watched::Unchanged));
    let told = inbox.arrive(&format!("[Nightferry] agent {} is OFFLINE: 1 job at risk", agent.name), 1).await;
    assert!(told[0].contains("  home, next run "), "{}", told[0]);
    agent.becomes(Connection::Online).await;
    assert_eq!(
        agent.hears(&gone).await,
        Recorded::Agent(Watched::Told { is_online: true }),
        "a late event, a new state"
    );
    assert_eq!(agent.hears(&agent.event("ONLINE").await).await, Recorded::Agent(Watched::Unchanged));
    let _ = inbox.arrive(&format!("[Nightferry] agent {} is ONLINE again", agent.name), 1).await;
}
