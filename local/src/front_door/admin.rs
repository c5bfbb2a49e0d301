//! The admin endpoint, under a path that no AWS service has: what happened, what is to happen, and the end.

use std::{path::PathBuf, sync::Arc};

use http_body_util::BodyExt as _;
use hyper::{Method, Request, Response, body::Incoming, header};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Deliveries, FrontDoor,
    outage::Outage,
    reply::{self, Body},
    schedules, upheaval,
};
use crate::{
    scene::{file_systems, server_room},
    stand_in::EventSink as _,
};

/// Where it lives.
pub(super) const PREFIX: &str = "/_local/";

/// What `GET /_local/status` answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Twelve digits.
    pub account: String,
    /// For example `ap-northeast-1`.
    pub region: String,
    /// The stack whose functions are decided by their roles.
    pub stack: String,
    /// Where the logs are.
    pub dir: PathBuf,
    /// The emulators.
    pub emulators: Vec<EmulatorStatus>,
    /// Calls since the record was last cleared.
    pub calls: u64,
    /// Counters of events; the deliveries themselves are left out.
    pub events: Deliveries,
}

/// One emulator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmulatorStatus {
    /// What people call it.
    pub name: String,
    /// Its process.
    pub pid: u32,
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    /// What to tell a person when it has ended.
    pub death: Option<String>,
}

/// Answers a request of the admin endpoint.
pub(super) async fn answer(door: &Arc<FrontDoor>, request: Request<Incoming>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    // Only a browser says where its page is from, and no page has any business here.
    if parts.headers.contains_key(header::ORIGIN) {
        return refused(403, "the admin endpoint does not answer web pages");
    }
    let body = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => return refused(400, &format!("the request broke off: {error}")),
    };
    let path = parts.uri.path().trim_start_matches(PREFIX).to_owned();
    let segments: Vec<&str> = path.split('/').collect();
    match (&parts.method, segments.as_slice()) {
        (&Method::GET, ["status"]) => reply::document(200, &status(door)),
        (&Method::GET, ["calls"]) => reply::document(200, &door.record.all()),
        (&Method::GET, ["accesses"]) => reply::document(200, &door.accesses.all()),
        (&Method::DELETE, ["accesses"]) => cleared(|| door.accesses.clear()),
        (&Method::DELETE, ["calls"]) => cleared(|| door.record.clear()),
        (&Method::GET, ["faults"]) => reply::document(200, &door.faults.all()),
        (&Method::DELETE, ["faults"]) => cleared(|| door.faults.clear()),
        (&Method::POST, ["faults"]) => read(&body, |fault| reply::document(201, &door.faults.order(fault))),
        (&Method::GET, ["events"]) => reply::document(200, &door.events.all()),
        (&Method::DELETE, ["events"]) => cleared(|| door.events.clear()),
        (&Method::POST, ["stop"]) => cleared(|| door.stop.notify_one()),
        (&Method::POST, rest) => acted(door, rest, &body).await,
        _ => refused(404, &format!("the admin endpoint has no {} {}", parts.method, parts.uri.path())),
    }
}

/// What takes a while.
async fn acted(door: &Arc<FrontDoor>, segments: &[&str], body: &[u8]) -> Response<Body> {
    match segments {
        ["events"] => match parsed::<Value>(body) {
            Ok(event) => reply::document(200, &door.events.deliver(event, None).await),
            Err(refusal) => *refusal,
        },
        ["events", "emit"] => match parsed(body) {
            Ok(event) => cleared(|| door.events.emit(event)),
            Err(refusal) => *refusal,
        },
        ["schedules", group, name, "fire"] => match parsed(body) {
            Ok(firing) => told(schedules::fire(door, &plain(group), &plain(name), &firing).await),
            Err(refusal) => *refusal,
        },
        ["file-systems"] => match parsed(body) {
            Ok(wanted) => told(file_systems::make(door, wanted).await),
            Err(refusal) => *refusal,
        },
        ["file-servers"] => read(body, |wanted| told(server_room::register(door, wanted))),
        ["backup", rest @ ..] => backups(door, rest, body).await,
        ["batch", "quotas"] => read(body, |quotas| cleared(|| door.batch.set_quotas(quotas))),
        ["batch", "faults"] => read(body, |faults| cleared(|| door.batch.set_faults(faults))),
        ["datasync", rest @ ..] => datasync(door, rest, body).await,
        ["emulators", name, "restart"] => told(upheaval::restart(door, name).await),
        ["functions", name, "kill"] => reply::document(200, &upheaval::kill(door, name)),
        ["front-door", "restart"] => match parsed::<Outage>(body) {
            Ok(outage) => cleared(|| {
                // Without a listener there is nobody who could have asked.
                let _ = door.outage.send(outage);
            }),
            Err(refusal) => *refusal,
        },
        _ => refused(404, &format!("the admin endpoint has no POST {PREFIX}{}", segments.join("/"))),
    }
}

