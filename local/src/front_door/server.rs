//! The listener, and the way of one call: understood, decided, perhaps broken, answered, recorded.

use std::{net::SocketAddr, sync::Arc, time::Instant};

use http_body_util::{BodyExt as _, Limited};
use hyper::{Request, Response, body::Incoming, http::request::Parts, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::net::TcpStream;

use super::{
    FrontDoor,
    action::{self, Asked, Place},
    admin,
    caller::Who,
    faults::{CallEffect, Seen},
    functions,
    heading::{Heading, S3_CONTROL, form_value, text},
    instances, killing, networks,
    permission::Ruling,
    record::CallRecord,
    replicating,
    reply::{self, Body},
};
use crate::{
    account_block, backup, batch,
    stand_in::{Call, Caller},
};

/// The largest body that is read before it is handed on. S3's bodies are never read. AWS's own largest is DynamoDB's 16 MiB.
const MAX_READ_BODY: usize = 64 << 20;
/// Twelve digits.
const ACCOUNT_LENGTH: usize = 12;

/// Why a connection ends without an answer: it was ordered.
#[derive(Debug, thiserror::Error)]
#[error("the connection was dropped on order")]
struct Dropped;

/// Answers one connection until it ends.
pub(super) async fn connection(door: Arc<FrontDoor>, stream: TcpStream, peer: SocketAddr) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let door = Arc::clone(&door);
        async move { answer(&door, peer, request).await }
    });
    // An error here is a caller that went away, or one that we dropped on order.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(
    door: &Arc<FrontDoor>,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<Body>, Dropped> {
    if request.uri().path().starts_with(admin::PREFIX) {
        return Ok(admin::answer(door, request).await);
    }
    match Visit::read(door, peer, request).await {
        Ok(visit) => visit.take_place(door).await,
        Err(refusal) => Ok(*refusal),
    }
}

/// One call at the front door.
struct Visit {
    peer: SocketAddr,
    parts: Parts,
    heading: Heading,
    asked: Asked,
    who: Who,
    body: Arrived,
}

/// A body, read or still streaming.
enum Arrived {
    Read(bytes::Bytes),
    Streaming(Incoming),
}

impl Arrived {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Read(bytes) => bytes,
            Self::Streaming(_) => &[],
        }
    }

    fn into_body(self) -> Body {
        match self {
            Self::Read(bytes) => reply::full(bytes),
            Self::Streaming(body) => reply::streaming(body),
        }
    }
}

impl Visit {
    async fn read(door: &FrontDoor, peer: SocketAddr, request: Request<Incoming>) -> Result<Self, Box<Response<Body>>> {
        let (parts, body) = request.into_parts();
        let heading = Heading::read(&parts);
        let body = if heading.service == "s3" && !action::is_read_for(&parts) {
            Arrived::Streaming(body)
        } else {
            let read = Limited::new(body, MAX_READ_BODY).collect().await;
            Arrived::Read(
                read.map_err(|error| {
                    Box::new(reply::answer(413, "text/plain", format!("the request's body: {error}")))
                })?
                .to_bytes(),
            )
        };
        let asked = action::understand(&heading, &parts, body.bytes(), &place(door, &heading));
        door.upstream.learn_account(&place(door, &heading).account);
        let who = Who::of(&heading);
        Ok(Self { peer, parts, heading, asked, who, body })
    }

    async fn take_place(mut self, door: &Arc<FrontDoor>) -> Result<Response<Body>, Dropped> {
        let (at, began) = (Timestamp::now(), Instant::now());
        match self.heading.service.as_str() {
            S3_CONTROL => door.batch.circumstances(&mut self.asked.needs),
            "datasync" => door.datasync.circumstances(&mut self.asked.needs),
            "ec2" => {
                let Place { account, region } = place(door, &self.heading);
                instances::circumstances(&door.upstream, &account, &region, &mut self.asked.needs).await;
            }
            // Only a state machine calls functions that it finds by their tag.
            "lambda" if self.who == Who::StateMachine => {
                let Place { account, region } = place(door, &self.heading);
                functions::circumstances(&door.upstream, &account, &region, &mut self.asked.needs).await;
            }
            _ => {}
        }
        let ruling = door.permissions.rule(&door.upstream, &self.who, &mut self.asked.needs).await;
        let record = self.record(at, &ruling);
        let answered = match &ruling.refusal {
            Some(message) => Ok(reply::access_denied(&self.heading.service, self.is_form(), message)),
            None => self.struck(door, &ruling).await,
        };
        let status = answered.as_ref().map_or(0, |response| response.status().as_u16());
        let took_micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        door.record.add(CallRecord { status, took_micros, ..record });
        answered
    }

