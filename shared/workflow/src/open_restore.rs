//! A person wants a machine back, or wants to see that it could be: decides what is asked for, then opens a run for it.

use jiff::Timestamp;
use nightferry_domain::back::drill_of;
use nightferry_domain::backup::BackupWork;
use nightferry_domain::backup::machine::{Image, Instance};
use nightferry_domain::ids::RunId;
use nightferry_domain::job_spec::{DeployedPlan, JobSpec, Overlap, Work};
use nightferry_domain::plan::{InstanceId, JobName};
use nightferry_domain::restore::machine::Volume;
use nightferry_domain::restore::metadata::{Metadata, Original, Profile, Wishes, adjust};
use nightferry_domain::restore::place::{DrillPlace, RestorePlace};
use nightferry_domain::restore::point::{Pick, Point, PointStatus, choose};
use nightferry_domain::restore::{Restore, id_of};
use nightferry_domain::run::{Run, RunPhase, Trigger};

use crate::error::WorkflowError;
use crate::open_run::{Opened, resume};
use crate::ports::{Backups, Clock, Dice, Instances, Records, Restores, RunTable, Saved, Versioned, World};

/// How long a restore may take: one from cold storage waits four hours before it begins.
const COMPLETE_WITHIN_SECS: u32 = 12 * 3_600;
/// A restore that failed for a passing reason is tried twice again.
const ATTEMPTS_MAX: u32 = 3;
const RETRY_WAIT_SECS: u32 = 300;

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The plan's job that backs the machine up.
    pub job: JobName,
    /// The machine; only a drill may leave it to chance.
    pub machine: Option<InstanceId>,
    /// Which of its points.
    pub wanted: Wanted,
    /// What is to differ from the original.
    pub overrides: Overrides,
    /// Whether it is only a rehearsal.
    pub is_drill: bool,
    /// For the report.
    pub note: String,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Keeps two requests of one second apart.
    pub nonce: u16,
}

impl Request {
    /// What a schedule asks for: a rehearsal as the plan says, of any machine.
    pub(crate) fn of_schedule(job: JobName, scheduled_time: Timestamp) -> Self {
        Self {
            job,
            machine: None,
            wanted: Wanted::Usual,
            overrides: Overrides::default(),
            is_drill: true,
            note: String::new(),
            requested_at: scheduled_time,
            nonce: 0,
        }
    }
}

/// Which point is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// What the plan says of drills; else the latest.
    Usual,
    /// The machine as it was then.
    At(Timestamp),
    /// Any.
    Random,
    /// This one.
    Given(String),
}

/// What is to differ from the original, where the person says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Another subnet.
    pub subnet: Option<String>,
    /// Another type.
    pub instance_type: Option<String>,
    /// Other security groups.
    pub security_groups: Vec<String>,
    /// Without its instance profile.
    pub no_profile: bool,
    /// With a metadata service that does not demand tokens.
    pub allows_imdsv1: bool,
    /// Without the original's tags.
    pub no_tags: bool,
}

/// Where the run's promise is written down, before the run itself.
#[must_use]
pub fn promise_key(run: &RunId) -> String {
    format!("runs/{run}/restore.json")
}

/// A restore is in no plan: what was promised for it was written down before its run.
pub(crate) async fn promised<W: World>(world: &W, run: &RunId) -> Result<Vec<JobSpec>, WorkflowError> {
    let key = promise_key(run);
    let stored = world.records().get(&key).await?;
    let stored = stored.ok_or_else(|| WorkflowError::NotFound { record: format!("document `{key}`") })?;
    serde_json::from_slice(&stored).map_err(|error| invalid(format!("`{key}`: {error}")))
}

/// Decides what would be asked for, and changes nothing: what `--dry-run` shows.
///
/// # Errors
/// When there is no such job, machine or point, with what there is instead; or when something outside does not answer.
pub async fn prepare<W: World>(world: &W, request: &Request) -> Result<JobSpec, WorkflowError> {
    let (_, plan) = world.records().current_plan().await?;
    let (spec, work) = planned(&plan, &request.job)?;
    let place = place_of(&request.job, work)?;
    let listed = world.backups().points_in(&work.vault).await?;
    let points: Vec<Point> = listed.iter().filter_map(Point::of).collect();
    let machine = machine_of(world, request, &points, &work.vault)?;
    let point = choose(&points, &work.vault, &machine, &pick(world, request, place)).map_err(invalid)?;
    let original = match id_of(&machine).parse::<InstanceId>() {
        Ok(id) => world.instances().described(&[id]).await?.into_iter().find(|found| found.arn == machine),
        Err(_) => None,
    };
    let proposed = world.restores().proposed(&point.vault, &point.arn).await?;
    let images = world.instances().images(&[id_of(&point.arn).to_owned()]).await?;
    let restore = decide(request, place, point, original.as_ref(), &proposed, images.first(), world.clock().now())?;
    let name = match restore.machine_id().parse::<InstanceId>() {
        Ok(id) => request.job.of_machine(&id),
        Err(_) => request.job.clone(),
    };
    Ok(JobSpec {
        name,
        schedule: spec.schedule.clone(),
        attempts_max: ATTEMPTS_MAX,
        retry_wait_secs: RETRY_WAIT_SECS,
        complete_within_secs: COMPLETE_WITHIN_SECS,
        overlap: Overlap::Wait,
        work: Work::Restore(Box::new(restore)),
    })
}

