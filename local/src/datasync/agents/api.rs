//! `CreateAgent` and the calls about what it made.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Agent, Answers, Link, Machine, rights};
use crate::datasync::paging::page;
use crate::datasync::record::{Task, put, seconds};
use crate::datasync::refusal::Refusal;
use crate::datasync::store::{own, text};
use crate::datasync::{DataSync, ids, tags};
use crate::stand_in::Call;

/// Version of the agents' software.
const PLATFORM: &str = "2.0.1698945600.1";

/// Whether DataSync hears of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Connection {
    /// It does.
    Online,
    /// It does not.
    Offline,
}

impl DataSync {
    /// Sets up an agent's machine on a loopback port.
    pub async fn deploy_agent(&self, answers: Answers) -> std::io::Result<Machine> {
        self.premises.deploy(answers).await
    }

    /// Connects an agent, or cuts it off. Whether there is one.
    pub fn set_agent_online(&self, arn: &str, is_online: bool) -> bool {
        let mut tables = self.store.open();
        let Some(agent) = tables.agents.get_mut(arn) else { return false };
        let has_changed = agent.is_online != is_online;
        agent.is_online = is_online;
        if is_online {
            agent.heard = Timestamp::now();
        }
        let through = |task: &&Task| tables.agents_of(task).contains(arn);
        let tasks: Vec<String> = tables.tasks.values().filter(through).map(|task| task.arn.clone()).collect();
        let told: Vec<_> = tasks.iter().map(|task| (task.clone(), tables.task_status(task))).collect();
        drop(tables);
        if has_changed {
            self.tell_agent(arn, status(is_online));
            for (task, status) in &told {
                self.tell_task(task, status);
            }
            self.connections.send_modify(|count| *count = count.wrapping_add(1));
        }
        true
    }

    /// Connects the agents that are called so, or have this id, or cuts them off; their ARNs. The name is the caller's, in
    /// whatever account and Region.
    pub fn set_agents_state(&self, name: &str, state: Connection) -> anyhow::Result<Vec<String>> {
        let is_meant = |agent: &&Agent| agent.name == name || agent.arn.ends_with(&format!(":agent/{name}"));
        let arns: Vec<String> = self.store.open().agents.values().filter(is_meant).map(|it| it.arn.clone()).collect();
        anyhow::ensure!(!arns.is_empty(), "there is no agent {name}");
        for arn in &arns {
            let _ = self.set_agent_online(arn, state == Connection::Online);
        }
        Ok(arns)
    }

    /// The time that agents' keys live in.
    fn agents_now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.checked_add(self.quotas().minutes_ahead.minutes()).unwrap_or(now)
    }
}

fn status(is_online: bool) -> &'static str {
    if is_online { "ONLINE" } else { "OFFLINE" }
}

/// `CreateAgent`: spends the key, and comes online at once.
pub(in crate::datasync) async fn create(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let mut link = link(request)?;
    if let Some(link) = &link {
        rights::check(&sync.upstream_of(&link.subnet), call, link).await?;
    }
    let spent = sync.premises.spend(text(request, "ActivationKey"), &call.region, sync.agents_now());
    let given = spent.ok_or_else(|| Refusal::invalid("The activation key is invalid, expired or was used before."))?;
    match (&mut link, given.endpoint) {
        (Some(_), None) => {
            let said = "Private link configuration is invalid: VPC Endpoint ID should remain unspecified for public endpoint activation key.";
            return Err(Refusal::invalid(said));
        }
        (None, Some(_)) => {
            let said = "Private link configuration is invalid: VPC Endpoint ID is required for a private endpoint activation key.";
            return Err(Refusal::invalid(said));
        }
        (Some(link), Some(address)) => link.address = address,
        (None, None) => {}
    }
    let arn = format!("arn:aws:datasync:{}:{}:agent/{}", call.region, call.account, ids::fresh("agent"));
    let name = text(request, "AgentName").to_owned();
    let now = Timestamp::now();
    let agent = Agent { arn: arn.clone(), name, created: now, heard: now, is_online: true, link };
    let mut tables = sync.store.open();
    let _ = tables.tags.insert(arn.clone(), tags::given(request));
    let _ = tables.agents.insert(arn.clone(), agent);
    drop(tables);
    sync.premises.close(given.port);
    sync.tell_agent(&arn, status(true));
    Ok(json!({"AgentArn": arn}))
}

/// All three members of a VPC endpoint, or none.
fn link(request: &Value) -> Result<Option<Link>, Refusal> {
    let first = |name: &str| request.get(name)?.as_array()?.first()?.as_str().map(str::to_owned);
    let endpoint = request.get("VpcEndpointId").and_then(Value::as_str).map(str::to_owned);
    match (endpoint, first("SubnetArns"), first("SecurityGroupArns")) {
        (Some(endpoint), Some(subnet), Some(group)) => {
            Ok(Some(Link { endpoint, address: String::new(), subnet, group }))
        }
        (None, None, None) => Ok(None),
        _ => Err(Refusal::invalid(
            "Private link configuration is invalid: VPC endpoint, subnet and security group must be given together.",
        )),
    }
}

/// `DescribeAgent`.
pub(in crate::datasync) fn describe(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let arn = own(call, request, "AgentArn")?;
    let tables = sync.store.open();
    let agent = tables.agent(arn)?;
    let mut shown = json!({
        "AgentArn": agent.arn, "Name": agent.name, "Status": status(agent.is_online),
        "CreationTime": seconds(agent.created), "LastConnectionTime": seconds(agent.heard),
        "EndpointType": if agent.link.is_some() { "PRIVATE_LINK" } else { "PUBLIC" },
        "Platform": {"Version": PLATFORM},
    });
    if let Some(link) = &agent.link {
        let config = json!({
            "VpcEndpointId": link.endpoint, "PrivateLinkEndpoint": link.address,
            "SubnetArns": [link.subnet], "SecurityGroupArns": [link.group],
        });
        put(&mut shown, "PrivateLinkConfig", config);
    }
    Ok(shown)
}

/// `ListAgents`.
pub(in crate::datasync) fn list(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let tables = sync.store.open();
    let home = format!("arn:aws:datasync:{}:{}:", call.region, call.account);
    let mine = tables.agents.values().filter(|agent| agent.arn.starts_with(&home));
    let entry = |agent: &Agent| {
        json!({
            "AgentArn": agent.arn, "Name": agent.name, "Status": status(agent.is_online), "Platform": {"Version": PLATFORM},
        })
    };
    let (listed, next) = page(mine.map(entry).collect(), request)?;
    let mut answer = json!({"Agents": listed});
    if let Some(next) = next {
        put(&mut answer, "NextToken", json!(next));
    }
    Ok(answer)
}

/// `UpdateAgent`: its name.
pub(in crate::datasync) fn update(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let arn = own(call, request, "AgentArn")?;
    let mut tables = sync.store.open();
    let _ = tables.agent(arn)?;
    if let (Some(agent), Some(name)) = (tables.agents.get_mut(arn), request.get("Name").and_then(Value::as_str)) {
        name.clone_into(&mut agent.name);
    }
    Ok(json!({}))
}

/// `DeleteAgent`: for good. The machine does not open its port again.
pub(in crate::datasync) fn delete(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let arn = own(call, request, "AgentArn")?;
    let mut tables = sync.store.open();
    let _ = tables.agent(arn)?;
    let _ = (tables.agents.remove(arn), tables.tags.remove(arn));
    Ok(json!({}))
}