    fn record(&self, at: Timestamp, ruling: &Ruling) -> CallRecord {
        let first = self.asked.needs.first();
        CallRecord {
            at,
            caller: self.who.label().to_owned(),
            service: self.heading.service.clone(),
            operation: self.asked.operation.clone(),
            iam_action: first.map(|need| need.action.clone()).unwrap_or_default(),
            resource: first.map(|need| need.resource.clone()).unwrap_or_default(),
            needs: self.asked.needs.clone(),
            status: 0,
            decision: ruling.decision,
            took_micros: 0,
        }
    }

    /// The call with whatever fault was ordered for it.
    async fn struck(self, door: &Arc<FrontDoor>, ruling: &Ruling) -> Result<Response<Body>, Dropped> {
        let (service, form) = (self.heading.service.clone(), self.is_form());
        let resource = self.asked.needs.first().map_or("", |need| need.resource.as_str());
        let seen = Seen { service: &service, operation: &self.asked.operation, caller: self.who.label(), resource };
        let Some(effect) = door.faults.on_call(&seen) else {
            return Ok(self.answered(door, ruling).await);
        };
        match effect {
            CallEffect::Lose => Err(Dropped),
            CallEffect::Throttle => Ok(reply::throttled(&service, form)),
            CallEffect::Refuse(refusal) => {
                Ok(reply::error(&service, form, refusal.status, &refusal.code, &refusal.message))
            }
            CallEffect::DelayMs(millis) => {
                tokio::time::sleep(std::time::Duration::from_millis(millis)).await;
                Ok(self.answered(door, ruling).await)
            }
            CallEffect::LoseReply => {
                self.taken_effect(door, ruling).await;
                Err(Dropped)
            }
            CallEffect::RefuseAfter(refusal) => {
                self.taken_effect(door, ruling).await;
                Ok(reply::error(&service, form, refusal.status, &refusal.code, &refusal.message))
            }
            CallEffect::KillCaller => {
                let caller = self.caller(door);
                self.taken_effect(door, ruling).await;
                let _ = killing::kill(&caller);
                Err(Dropped)
            }
            CallEffect::KillCallerBefore => {
                let _ = killing::kill(&self.caller(door));
                Err(Dropped)
            }
        }
    }

    fn caller(&self, door: &FrontDoor) -> killing::Caller {
        killing::Caller {
            peer: Some(self.peer),
            function: door.permissions.function(&self.who),
            ministack: door.ministack.now().pid,
        }
    }

    /// The call with its answer thrown away, once all of it is there.
    async fn taken_effect(self, door: &Arc<FrontDoor>, ruling: &Ruling) {
        let response = self.answered(door, ruling).await;
        let _ = response.into_body().collect().await;
    }

    /// The answer of whoever answers this service.
    async fn answered(self, door: &Arc<FrontDoor>, ruling: &Ruling) -> Response<Body> {
        door.permissions.note(&self.heading.service, &self.asked.operation);
        match self.heading.service.as_str() {
            "datasync" => self.by_datasync(door, ruling).await,
            "states" => {
                door.machines.follow(&door.upstream, &self.asked.operation).await;
                door.client.forward(&door.moto.now(), &self.parts, self.body.into_body()).await
            }
            S3_CONTROL if self.asked.operation.ends_with("PublicAccessBlock") => self.by_account(door),
            S3_CONTROL => self.by_batch(door).await,
            "cloudtrail" => self.by_trails(door).await,
            "monitoring" => self.by_cloudwatch(door).await,
            "backup" => self.by_backup(door, ruling).await,
            "sts" if self.asked.operation == "DecodeAuthorizationMessage" => self.decoded(door),
            "s3" => self.by_s3(door, ruling).await,
            "ec2" => self.by_ec2(door).await,
            _ => door.client.forward(&door.ministack.now(), &self.parts, self.body.into_body()).await,
        }
    }

    /// EC2 is the emulator's, with what it leaves out.
    async fn by_ec2(self, door: &Arc<FrontDoor>) -> Response<Body> {
        let form = bytes::Bytes::copy_from_slice(self.body.bytes());
        let (operation, parts) = (self.asked.operation.as_str(), &self.parts);
        if networks::are_about(operation) {
            let place = place(door, &self.heading);
            return networks::answered(door, networks::Asked { operation, parts, form, place }).await;
        }
        instances::answered(door, operation, parts, form).await
    }

    async fn by_s3(self, door: &Arc<FrontDoor>, ruling: &Ruling) -> Response<Body> {
        let account = place(door, &self.heading).account;
        let parts = match &ruling.owner {
            Some(owner) => replicating::seen_as(&self.parts, owner),
            None => self.parts,
        };
        let (operation, body) = (self.asked.operation.as_str(), self.body.into_body());
        replicating::answered(door, replicating::Request { operation, account: &account, parts, body }).await
    }

