//! AWS Backup with tokens, vaults and copy jobs: the same order again is the same job, as long as the service remembers.

use jiff::{SignedDuration, Timestamp};
use nightferry_domain::backup::judge::image_id;
use nightferry_domain::backup::machine::Image;
use nightferry_domain::backup::order::{BackupOrder, CopyOrder};
use nightferry_domain::backup::seen::{BackupObservation, CopyObservation, RecoveryPoint};
use nightferry_domain::backup::{BackupState, CopyState, PointStatus};
use nightferry_domain::ids::ExecutionArn;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::Backups;

use super::{Fake, LateBackup, News, State, TOKEN_MEMORY_SECS, missing, no_reply};

/// A backup job as the service keeps it.
#[derive(Debug, Clone)]
pub struct BackupJob {
    /// What it was ordered to do; `None` for one of a backup plan, or of somebody else.
    pub order: Option<BackupOrder>,
    /// What Describe says of it.
    pub seen: BackupObservation,
    /// From when on lists show it.
    pub listed_at: Timestamp,
    /// When somebody first asked for its end.
    pub stopped_at: Option<Timestamp>,
    /// How often somebody asked for its end.
    pub stop_count: usize,
    /// Its record is gone.
    pub is_gone: bool,
}

impl Backups for Fake {
    async fn start(&self, order: &BackupOrder) -> Result<ExecutionArn, PortError> {
        let now = self.time();
        self.state.borrow_mut().backup_calls.entry(order.resource.clone()).or_default().push(now);
        self.call("start_backup", |state| {
            if let Some((code, message)) = state.backup_refusals.get(&order.resource) {
                return Err(refused("start_backup", code, message));
            }
            let late_secs = self.weather.borrow_mut().late_start_secs();
            if let Some(after_secs) = late_secs {
                state.news.push(News::BacksUpLater(Box::new(LateBackup { order: order.clone(), after_secs })));
                return Err(no_reply("start_backup"));
            }
            self.take_backup(state, order)
        })
        .await
    }

    async fn jobs_of(&self, resource: &str, since: Timestamp) -> Result<Vec<BackupObservation>, PortError> {
        let now = self.time();
        self.call("list_backups", |state| {
            let shown = state.backups.iter().filter(|job| job.listed_at <= now && !job.is_gone);
            let of_it = shown.filter(|job| job.seen.resource.as_deref() == Some(resource));
            let recent = of_it.filter(|job| job.seen.created_at.is_some_and(|at| at >= since));
            Ok(recent.map(|job| job.seen.clone()).collect())
        })
        .await
    }

    async fn observe(&self, job: &ExecutionArn) -> Result<BackupObservation, PortError> {
        self.call("observe_backup", |state| Ok(known(state, job, "observe_backup")?.seen.clone())).await
    }

    async fn stop(&self, job: &ExecutionArn) -> Result<(), PortError> {
        let now = self.time();
        self.call("stop_backup", |state| {
            let at = state.backup_place_of(job);
            let Ok(job) = known(state, job, "stop_backup") else { return Ok(()) };
            job.stop_count += 1;
            let _ = job.stopped_at.get_or_insert(now);
            if !job.seen.state.is_end() && job.seen.state != BackupState::Aborting {
                job.seen.state = BackupState::Aborting;
                state.news.extend(at.map(News::BackupStopped));
            }
            Ok(())
        })
        .await
    }

    async fn point(&self, vault: &str, recovery_point: &str) -> Result<RecoveryPoint, PortError> {
        self.call("point", |state| {
            let found = state.points.get(recovery_point).filter(|point| point.vault.as_deref() == Some(vault));
            found.cloned().ok_or_else(|| missing("point", &recovery_point))
        })
        .await
    }

    async fn points_in(&self, vault: &str) -> Result<Vec<RecoveryPoint>, PortError> {
        self.call("points_in", |state| {
            Ok(state.points.values().filter(|point| point.vault.as_deref() == Some(vault)).cloned().collect())
        })
        .await
    }

    async fn copies_of(&self, recovery_point: &str) -> Result<Vec<CopyObservation>, PortError> {
        self.call("copies_of", |state| {
            let of_it = |copy: &&CopyObservation| copy.source.as_deref() == Some(recovery_point);
            Ok(state.copies.iter().filter(of_it).cloned().collect())
        })
        .await
    }

    async fn copy(&self, order: &CopyOrder) -> Result<String, PortError> {
        let now = self.time();
        self.call("copy", |state| Ok(take_copy(state, order, now))).await
    }
}

/// One token is one copy.
fn take_copy(state: &mut State, order: &CopyOrder, now: Timestamp) -> String {
    if let Some(id) = state.copy_tokens.get(&order.token) {
        return id.clone();
    }
    let at = state.copies.len();
    let id = format!("copy-{at}");
    state.copies.push(CopyObservation {
        id: id.clone(),
        state: CopyState::Running,
        message: None,
        source: Some(order.recovery_point.clone()),
        vault_arn: Some(order.to.vault_arn.clone()),
        copy: None,
        created_at: Some(now),
        ended_at: None,
    });
    let _ = state.copy_tokens.insert(order.token.clone(), id.clone());
    state.news.push(News::CopyStarted(at));
    id
}

impl Fake {
    /// A start that was accepted earlier takes effect, unless the same order came in between.
    pub fn backs_up_late(&self, late: &LateBackup) {
        let _ = self.take_backup(&mut self.state.borrow_mut(), &late.order);
    }