/// Opens the run: the promise first, then the run, then its job and its workflow. What is stored first counts.
///
/// # Errors
/// As [`prepare`]. A call that was cut off may be repeated with the same request.
pub async fn open_restore<W: World>(world: &W, request: &Request) -> Result<Opened, WorkflowError> {
    let id = RunId::restore(request.requested_at, request.nonce, request.is_drill);
    open_as(world, id, None, request).await
}

/// The same under a given name. Where nothing else triggered it, the person did who asks.
async fn open_as<W: World>(
    world: &W,
    id: RunId,
    trigger: Option<Trigger>,
    request: &Request,
) -> Result<Opened, WorkflowError> {
    if let Some(run) = world.table().load_run(&id).await? {
        return resume(world, run, false).await;
    }
    let spec = prepare(world, request).await?;
    let by_person = || Trigger::Person { jobs: vec![spec.name.clone()], note: request.note.clone() };
    let trigger = trigger.unwrap_or_else(by_person);
    open_with(world, id, trigger, spec).await
}

/// Opens the drill for which a schedule stands: of a copy by the task that `apply` made for it, of machines as a person's.
pub(crate) async fn open_drill<W: World>(
    world: &W,
    id: RunId,
    trigger: Trigger,
    job: &JobName,
    scheduled_time: Timestamp,
) -> Result<Opened, WorkflowError> {
    if let Some(run) = world.table().load_run(&id).await? {
        return resume(world, run, false).await;
    }
    let (_, plan) = world.records().current_plan().await?;
    match plan.jobs.iter().find(|spec| &spec.name == job).and_then(drill_of) {
        Some(spec) => open_with(world, id, trigger, spec).await,
        None => open_as(world, id, Some(trigger), &Request::of_schedule(job.clone(), scheduled_time)).await,
    }
}

async fn open_with<W: World>(world: &W, id: RunId, trigger: Trigger, spec: JobSpec) -> Result<Opened, WorkflowError> {
    let body = serde_json::to_vec(&[&spec]).map_err(|error| WorkflowError::Invalid { what: error.to_string() })?;
    let _ = world.records().put_once(&promise_key(&id), "application/json", body).await?;
    let (plan_key, _) = world.records().current_plan().await?;
    let run = Run { id, trigger, opened_at: world.clock().now(), plan_key, job_count: 1, phase: RunPhase::Opening };
    match world.table().create_run(&run).await? {
        Saved::At(version) => resume(world, Versioned { record: run, version }, true).await,
        Saved::Conflict => Err(WorkflowError::Conflict { record: format!("run `{}`", run.id) }),
    }
}

fn invalid(why: impl std::fmt::Display) -> WorkflowError {
    WorkflowError::Invalid { what: why.to_string() }
}

fn planned<'a>(plan: &'a DeployedPlan, name: &JobName) -> Result<(&'a JobSpec, &'a BackupWork), WorkflowError> {
    let spec = plan.jobs.iter().find(|spec| &spec.name == name);
    let spec =
        spec.ok_or_else(|| invalid(format!("the applied plan has no job `{name}`; `nightferry apply` it first")))?;
    let work = spec.work.backup();
    let kind = spec.work.engine();
    let work = work.ok_or_else(|| {
        invalid(format!("job `{name}` is a {kind} job; this version restores only machines, of jobs with `backup`"))
    })?;
    Ok((spec, work))
}

fn place_of<'a>(name: &JobName, work: &'a BackupWork) -> Result<&'a RestorePlace, WorkflowError> {
    work.restore.as_ref().ok_or_else(|| {
        invalid(format!(
            "job `{name}` was applied by an earlier version, without a restore role; `nightferry apply` makes it"
        ))
    })
}

