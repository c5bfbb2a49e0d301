//! S3 Batch Operations: jobs that live as their scripts say, and their events.

use nightferry_domain::batch::{BatchCounts, BatchState, FailureReason, ReplicaState};

use super::Simulation;
use super::queue::{Step, What};
use crate::fake::report_of;
use crate::script::{Ending, Script};

/// Seconds in which a job lists its objects.
const LISTS_SECS: i64 = 40;

impl Simulation {
    pub(super) fn batch_job_starts(&mut self, at: usize) {
        let name = self.fake.state.borrow().batch_jobs[at].order.as_ref().map(|order| order.attempt.to_string());
        let name = name.unwrap_or_default();
        let script = self.night.script(&name, &mut self.chance.borrow_mut());
        self.told(|| format!("batch job {at} of {name} begins: {script:?}"));
        self.put(self.now_ms + LISTS_SECS * 1_000, What::BatchJob { at, epoch: 0, step: Step::Lists });
        if let Some(secs) = script.unknown_from_secs {
            self.put(self.now_ms + secs * 1_000, What::BatchJob { at, epoch: 1, step: Step::BecomesUnknown });
        }
        let _ = self.batch_scripts.insert(at, (script, 0));
    }

    pub(super) fn batch_job_is_confirmed(&mut self, at: usize) {
        let Some((script, epoch)) = self.batch_scripts.get_mut(&at).filter(|(_, epoch)| *epoch == 0) else { return };
        *epoch = 1;
        if let Some(secs) = script.lasts_secs {
            self.put(self.now_ms + secs * 1_000, What::BatchJob { at, epoch: 1, step: Step::Ends });
        }
    }

    pub(super) fn batch_job_is_cancelled(&mut self, at: usize) {
        let Some((script, epoch)) = self.batch_scripts.get_mut(&at).filter(|(_, epoch)| *epoch < 2) else { return };
        *epoch = 2;
        let ends_ms = self.now_ms + script.cancel_takes_secs * 1_000;
        self.put(ends_ms, What::BatchJob { at, epoch: 2, step: Step::EndsCancelled });
    }

    pub(super) fn batch_job_goes_on(&mut self, at: usize, epoch: u32, step: Step) {
        let Some((script, now_epoch)) = self.batch_scripts.get(&at).cloned() else { return };
        if epoch != now_epoch {
            return;
        }
        self.told(|| format!("batch job {at}: {step:?}"));
        match step {
            Step::Lists => self.lists(at, &script),
            Step::BecomesUnknown => {
                let seen = &mut self.fake.state.borrow_mut().batch_jobs[at].seen;
                seen.state = BatchState::Unrecognised("Resting".to_owned());
            }
            Step::Ends => self.batch_job_ends(at, &script, false),
            Step::EndsCancelled => self.batch_job_ends(at, &script, true),
            Step::Reports => self.batch_report_arrives(at, &script),
            Step::Vanishes => self.fake.state.borrow_mut().batch_jobs[at].is_gone = true,
        }
    }

    fn lists(&mut self, at: usize, script: &Script) {
        let reason = match script.ending {
            Ending::NothingToDo => Some("Manifest generation found no keys matching the filter criteria."),
            Ending::Denied => Some("Reading the manifest is forbidden: AccessDenied"),
            Ending::Good
            | Ending::LeftBehind
            | Ending::NamedInReport
            | Ending::CountedFailed
            | Ending::Unverified
            | Ending::PhaseFailed
            | Ending::CountMissing
            | Ending::Broken => None,
        };
        let now = self.now();
        {
            let mut state = self.fake.state.borrow_mut();
            let job = &mut state.batch_jobs[at];
            if let Some(reason) = reason {
                job.seen.state = BatchState::Failed;
                job.seen.ended_at = Some(now);
                job.seen.failures = vec![FailureReason { code: "ManifestError".into(), reason: reason.into() }];
            } else {
                job.seen.state = BatchState::Suspended;
                job.seen.counts = BatchCounts { total: Some(objects(script)), succeeded: Some(0), failed: Some(0) };
                job.suspended_at = Some(now);
            }
        }
        if reason.is_some() {
            let _ = self.batch_scripts.insert(at, (script.clone(), 3));
        }
        self.batch_event(at);
    }

    fn batch_job_ends(&mut self, at: usize, script: &Script, is_cancelled: bool) {
        let _ = self.batch_scripts.insert(at, (script.clone(), 3));
        let now = self.now();
        {
            let mut state = self.fake.state.borrow_mut();
            let job = &mut state.batch_jobs[at];
            job.seen.ended_at = Some(now);
            if is_cancelled {
                job.seen.state = BatchState::Cancelled;
            } else {
                ends(&mut job.seen, &mut job.replicas, script);
            }
        }
        if script.report_after_secs == Some(0) {
            self.batch_report_arrives(at, script);
        }
        for (secs, step) in [(script.report_after_secs, Step::Reports), (script.vanishes_after_secs, Step::Vanishes)] {
            if let Some(secs) = secs {
                self.put(self.now_ms + secs * 1_000, What::BatchJob { at, epoch: 3, step });
            }
        }
        self.batch_event(at);
    }

    fn batch_report_arrives(&mut self, at: usize, script: &Script) {
        let mut state = self.fake.state.borrow_mut();
        let seen = &state.batch_jobs[at].seen;
        if seen.state == BatchState::Cancelled {
            return;
        }
        let failed = match script.ending {
            Ending::LeftBehind | Ending::NamedInReport => 1,
            Ending::Broken => seen.counts.failed.unwrap_or_default().min(5),
            Ending::Good
            | Ending::NothingToDo
            | Ending::CountedFailed
            | Ending::Unverified
            | Ending::PhaseFailed
            | Ending::CountMissing
            | Ending::Denied => 0,
        };
        let copied = seen.counts.succeeded.unwrap_or(3) - u64::from(leaves_a_row_away(script));
        let report = report_of(copied, failed);
        let job = seen.execution.clone();
        let _ = state.batch_reports.insert(job, report);
    }
}

fn objects(script: &Script) -> u64 {
    u64::try_from(script.files).unwrap_or(1).max(2)
}

/// Of the jobs whose copies are in doubt, every other one shows it in its report only: an object has no row there.
fn leaves_a_row_away(script: &Script) -> bool {
    script.ending == Ending::Unverified && script.files % 2 == 1
}

/// What becomes of a job that was let through and not cancelled.
fn ends(seen: &mut nightferry_domain::batch::BatchObservation, replicas: &mut ReplicaState, script: &Script) {
    let total = objects(script);
    seen.state = BatchState::Complete;
    seen.counts = BatchCounts { total: Some(total), succeeded: Some(total), failed: Some(0) };
    match script.ending {
        Ending::Good | Ending::NothingToDo | Ending::NamedInReport | Ending::Denied => {}
        Ending::LeftBehind | Ending::CountedFailed => {
            seen.counts.succeeded = Some(total - 1);
            seen.counts.failed = Some(1);
        }
        Ending::PhaseFailed => seen.counts.succeeded = Some(total - 1),
        Ending::Unverified if leaves_a_row_away(script) => {}
        Ending::Unverified => *replicas = ReplicaState::Failed,
        Ending::CountMissing => seen.counts.succeeded = None,
        Ending::Broken => {
            seen.state = BatchState::Failed;
            seen.counts = BatchCounts { total: Some(total), succeeded: Some(total / 3), failed: Some(total / 3 + 1) };
            let reason = "Job failed: more than 50 percent of its tasks failed".to_owned();
            seen.failures = vec![FailureReason { code: "FailureThreshold".into(), reason }];
        }
    }
}