    /// Block Public Access of the caller's account.
    fn by_account(&self, door: &FrontDoor) -> Response<Body> {
        let account = place(door, &self.heading).account;
        let answered = door.account_blocks.answer(&account, &self.asked.operation, self.body.bytes());
        let words = "The public access block configuration was not found";
        let not_set = || reply::error(S3_CONTROL, false, 404, "NoSuchPublicAccessBlockConfiguration", words);
        answered.map_or_else(|account_block::NotSet| not_set(), |body| reply::answer(200, "application/xml", body))
    }

    async fn by_batch(self, door: &Arc<FrontDoor>) -> Response<Body> {
        let place = place(door, &self.heading);
        let Some(route) = batch::route::route(&self.parts.method, self.parts.uri.path()) else {
            return reply::error(S3_CONTROL, false, 400, "InvalidURI", "S3 Control has no such operation on jobs.");
        };
        let call = batch::Call {
            account: place.account,
            region: place.region,
            route,
            query: self.parts.uri.query().unwrap_or_default().to_owned(),
            account_id: text(&self.parts.headers, "x-amz-account-id").map(str::to_owned),
            body: bytes::Bytes::copy_from_slice(self.body.bytes()),
        };
        let answer = door.batch.answer(call).await;
        reply::answer(answer.status, answer.content_type, answer.body)
    }

    /// `CloudTrail` is the emulator's, unless a switch decides in a trail's place whether batch jobs are heard of.
    async fn by_trails(self, door: &Arc<FrontDoor>) -> Response<Body> {
        let Place { account, region } = place(door, &self.heading);
        let switch = door.batch.quotas().trail;
        match batch::trails::answer(switch, &self.asked.operation, (&account, &region)) {
            Some(Ok(told)) => reply::answer(200, "application/x-amz-json-1.1", told.to_string()),
            Some(Err(batch::trails::NoTrail)) => {
                reply::error("cloudtrail", false, 400, "TrailNotFoundException", "There is no such trail.")
            }
            None => door.client.forward(&door.ministack.now(), &self.parts, self.body.into_body()).await,
        }
    }

    /// CloudWatch is the emulator's. What S3 has to say of its replication rules is handed over before anybody reads.
    async fn by_cloudwatch(self, door: &Arc<FrontDoor>) -> Response<Body> {
        if let Err(error) = door.replication.publish().await {
            tracing::warn!(%error, "figures of replication rules were not handed over");
        }
        door.client.forward(&door.ministack.now(), &self.parts, self.body.into_body()).await
    }

    async fn by_backup(self, door: &Arc<FrontDoor>, ruling: &Ruling) -> Response<Body> {
        let place = place(door, &self.heading);
        let Some(route) = backup::route::route(&self.parts.method, self.parts.uri.path()) else {
            return reply::error(
                "backup",
                false,
                404,
                "UnknownOperationException",
                "AWS Backup has no such operation.",
            );
        };
        let call = backup::Call {
            account: place.account,
            region: place.region,
            route,
            query: self.parts.uri.query().unwrap_or_default().to_owned(),
            caller: Caller { app: self.who.app().map(str::to_owned), principal_arn: ruling.principal.clone() },
            body: bytes::Bytes::copy_from_slice(self.body.bytes()),
        };
        let answer = door.backup.answer(call).await;
        reply::named(reply::answer(answer.status, "application/json", answer.body), answer.error)
    }

    /// The one call of STS that the emulator doesn't know.
    fn decoded(&self, door: &FrontDoor) -> Response<Body> {
        let form = String::from_utf8_lossy(self.body.bytes());
        let message = form_value(&form, "EncodedMessage").unwrap_or_default();
        let decoded = door.backup.decode(&place(door, &self.heading).account, &message);
        let words = "The message could not be decoded: nothing in this local AWS encoded it.";
        let refused = || reply::error("sts", true, 400, "InvalidAuthorizationMessageException", words);
        decoded.map_or_else(refused, |decoded| reply::decoded_message(&decoded))
    }

    async fn by_datasync(self, door: &Arc<FrontDoor>, ruling: &Ruling) -> Response<Body> {
        let place = place(door, &self.heading);
        let call = Call {
            account: place.account,
            region: place.region,
            operation: self.asked.operation,
            caller: Caller { app: self.who.app().map(str::to_owned), principal_arn: ruling.principal.clone() },
            body: bytes::Bytes::copy_from_slice(self.body.bytes()),
        };
        let answer = door.datasync.answer(call).await;
        reply::answer(answer.status, answer.content_type, answer.body)
    }

    fn is_form(&self) -> bool {
        text(&self.parts.headers, "content-type")
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
    }
}

/// Twelve digits as an access key are the account; anything else is the default one.
fn place(door: &FrontDoor, heading: &Heading) -> Place {
    let digits = heading
        .access_key
        .as_ref()
        .filter(|key| key.len() == ACCOUNT_LENGTH && key.bytes().all(|byte| byte.is_ascii_digit()));
    Place {
        account: digits.unwrap_or(&door.account).clone(),
        region: heading.region.as_ref().unwrap_or(&door.region).clone(),
    }
}
