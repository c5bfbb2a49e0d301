use super::*;
use crate::destination::FilesEnd;

pub(crate) fn task(id: u8) -> TaskArn {
    format!("arn:aws:datasync:ap-northeast-1:123456789012:task/task-000000000000000{id:02x}").parse().unwrap()
}

pub(crate) fn spec(name: &str, schedule: &str, id: u8) -> JobSpec {
    JobSpec {
        name: name.parse().unwrap(),
        schedule: schedule.parse().unwrap(),
        attempts_max: 3,
        retry_wait_secs: 10,
        complete_within_secs: 3_600,
        overlap: Overlap::Wait,
        work: Work::DataSync(Transfer {
            task: task(id),
            from: "efs".into(),
            to: "s3".into(),
            destination: crate::destination::BucketEnd {
                bucket: "b".into(),
                prefix: String::new(),
                bucket_access_role: "r".into(),
            }
            .into(),
            verify: Verify::Transferred,
            transfers_all: false,
            agent: None,
            is_enhanced: false,
            task_reports: ReportPlace { bucket: "r".into(), prefix: "task-reports/".into() },
            reach: crate::reach::Reach::default(),
            drill: None,
            back: None,
        }),
    }
}

/// A folder of a file system as destination.
pub(crate) fn files() -> FilesEnd {
    FilesEnd {
        file_system: "arn:aws:elasticfilesystem:ap-northeast-1:123456789012:file-system/fs-0123456789abcdef0".into(),
        folder: "/copies".into(),
        access_point: None,
        subnet: "subnet-0a1b2c3d".into(),
        security_groups: vec!["sg-0a1b2c3d".into()],
    }
}

pub(crate) fn plan() -> DeployedPlan {
    DeployedPlan {
        version: DeployedPlan::VERSION,
        applied_at: jiff::Timestamp::UNIX_EPOCH,
        schedules: std::collections::BTreeMap::new(),
        jobs: vec![spec("home", "nightly", 1), spec("mail", "nightly", 2), spec("photos", "weekly", 3)],
        keep_records_days: 400,
        concurrency: 7,
    }
}

#[test]
fn a_task_belongs_to_the_job_that_it_was_made_for() {
    let plan = plan();
    assert_eq!(plan.job_with_task(&task(2)).map(|job| job.name.as_str()), Some("mail"));
    assert_eq!(plan.job_with_task(&task(9)), None);
}

#[test]
fn a_plan_from_before_concurrency_runs_as_many_jobs_at_once_as_then() {
    let mut stored = serde_json::to_value(plan()).unwrap();
    let _ = stored.as_object_mut().unwrap().remove("concurrency");
    assert_eq!(serde_json::from_value::<DeployedPlan>(stored).unwrap().concurrency, 40);
}

#[test]
fn a_bucket_is_stored_as_ever_and_a_file_system_beside_it_is_told_apart() {
    let mut plan = plan();
    let stored = serde_json::to_value(&plan).unwrap();
    let work = &stored["jobs"][0]["work"];
    assert_eq!((&work["bucket"], &work["bucket_access_role"]), (&"b".into(), &"r".into()), "as earlier versions did");
    let Work::DataSync(transfer) = &mut plan.jobs[1].work else { panic!("a transfer") };
    transfer.destination = files().into();
    let stored = serde_json::to_value(&plan).unwrap();
    assert_eq!(serde_json::from_value::<DeployedPlan>(stored).unwrap(), plan);
}

#[test]
fn a_replicated_bucket_is_stored_with_its_engine_and_owns_no_task() {
    let mut plan = plan();
    plan.jobs[1].work = Work::Replicate(crate::replication::sample());
    let stored = serde_json::to_value(&plan).unwrap();
    assert_eq!(stored["jobs"][1]["work"]["engine"], "replicate");
    assert_eq!(serde_json::from_value::<DeployedPlan>(stored).unwrap(), plan);
    assert_eq!(plan.job_with_task(&task(2)), None);
}