    fn take_backup(&self, state: &mut State, order: &BackupOrder) -> Result<ExecutionArn, PortError> {
        let now = self.time();
        let memory = SignedDuration::from_secs(TOKEN_MEMORY_SECS);
        if let Some((at, known, job)) = state.backup_tokens.get(&order.token)
            && now.duration_since(*at) < memory
        {
            let message = "the token was used for another request";
            let differs = || refused("start_backup", "InvalidParameterValueException", message);
            return if known == order { Ok(job.clone()) } else { Err(differs()) };
        }
        let (resource, vault, role) = (&order.resource, &order.vault, &order.role);
        let job = self.add_backup(state, (resource, vault, role), Some(order.clone()), None);
        let _ = state.backup_tokens.insert(order.token.clone(), (now, order.clone(), job.clone()));
        Ok(job)
    }

    /// A backup plan's own schedule makes a job of the resource.
    pub fn plan_backs_up(&self, plan_id: &str, (resource, vault, role): (&str, &str, &str)) -> ExecutionArn {
        self.add_backup(&mut self.state.borrow_mut(), (resource, vault, role), None, Some(plan_id.to_owned()))
    }

    /// Somebody backs the resource up by hand.
    pub fn somebody_backs_up(&self, (resource, vault, role): (&str, &str, &str)) -> ExecutionArn {
        self.add_backup(&mut self.state.borrow_mut(), (resource, vault, role), None, None)
    }

    fn add_backup(
        &self,
        state: &mut State,
        (resource, vault, role): (&str, &str, &str),
        order: Option<BackupOrder>,
        plan_id: Option<String>,
    ) -> ExecutionArn {
        let (now, at) = (self.time(), state.backups.len());
        let delay = SignedDuration::from_secs(self.weather.borrow_mut().listing_delay_secs());
        let arn = format!("arn:aws:backup:ap-northeast-1:123456789012:backup-job:0000-{at:08X}");
        let execution: ExecutionArn = arn.parse().expect("a backup job's ARN");
        let seen = BackupObservation {
            execution: execution.clone(),
            state: BackupState::Created,
            message: None,
            category: None,
            resource: Some(resource.to_owned()),
            vault: Some(vault.to_owned()),
            role: Some(role.to_owned()),
            recovery_point: None,
            bytes: None,
            percent: None,
            plan_id,
            created_at: Some(now),
            start_by: None,
            ended_at: None,
        };
        let listed_at = now + delay;
        state.backups.push(BackupJob { order, seen, listed_at, stopped_at: None, stop_count: 0, is_gone: false });
        state.news.push(News::BackupStarted(at));
        execution
    }

    /// The job changes to what `change` makes of it.
    pub fn backup_becomes(&self, job: &ExecutionArn, change: impl FnOnce(&mut BackupObservation)) {
        let mut state = self.state.borrow_mut();
        change(&mut known(&mut state, job, "becomes").expect("the job is there").seen);
    }

    /// The job has made a recovery point of so many bytes, which is kept for so many days.
    pub fn backup_completes(&self, job: &ExecutionArn, bytes: u64, keep_days: i64) {
        let now = self.time();
        let arn = format!("arn:aws:ec2:ap-northeast-1::image/ami-{}", job.id().to_lowercase());
        self.backup_becomes(job, |seen| {
            seen.state = BackupState::Completed;
            seen.ended_at = Some(now);
            seen.recovery_point = Some(arn.clone());
            seen.bytes = Some(bytes);
        });
        let mut state = self.state.borrow_mut();
        let seen = known(&mut state, job, "completes").expect("the job is there").seen.clone();
        let created_at = seen.created_at.unwrap_or(now);
        let point = RecoveryPoint {
            arn: arn.clone(),
            resource: seen.resource,
            vault: seen.vault,
            status: PointStatus::Completed,
            message: None,
            bytes: Some(bytes),
            created_at: Some(created_at),
            completed_at: Some(now),
            delete_at: Some(created_at + SignedDuration::from_hours(24 * keep_days)),
            cold_at: None,
        };
        let _ = state.points.insert(arn, point);
    }

    /// EC2 shows the image that the job's recovery point is.
    pub fn has_image_of(&self, job: &ExecutionArn) {
        let mut state = self.state.borrow_mut();
        let seen = known(&mut state, job, "has_image_of").expect("the job is there").seen.clone();
        let id = seen.recovery_point.as_deref().and_then(image_id).expect("an image").to_owned();
        let image = Image { id: id.clone(), name: None, state: "available".into(), devices: vec![] };
        let _ = state.images.insert(id, image);
    }

    /// The copy job at this place has made its copy.
    pub fn copy_completes(&self, at: usize) {
        let copy = &mut self.state.borrow_mut().copies[at];
        copy.state = CopyState::Completed;
        copy.copy = Some(format!("arn:aws:ec2:us-west-2::image/ami-copy-{at}"));
    }

    /// Every backup job that was ever made.
    pub fn backups_made(&self) -> Vec<ExecutionArn> {
        self.state.borrow().backups.iter().map(|job| job.seen.execution.clone()).collect()
    }
}

fn known<'a>(
    state: &'a mut State,
    job: &ExecutionArn,
    operation: &'static str,
) -> Result<&'a mut BackupJob, PortError> {
    let mut all = state.backups.iter_mut();
    all.find(|known| &known.seen.execution == job && !known.is_gone).ok_or_else(|| missing(operation, job))
}

impl State {
    /// Where in the list a backup job is.
    #[must_use]
    pub fn backup_place_of(&self, job: &ExecutionArn) -> Option<usize> {
        self.backups.iter().position(|known| &known.seen.execution == job)
    }
}

fn refused(operation: &'static str, code: &str, message: &str) -> PortError {
    PortError::Rejected { service: "Fake", operation, code: code.to_owned(), message: message.to_owned() }
}
