//! The report topic in MiniStack's SNS, with a queue that listens to it.

use std::cell::RefCell;

use hyper::Method;
use nightferry_aws::AwsWorld;
use nightferry_aws::notices::Topic;
use nightferry_local::upstream::Ask;
use nightferry_workflow::World as _;
use serde_json::{Value, json};

use super::local::{json, local, stack, world};
use crate::{notices, things};

/// The topic and a queue of its own.
pub(crate) struct Listener {
    world: AwsWorld,
    queue_url: String,
    /// Of any check, with subject and text.
    arrived: RefCell<Vec<(String, String)>>,
}

pub(crate) async fn notices() -> Listener {
    let name = format!("contract-inbox-{}", things::number());
    let made = json("sqs", "1.0", "AmazonSQS.CreateQueue", &json!({"QueueName": name})).await;
    let queue_url = made["QueueUrl"].as_str().unwrap().to_owned();
    let (topic, queue) = (stack().report_topic_arn(), stack().arn("sqs", &name));
    let form = format!("Action=Subscribe&Version=2010-03-31&Protocol=sqs&TopicArn={topic}&Endpoint={queue}")
        .replace(':', "%3A");
    let ask = Ask::new(Method::POST, "sns", "/").header("content-type", "application/x-www-form-urlencoded");
    let _ = local().await.aws().read(ask.body(form)).await.unwrap();
    Listener { world: world().await, queue_url, arrived: RefCell::default() }
}

impl notices::Bench for Listener {
    type Port = Topic;

    fn port(&self) -> &Topic {
        self.world.notices()
    }

    async fn arrive(&self, subject: &str, count: usize) -> Vec<String> {
        loop {
            let arrived = self.arrived.borrow().clone();
            let told = arrived.into_iter().filter(|(told, _)| told == subject).map(|(_, message)| message);
            let told: Vec<String> = told.collect();
            if told.len() >= count {
                return told;
            }
            self.receive().await;
        }
    }
}

impl Listener {
    async fn receive(&self) {
        let asked = json!({"QueueUrl": self.queue_url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1});
        let told = json("sqs", "1.0", "AmazonSQS.ReceiveMessage", &asked).await;
        for message in told["Messages"].as_array().into_iter().flatten() {
            let notice: Value = serde_json::from_str(message["Body"].as_str().unwrap()).unwrap();
            let text = |member: &str| notice[member].as_str().unwrap_or_default().to_owned();
            self.arrived.borrow_mut().push((text("Subject"), text("Message")));
        }
    }
}
