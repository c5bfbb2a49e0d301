//! AWS Backup: jobs that live as their scripts say, what they leave in the vault, copies, its own schedule, and its events.

use nightferry_domain::backup::machine::Image;
use nightferry_domain::backup::seen::CopyObservation;
use nightferry_domain::backup::{BackupState, CopyState, PointStatus, Starter};

use super::Simulation;
use super::queue::{Step, What};
use crate::fake::News;
use crate::script::{Ending, Script};

/// Seconds from a job's creation until it begins.
const BEGINS_SECS: i64 = 10;
/// Seconds that a copy takes.
const COPIES_SECS: i64 = 200;
/// Of what a recovery point has.
const BYTES: u64 = 8 << 30;

impl Simulation {
    /// AWS Backup's own schedule fires beside ours, for the machines that the night draws.
    pub(super) fn expect_backup_plans(&mut self) {
        for (at_secs, _) in self.night.fires.clone() {
            for (job, after_secs) in self.night.plan_fires.clone() {
                self.put((at_secs + after_secs) * 1_000, What::PlanBacksUp(job));
            }
        }
    }

    pub(super) fn plan_backs_up(&mut self, job: usize) {
        let Some(work) = self.night.jobs[job].work.backup().cloned() else { return };
        let Starter::AwsBackup { plan_id } = &work.start else { return };
        let resource = format!("arn:aws:ec2:ap-northeast-1:123456789012:instance/{}", crate::night::machine_of(job));
        let _ = self.fake.plan_backs_up(plan_id, (&resource, &work.vault, &work.role));
    }

    pub(super) fn backup_starts(&mut self, at: usize) {
        let name = {
            let state = self.fake.state.borrow();
            let job = &state.backups[at];
            job.order.as_ref().map_or_else(|| job.seen.execution.to_string(), |order| order.token.clone())
        };
        let script = self.night.script(&name, &mut self.chance.borrow_mut());
        self.told(|| format!("backup job {at} of {name} begins: {script:?}"));
        self.put(self.now_ms + BEGINS_SECS * 1_000, What::Backup { at, epoch: 0, step: Step::Lists });
        if let Some(secs) = script.unknown_from_secs {
            self.put(
                self.now_ms + (BEGINS_SECS + secs) * 1_000,
                What::Backup { at, epoch: 0, step: Step::BecomesUnknown },
            );
        }
        if let Some(secs) = script.lasts_secs {
            self.put(self.now_ms + (BEGINS_SECS + secs) * 1_000, What::Backup { at, epoch: 0, step: Step::Ends });
        }
        let _ = self.backup_scripts.insert(at, (script, 0));
    }

    pub(super) fn backup_is_stopped(&mut self, at: usize) {
        let Some((script, epoch)) = self.backup_scripts.get_mut(&at).filter(|(_, epoch)| *epoch == 0) else { return };
        *epoch = 1;
        let ends_ms = self.now_ms + script.cancel_takes_secs * 1_000;
        self.put(ends_ms, What::Backup { at, epoch: 1, step: Step::EndsCancelled });
    }

    pub(super) fn backup_goes_on(&mut self, at: usize, epoch: u32, step: Step) {
        let Some((script, now_epoch)) = self.backup_scripts.get(&at).cloned() else { return };
        if epoch != now_epoch {
            return;
        }
        self.told(|| format!("backup job {at}: {step:?}"));
        match step {
            Step::Lists => self.backup_begins(at),
            Step::BecomesUnknown => {
                let seen = &mut self.fake.state.borrow_mut().backups[at].seen;
                seen.state = BackupState::Unrecognised("RESTING".to_owned());
            }
            Step::Ends => self.backup_ends(at, &script, false),
            Step::EndsCancelled => self.backup_ends(at, &script, true),
            Step::Vanishes => self.fake.state.borrow_mut().backups[at].is_gone = true,
            Step::Reports => {}
        }
    }

    /// AWS Backup drops a job while another one of the same machine runs.
    fn backup_begins(&mut self, at: usize) {
        let is_dropped = {
            let mut state = self.fake.state.borrow_mut();
            let resource = state.backups[at].seen.resource.clone();
            let is_busy = state.backups.iter().enumerate().any(|(other, job)| {
                other != at && job.seen.resource == resource && job.seen.state == BackupState::Running
            });
            state.backups[at].seen.state = if is_busy { BackupState::Expired } else { BackupState::Running };
            is_busy
        };
        if is_dropped {
            self.backup_is_over(at, "Backup job failed because there was a running job for the same resource.");
            self.backup_event(at);
        }
    }

    fn backup_is_over(&mut self, at: usize, message: &str) {
        let now = self.now();
        if let Some((_, epoch)) = self.backup_scripts.get_mut(&at) {
            *epoch = 2;
        }
        let seen = &mut self.fake.state.borrow_mut().backups[at].seen;
        seen.ended_at = Some(now);
        seen.message = (!message.is_empty()).then(|| message.to_owned());
    }

