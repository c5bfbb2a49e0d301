//! The stand-ins' events on their way to the functions: matched by the real rules, and lost, doubled, delayed or swapped on order.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{
    faults::{EventEffect, Faults},
    permission,
};
use crate::{
    stand_in::EventSink,
    upstream::{
        Upstream, UpstreamError,
        events::{self as rules, Rule, Target},
        lambda,
    },
};

/// How often a target is tried. EventBridge tries for a day; nobody waits that long here.
const TRIES: u32 = 3;
/// Pause before the second try, in milliseconds; doubled for the next.
const PAUSE_MILLIS: u64 = 200;
/// Deliveries kept in the record.
const KEPT: usize = 50_000;
/// How long an event is held back for another one that never comes, in milliseconds.
const HELD_MILLIS: u64 = 3_000;

/// What became of one event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// When its delivery was over.
    pub at: Timestamp,
    /// The event.
    pub event: Value,
    /// What was ordered for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<EventEffect>,
    /// Each target of each matching rule; empty when it was lost on order or no rule wanted it.
    pub targets: Vec<TargetDelivery>,
    /// Why the rules could not be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What became of it at one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetDelivery {
    /// The rule's name.
    pub rule: String,
    /// The target's ARN.
    pub target: String,
    /// How often it was tried.
    pub tries: u32,
    /// The last failure; nothing when it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What `GET /_local/events` answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Deliveries {
    /// Events that stand-ins emitted.
    pub emitted: u64,
    /// Events that were delivered, a doubled one twice.
    pub delivered: u64,
    /// Events that were lost on order.
    pub lost: u64,
    /// Events that were doubled on order.
    pub doubled: u64,
    /// Events that were delayed or swapped on order.
    pub late: u64,
    /// Events that a target did not take.
    pub failed: u64,
    /// One by one, oldest first.
    pub deliveries: VecDeque<Delivery>,
}

/// The sink of the stand-ins, and the record of what happened to their events.
pub(crate) struct Events {
    sender: mpsc::UnboundedSender<Value>,
    told: Mutex<Deliveries>,
    upstream: Upstream,
}

impl EventSink for Events {
    fn emit(&self, event: Value) {
        self.told().emitted += 1;
        // Without a receiver the front door is closing, and an event is a hint that may be lost.
        let _ = self.sender.send(event);
    }
}

impl Events {
    /// Starts the delivery. It ends with the sink.
    pub(crate) fn start(upstream: Upstream, faults: Arc<Faults>) -> Arc<Self> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let events = Arc::new(Self { sender, told: Mutex::default(), upstream });
        let _worker = tokio::spawn(work(Arc::clone(&events), faults, receiver));
        events
    }

    /// Delivers one event as it is, without any fault.
    pub(crate) async fn deliver(&self, event: Value, fault: Option<EventEffect>) -> Delivery {
        let (targets, error) = match self.to_targets(&event).await {
            Ok(targets) => (targets, None),
            Err(error) => (Vec::new(), Some(error.to_string())),
        };
        let failed = error.is_some() || targets.iter().any(|target| target.error.is_some());
        let delivery = Delivery { at: Timestamp::now(), event, fault, targets, error };
        let mut told = self.told();
        told.delivered += u64::from(!failed);
        told.failed += u64::from(failed);
        keep(&mut told, delivery.clone());
        delivery
    }

    /// The record.
    pub(crate) fn all(&self) -> Deliveries {
        self.told().clone()
    }

    /// The record's counters alone.
    pub(crate) fn counters(&self) -> Deliveries {
        let told = self.told();
        Deliveries { deliveries: VecDeque::new(), ..*told }
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        *self.told() = Deliveries::default();
    }

    fn told(&self) -> std::sync::MutexGuard<'_, Deliveries> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn to_targets(&self, event: &Value) -> Result<Vec<TargetDelivery>, UpstreamError> {
        let mut delivered = Vec::new();
        // An account's rules see that account's events only.
        let of_event = |field: &str| event.get(field).and_then(Value::as_str);
        let account = of_event("account").unwrap_or_else(|| self.upstream.account());
        let aws = self.upstream.seen_from(account, of_event("region").unwrap_or_else(|| self.upstream.region()));
        for rule in rules::matching_rules(&aws, event).await? {
            for target in rules::targets(&aws, &rule.name).await? {
                delivered.push(self.to_target(&rule, target, event).await);
            }
        }
        Ok(delivered)
    }

    async fn to_target(&self, rule: &Rule, target: Target, event: &Value) -> TargetDelivery {
        let mut told = TargetDelivery { rule: rule.name.clone(), target: target.arn.clone(), tries: 0, error: None };
        let payload = match self.admitted(rule, &target, event).await {
            Ok(payload) => payload,
            Err(why) => return TargetDelivery { error: Some(why), ..told },
        };
        while told.tries < TRIES {
            if told.tries > 0 {
                tokio::time::sleep(Duration::from_millis(PAUSE_MILLIS << (told.tries - 1))).await;
            }
            told.tries += 1;
            match lambda::invoke_async(&self.upstream, &target.arn, payload.clone()).await {
                Ok(()) => return TargetDelivery { error: None, ..told },
                // A missing target goes to the dead letters without a retry.
                Err(error) if error.is_missing() => return TargetDelivery { error: Some(error.to_string()), ..told },
                Err(error) => told.error = Some(error.to_string()),
            }
        }
        told
    }

    /// What the target gets, if it may be called at all. A refusal goes to the dead letters without a retry.
    async fn admitted(&self, rule: &Rule, target: &Target, event: &Value) -> Result<String, String> {
        let payload = payload(target, event)?;
        match permission::refusal_of_rule(&self.upstream, &rule.arn, &target.arn).await {
            Ok(None) => Ok(payload),
            Ok(Some(refusal)) => Err(refusal),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn keep(told: &mut Deliveries, delivery: Delivery) {
    if told.deliveries.len() >= KEPT {
        let _ = told.deliveries.pop_front();
    }
    told.deliveries.push_back(delivery);
}

fn payload(target: &Target, event: &Value) -> Result<String, String> {
    if !target.arn.contains(":lambda:") {
        return Err(format!("the local delivery calls functions only, and {} is none", target.arn));
    }
    match (&target.input, &target.input_path, &target.input_transformer) {
        (_, _, Some(_)) => {
            Err("the local delivery does not rewrite events (InputTransformer): let the function take the whole event"
                .to_owned())
        }
        (Some(constant), ..) => Ok(constant.clone()),
        (None, Some(path), None) => {
            part(event, path).map(Value::to_string).ok_or_else(|| format!("the event has no {path}"))
        }
        (None, None, None) => Ok(event.to_string()),
    }
}

fn part<'a>(event: &'a Value, path: &str) -> Option<&'a Value> {
    event.pointer(&path.strip_prefix('$')?.replace('.', "/"))
}