/// ARN of the machine that is named; or, for a drill, of one by chance among those that have a whole point.
fn machine_of<W: World>(world: &W, request: &Request, points: &[Point], vault: &str) -> Result<String, WorkflowError> {
    let mut known: Vec<&str> = points.iter().map(|point| point.machine.as_str()).collect();
    if let Some(wanted) = &request.machine {
        let found = known.iter().find(|arn| id_of(arn) == wanted.as_str());
        return found.map(|arn| (*arn).to_owned()).ok_or_else(|| {
            invalid(format!(
                "vault `{vault}` holds no recovery point of {wanted}; `nightferry coverage` shows what is backed up"
            ))
        });
    }
    if !request.is_drill {
        return Err(invalid("name the machine to restore: --instance i-..."));
    }
    known = points.iter().filter(|it| it.status == PointStatus::Whole).map(|it| it.machine.as_str()).collect();
    known.sort_unstable();
    known.dedup();
    let count = u64::try_from(known.len()).unwrap_or(u64::MAX);
    let drawn = world.dice().roll().checked_rem(count).and_then(|at| usize::try_from(at).ok());
    let machine = drawn.and_then(|at| known.get(at));
    machine.map(|arn| (*arn).to_owned()).ok_or_else(|| {
        invalid(format!(
            "vault `{vault}` holds no recovery point that can be restored: there is nothing to rehearse with"
        ))
    })
}

fn pick<W: World>(world: &W, request: &Request, place: &RestorePlace) -> Pick {
    let is_random = request.is_drill && place.drill.as_ref().is_some_and(|drill| drill.picks_randomly);
    match &request.wanted {
        Wanted::Usual if is_random => Pick::Random(world.dice().roll()),
        Wanted::Usual => Pick::Latest,
        Wanted::At(at) => Pick::At(*at),
        Wanted::Random => Pick::Random(world.dice().roll()),
        Wanted::Given(arn) => Pick::Given(arn.clone()),
    }
}

/// What the person says counts before what the plan says.
fn decide(
    request: &Request,
    place: &RestorePlace,
    point: &Point,
    original: Option<&Instance>,
    proposed: &Metadata,
    image: Option<&Image>,
    now: Timestamp,
) -> Result<Restore, WorkflowError> {
    let (asked, drill) = (&request.overrides, request.is_drill.then_some(place.drill.as_ref()).flatten());
    let (subnet, security_groups) = network(asked, place, drill);
    if request.is_drill && subnet.is_none() {
        return Err(invalid(
            "a drill needs a subnet of its own, apart from production: `drill: subnet` in the plan, or --subnet",
        ));
    }
    let is_gone = original.is_none_or(Instance::is_terminated);
    let wishes = Wishes {
        profile: if asked.no_profile || request.is_drill { Profile::None } else { Profile::Original },
        subnet,
        instance_type: asked.instance_type.clone().or_else(|| drill?.instance_type.clone()),
        security_groups,
        requires_imdsv2: !asked.allows_imdsv1,
        original: if is_gone { Original::Gone } else { Original::MayBeThere },
        encrypt_with: None,
        is_drill: request.is_drill,
    };
    let mut adjusted = adjust(proposed, &wishes);
    if point.cold_at.is_some_and(|cold_at| cold_at <= now) {
        adjusted.notes.push("the point lies in cold storage: AWS Backup takes about four hours to fetch it".to_owned());
    }
    let place_shown = adjusted.metadata.get("SubnetId").map_or_else(|| "its original subnet".to_owned(), Clone::clone);
    Ok(Restore {
        recovery_point: point.arn.clone(),
        point_created_at: point.created_at,
        vault: point.vault.clone(),
        machine: point.machine.clone(),
        restore_role: place.role.clone(),
        from: format!("{}, recovery point of {}", shown(point, original), point.created_at),
        to: format!("a new machine in {place_shown}"),
        metadata: adjusted.metadata,
        changes: adjusted.changes,
        notes: adjusted.notes,
        copies_tags: !asked.no_tags && !request.is_drill,
        volumes: image.map(volumes).unwrap_or_default(),
        drill: request.is_drill.then(|| drill.map(DrillPlace::checks).unwrap_or_default()),
    })
}

fn network(asked: &Overrides, place: &RestorePlace, drill: Option<&DrillPlace>) -> (Option<String>, Vec<String>) {
    let planned = drill.map_or_else(
        || (place.subnet.clone(), place.security_groups.clone()),
        |drill| (Some(drill.subnet.clone()), vec![drill.security_group.clone()]),
    );
    let groups = if asked.security_groups.is_empty() { planned.1 } else { asked.security_groups.clone() };
    (asked.subnet.clone().or(planned.0), groups)
}

fn shown(point: &Point, original: Option<&Instance>) -> String {
    let id = id_of(&point.machine);
    original.and_then(Instance::name).map_or_else(|| id.to_owned(), |name| format!("{id} ({name})"))
}

fn volumes(image: &Image) -> Vec<Volume> {
    image.devices.iter().map(|it| Volume { device: it.device.clone(), size_gib: it.gib }).collect()
}
