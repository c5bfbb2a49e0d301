//! An activation in a world of its own: run again, run twice, cut off at each of its calls.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use jiff::{SignedDuration, Timestamp};
use nightferry_domain::agent::activation::{AgentSeen, LinkSeen, Order};
use nightferry_domain::agent::{ActivationKey, ActivationRequest, AgentAddress, KeyRefused, Stage, Written, address};

use super::*;
use crate::error::PortError;
use crate::ports::Clock;

const KEY: &str = "UABCQ-0DEFB-LGHIL-AUJKV-JLMNN";

/// What `create` does with the call.
#[derive(Debug, Clone, Default)]
enum Create {
    #[default]
    Works,
    /// Carried out, the reply lost.
    LosesReply,
    Refuses(&'static str),
}

#[derive(Debug, Default)]
struct Small {
    agents: RefCell<Vec<AgentSeen>>,
    create: Create,
    /// Looks until a made agent is ONLINE.
    looks_until_online: Cell<u32>,
    keys_given: Cell<u32>,
    secs: Cell<i64>,
    /// How long the agent takes for its key.
    key_secs: i64,
}

impl Agents for Small {
    async fn named(&self, name: &str) -> Result<Vec<AgentSeen>, PortError> {
        Ok(self.agents.borrow().iter().filter(|agent| agent.name == name).cloned().collect())
    }

    async fn described(&self, arn: &str) -> Result<AgentSeen, PortError> {
        let mut agents = self.agents.borrow_mut();
        let seen = agents.iter_mut().find(|agent| agent.arn == arn).unwrap();
        match self.looks_until_online.get() {
            0 => seen.status = "ONLINE".into(),
            left => self.looks_until_online.set(left - 1),
        }
        Ok(seen.clone())
    }

    async fn create(&self, order: &Order, key: &ActivationKey) -> Result<String, PortError> {
        assert_eq!(key.reveal(), KEY);
        if let Create::Refuses(message) = self.create {
            let (service, operation, code) = ("DataSync", "CreateAgent", "InvalidRequestException".to_owned());
            return Err(PortError::Rejected { service, operation, code, message: message.into() });
        }
        self.agents.borrow_mut().push(seen(order, "OFFLINE"));
        match self.create {
            Create::LosesReply => {
                Err(PortError::Ambiguous { service: "DataSync", operation: "CreateAgent", code: "broke".into() })
            }
            Create::Works | Create::Refuses(_) => Ok("arn:agent".into()),
        }
    }

    async fn delete(&self, arn: &str) -> Result<(), PortError> {
        self.agents.borrow_mut().retain(|agent| agent.arn != arn);
        Ok(())
    }
}

impl AgentKeys for Small {
    async fn key(&self, address: AgentAddress, _: &ActivationRequest) -> Result<ActivationKey, KeyRefused> {
        self.keys_given.set(self.keys_given.get() + 1);
        self.secs.set(self.secs.get() + self.key_secs);
        // An agent that was activated has closed its port.
        if self.agents.borrow().is_empty() {
            Ok(ActivationKey::read(KEY).unwrap())
        } else {
            Err(KeyRefused::NotListening { address, said: "connection refused".into() })
        }
    }
}

impl Clock for Small {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(self.secs.get())
    }
}

impl Pause for Small {
    async fn pause(&self, secs: u64) {
        self.secs.set(self.secs.get() + i64::try_from(secs).unwrap());
    }
}

fn order() -> Order {
    Order {
        name: "nightferry-tokyo".into(),
        vpc_endpoint: "vpce-0123456789abcdef0".into(),
        subnet: "arn:aws:ec2:ap-northeast-1:123456789012:subnet/subnet-0a1b2c3d".into(),
        security_group: "arn:aws:ec2:ap-northeast-1:123456789012:security-group/sg-0a1b2c3d".into(),
    }
}

fn seen(order: &Order, status: &str) -> AgentSeen {
    AgentSeen {
        arn: "arn:agent".into(),
        name: order.name.clone(),
        status: status.into(),
        link: Some(LinkSeen {
            vpc_endpoint: order.vpc_endpoint.clone(),
            subnets: vec![order.subnet.clone()],
            security_groups: vec![order.security_group.clone()],
        }),
    }
}

/// Nothing in this world ever waits.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    let Poll::Ready(done) = pin!(future).poll(&mut Context::from_waker(Waker::noop())) else { panic!("it waits") };
    done
}

