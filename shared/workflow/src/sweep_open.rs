//! What a sweep looks at: the index of what is open, and of a run of many jobs only those in which something may have
//! happened. A run of ten thousand would otherwise be read record by record, every five minutes.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use nightferry_domain::ids::RunId;
use nightferry_domain::limits::{CLOSING_GRACE_SECS, JOBS_SWEPT_SINGLY_MAX};
use nightferry_domain::plan::JobName;
use nightferry_domain::run::RunPhase;

use crate::error::WorkflowError;
use crate::ports::{Clock, OpenRecord, RunTable, Workflows, World};

/// Pages of the index that one sweep reads; what is beyond is the next sweep's, oldest first.
pub const PAGES_MAX: usize = 200;

/// What the index shows.
#[derive(Debug, Default)]
pub(crate) struct Open {
    pub(crate) runs: Vec<RunId>,
    /// Open jobs of each run that has some, oldest run first.
    pub(crate) jobs: Vec<(RunId, Vec<JobName>)>,
    /// Drills of copies whose verdict is still to come.
    pub(crate) copy_drills: Vec<RunId>,
    pub(crate) seen_count: u64,
    /// Whether there is more than one sweep reads.
    pub(crate) is_cut_off: bool,
}

impl Open {
    pub(crate) async fn read<W: World>(world: &W) -> Result<Self, WorkflowError> {
        let mut open = Self::default();
        let mut page = None;
        for _ in 0..PAGES_MAX {
            let read = world.table().open_records(page).await?;
            read.records.into_iter().for_each(|record| open.add(record));
            page = read.next;
            if page.is_none() {
                break;
            }
        }
        open.is_cut_off = page.is_some();
        Ok(open)
    }

    fn add(&mut self, record: OpenRecord) {
        self.seen_count += 1;
        match record {
            OpenRecord::Run(run) => self.runs.push(run),
            OpenRecord::CopyDrill(drill) => self.copy_drills.push(drill),
            OpenRecord::Job(run, name) => match self.jobs.iter_mut().rev().find(|(of, _)| *of == run) {
                Some((_, names)) => names.push(name),
                None => self.jobs.push((run, vec![name])),
            },
        }
    }

    /// Whether a job of the run is open.
    pub(crate) fn is_at_work(&self, run: &RunId) -> bool {
        self.jobs.iter().any(|(of, _)| of == run)
    }
}

/// What is known of the workflows of runs. Each is asked about once a sweep: Step Functions takes ten such questions a
/// second, and of what changes meanwhile the next sweep hears.
#[derive(Debug, Default)]
pub(crate) struct Fates {
    is_abandoned: BTreeMap<RunId, bool>,
}

impl Fates {
    /// Whether nobody will go on with the run's jobs: its workflow has ended, or, of a run that has been open for a while, is
    /// not there at all, because its state machine was deleted and made again.
    pub(crate) async fn is_abandoned<W: World>(&mut self, world: &W, id: &RunId) -> Result<bool, WorkflowError> {
        if let Some(known) = self.is_abandoned.get(id) {
            return Ok(*known);
        }
        let found = match world.workflows().is_going_on(id).await? {
            Some(is_going_on) => !is_going_on,
            None => was_opened_long_ago(world, id).await?,
        };
        let _ = self.is_abandoned.insert(id.clone(), found);
        Ok(found)
    }
}

async fn was_opened_long_ago<W: World>(world: &W, id: &RunId) -> Result<bool, WorkflowError> {
    let now = world.clock().now();
    let was_started = |phase: &RunPhase| match phase {
        RunPhase::Open | RunPhase::Telling { .. } => true,
        // Its workflow may not have been started yet.
        RunPhase::Opening | RunPhase::Closed { .. } => false,
    };
    let run = world.table().load_run(id).await?.map(|run| run.record);
    Ok(run.is_some_and(|run| was_started(&run.phase) && is_older(run.opened_at, now, CLOSING_GRACE_SECS)))
}

/// Of a few open jobs all; of many those which are under way, or late, by the run's own records. Of a run without a
/// workflow all, for nobody else will come.
pub(crate) async fn worth_a_look<W: World>(
    world: &W,
    run: &RunId,
    names: Vec<JobName>,
    fates: &mut Fates,
) -> Result<Vec<JobName>, WorkflowError> {
    if names.len() <= JOBS_SWEPT_SINGLY_MAX || fates.is_abandoned(world, run).await? {
        return Ok(names);
    }
    let jobs = world.table().jobs_of(run).await?;
    let now = world.clock().now();
    let open = jobs.into_iter().map(|job| job.record).filter(|job| job.settlement().is_none());
    Ok(open.filter(|job| !job.waits_its_turn(now)).map(|job| job.spec.name).collect())
}

pub(crate) fn is_older(at: Timestamp, now: Timestamp, secs: i64) -> bool {
    now.duration_since(at) > SignedDuration::from_secs(secs)
}
