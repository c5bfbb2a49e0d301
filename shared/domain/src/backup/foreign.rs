//! A job of a backup plan that no attempt owns yet: which machine of which job of the plan, and which night expects it.

use jiff::{SignedDuration, Timestamp};

use super::Starter;
use super::expand::machine_of;
use super::seen::BackupObservation;
use crate::ids::RunId;
use crate::job_spec::{DeployedPlan, JobSpec};
use crate::limits::EXPECTED_EARLY_SECS;
use crate::plan::{Fire, JobName, fire_times};

/// Fires that are looked at around a job's creation.
const FIRES_LOOKED_AT: usize = 60;

/// The planned machine that a job of AWS Backup's own schedule backs up; `None` for anybody else's job.
#[must_use]
pub fn planned<'a>(plan: &'a DeployedPlan, seen: &BackupObservation) -> Option<(&'a JobSpec, JobName)> {
    let by_plan = seen.plan_id.as_ref()?;
    let machine = machine_of(seen.resource.as_deref()?)?;
    let is_by_plan = |job: &&JobSpec| {
        job.work
            .backup()
            .is_some_and(|work| matches!(&work.start, Starter::AwsBackup { plan_id } if plan_id == by_plan))
    };
    let job = plan.jobs.iter().find(is_by_plan)?;
    Some((job, job.name.of_machine(&machine)))
}

/// The night that expects a job which AWS Backup created then: of both schedules, which fire at the same minute.
#[must_use]
pub fn expecting_run(plan: &DeployedPlan, job: &JobSpec, created_at: Timestamp) -> Option<RunId> {
    let early = SignedDuration::from_secs(EXPECTED_EARLY_SECS);
    let (since, until) = (created_at.saturating_sub(early).ok()?, created_at.saturating_add(early).ok()?);
    let fires = fire_times(plan.schedules.get(&job.schedule)?, since, FIRES_LOOKED_AT).ok()?;
    let near = fires.iter().filter_map(Fire::at).map(jiff::Zoned::timestamp).filter(|at| *at <= until);
    let nearest = near.min_by_key(|at| at.duration_since(created_at).as_secs().abs())?;
    Some(RunId::scheduled(&job.schedule, nearest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::{BackupState, BackupWork, sample};
    use crate::job_spec::Work;
    use crate::job_spec::tests::plan;
    use crate::plan::Schedule;

    fn seen(plan_id: Option<&str>, resource: &str) -> BackupObservation {
        BackupObservation {
            execution: "arn:aws:backup:ap-northeast-1:123456789012:backup-job:8F1D".parse().unwrap(),
            state: BackupState::Failed,
            message: None,
            category: None,
            resource: Some(resource.into()),
            vault: None,
            role: None,
            recovery_point: None,
            bytes: None,
            percent: None,
            plan_id: plan_id.map(str::to_owned),
            created_at: None,
            start_by: None,
            ended_at: None,
        }
    }

    fn deployed() -> DeployedPlan {
        let mut plan = plan();
        let work = BackupWork { start: Starter::AwsBackup { plan_id: "p-1".into() }, ..sample() };
        let schedule = Schedule { cron: "0 6 * * ? *".into(), timezone: "Asia/Tokyo".into() };
        let name: JobName = "servers".parse().unwrap();
        let _ = plan.schedules.insert("nightly".parse().unwrap(), schedule);
        plan.jobs.push(JobSpec { name, work: Work::Backup(work), ..plan.jobs[0].clone() });
        plan
    }

    const MACHINE: &str = "arn:aws:ec2:ap-northeast-1:123456789012:instance/i-0123456789abcdef0";

    #[test]
    fn a_job_of_our_backup_plan_is_of_a_machine_of_its_job_and_others_are_not() {
        let plan = deployed();
        let (_, name) = planned(&plan, &seen(Some("p-1"), MACHINE)).unwrap();
        assert_eq!(name.as_str(), "servers.i-0123456789abcdef0");
        assert!(planned(&plan, &seen(Some("p-2"), MACHINE)).is_none());
        assert!(planned(&plan, &seen(None, MACHINE)).is_none());
        assert!(planned(&plan, &seen(Some("p-1"), "arn:aws:rds:x")).is_none());
    }

    #[test]
    fn a_job_made_around_a_fire_time_is_expected_by_that_night() {
        let plan = deployed();
        let (job, _) = planned(&plan, &seen(Some("p-1"), MACHINE)).unwrap();
        let at = |text: &str| expecting_run(&plan, job, text.parse().unwrap()).map(|run| run.to_string());
        let night = Some("nightly-2026-11-20T21-00-00Z".to_owned());
        assert_eq!(at("2026-11-20T21:00:05Z"), night);
        assert_eq!(at("2026-11-20T20:59:40Z"), night);
        assert_eq!(at("2026-11-20T12:00:00Z"), None);
    }
}
