//! AWS's state-change events: hints that name an execution or an agent. An event never carries an outcome.

use serde_json::Value;

use crate::ids::{AgentArn, Engine, ExecutionArn};
use crate::printable::quoted;

/// What an event amounts to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// Something happened to this execution; Describe tells what.
    LookAt(ExecutionArn),
    /// This agent came or went; Describe tells which.
    LookAtAgent(AgentArn),
    /// Nothing for us, and why.
    Ignore(Ignored),
}

/// Why an event is none of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Ignored {
    /// Not an event envelope at all.
    #[error("not an event: `{field}` is missing or not {expected}")]
    Malformed {
        /// The envelope's field.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// Another service's, or another kind of event.
    #[error("`{detail_type}` from `{source_name}` is not watched")]
    Unwatched {
        /// `source`
        source_name: String,
        /// `detail-type`
        detail_type: String,
    },
    /// Forwarded from, or forged for, another account or Region.
    #[error("it is about account {account}, Region {region}, not ours")]
    Foreign {
        /// The envelope's account.
        account: String,
        /// The envelope's Region.
        region: String,
    },
    /// It does not name exactly one execution of the service that it says it comes from.
    #[error("it does not name one execution of its service")]
    NoExecution,
    /// It does not name exactly one agent of this account and Region.
    #[error("it does not name one agent")]
    NoAgent,
    /// The service has no such execution, or no longer.
    #[error("the service does not know this execution")]
    Unknown,
}

/// Reads an event envelope. The account and the Region must be ours, in the envelope and in the ARN.
#[must_use]
pub fn read(event: &Value, account: &str, region: &str) -> Hint {
    hint_of(event, account, region).unwrap_or_else(Hint::Ignore)
}

/// What an event is about.
#[derive(Clone, Copy)]
enum Subject {
    Execution(Engine),
    Agent,
}

fn hint_of(event: &Value, account: &str, region: &str) -> Result<Hint, Ignored> {
    // Compared as it came: what is only alike once it is made fit for a log line is not AWS's.
    let text = |field: &'static str| event.get(field).and_then(Value::as_str).ok_or_else(|| malformed(field, "text"));
    let (source_name, detail_type) = (text("source")?, text("detail-type")?);
    let subject = match (source_name, detail_type) {
        ("aws.datasync", "DataSync Task Execution State Change") => Subject::Execution(Engine::DataSync),
        ("aws.datasync", "DataSync Agent State Change") => Subject::Agent,
        ("aws.s3", "AWS Service Event via CloudTrail") => Subject::Execution(Engine::Batch),
        ("aws.backup", "Backup Job State Change") => Subject::Execution(Engine::Backup),
        ("aws.backup", "Restore Job State Change") => Subject::Execution(Engine::Restore),
        _ => return Err(Ignored::Unwatched { source_name: quoted(source_name), detail_type: quoted(detail_type) }),
    };
    let (from_account, from_region) = (text("account")?, text("region")?);
    if from_account != account || from_region != region {
        return Err(Ignored::Foreign { account: quoted(from_account), region: quoted(from_region) });
    }
    match subject {
        Subject::Execution(engine) => execution_of(event, engine, account, region).map(Hint::LookAt),
        Subject::Agent => agent_of(event, account, region).map(Hint::LookAtAgent),
    }
}

fn agent_of(event: &Value, account: &str, region: &str) -> Result<AgentArn, Ignored> {
    let agent: AgentArn = resource(event)?.ok_or(Ignored::NoAgent)?.parse().map_err(|_| Ignored::NoAgent)?;
    if agent.is_of(account, region) { Ok(agent) } else { Err(Ignored::NoAgent) }
}

fn execution_of(event: &Value, engine: Engine, account: &str, region: &str) -> Result<ExecutionArn, Ignored> {
    let named = match engine {
        Engine::DataSync => resource(event)?.ok_or(Ignored::NoExecution)?.to_owned(),
        Engine::Batch => batch_job(event)?.to_owned(),
        Engine::Backup => backup_job(event, account, region)?,
        Engine::Restore => crate::restore::event::job_arn(event, account, region)?,
    };
    let execution: ExecutionArn = named.parse().map_err(|_| Ignored::NoExecution)?;
    let is_ours = execution.engine() == engine && execution.region() == region && execution.account() == account;
    if is_ours { Ok(execution) } else { Err(Ignored::NoExecution) }
}

/// DataSync names what it tells of as the event's one resource.
fn resource(event: &Value) -> Result<Option<&str>, Ignored> {
    let resources = event.get("resources").and_then(Value::as_array).ok_or_else(|| malformed("resources", "a list"))?;
    let [resource] = resources.as_slice() else { return Ok(None) };
    Ok(resource.as_str())
}

