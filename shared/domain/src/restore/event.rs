//! AWS Backup's events of restore jobs: hints that name one.
//!
//! They are not of one shape: the state is called `status`, but `state` when the job was just created, and only then the
//! point is all that is known. The job's id is in all of them; nothing else is read.

use serde_json::Value;

use crate::stack::partition_of as partition_of_region;
use crate::state_change::{Ignored, malformed};

/// The job in our form of an ARN.
pub(crate) fn job_arn(event: &Value, account: &str, region: &str) -> Result<String, Ignored> {
    let detail = event.get("detail").ok_or_else(|| malformed("detail", "an object"))?;
    let id = detail.get("restoreJobId").and_then(Value::as_str).ok_or(Ignored::NoExecution)?;
    Ok(format!("arn:{}:backup:{region}:{account}:restore-job:{id}", partition_of(event, region)))
}

/// An event names its partition only inside of other ARNs; a new job's may have none of them.
fn partition_of<'a>(event: &'a Value, region: &str) -> &'a str {
    let resource = event.get("resources").and_then(|resources| resources.get(0)).and_then(Value::as_str);
    let named = resource.and_then(|arn| arn.strip_prefix("arn:")?.split(':').next());
    let fits = |name: &&str| name.starts_with("aws") && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    named.filter(fits).unwrap_or_else(|| partition_of_region(region))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::state_change::{Hint, read};

    const EVENTS: [&str; 7] = [
        include_str!("../../../../events/backup-restore-completed-restore-testing.json"),
        include_str!("../../../../events/backup-restore-completed.json"),
        include_str!("../../../../events/backup-restore-created.json"),
        include_str!("../../../../events/backup-restore-failed-instance-profile.json"),
        include_str!("../../../../events/backup-restore-failed.json"),
        include_str!("../../../../events/backup-restore-pending.json"),
        include_str!("../../../../events/backup-restore-running.json"),
    ];

    fn event(text: &str) -> (Value, String, String) {
        let event: Value = serde_json::from_str(text).unwrap();
        let text = |field: &str| event[field].as_str().unwrap().to_owned();
        let (account, region) = (text("account"), text("region"));
        (event, account, region)
    }

    #[test]
    fn every_change_of_a_restore_job_names_it_whatever_its_shape() {
        for text in EVENTS {
            let (event, account, region) = event(text);
            let Hint::LookAt(job) = read(&event, &account, &region) else { panic!("{text}") };
            assert_eq!(job.id(), event["detail"]["restoreJobId"].as_str().unwrap());
            assert_eq!((job.account(), job.region()), (account.as_str(), region.as_str()));
        }
    }

    #[test]
    fn a_forged_or_broken_restore_event_is_ignored() {
        for (pointer, value) in [
            ("/account", json!("210987654321")),
            ("/region", json!("us-east-1")),
            ("/detail/restoreJobId", json!("a/b")),
            ("/detail/restoreJobId", json!(7)),
            ("/detail/restoreJobId", json!("")),
            ("/detail", json!("x")),
            ("/detail-type", json!("Restore Job state change")),
        ] {
            let (mut event, account, region) = event(EVENTS[1]);
            *event.pointer_mut(pointer).unwrap() = value;
            assert!(matches!(read(&event, &account, &region), Hint::Ignore(_)), "{pointer}");
        }
    }

    #[test]
    fn the_partition_is_the_resources_or_the_regions() {
        for (resources, region, partition) in [
            (json!(["arn:aws-cn:ec2:cn-north-1::image/ami-1"]), "cn-north-1", "aws-cn"),
            (json!([]), "cn-north-1", "aws-cn"),
            (json!(["arn:evil/:ec2"]), "us-gov-west-1", "aws-us-gov"),
            (json!(null), "ap-northeast-1", "aws"),
        ] {
            assert_eq!(partition_of(&json!({"resources": resources}), region), partition);
        }
    }
}
