//! What has to hold whatever comes in. The fuzz targets call these with anything; `shared/domain/tests/corpus.rs` calls
//! them with every committed input, on each `cargo test`.

use nightferry_domain::limits::FAILED_ITEMS_NAMED_MAX;
use nightferry_domain::observation::TransferFailures;
use nightferry_domain::plan::{PROBLEMS_MAX, parse, parse_bytes};
use nightferry_domain::policy::{Document, Policies, Principal, Request, Resource, evaluate};
use nightferry_domain::printable::is_treacherous;
use nightferry_domain::state_change::{Hint, read};
use nightferry_domain::task_report;

/// Longest line of a refusal, in characters.
const LINE_CHARS_MAX: usize = 1_500;

/// An event names an execution or an agent of ours, or is ignored in one short line.
pub fn event_envelope(payload: &[u8]) {
    let Ok(event) = serde_json::from_slice(payload) else { return };
    match read(&event, "123456789012", "ap-northeast-1") {
        Hint::LookAt(execution) => {
            let ours = ["datasync:ap-northeast-1:", "s3:ap-northeast-1:", "backup:ap-northeast-1:"];
            let arn = execution.as_str();
            assert!(ours.iter().any(|ours| arn.contains(&format!(":{ours}123456789012:"))), "{arn}");
            assert!(is_named(&event, arn), "{arn}");
        }
        Hint::LookAtAgent(agent) => {
            assert!(agent.as_str().contains(":datasync:ap-northeast-1:123456789012:agent/agent-"), "{agent}");
            assert_eq!(event["resources"], serde_json::json!([agent.as_str()]));
        }
        Hint::Ignore(why) => assert_line(&why.to_string()),
    }
}

/// Whether the event itself tells of the execution: by its ARN, or, as AWS Backup does, by the id at the end of it.
fn is_named(event: &serde_json::Value, arn: &str) -> bool {
    let by_arn = [&event["resources"][0], &event["detail"]["serviceEventDetails"]["jobArn"]];
    let by_id = [("backup-job:", &event["detail"]["backupJobId"]), ("restore-job:", &event["detail"]["restoreJobId"])];
    let ends_with =
        |kind: &str, id: &serde_json::Value| id.as_str().is_some_and(|id| arn.ends_with(&format!(":{kind}{id}")));
    by_arn.iter().any(|named| named.as_str() == Some(arn)) || by_id.iter().any(|(kind, id)| ends_with(kind, id))
}

/// A plan that is taken stays itself when it is written down; every problem of another has its place and one short line.
pub fn plan_file(file: &[u8]) {
    match parse_bytes(file) {
        Ok(plan) => {
            plan.warnings().iter().for_each(|warning| assert_line(&warning.to_string()));
            let written = serde_json::to_string(&plan).expect("a plan is written");
            assert_eq!(parse(&written), Ok(plan), "{written}");
        }
        Err(errors) => {
            let lines = u64::try_from(file.len()).unwrap_or(u64::MAX).saturating_add(2);
            assert!((1..=PROBLEMS_MAX + 1).contains(&errors.problems.len()));
            for problem in &errors.problems {
                assert!((1..=lines).contains(&problem.place.line) && (1..=lines).contains(&problem.place.column));
                assert_line(&problem.to_string());
            }
        }
    }
}

/// A report file counts at least what it names, and names little; one that can't be read proves nothing.
pub fn task_report(file: &[u8]) {
    let mut failures = TransferFailures::default();
    if let Err(unreadable) = task_report::add(file, &mut failures) {
        assert_line(&unreadable.to_string());
        assert_eq!(failures, TransferFailures::default());
    }
    assert!(failures.named.len() <= FAILED_ITEMS_NAMED_MAX);
    assert!(u64::try_from(failures.named.len()).is_ok_and(|named| named <= failures.count));
    for text in failures.named.iter().flat_map(|item| [&item.path, &item.phase, &item.code, &item.reason]) {
        assert!(text.chars().count() <= 400 && !text.contains(char::is_control), "{text:?}");
    }
}

/// A policy document that is read stays itself when it is written down, and is judged; another is refused in one line.
pub fn policy_document(text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else { return };
    match text.parse::<Document>() {
        Ok(document) => {
            assert_eq!(document.to_json().parse(), Ok(document.clone()));
            let role = Principal::from_arn("arn:aws:iam::123456789012:role/nightferry-transfer").expect("a role");
            let object = Resource::new("arn:aws:s3:::example-backups/home/a.txt", "123456789012");
            let request = Request::new(role, "s3:PutObject", object).with("aws:SecureTransport", "true");
            let policies = Policies { identity: vec![document], ..Policies::default() };
            let _ = evaluate(&request, &policies);
        }
        Err(error) => assert_line(&error.to_string()),
    }
}

fn assert_line(line: &str) {
    assert!(!line.is_empty() && line.chars().count() <= LINE_CHARS_MAX, "{line:?}");
    assert!(!line.contains(is_treacherous), "{line:?}");
}
