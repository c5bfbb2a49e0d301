//! Opens a night: writes down what is promised, then starts the workflow. Once, however often it is asked.

use jiff::Timestamp;
use nightferry_domain::ids::RunId;
use nightferry_domain::job::Job;
use nightferry_domain::job_spec::{DeployedPlan, JobSpec};
use nightferry_domain::limits::{JOBS_PER_RUN_MAX, JOBS_WRITTEN_AT_ONCE, REQUEST_BYTES_MAX};
use nightferry_domain::plan::{JobName, ScheduleName};
use nightferry_domain::run::{Run, RunPhase, Trigger};
use nightferry_domain::turn::turn_secs;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::WorkflowError;
use crate::expand_jobs;
use crate::open_restore;
use crate::ports::{Clock, Records, RunTable, Saved, Versioned, Workflows, World};
use crate::step::save_run;

/// Who asks for a run. EventBridge Scheduler's input has one of the first two shapes, the program's the last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, try_from = "Asked")]
pub enum Request {
    /// A schedule fired by which a job's machines are restored for practice.
    Drill {
        /// The job.
        drill: JobName,
        /// The schedule's name in the plan.
        schedule: ScheduleName,
        /// The time that it was to fire at; the same over all deliveries.
        scheduled_time: Timestamp,
    },
    /// A schedule fired.
    Schedule {
        /// The schedule's name in the plan.
        schedule: ScheduleName,
        /// The time that it was to fire at; the same over all deliveries.
        scheduled_time: Timestamp,
    },
    /// A person asks.
    Person {
        /// The jobs; none means all.
        jobs: Vec<JobName>,
        /// Their words.
        note: String,
        /// When they asked.
        requested_at: Timestamp,
        /// Keeps two requests of one second apart.
        nonce: u16,
    },
}

/// Both shapes at once: so that what is missing from one of them can be named.
#[derive(Deserialize)]
struct Asked {
    drill: Option<JobName>,
    schedule: Option<ScheduleName>,
    scheduled_time: Option<Timestamp>,
    jobs: Option<Vec<JobName>>,
    note: Option<String>,
    requested_at: Option<Timestamp>,
    nonce: Option<u16>,
}

impl TryFrom<Asked> for Request {
    type Error = String;

    fn try_from(asked: Asked) -> Result<Self, String> {
        let missing = |field: &str| format!("missing field `{field}`");
        if asked.schedule.is_some() || asked.scheduled_time.is_some() {
            let schedule = asked.schedule.ok_or_else(|| missing("schedule"))?;
            let scheduled_time = asked.scheduled_time.ok_or_else(|| missing("scheduled_time"))?;
            return Ok(match asked.drill {
                Some(drill) => Self::Drill { drill, schedule, scheduled_time },
                None => Self::Schedule { schedule, scheduled_time },
            });
        }
        if asked.jobs.is_none() && asked.requested_at.is_none() {
            return Err("missing fields `schedule` and `scheduled_time`".to_owned());
        }
        Ok(Self::Person {
            jobs: asked.jobs.ok_or_else(|| missing("jobs"))?,
            note: asked.note.ok_or_else(|| missing("note"))?,
            requested_at: asked.requested_at.ok_or_else(|| missing("requested_at"))?,
            nonce: asked.nonce.ok_or_else(|| missing("nonce"))?,
        })
    }
}

impl Request {
    /// The run that the request means; the same request always means the same run.
    #[must_use]
    pub fn run(&self) -> (RunId, Trigger) {
        match self {
            Self::Drill { drill, schedule, scheduled_time } => (
                RunId::scheduled_drill(drill, *scheduled_time),
                Trigger::Schedule { schedule: schedule.clone(), at: *scheduled_time },
            ),
            Self::Schedule { schedule, scheduled_time } => (
                RunId::scheduled(schedule, *scheduled_time),
                Trigger::Schedule { schedule: schedule.clone(), at: *scheduled_time },
            ),
            Self::Person { jobs, note, requested_at, nonce } => {
                (RunId::manual(*requested_at, *nonce), Trigger::Person { jobs: jobs.clone(), note: note.clone() })
            }
        }
    }
}

/// What became of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// The night.
    pub run_id: RunId,
    /// How many jobs it has.
    pub job_count: u32,
    /// Whether this call opened it; false for a doubled request.
    pub is_new: bool,
}

/// Opens the run that is asked for, or completes its opening if an earlier call was cut off.
///
/// # Errors
/// When something outside does not answer, or the plan has no job that is asked for.
pub async fn open_run<W: World>(world: &W, request: &Request) -> Result<Opened, WorkflowError> {
    let (id, trigger) = request.run();
    if let Request::Drill { drill, scheduled_time, .. } = request {
        return open_restore::open_drill(world, id, trigger, drill, *scheduled_time).await;
    }
    open_as(world, id, trigger).await
}

/// Opens the re-run of a failed execution that no run started.
pub(crate) async fn open<W: World>(world: &W, trigger: Trigger) -> Result<Opened, WorkflowError> {
    let id = match &trigger {
        Trigger::ForeignFailure { execution, .. } => RunId::rerun_of(execution),
        Trigger::Schedule { schedule, at } => RunId::scheduled(schedule, *at),
        Trigger::Person { .. } => RunId::manual(world.clock().now(), 0),
    };
    open_as(world, id, trigger).await
}