fn run(world: &Small, told: &mut Vec<Progress>) -> Result<Activated, ActivateError> {
    let Ok(Written::Address(address)) = address::read("10.0.0.5", Stage::Production) else { panic!("no address") };
    let request =
        ActivationRequest { region: "ap-northeast-1".into(), private_link_endpoint: "10.0.1.4".parse().unwrap() };
    let question = async || Ok((address, request));
    at_once(activate(world, &order(), question, &mut |progress| told.push(progress)))
}

fn cause_of(outcome: Result<Activated, ActivateError>) -> String {
    let Err(ActivateError::Refused(cause)) = outcome else { panic!("{outcome:?}") };
    cause.id
}

#[test]
fn an_agent_is_asked_made_and_waited_for() {
    let world = Small { looks_until_online: Cell::new(2), ..Small::default() };
    let mut told = vec![];
    assert_eq!(run(&world, &mut told), Ok(Activated { arn: "arn:agent".into(), is_new: true }));
    let waits = told.iter().filter(|progress| matches!(progress, Progress::Waiting { .. })).count();
    assert_eq!((&told[..2], waits), (&[Progress::Asking, Progress::Making][..], 2));
}

#[test]
fn activated_again_it_finds_the_agent_and_asks_nobody() {
    let world = Small::default();
    let _ = run(&world, &mut vec![]).unwrap();
    assert_eq!(run(&world, &mut vec![]), Ok(Activated { arn: "arn:agent".into(), is_new: false }));
    assert_eq!((world.keys_given.get(), world.agents.borrow().len()), (1, 1));
}

#[test]
fn a_half_done_activation_goes_on_where_it_was() {
    let world = Small { agents: RefCell::new(vec![seen(&order(), "OFFLINE")]), ..Small::default() };
    assert_eq!(run(&world, &mut vec![]), Ok(Activated { arn: "arn:agent".into(), is_new: false }));
    assert_eq!(world.keys_given.get(), 0);
}

#[test]
fn a_lost_reply_is_no_second_agent() {
    let world = Small { create: Create::LosesReply, ..Small::default() };
    assert_eq!(run(&world, &mut vec![]), Ok(Activated { arn: "arn:agent".into(), is_new: true }));
    assert_eq!(world.agents.borrow().len(), 1);
}

#[test]
fn what_create_agent_says_is_told_by_its_entry() {
    for (words, id) in [
        ("Invalid EC2 subnet, ARN: x, reason: invalid subnet, StatusCode: 403", "agent-subnet-not-described"),
        ("Invalid EC2 security group, ARN: x, StatusCode: 403", "agent-security-group-not-described"),
        ("Private link configuration is invalid: VPC endpoint vpce-0 is not valid", "agent-vpc-endpoint-invalid"),
        (
            "Private link configuration is invalid: VPC Endpoint ID should remain unspecified for public endpoint activation key.",
            "agent-key-for-public-endpoint",
        ),
    ] {
        let world = Small { create: Create::Refuses(words), ..Small::default() };
        assert_eq!(cause_of(run(&world, &mut vec![])), id);
    }
    let world = Small { create: Create::Refuses("The moon is in the way"), ..Small::default() };
    assert!(matches!(run(&world, &mut vec![]), Err(ActivateError::Port(PortError::Rejected { .. }))));
}

#[test]
fn another_agent_under_the_name_stops_it_before_anything_is_asked() {
    let other = AgentSeen { link: None, ..seen(&order(), "ONLINE") };
    let world = Small { agents: RefCell::new(vec![other]), ..Small::default() };
    assert_eq!(cause_of(run(&world, &mut vec![])), "agent-otherwise-activated");
    assert_eq!(world.keys_given.get(), 0);
}

#[test]
fn a_key_that_came_too_late_is_not_spent() {
    let world = Small { key_secs: 1800, ..Small::default() };
    assert_eq!(cause_of(run(&world, &mut vec![])), "agent-key-expired");
    assert!(world.agents.borrow().is_empty());
}

#[test]
fn an_agent_that_stays_offline_is_waited_for_within_a_bound() {
    let world = Small { looks_until_online: Cell::new(u32::MAX), ..Small::default() };
    assert_eq!(cause_of(run(&world, &mut vec![])), "agent-stays-offline");
    assert_eq!(world.secs.get(), 600);
}
