//! A typed client of the front door's admin endpoint.

use anyhow::{Context as _, bail};
use bytes::Bytes;
use hyper::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    backup, batch,
    datasync::{Answers, Connection, Machine, Quotas},
    front_door::{
        CallFault, Calls, Deliveries, Delivery, EventFault, Fault, Fired, Firing, Killed, OrderedFault, Outage,
        Restarted, Status, Used,
    },
    scene::file_systems::{FileSystem, WantedFileSystem},
    scene::server_room::WantedServer,
    wire,
};

/// The client. Each method fails when the local AWS is gone or refuses, with its words.
#[derive(Debug, Clone)]
pub struct Admin {
    endpoint: String,
}

impl Admin {
    /// Of the front door at `endpoint`.
    #[must_use]
    pub fn new(endpoint: &str) -> Self {
        Self { endpoint: endpoint.trim_end_matches('/').to_owned() }
    }

    /// How it is.
    pub async fn status(&self) -> anyhow::Result<Status> {
        self.get("status").await
    }

    /// Every call since the record was cleared.
    pub async fn calls(&self) -> anyhow::Result<Calls> {
        self.get("calls").await
    }

    /// Clears the record of calls.
    pub async fn clear_calls(&self) -> anyhow::Result<()> {
        self.delete("calls").await
    }

    /// What services did under the roles that they were given, since that record was cleared.
    pub async fn accesses(&self) -> anyhow::Result<Vec<Used>> {
        self.get("accesses").await
    }

    /// Clears that record.
    pub async fn clear_accesses(&self) -> anyhow::Result<()> {
        self.delete("accesses").await
    }

    /// Orders a fault of calls.
    pub async fn break_calls(&self, fault: CallFault) -> anyhow::Result<OrderedFault> {
        self.post("faults", &Fault::Call(fault)).await
    }

    /// Orders a fault of events.
    pub async fn break_events(&self, fault: EventFault) -> anyhow::Result<OrderedFault> {
        self.post("faults", &Fault::Event(fault)).await
    }

    /// The ordered faults with their counters.
    pub async fn faults(&self) -> anyhow::Result<Vec<OrderedFault>> {
        self.get("faults").await
    }

    /// Calls all faults off.
    pub async fn clear_faults(&self) -> anyhow::Result<()> {
        self.delete("faults").await
    }

    /// What became of the events.
    pub async fn events(&self) -> anyhow::Result<Deliveries> {
        self.get("events").await
    }

    /// Clears the record of events.
    pub async fn clear_events(&self) -> anyhow::Result<()> {
        self.delete("events").await
    }

    /// Delivers an event as it is, to whoever has a rule for it.
    pub async fn deliver(&self, event: &Value) -> anyhow::Result<Delivery> {
        self.post("events", event).await
    }

    /// Emits an event as a stand-in would: in its turn, and with whatever is ordered for it. Returns before it is delivered.
    pub async fn emit(&self, event: &Value) -> anyhow::Result<()> {
        self.post::<Value>("events/emit", event).await.map(drop)
    }

    /// Fires a schedule.
    pub async fn fire(&self, group: &str, name: &str, firing: &Firing) -> anyhow::Result<Fired> {
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        self.post(&format!("schedules/{}/{}/fire", encoded(group), encoded(name)), firing).await
    }

    /// Makes a directory of this machine a file system.
    pub async fn file_system(&self, path: impl Into<std::path::PathBuf>) -> anyhow::Result<FileSystem> {
        self.post("file-systems", &WantedFileSystem { path: path.into() }).await
    }

    /// Makes a directory of this machine a file server of this name, for NFS and SMB alike.
    pub async fn file_server(&self, server: &str, path: &std::path::Path) -> anyhow::Result<()> {
        let wanted = WantedServer { server: server.to_owned(), path: path.to_owned() };
        self.post::<Value>("file-servers", &wanted).await.map(drop)
    }

    /// Sets the DataSync stand-in's faults, a document in its own terms; an empty one ends them.
    pub async fn break_datasync(&self, faults: &Value) -> anyhow::Result<()> {
        self.post::<Value>("datasync/faults", faults).await.map(drop)
    }

    /// Deploys an agent that gives keys on a loopback port.
    pub async fn deploy_agent(&self, answers: &Answers) -> anyhow::Result<Machine> {
        self.post("datasync/agents", answers).await
    }