/// One event after the other, so that their order is the stand-ins' unless a fault changes it.
async fn work(events: Arc<Events>, faults: Arc<Faults>, mut receiver: mpsc::UnboundedReceiver<Value>) {
    let mut held: Option<Value> = None;
    loop {
        let patience = if held.is_some() { Duration::from_millis(HELD_MILLIS) } else { Duration::MAX };
        let Ok(next) = tokio::time::timeout(patience, receiver.recv()).await else {
            release(&events, &mut held).await;
            continue;
        };
        let Some(event) = next else { return };
        match faults.on_event(&event) {
            Some(EventEffect::Reorder) => {
                release(&events, &mut held).await;
                events.told().late += 1;
                held = Some(event);
            }
            fault => {
                strike(&events, event, fault).await;
                release(&events, &mut held).await;
            }
        }
    }
}

async fn release(events: &Events, held: &mut Option<Value>) {
    if let Some(event) = held.take() {
        let _ = events.deliver(event, Some(EventEffect::Reorder)).await;
    }
}

async fn strike(events: &Arc<Events>, event: Value, fault: Option<EventEffect>) {
    match fault {
        Some(EventEffect::Lose) => {
            let mut told = events.told();
            told.lost += 1;
            keep(&mut told, Delivery { at: Timestamp::now(), event, fault, targets: Vec::new(), error: None });
        }
        Some(EventEffect::Double) => {
            events.told().doubled += 1;
            let _ = events.deliver(event.clone(), fault).await;
            let _ = events.deliver(event, fault).await;
        }
        Some(EventEffect::DelayMs(millis)) => {
            events.told().late += 1;
            let events = Arc::clone(events);
            let _late = tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(millis)).await;
                let _ = events.deliver(event, fault).await;
            });
        }
        Some(EventEffect::Reorder) | None => {
            let _ = events.deliver(event, fault).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn target(fields: &Value) -> Target {
        let mut target = json!({"Id": "1", "Arn": "arn:aws:lambda:ap-northeast-1:123456789012:function:f"});
        target.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        serde_json::from_value(target).unwrap()
    }

    #[test]
    fn a_target_gets_the_event_a_part_of_it_or_a_constant() {
        let event = json!({"detail": {"State": "SUCCESS"}});
        assert_eq!(payload(&target(&json!({})), &event).unwrap(), event.to_string());
        assert_eq!(payload(&target(&json!({"InputPath": "$.detail"})), &event).unwrap(), r#"{"State":"SUCCESS"}"#);
        assert_eq!(payload(&target(&json!({"Input": "{}"})), &event).unwrap(), "{}");
    }

    #[test]
    fn what_cannot_be_delivered_as_in_aws_is_refused_instead_of_delivered_wrongly() {
        let event = json!({});
        assert!(payload(&target(&json!({"InputTransformer": {}})), &event).unwrap_err().contains("InputTransformer"));
        assert!(payload(&target(&json!({"Arn": "arn:aws:sqs:ap-northeast-1:123456789012:q"})), &event).is_err());
    }
}
