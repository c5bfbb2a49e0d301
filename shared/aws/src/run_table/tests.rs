//! What DynamoDB is asked to store, and how records come back.

use jiff::Timestamp;
use nightferry_domain::agent::standing::AgentState;
use nightferry_domain::back::hold::Hold;
use nightferry_domain::copy_drill::{Asked, Ends, Folder};
use nightferry_domain::filters::Filters;
use nightferry_domain::run::{RunPhase, Trigger};
use nightferry_workflow::ports::OpenRecord;
use serde_json::{Value, json};

use super::*;
use crate::test_service::{TestService, exception, ok};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn run() -> Run {
    Run {
        id: "nightly-2026-11-20T21-00-00Z".parse().unwrap(),
        trigger: Trigger::Schedule { schedule: "nightly".parse().unwrap(), at: at("2026-11-20T21:00:00Z") },
        opened_at: at("2026-11-20T21:00:01Z"),
        plan_key: "plan/1.json".into(),
        job_count: 1,
        phase: RunPhase::Open,
    }
}

fn table(service: &TestService) -> DynamoRunTable {
    DynamoRunTable::new(Client::new(&service.config()), "nightferry".into(), 400)
}

fn stored(run: &Run, version: u64) -> Value {
    json!({"Item": {
        "pk": {"S": format!("run#{}", run.id)}, "sk": {"S": "run"},
        "document": {"S": serde_json::to_string(run).unwrap()}, "version": {"N": version.to_string()},
    }})
}

#[tokio::test]
async fn a_new_run_is_stored_open_and_only_if_it_is_new() {
    let service = TestService::new([ok(&json!({}))]);
    assert_eq!(table(&service).create_run(&run()).await, Ok(Saved::At(1)));
    let asked = service.asked()[0].json();
    assert_eq!(asked["ConditionExpression"], "attribute_not_exists(#pk) AND attribute_not_exists(#sk)");
    let expected = "SET #document = :document, #version = :version, #open = :open, #since = :since";
    assert_eq!(asked["UpdateExpression"], expected);
    assert_eq!(
        asked["ExpressionAttributeValues"][":since"]["S"],
        "2026-11-20T21:00:01.000000000Z#run#nightly-2026-11-20T21-00-00Z#run"
    );
}

#[tokio::test]
async fn a_save_names_the_version_that_was_read_and_loses_against_another() {
    let service = TestService::new([exception("ConditionalCheckFailedException", "The conditional request failed")]);
    let saved = table(&service).save_run(&Versioned { record: run(), version: 4 }).await;
    assert_eq!(saved, Ok(Saved::Conflict));
    let asked = service.asked()[0].json();
    assert_eq!(asked["ConditionExpression"], "#version = :read");
    assert_eq!(asked["ExpressionAttributeValues"][":read"]["N"], "4");
    assert_eq!(asked["ExpressionAttributeValues"][":version"]["N"], "5");
}

#[tokio::test]
async fn a_closed_run_leaves_the_open_index_and_expires() {
    let service = TestService::new([ok(&json!({}))]);
    let mut run = run();
    run.phase = RunPhase::Closed { at: at("2026-11-21T00:00:00Z"), report_key: "r".into() };
    assert_eq!(table(&service).save_run(&Versioned { record: run, version: 1 }).await, Ok(Saved::At(2)));
    let asked = service.asked()[0].json();
    let expected = "SET #document = :document, #version = :version, #expires = :expires REMOVE #open, #since, #token, #token_attempt";
    assert_eq!(asked["UpdateExpression"], expected);
    let expires = at("2027-12-26T00:00:00Z").as_second().to_string();
    assert_eq!(asked["ExpressionAttributeValues"][":expires"]["N"], expires);
}

#[tokio::test]
async fn a_run_reads_back_as_it_was_stored_with_its_version() {
    let service = TestService::new([ok(&stored(&run(), 7)), ok(&json!({}))]);
    let table = table(&service);
    assert_eq!(table.load_run(&run().id).await, Ok(Some(Versioned { record: run(), version: 7 })));
    assert_eq!(table.load_run(&run().id).await, Ok(None));
    assert_eq!(service.asked()[0].json()["ConsistentRead"], true);
}

#[tokio::test]
async fn a_damaged_item_is_named_and_not_taken_for_a_missing_one() {
    let service = TestService::new([ok(&json!({"Item": {"pk": {"S": "run#a"}, "sk": {"S": "run"}}}))]);
    let error = table(&service).load_run(&"a".parse().unwrap()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "DynamoDB refused GetItem: DamagedItem: the item run#a/run can't be read: it has no version"
    );
}

