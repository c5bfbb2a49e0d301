//! Questions to the local AWS that the product itself never asks: the services' own lists, read without the product's adapters.

use hyper::Method;
use nightferry_local::upstream::Ask;
use nightferry_workflow::World as _;
use nightferry_workflow::ports::{OpenRecord, RunTable as _};
use serde_json::{Value, json};

use crate::stage::Stage;

/// The queue that hears every message of the report topic.
const INBOX: &str = "inbox";

/// One call of a service that speaks JSON.
pub(crate) async fn json(stage: &Stage, service: &'static str, target: &str, body: &Value) -> Value {
    let version = if service == "datasync" { "1.1" } else { "1.0" };
    let ask = Ask::new(Method::POST, service, "/")
        .header("content-type", format!("application/x-amz-json-{version}"))
        .header("x-amz-target", target)
        .body(body.to_string());
    let answer = stage.local.aws().read(ask).await.unwrap_or_else(|error| panic!("{target}: {error}"));
    serde_json::from_slice(&answer).unwrap_or_default()
}

/// One call of DataSync.
pub(crate) async fn datasync(stage: &Stage, operation: &str, body: &Value) -> Value {
    json(stage, "datasync", &format!("FmrsService.{operation}"), body).await
}

/// One call of a service that takes forms.
pub(crate) async fn form(stage: &Stage, service: &'static str, form: &str) -> String {
    let ask = Ask::new(Method::POST, service, "/")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.to_owned());
    let answer = stage.local.aws().read(ask).await.unwrap_or_else(|error| panic!("{form}: {error}"));
    String::from_utf8_lossy(&answer).into_owned()
}

/// The content of the first element of that name.
pub(crate) fn first<'a>(told: &'a str, element: &str) -> Option<&'a str> {
    Some(told.split_once(&format!("<{element}>"))?.1.split('<').next().unwrap_or_default())
}

/// One sweep, as the rule would call it; `None` when the function died over it.
pub(crate) fn sweep(stage: &Stage) -> Option<Value> {
    let path = format!("/2015-03-31/functions/{}-sweep-runs/invocations", stage.stack.name);
    let ask = Ask::new(Method::POST, "lambda", path).body(json!({"detail-type": "Scheduled Event"}).to_string());
    let answer: Value = serde_json::from_slice(&stage.wait(stage.local.aws().read(ask)).ok()?).ok()?;
    answer.get("errorMessage").is_none().then_some(answer)
}

/// The ARN of each task.
pub(crate) async fn tasks(stage: &Stage) -> Vec<String> {
    let tasks = pages(stage, "ListTasks", &json!({}), "Tasks").await;
    tasks.iter().map(|task| task["TaskArn"].as_str().unwrap().to_owned()).collect()
}

/// Every page of a list of DataSync's.
pub(crate) async fn pages(stage: &Stage, operation: &str, body: &Value, member: &str) -> Vec<Value> {
    let (mut all, mut body) = (vec![], body.clone());
    loop {
        let page = datasync(stage, operation, &body).await;
        all.extend(page[member].as_array().cloned().unwrap_or_default());
        match page["NextToken"].as_str().filter(|token| !token.is_empty()) {
            Some(token) => body["NextToken"] = json!(token),
            None => return all,
        }
    }
}

/// Subscribes a queue to the report topic: what arrives there is what people get.
pub(crate) async fn open_inbox(stage: &Stage) {
    let _ = json(stage, "sqs", "AmazonSQS.CreateQueue", &json!({"QueueName": INBOX})).await;
    let queue = format!("arn:aws:sqs:{}:{}:{INBOX}", stage.stack.region, stage.stack.account);
    let topic = stage.stack.report_topic_arn();
    let subscribe = format!("Action=Subscribe&Version=2010-03-31&TopicArn={topic}&Protocol=sqs&Endpoint={queue}");
    let _ = form(stage, "sns", &subscribe).await;
}

