//! A job's locations and task: found by tag and settings, since DataSync keeps neither names nor tokens for them.

use crate::ids::TaskArn;
use crate::plan::JobName;
use crate::provision::change::field_changes;
use crate::provision::{
    Action, Change, End, Kind, LocationRef, Move, Observed, ObservedLocation, ObservedTask, Setup, Step,
};

/// What becomes of one job's locations and task.
pub(super) struct Transfer {
    pub(super) job: JobName,
    /// The task that stays, if one fits.
    pub(super) task: Option<TaskArn>,
    /// ARNs of the locations that stay.
    pub(super) locations: Vec<String>,
    pub(super) moves: Vec<Move>,
}

pub(super) fn transfer(setup: &Setup, observed: &Observed) -> Transfer {
    let task = fitting_task(setup, observed);
    let ends = [End::From, End::To].map(|end| (end, fitting_location(setup, end, task, observed)));
    let mut moves: Vec<Move> = ends.iter().map(|(end, there)| location_move(setup, *end, *there, observed)).collect();
    moves.push(task_move(setup, task, observed, &ends));
    Transfer {
        job: setup.job.clone(),
        task: task.map(|task| task.arn.clone()),
        locations: ends.iter().filter_map(|(_, there)| there.map(|there| there.arn.clone())).collect(),
        moves,
    }
}

/// A task whose two locations and mode are as they should be: the rest of it can be changed. Of several (a reply that
/// got lost once), the one in force, else the first by ARN, so that every look chooses the same.
fn fitting_task<'a>(setup: &Setup, observed: &'a Observed) -> Option<&'a ObservedTask> {
    let fits = |arn: &str, end: End| observed.location(arn).is_some_and(|there| &there.location == setup.end(end));
    let fitting = observed.tasks.iter().filter(|task| {
        task.job == setup.job
            && task.task.task_mode == setup.task.task_mode
            && fits(&task.from, End::From)
            && fits(&task.to, End::To)
    });
    fitting.min_by_key(|task| (!observed.is_deployed(&task.arn), &task.arn))
}

fn fitting_location<'a>(
    setup: &Setup,
    end: End,
    task: Option<&ObservedTask>,
    observed: &'a Observed,
) -> Option<&'a ObservedLocation> {
    if let Some(task) = task {
        return observed.location(match end {
            End::From => &task.from,
            End::To => &task.to,
        });
    }
    let mine = observed.locations.iter().filter(|there| there.job == setup.job && &there.location == setup.end(end));
    mine.min_by_key(|there| &there.arn)
}

fn location_move(setup: &Setup, end: End, there: Option<&ObservedLocation>, observed: &Observed) -> Move {
    let name = location_name(&setup.job, end);
    if there.is_some() {
        return Move { change: Change::plain(Action::Keep, Kind::Location, &name), steps: vec![] };
    }
    let wanted = setup.end(end);
    let old = observed.locations.iter().find(|there| there.job == setup.job && observed.end_of(there) == end);
    let change = Change {
        action: if old.is_some() { Action::Replace } else { Action::Create },
        details: old.map(|old| field_changes(&old.location, wanted)).unwrap_or_default(),
        ..Change::plain(Action::Create, Kind::Location, &name)
    };
    Move { change, steps: vec![Step::CreateLocation(setup.job.clone(), end, wanted.clone())] }
}

/// A job's end as a person calls it.
pub(super) fn location_name(job: &JobName, end: End) -> String {
    match end {
        End::From => format!("{job} (from)"),
        End::To => format!("{job} (to)"),
    }
}

type Ends<'a> = [(End, Option<&'a ObservedLocation>); 2];

fn task_move(setup: &Setup, there: Option<&ObservedTask>, observed: &Observed, ends: &Ends<'_>) -> Move {
    let Some(there) = there else { return new_task(setup, observed, ends) };
    let details = field_changes(&there.task, &setup.task);
    let action = if details.is_empty() { Action::Keep } else { Action::Update };
    let update = Step::UpdateTask(there.arn.clone(), setup.task.clone());
    let steps = if action == Action::Update { vec![update] } else { vec![] };
    Move { change: Change { details, ..Change::plain(action, Kind::Task, &setup.task.name) }, steps }
}

fn new_task(setup: &Setup, observed: &Observed, ends: &Ends<'_>) -> Move {
    let is_replacement = observed.tasks.iter().any(|task| task.job == setup.job);
    let action = if is_replacement { Action::Replace } else { Action::Create };
    let why = "a task's locations can't be changed: a new task is made first, then the old one deleted, with the list of its past executions";
    let note = is_replacement.then(|| why.to_owned());
    let [from, to] = ends.map(|(end, there)| reference(&setup.job, end, there));
    let step = Step::CreateTask(setup.job.clone(), setup.task.clone(), from, to);
    Move { change: Change { note, ..Change::plain(action, Kind::Task, &setup.task.name) }, steps: vec![step] }
}

fn reference(job: &JobName, end: End, there: Option<&ObservedLocation>) -> LocationRef {
    there.map_or_else(|| LocationRef::Made(job.clone(), end), |there| LocationRef::There(there.arn.clone()))
}