#[tokio::test]
async fn a_page_of_open_records_leads_to_the_next() {
    let key = json!({"pk": {"S": "run#a"}, "sk": {"S": "job#home"}, "open": {"S": "open"}, "open_since": {"S": "t"}});
    let first = json!({
        "Items": [
            {"pk": {"S": "run#a"}, "sk": {"S": "run"}},
            {"pk": {"S": "what#is"}, "sk": {"S": "this"}},
            {"pk": {"S": "run#a"}, "sk": {"S": "job#home"}},
        ],
        "LastEvaluatedKey": key,
    });
    let service = TestService::new([ok(&first), ok(&json!({"Items": []}))]);
    let table = table(&service);
    let page = table.open_records(None).await.unwrap();
    let run: RunId = "a".parse().unwrap();
    let expected = vec![OpenRecord::Run(run.clone()), OpenRecord::Job(run, "home".parse().unwrap())];
    assert_eq!(page.records, expected);
    assert_eq!(table.open_records(page.next).await, Ok(OpenPage::default()));
    assert_eq!(service.asked()[1].json()["ExclusiveStartKey"], key);
}

#[tokio::test]
async fn a_task_token_is_kept_beside_the_record_and_never_printed() {
    let item = json!({"Item": {"token": {"S": "hunter2"}, "token_attempt": {"N": "2"}}});
    let service = TestService::new([ok(&item)]);
    let token = table(&service).task_token(&"a".parse().unwrap(), &"home".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(token.attempt, 2);
    assert!(!format!("{token:?}").contains("hunter2"));
}

#[tokio::test]
async fn what_was_told_of_an_agent_stays_and_is_no_open_record() {
    let service = TestService::new([ok(&json!({}))]);
    let seen = AgentState { name: "nightferry-tokyo".into(), status: "OFFLINE".into() };
    let record = AgentWatch::claimed(&seen, 7, at("2026-11-20T08:30:00Z"));
    assert_eq!(table(&service).save_watch(&Versioned { record, version: 0 }).await, Ok(Saved::At(1)));
    let asked = service.asked()[0].json();
    assert_eq!(asked["Key"], json!({"pk": {"S": "agent#nightferry-tokyo"}, "sk": {"S": "agent"}}));
    assert_eq!(asked["UpdateExpression"], "SET #document = :document, #version = :version");
    only_used_names(&asked);
}

#[tokio::test]
async fn the_restore_that_nights_wait_for_is_an_item_of_the_job_and_no_open_record() {
    let service = TestService::new([ok(&json!({}))]);
    let by = "restore-2026-11-20T09-00-00Z-0007".parse().unwrap();
    let record = Hold::of("mail".parse().unwrap(), by, "home".parse().unwrap(), at("2026-11-20T09:00:00Z"));
    assert_eq!(table(&service).save_hold(&Versioned { record, version: 3 }).await, Ok(Saved::At(4)));
    let asked = service.asked()[0].json();
    assert_eq!(asked["Key"], json!({"pk": {"S": "restore#mail"}, "sk": {"S": "restore"}}));
    only_used_names(&asked);
}

#[tokio::test]
async fn a_drill_that_owes_its_verdict_is_listed_as_open_until_it_was_sent() {
    let drill: RunId = "drill-2026-11-20T09-00-00Z-0007".parse().unwrap();
    let folder = |bucket: &str| Folder { bucket: bucket.into(), prefix: String::new() };
    let ends = Ends { source: folder("assets"), copy: folder("assets-dr"), filters: Filters::default() };
    let began_at = at("2026-11-20T09:00:00Z");
    let job = "assets".parse().unwrap();
    let begun = Begun::new(Asked { drill: drill.clone(), job, ends, read_by: "arn:x".into(), began_at });
    let key = json!({"pk": {"S": format!("run#{drill}")}, "sk": {"S": "drill"}});
    let service = TestService::new([ok(&json!({})), ok(&json!({})), ok(&json!({"Items": [key]}))]);
    let table = table(&service);
    assert_eq!(table.save_drill(&Versioned { record: begun.clone(), version: 0 }).await, Ok(Saved::At(1)));
    assert_eq!(table.save_drill(&Versioned { record: begun.told(began_at), version: 1 }).await, Ok(Saved::At(2)));
    let asked: Vec<Value> = service.asked().iter().map(crate::test_service::Asked::json).collect();
    let expression = |n: usize| asked[n]["UpdateExpression"].as_str().unwrap().to_owned();
    assert_eq!((&asked[0]["Key"], &asked[1]["Key"]), (&key, &key));
    assert!(expression(0).contains("#open = :open") && expression(1).contains("REMOVE #open, #since"), "{asked:?}");
    asked.iter().for_each(only_used_names);
    assert_eq!(table.open_records(None).await.unwrap().records, [OpenRecord::CopyDrill(drill)]);
}

/// DynamoDB refuses names that no expression uses.
fn only_used_names(asked: &Value) {
    let names: Vec<&str> = asked["ExpressionAttributeNames"].as_object().unwrap().keys().map(String::as_str).collect();
    let expressions = format!("{} {}", asked["UpdateExpression"], asked["ConditionExpression"]);
    assert!(names.iter().all(|name| expressions.contains(name)), "{names:?}");
}