    /// Connects the agents of this name or id, or cuts them off; their ARNs.
    pub async fn set_agents_state(&self, name: &str, state: Connection) -> anyhow::Result<Vec<String>> {
        self.post(&format!("datasync/agents/{name}/state"), &state).await
    }

    /// Sets the AWS Backup stand-in's faults; the default ends them.
    pub async fn break_backup(&self, faults: &backup::Faults) -> anyhow::Result<()> {
        self.post::<Value>("backup/faults", faults).await.map(drop)
    }

    /// Sets how long the AWS Backup stand-in's jobs take.
    pub async fn set_backup_pace(&self, pace: backup::Pace) -> anyhow::Result<()> {
        self.post::<Value>("backup/pace", &pace).await.map(drop)
    }

    /// Fires every rule of a backup plan, as its schedule would.
    pub async fn fire_backup_plan(&self, id: &str) -> anyhow::Result<backup::FiredPlan> {
        self.post(&format!("backup/plans/{id}/fire"), &Value::Null).await
    }

    /// Fires a restore testing plan, as its schedule would.
    pub async fn fire_restore_test(&self, name: &str) -> anyhow::Result<backup::FiredTest> {
        self.post(&format!("backup/tests/{name}/fire"), &Value::Null).await
    }

    /// Moves the time that the AWS Backup stand-in lives in. What falls due by that is done when this returns.
    pub async fn move_backup_clock(&self, tick: backup::Tick) -> anyhow::Result<()> {
        self.post::<Value>("backup/clock", &tick).await.map(drop)
    }

    /// Sets the S3 Batch Operations stand-in's faults; the default ends them.
    pub async fn break_batch(&self, faults: &batch::Faults) -> anyhow::Result<()> {
        self.post::<Value>("batch/faults", faults).await.map(drop)
    }

    /// Sets the S3 Batch Operations stand-in's limits and switches.
    pub async fn set_batch_quotas(&self, quotas: batch::Quotas) -> anyhow::Result<()> {
        self.post::<Value>("batch/quotas", &quotas).await.map(drop)
    }

    /// Restarts `MiniStack` or `moto`, and returns once it answers again. moto forgets every execution; MiniStack finds everything again, and only a
    /// durable local AWS restarts it.
    pub async fn restart(&self, emulator: &str) -> anyhow::Result<Restarted> {
        self.post(&format!("emulators/{emulator}/restart"), &Value::Null).await
    }

    /// Cuts every connection to the front door and closes its port for a while; it comes back with everything it knew. Returns as soon as it has heard.
    pub async fn cut_off(&self, outage: Outage) -> anyhow::Result<()> {
        self.post::<Value>("front-door/restart", &outage).await.map(drop)
    }

    /// Kills (SIGKILL) every process of a deployed function, whatever it is doing.
    pub async fn kill_function(&self, name: &str) -> anyhow::Result<Killed> {
        self.post(&format!("functions/{name}/kill"), &Value::Null).await
    }

    /// Sets the DataSync stand-in's quotas, as AWS does on request.
    pub async fn set_datasync_quotas(&self, quotas: Quotas) -> anyhow::Result<()> {
        self.post::<Value>("datasync/quotas", &quotas).await.map(drop)
    }

    /// Ends the local AWS. Returns as soon as it has heard.
    pub async fn stop(&self) -> anyhow::Result<()> {
        self.post::<Value>("stop", &Value::Null).await.map(drop)
    }

    async fn get<T: for<'a> Deserialize<'a>>(&self, path: &str) -> anyhow::Result<T> {
        self.call(Method::GET, path, Bytes::new()).await
    }

    async fn delete(&self, path: &str) -> anyhow::Result<()> {
        self.call::<Value>(Method::DELETE, path, Bytes::new()).await.map(drop)
    }

    async fn post<T: for<'a> Deserialize<'a>>(&self, path: &str, document: &impl Serialize) -> anyhow::Result<T> {
        self.call(Method::POST, path, Bytes::from(serde_json::to_vec(document)?)).await
    }

    async fn call<T: for<'a> Deserialize<'a>>(&self, method: Method, path: &str, body: Bytes) -> anyhow::Result<T> {
        let url = format!("{}/_local/{path}", self.endpoint);
        let (status, body) = wire::send(method, &url, body)
            .await
            .context("the local AWS is not running: `nightferry local up` starts it")?;
        if !status.is_success() {
            bail!("the local AWS refused {path} ({status}): {}", String::from_utf8_lossy(&body));
        }
        serde_json::from_slice(&body).with_context(|| format!("the answer to {path} does not read"))
    }
}