    fn backup_ends(&mut self, at: usize, script: &Script, is_stopped: bool) {
        let (state, message) = if is_stopped {
            (BackupState::Aborted, "Backup job was stopped by user.")
        } else {
            last_word(script.ending)
        };
        self.fake.state.borrow_mut().backups[at].seen.state = state.clone();
        self.backup_is_over(at, message);
        if state == BackupState::Completed {
            self.leaves_a_point(at, script);
        }
        if let Some(secs) = script.vanishes_after_secs {
            self.put(self.now_ms + secs * 1_000, What::Backup { at, epoch: 2, step: Step::Vanishes });
        }
        self.backup_event(at);
    }

    fn leaves_a_point(&mut self, at: usize, script: &Script) {
        let job = self.fake.state.borrow().backups[at].seen.execution.clone();
        let message = self.fake.state.borrow().backups[at].seen.message.clone();
        self.fake.backup_completes(&job, BYTES, 30);
        let mut state = self.fake.state.borrow_mut();
        state.backups[at].seen.message = message;
        let arn = state.backups[at].seen.recovery_point.clone().unwrap_or_default();
        if let Some(point) = state.points.get_mut(&arn) {
            match script.ending {
                Ending::NamedInReport => point.status = PointStatus::Partial,
                Ending::CountMissing => point.bytes = None,
                Ending::LeftBehind => point.delete_at = None,
                Ending::Good
                | Ending::NothingToDo
                | Ending::CountedFailed
                | Ending::Unverified
                | Ending::PhaseFailed
                | Ending::Broken
                | Ending::Denied => {}
            }
        }
        if script.ending != Ending::Unverified {
            let id = arn.rsplit('/').next().unwrap_or_default().to_owned();
            let image = Image { id: id.clone(), name: None, state: "available".into(), devices: vec![] };
            let _ = state.images.insert(id, image);
        }
        let is_by_plan = state.backups[at].seen.plan_id.is_some();
        drop(state);
        // One rule in five forgets its copies, or was changed: then they are ours to begin.
        if is_by_plan && script.files % 5 != 0 {
            self.rule_copies(at, &arn);
        }
    }

    /// The rule of a backup plan makes the copies of what it backed up.
    fn rule_copies(&mut self, at: usize, arn: &str) {
        let now = self.now();
        let mut state = self.fake.state.borrow_mut();
        let resource = state.backups[at].seen.resource.clone().unwrap_or_default();
        let of_it = |job: &usize| resource.ends_with(crate::night::machine_of(*job).as_str());
        let job = (0..self.night.jobs.len()).find(of_it).and_then(|job| self.night.jobs[job].work.backup());
        for place in job.map(|work| work.copies.clone()).unwrap_or_default() {
            let number = state.copies.len();
            state.copies.push(CopyObservation {
                id: format!("copy-{number}"),
                state: CopyState::Running,
                message: None,
                source: Some(arn.to_owned()),
                vault_arn: Some(place.vault_arn),
                copy: None,
                created_at: Some(now),
                ended_at: None,
            });
            state.news.push(News::CopyStarted(number));
        }
    }

    pub(super) fn copy_starts(&mut self, at: usize) {
        self.put(self.now_ms + COPIES_SECS * 1_000, What::CopyEnds(at));
    }

    pub(super) fn copy_ends(&mut self, at: usize) {
        let (now, seed) = (self.now(), self.night.seed);
        let mut state = self.fake.state.borrow_mut();
        let copy = &mut state.copies[at];
        copy.ended_at = Some(now);
        // One copy in seven of a drawn night fails.
        let fails = seed > 0 && (seed + u64::try_from(at).unwrap_or_default()).is_multiple_of(7);
        copy.state = if fails { CopyState::Failed } else { CopyState::Completed };
        copy.copy = (!fails).then(|| format!("arn:aws:ec2:us-west-2::image/ami-copy-{at}"));
    }
}

/// How AWS Backup calls an ending, and in which words.
fn last_word(ending: Ending) -> (BackupState, &'static str) {
    match ending {
        Ending::Good
        | Ending::NothingToDo
        | Ending::LeftBehind
        | Ending::NamedInReport
        | Ending::Unverified
        | Ending::CountMissing => (BackupState::Completed, ""),
        Ending::CountedFailed => {
            (BackupState::Completed, "Windows VSS Backup Job Error encountered, trying for regular backup")
        }
        Ending::PhaseFailed => (BackupState::Expired, "Backup job expired before completion."),
        Ending::Broken => (BackupState::Failed, "An internal error occurred."),
        Ending::Denied => (BackupState::Failed, "The IAM role cannot be assumed by AWS Backup"),
    }
}