/// Takes every message that has arrived.
pub(crate) async fn messages(stage: &Stage) -> Vec<String> {
    let queue = format!("{}/{}/{INBOX}", stage.local.state().endpoint, stage.stack.account);
    let mut all = vec![];
    loop {
        let wanted = json!({"QueueUrl": queue, "MaxNumberOfMessages": 10});
        let told = json(stage, "sqs", "AmazonSQS.ReceiveMessage", &wanted).await;
        let Some(messages) = told["Messages"].as_array().filter(|messages| !messages.is_empty()) else { return all };
        for message in messages {
            let gone = json!({"QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"]});
            let _ = json(stage, "sqs", "AmazonSQS.DeleteMessage", &gone).await;
            all.push(message["Body"].as_str().unwrap().to_owned());
        }
    }
}

/// How many versions of an object there are.
pub(crate) async fn versions(stage: &Stage, bucket: &str, key: &str) -> usize {
    let ask = Ask::new(Method::GET, "s3", format!("/{bucket}?versions&prefix={key}"));
    let listed = stage.local.aws().read(ask).await.unwrap();
    String::from_utf8_lossy(&listed).matches(&format!("<Key>{key}</Key>")).count()
}

/// Attaches a policy of the account's and one of AWS's to a role, as a person might who wants it to do one more thing.
pub(crate) async fn attach_policies(stage: &Stage, role: &str) {
    let document = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::a-bucket-of-a-person"}]});
    let create = format!("Action=CreatePolicy&Version=2010-05-08&PolicyName=by-a-person&PolicyDocument={document}");
    let _ = form(stage, "iam", &create).await;
    for policy in policies_of_people(stage) {
        let attach = format!("Action=AttachRolePolicy&Version=2010-05-08&RoleName={role}&PolicyArn={policy}");
        let _ = form(stage, "iam", &attach).await;
    }
}

/// Takes them off again.
pub(crate) async fn detach_policies(stage: &Stage, role: &str) {
    for policy in policies_of_people(stage) {
        let detach = format!("Action=DetachRolePolicy&Version=2010-05-08&RoleName={role}&PolicyArn={policy}");
        let _ = form(stage, "iam", &detach).await;
    }
}

fn policies_of_people(stage: &Stage) -> [String; 2] {
    let own = format!("arn:aws:iam::{}:policy/by-a-person", stage.stack.account);
    [own, "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess".to_owned()]
}

/// Puts a policy on a bucket that lets nobody write.
pub(crate) async fn deny_writing(stage: &Stage, bucket: &str) {
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": format!("arn:aws:s3:::{bucket}/*")}]});
    let ask = Ask::new(Method::PUT, "s3", format!("/{bucket}?policy")).body(policy.to_string());
    let _ = stage.local.aws().read(ask).await.unwrap();
}

/// Takes a bucket's policy away.
pub(crate) async fn delete_policy(stage: &Stage, bucket: &str) {
    let ask = Ask::new(Method::DELETE, "s3", format!("/{bucket}?policy"));
    let _ = stage.local.aws().read(ask).await.unwrap();
}

/// What is still open and where it stands, for the words of a failure.
pub(crate) async fn open_records(stage: &Stage) -> Vec<String> {
    let table = stage.world.table();
    let mut told = vec![];
    for record in table.open_records(None).await.map(|page| page.records).unwrap_or_default() {
        told.push(match &record {
            OpenRecord::Run(run) => {
                format!("{run}: {:?}", table.load_run(run).await.ok().flatten().map(|run| run.record))
            }
            OpenRecord::CopyDrill(drill) => format!("{drill}: {:?}", table.load_drill(drill).await.ok().flatten()),
            OpenRecord::Job(run, job) => {
                let found = table.load_job(run, job).await.ok().flatten().map(|job| job.record);
                format!("{run}/{job}: {:?}", found.map(|job| (job.phase, job.attempts, job.notes)))
            }
        });
    }
    told
}