/// What is ordered of the AWS Backup stand-in.
async fn backups(door: &Arc<FrontDoor>, segments: &[&str], body: &[u8]) -> Response<Body> {
    match segments {
        ["faults"] => read(body, |faults| cleared(|| door.backup.set_faults(faults))),
        ["pace"] => read(body, |pace| cleared(|| door.backup.set_pace(pace))),
        ["clock"] => match parsed(body) {
            Ok(tick) => {
                door.backup.set_clock(tick).await;
                reply::document(200, &json!({}))
            }
            Err(refusal) => *refusal,
        },
        ["tests", name, "fire"] => told(door.backup.fire_test_plan(name)),
        ["plans", id, "fire"] => told(door.backup.fire_plan(id).await),
        _ => refused(404, &format!("the admin endpoint has no POST {PREFIX}backup/{}", segments.join("/"))),
    }
}

/// What is ordered of the DataSync stand-in.
async fn datasync(door: &Arc<FrontDoor>, segments: &[&str], body: &[u8]) -> Response<Body> {
    match segments {
        ["quotas"] => read(body, |quotas| cleared(|| door.datasync.set_quotas(quotas))),
        ["faults"] => read(body, |knobs| cleared(|| door.datasync.set_faults(knobs))),
        ["agents"] => deploy_agent(door, body).await,
        ["agents", name, "state"] => read(body, |state| told(door.datasync.set_agents_state(name, state))),
        _ => refused(404, &format!("the admin endpoint has no POST {PREFIX}datasync/{}", segments.join("/"))),
    }
}

async fn deploy_agent(door: &FrontDoor, body: &[u8]) -> Response<Body> {
    match parsed(body) {
        Ok(answers) => told(door.datasync.deploy_agent(answers).await.map_err(Into::into)),
        Err(refusal) => *refusal,
    }
}

/// A segment of the path as whoever asked meant it: the schedule of a drill has a dot in its name.
fn plain(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

fn status(door: &FrontDoor) -> Status {
    let emulators = [&door.ministack, &door.moto].map(|place| {
        let emulator = place.now();
        EmulatorStatus {
            name: emulator.name.to_owned(),
            pid: emulator.pid,
            port: emulator.port,
            death: emulator.death(),
        }
    });
    Status {
        account: door.account.clone(),
        region: door.region.clone(),
        stack: door.stack.clone(),
        dir: door.dir.clone(),
        emulators: emulators.to_vec(),
        calls: door.record.count(),
        events: door.events.counters(),
    }
}

fn parsed<T: for<'a> Deserialize<'a>>(body: &[u8]) -> Result<T, Box<Response<Body>>> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| Box::new(refused(400, &format!("this does not read: {error}"))))
}

fn read<T: for<'a> Deserialize<'a>>(body: &[u8], then: impl FnOnce(T) -> Response<Body>) -> Response<Body> {
    parsed(body).map_or_else(|refusal| *refusal, then)
}

fn told<T: Serialize>(outcome: anyhow::Result<T>) -> Response<Body> {
    match outcome {
        Ok(outcome) => reply::document(200, &outcome),
        Err(error) => refused(409, &format!("{error:#}")),
    }
}

fn cleared(act: impl FnOnce()) -> Response<Body> {
    act();
    reply::document(200, &json!({}))
}

fn refused(status: u16, message: &str) -> Response<Body> {
    reply::document(status, &json!({"message": message}))
}