/// Changes of batch jobs come through `CloudTrail`, which leaves `resources` empty.
fn batch_job(event: &Value) -> Result<&str, Ignored> {
    let detail = event.get("detail").ok_or_else(|| malformed("detail", "an object"))?;
    let text = |field: &str| detail.get(field).and_then(Value::as_str).unwrap_or_default();
    let name = text("eventName");
    if text("eventSource") != "s3.amazonaws.com" || !["JobCreated", "JobStatusChanged"].contains(&name) {
        return Err(Ignored::Unwatched { source_name: quoted(text("eventSource")), detail_type: quoted(name) });
    }
    let job = detail.get("serviceEventDetails").and_then(|details| details.get("jobArn")).and_then(Value::as_str);
    job.ok_or(Ignored::NoExecution)
}

/// AWS Backup names its job by an id alone; a job that has just been created says hardly more of itself than that. Its
/// `resources` are empty until there is a recovery point, and then name only that.
fn backup_job(event: &Value, account: &str, region: &str) -> Result<String, Ignored> {
    let detail = event.get("detail").ok_or_else(|| malformed("detail", "an object"))?;
    let id = detail.get("backupJobId").and_then(Value::as_str).ok_or(Ignored::NoExecution)?;
    let partition = crate::stack::partition_of(region);
    Ok(format!("arn:{partition}:backup:{region}:{account}:backup-job:{id}"))
}