#[tracing::instrument(skip_all, fields(run.id = %id))]
async fn open_as<W: World>(world: &W, id: RunId, trigger: Trigger) -> Result<Opened, WorkflowError> {
    if let Some(run) = world.table().load_run(&id).await? {
        return resume(world, run, false).await;
    }
    let (plan_key, plan) = world.records().current_plan().await?;
    let mut run = Run { id, trigger, opened_at: world.clock().now(), plan_key, job_count: 0, phase: RunPhase::Opening };
    let promised = promise(world, &mut run, &plan).await?;
    run.job_count = u32::try_from(promised.len()).unwrap_or(u32::MAX);
    match world.table().create_run(&run).await? {
        Saved::At(version) => resume(world, Versioned { record: run, version }, true).await,
        Saved::Conflict => Err(WorkflowError::Conflict { record: format!("run `{}`", run.id) }),
    }
}

/// The jobs that the run promises, machine by machine, written down before the run is.
async fn promise<W: World>(world: &W, run: &mut Run, plan: &DeployedPlan) -> Result<Vec<JobSpec>, WorkflowError> {
    let jobs = expand_jobs::promise(world, run, jobs_of(run, plan)?).await?;
    if jobs.len() > JOBS_PER_RUN_MAX {
        let what = format!("{} jobs in one run; the limit is {JOBS_PER_RUN_MAX}", jobs.len());
        return Err(WorkflowError::Invalid { what });
    }
    Ok(jobs)
}

/// The plan's jobs that the run is about, in the plan's order.
fn jobs_of(run: &Run, plan: &DeployedPlan) -> Result<Vec<JobSpec>, WorkflowError> {
    let jobs: Vec<JobSpec> = plan.jobs.iter().filter(|job| run.wants(job)).cloned().collect();
    let invalid = |what: String| Err(WorkflowError::Invalid { what });
    let named_bytes = run.trigger.named_bytes();
    if named_bytes > REQUEST_BYTES_MAX {
        return invalid(format!(
            "the names of the jobs asked for fill {named_bytes} bytes of the run's record; the limit is {REQUEST_BYTES_MAX}: ask \
             for fewer, or for all by naming none"
        ));
    }
    if let Trigger::Person { jobs: wanted, .. } = &run.trigger
        && let Some(unknown) = wanted.iter().find(|name| jobs.iter().all(|job| !is_in(name, job)))
    {
        return invalid(format!("the applied plan has no job `{unknown}`; `nightferry apply` it first"));
    }
    if jobs.is_empty() {
        return invalid("the applied plan has no job for this run".to_owned());
    }
    Ok(jobs)
}

/// A machine is in the plan by its job, if that has machines.
fn is_in(name: &JobName, job: &JobSpec) -> bool {
    &job.name == name || (job.work.backup().is_some() && name.plan_job() == job.name.as_str())
}

/// Does what is still to be done for the run to be open. Each step is safe to repeat.
pub(crate) async fn resume<W: World>(
    world: &W,
    mut run: Versioned<Run>,
    is_new: bool,
) -> Result<Opened, WorkflowError> {
    if run.record.phase == RunPhase::Opening {
        let plan = world.records().plan(&run.record.plan_key).await?;
        let jobs = if run.record.id.is_restore() {
            open_restore::promised(world, &run.record.id).await?
        } else {
            expand_jobs::promised(world, &run.record, jobs_of(&run.record, &plan)?).await?
        };
        for some in jobs.chunks(JOBS_WRITTEN_AT_ONCE) {
            let open = |spec: &JobSpec| Job::open(run.record.id.clone(), spec.clone(), run.record.opened_at);
            // What an earlier, cut-off call wrote stays as it is.
            world.table().create_jobs(&some.iter().map(open).collect::<Vec<_>>()).await?;
        }
        start_workflow(world, &run.record, &jobs, plan.concurrency).await?;
        run.record.phase = RunPhase::Open;
        save_run(world, &mut run).await?;
        tracing::info!(job.count = jobs.len(), "the run is open");
    }
    Ok(Opened { run_id: run.record.id, job_count: run.record.job_count, is_new })
}

async fn start_workflow<W: World>(
    world: &W,
    run: &Run,
    jobs: &[JobSpec],
    concurrency: u16,
) -> Result<(), WorkflowError> {
    let item = |(place, job): (usize, &JobSpec)| json!({"run_id": run.id, "job": job.name, "turn_secs": turn_secs(place, concurrency)});
    let items: Vec<_> = jobs.iter().enumerate().map(item).collect();
    let key = run.manifest_key();
    world.records().put(&key, "application/json", json!(items).to_string().into_bytes()).await?;
    let input = match jobs {
        [job] if run.id.is_restore() => json!({"run_id": run.id, "job": job.name}),
        _ => json!({"run_id": run.id, "manifest": {"key": key}, "concurrency": concurrency}),
    };
    Ok(world.workflows().start(run, &input).await?)
}
