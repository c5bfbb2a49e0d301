use super::*;

const EXECUTION: &str =
    "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0a1b2c3d4e5f60718/execution/exec-0f9e8d7c6b5a43210";

#[test]
fn a_schedule_delivered_twice_names_one_run() {
    let nightly: ScheduleName = "nightly".parse().unwrap();
    let at: Timestamp = "2026-11-20T21:00:00Z".parse().unwrap();
    assert_eq!(RunId::scheduled(&nightly, at).as_str(), "nightly-2026-11-20T21-00-00Z");
    assert_eq!(RunId::scheduled(&nightly, at), RunId::scheduled(&nightly, at));
}

#[test]
fn a_restores_run_is_told_from_that_of_a_schedule_of_its_name() {
    let at: Timestamp = "2026-11-20T21:00:00Z".parse().unwrap();
    for (is_drill, id) in [(false, "restore-2026-11-20T21-00-00Z-00ff"), (true, "drill-2026-11-20T21-00-00Z-00ff")] {
        let run = RunId::restore(at, 255, is_drill);
        assert_eq!((run.as_str(), run.is_restore()), (id, true));
        assert_eq!(run.restore_kind(), id.split('-').next());
    }
    for name in ["restore", "drill", "restore-drill", "nightly"] {
        assert!(!RunId::scheduled(&name.parse().unwrap(), at).is_restore(), "{name}");
    }
    assert!(!RunId::manual(at, 1).is_restore());
}

#[test]
fn an_execution_knows_its_task() {
    let execution: ExecutionArn = EXECUTION.parse().unwrap();
    assert_eq!(
        execution.task().unwrap().as_str(),
        "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0a1b2c3d4e5f60718"
    );
    assert_eq!(RunId::rerun_of(&execution).as_str(), "rerun-exec-0f9e8d7c6b5a43210");
}

#[test]
fn a_batch_job_is_an_execution_without_a_task() {
    let job: ExecutionArn = "arn:aws-cn:s3:cn-north-1:123456789012:job/7d0f2c1e-8a4b".parse().unwrap();
    assert_eq!((job.engine(), job.task(), job.id()), (Engine::Batch, None, "7d0f2c1e-8a4b"));
    assert_eq!((job.region(), job.account()), ("cn-north-1", "123456789012"));
    assert_eq!(EXECUTION.parse::<ExecutionArn>().unwrap().engine(), Engine::DataSync);
}

#[test]
fn jobs_of_aws_backup_are_executions_in_a_form_of_ours() {
    let job = "arn:aws:backup:ap-northeast-1:123456789012:backup-job:8F1D2C3B-4A59-6877-8695-A4B3C2D1E0F9";
    let job: ExecutionArn = job.parse().unwrap();
    assert_eq!((job.engine(), job.task(), job.id()), (Engine::Backup, None, "8F1D2C3B-4A59-6877-8695-A4B3C2D1E0F9"));
    assert_eq!((job.region(), job.account()), ("ap-northeast-1", "123456789012"));
    assert_eq!(RunId::rerun_of(&job).as_str(), "rerun-8F1D2C3B-4A59-6877-8695-A4B3C2D1E0F9");
    let restore: ExecutionArn = "arn:aws:backup:eu-west-1:123456789012:restore-job:9A".parse().unwrap();
    assert_eq!((restore.engine(), restore.id()), (Engine::Restore, "9A"));
}

#[test]
fn what_is_not_an_execution_is_refused() {
    for wrong in [
        "arn:aws:s3:ap-northeast-1:123456789012:job/7d0f",
        "arn:aws:s3:ap-northeast-1:123456789012:job/7d0f2c1e-8a4b-4c6d-9e0f-1a2b3c4d5e6f7",
        "arn:aws:s3:ap-northeast-1:123456789012:job/7d0f2c1e/8a4b",
        "arn:aws:s3::123456789012:job/7d0f2c1e",
        "arn:aws:s3:::bucket",
        "arn:aws:backup:ap-northeast-1:123456789012:backup-vault:EC2",
        "arn:aws:backup:ap-northeast-1:123456789012:backup-job:",
        "arn:aws:backup:ap-northeast-1:123456789012:backup-job:a/b",
        "arn:aws:ec2:ap-northeast-1:123456789012:backup-job:8F1D2C3B",
        "",
        "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0a1b2c3d4e5f60718",
        "arn:aws:datasync:ap-northeast-1:1234:task/task-0a1b2c3d4e5f60718/execution/exec-0f9e8d7c6b5a43210",
        "arn:aws:s3:ap-northeast-1:123456789012:task/task-0a1b2c3d4e5f60718/execution/exec-0f9e8d7c6b5a43210",
        "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0a1b2c3d4e5f60718/execution/exec-0F9e8d7c6b5a43210",
        "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0a1b2c3d4e5f60718/execution/exec-1\n",
    ] {
        assert!(wrong.parse::<ExecutionArn>().is_err(), "{wrong:?}");
    }
}

#[test]
fn an_attempt_id_reads_back() {
    let id: AttemptId = "nightly-2026-11-20T21-00-00Z/home/2".parse().unwrap();
    assert_eq!(id.number, 2);
    assert_eq!(id.to_string().parse::<AttemptId>().unwrap(), id);
    assert!("a/b".parse::<AttemptId>().is_err());
    assert!("a/b/c/1".parse::<AttemptId>().is_err());
}

#[test]
fn a_run_id_is_plain_and_neither_empty_nor_long() {
    for right in ["a", "Nightly_2-x", &"n".repeat(80)] {
        assert_eq!(right.parse::<RunId>().unwrap().to_string(), right);
    }
    for wrong in ["", "a/b", "a.b", "a b", &"n".repeat(81)] {
        assert!(wrong.parse::<RunId>().is_err(), "{wrong:?}");
    }
}

#[test]
fn a_task_is_named_by_the_end_of_its_arn() {
    let execution: ExecutionArn = EXECUTION.parse().unwrap();
    assert_eq!((execution.task().unwrap().id(), execution.id()), ("task-0a1b2c3d4e5f60718", "exec-0f9e8d7c6b5a43210"));
}

#[test]
fn an_attempt_id_is_stored_as_its_text() {
    let id: AttemptId = "nightly-1/home/2".parse().unwrap();
    let stored = serde_json::to_string(&id).unwrap();
    assert_eq!(stored, "\"nightly-1/home/2\"");
    assert_eq!(serde_json::from_str::<AttemptId>(&stored).unwrap(), id);
}
