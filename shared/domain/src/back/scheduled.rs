//! A copy of files that the plan's schedule rehearses: the one job of the run, by the task that `apply` made for it.

use super::Back;
use crate::job_spec::{JobSpec, Overlap, ReportPlace, Standing, Transfer, Verify, Work};

/// How long a drill may take, in seconds. Its workflow ends after 48 hours; there has to be time left for the verdict.
const COMPLETE_WITHIN_SECS: u32 = 40 * 3_600;
const ATTEMPTS_MAX: u32 = 3;
const RETRY_WAIT_SECS: u32 = 300;

/// The drill of a plan's job; nothing where no schedule rehearses it, or its task is not there.
#[must_use]
pub fn drill_of(job: &JobSpec) -> Option<JobSpec> {
    let night = job.work.transfer()?;
    let standing = night.drill.as_deref()?;
    Some(JobSpec {
        name: job.name.clone(),
        schedule: standing.schedule.clone(),
        attempts_max: ATTEMPTS_MAX,
        retry_wait_secs: RETRY_WAIT_SECS,
        complete_within_secs: COMPLETE_WITHIN_SECS,
        overlap: Overlap::Wait,
        work: Work::DataSync(transfer(night, standing)),
    })
}

fn transfer(night: &Transfer, standing: &Standing) -> Transfer {
    let Standing { task, to, task_reports, .. } = standing.clone();
    Transfer {
        task,
        from: night.to.clone(),
        to,
        verify: Verify::Transferred,
        transfers_all: true,
        agent: None,
        task_reports: ReportPlace { bucket: night.task_reports.bucket.clone(), prefix: task_reports },
        drill: None,
        back: Some(Box::new(Back {
            locations: vec![],
            only: vec![],
            notes: vec![format!(
                "what older drills brought to {} and is not in the copy any more is still there",
                standing.to
            )],
            is_drill: true,
            standing: Some(night.task.clone()),
        })),
        ..night.clone()
    }
}