pub(crate) fn malformed(field: &'static str, expected: &'static str) -> Ignored {
    Ignored::Malformed { field, expected }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const EXECUTION: &str =
        "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0a1b2c3d4e5f60718/execution/exec-0f9e8d7c6b5a43210";

    fn event() -> Value {
        json!({
            "source": "aws.datasync", "detail-type": "DataSync Task Execution State Change",
            "account": "123456789012", "region": "ap-northeast-1", "resources": [EXECUTION],
            "detail": {"State": "SUCCESS"}
        })
    }

    #[test]
    fn an_event_names_an_execution_whatever_state_it_claims() {
        for state in ["SUCCESS", "ERROR", "LAUNCHED", "SOMETHING NEW"] {
            let mut event = event();
            event["detail"]["State"] = json!(state);
            assert_eq!(read(&event, "123456789012", "ap-northeast-1"), Hint::LookAt(EXECUTION.parse().unwrap()));
        }
    }

    #[test]
    fn another_accounts_event_is_ignored() {
        let hint = read(&event(), "210987654321", "ap-northeast-1");
        assert!(matches!(hint, Hint::Ignore(Ignored::Foreign { .. })));
        let mut forged = event();
        forged["account"] = json!("210987654321");
        assert_eq!(read(&forged, "210987654321", "ap-northeast-1"), Hint::Ignore(Ignored::NoExecution));
    }

    #[test]
    fn regression_a_name_that_is_ours_only_without_its_hidden_characters_is_not_ours() {
        for field in ["source", "detail-type", "account", "region"] {
            for hidden in ["\u{0}", "\u{1b}", "\u{7f}", "\n"] {
                let mut event = event();
                event[field] = json!(format!("{}{hidden}", event[field].as_str().unwrap()));
                assert!(matches!(read(&event, "123456789012", "ap-northeast-1"), Hint::Ignore(_)), "{field}");
            }
        }
    }

    #[test]
    fn dropping_any_field_that_is_read_is_never_a_hint() {
        for field in ["source", "detail-type", "account", "region", "resources"] {
            let mut event = event();
            let _ = event.as_object_mut().unwrap().remove(field);
            assert!(matches!(read(&event, "123456789012", "ap-northeast-1"), Hint::Ignore(_)), "{field}");
        }
    }

    #[test]
    fn another_service_and_another_kind_of_event_are_ignored() {
        for (field, word) in [("source", "aws.s3"), ("detail-type", "DataSync Location State Change")] {
            let mut event = event();
            event[field] = json!(word);
            let hint = read(&event, "123456789012", "ap-northeast-1");
            assert!(matches!(hint, Hint::Ignore(Ignored::Unwatched { .. })), "{hint:?}");
        }
    }

    const AGENT: &str = "arn:aws:datasync:ap-northeast-1:123456789012:agent/agent-0c0ffee0c0ffee012";

    #[test]
    fn an_agents_event_names_the_agent_whatever_state_it_claims() {
        for text in [
            include_str!("../../../events/datasync-agent-offline.json"),
            include_str!("../../../events/datasync-agent-online.json"),
        ] {
            let event: Value = serde_json::from_str(text).unwrap();
            assert_eq!(read(&event, "123456789012", "ap-northeast-1"), Hint::LookAtAgent(AGENT.parse().unwrap()));
        }
    }

    #[test]
    fn an_agents_event_that_does_not_name_one_agent_of_ours_is_ignored() {
        let mut event = event();
        event["detail-type"] = json!("DataSync Agent State Change");
        let elsewhere = [AGENT.replace("ap-northeast-1", "us-east-1"), AGENT.replace("123456789012", "210987654321")];
        for resources in [
            json!([EXECUTION]),
            json!([]),
            json!([AGENT, AGENT]),
            json!([7]),
            json!([format!("{AGENT}\n")]),
            json!([AGENT.to_uppercase()]),
            json!([elsewhere[0]]),
            json!([elsewhere[1]]),
        ] {
            event["resources"] = resources.clone();
            let hint = read(&event, "123456789012", "ap-northeast-1");
            assert_eq!(hint, Hint::Ignore(Ignored::NoAgent), "{resources}");
        }
    }

    const BATCH_EVENTS: [&str; 13] = [
        include_str!("../../../events/s3batch-job-active.json"),
        include_str!("../../../events/s3batch-job-cancelled.json"),
        include_str!("../../../events/s3batch-job-cancelling.json"),
        include_str!("../../../events/s3batch-job-complete.json"),
        include_str!("../../../events/s3batch-job-completing.json"),
        include_str!("../../../events/s3batch-job-created.json"),
        include_str!("../../../events/s3batch-job-failed-manifest.json"),
        include_str!("../../../events/s3batch-job-failed-threshold.json"),
        include_str!("../../../events/s3batch-job-failing.json"),
        include_str!("../../../events/s3batch-job-paused.json"),
        include_str!("../../../events/s3batch-job-preparing.json"),
        include_str!("../../../events/s3batch-job-ready.json"),
        include_str!("../../../events/s3batch-job-suspended.json"),
    ];

    fn batch_event() -> Value {
        serde_json::from_str(BATCH_EVENTS[12]).unwrap()
    }

    #[test]
    fn every_change_of_a_batch_job_names_it() {
        for text in BATCH_EVENTS {
            let event: Value = serde_json::from_str(text).unwrap();
            let (account, region) = (event["account"].as_str().unwrap(), event["region"].as_str().unwrap());
            let job = event["detail"]["serviceEventDetails"]["jobArn"].as_str().unwrap().parse().unwrap();
            assert_eq!(read(&event, account, region), Hint::LookAt(job));
        }
    }

    const BACKUP_EVENTS: [&str; 11] = [
        include_str!("../../../events/backup-job-aborted.json"),
        include_str!("../../../events/backup-job-completed-with-issues.json"),
        include_str!("../../../events/backup-job-completed.json"),
        include_str!("../../../events/backup-job-created.json"),
        include_str!("../../../events/backup-job-expired-window.json"),
        include_str!("../../../events/backup-job-expired.json"),
        include_str!("../../../events/backup-job-failed-role.json"),
        include_str!("../../../events/backup-job-failed.json"),
        include_str!("../../../events/backup-job-partial.json"),
        include_str!("../../../events/backup-job-pending.json"),
        include_str!("../../../events/backup-job-running.json"),
    ];

    #[test]
    fn every_change_of_a_backup_job_names_it_in_whatever_shape() {
        for text in BACKUP_EVENTS {
            let event: Value = serde_json::from_str(text).unwrap();
            let id = event["detail"]["backupJobId"].as_str().unwrap();
            let job = format!("arn:aws:backup:ap-northeast-1:123456789012:backup-job:{id}").parse().unwrap();
            assert_eq!(read(&event, "123456789012", "ap-northeast-1"), Hint::LookAt(job));
        }
    }

    #[test]
    fn a_backup_event_without_a_plain_id_or_of_another_kind_is_ignored() {
        let good: Value = serde_json::from_str(BACKUP_EVENTS[2]).unwrap();
        for (pointer, word) in [
            ("/detail/backupJobId", json!("a/b")),
            ("/detail/backupJobId", json!("")),
            ("/detail/backupJobId", json!(7)),
            ("/detail", json!(null)),
            ("/detail-type", json!("Copy Job State Change")),
            ("/detail-type", json!("Recovery Point State Change")),
            ("/account", json!("210987654321")),
        ] {
            let mut event = good.clone();
            *event.pointer_mut(pointer).unwrap() = word.clone();
            let hint = read(&event, "123456789012", "ap-northeast-1");
            assert!(matches!(hint, Hint::Ignore(_)), "{pointer} {word}: {hint:?}");
        }
    }

    #[test]
    fn other_calls_that_cloudtrail_tells_of_are_ignored() {
        for (pointer, word) in [
            ("/detail/eventName", "PutBucketPolicy"),
            ("/detail/eventSource", "iam.amazonaws.com"),
            ("/detail/serviceEventDetails/jobArn", "arn:aws:s3:us-east-1:999999999999:job/7d0f2c1e-8a4b"),
            ("/detail/serviceEventDetails/jobArn", EXECUTION),
            ("/detail/serviceEventDetails/jobArn", "no ARN"),
            ("/account", "210987654321"),
        ] {
            let mut event = batch_event();
            *event.pointer_mut(pointer).unwrap() = json!(word);
            let hint = read(&event, "123456789012", "ap-northeast-1");
            assert!(matches!(hint, Hint::Ignore(_)), "{pointer} {word}: {hint:?}");
        }
    }
}
