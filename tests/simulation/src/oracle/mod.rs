//! What must be true of a night, however bad it was. Knows the world's own facts, and none of the product's decisions.

mod backups;
mod batch;
mod jobs;
mod reports;
mod truth;

use std::collections::BTreeMap;

use nightferry_domain::ids::RunId;
use nightferry_workflow::open_run::Request;

use crate::driver::{Call, Simulation};

/// Service calls that start something, for one task in one hour: promise R8.
pub const STARTS_PER_HOUR_MAX: usize = 40;

/// Every promise that the night broke: its id, and what happened.
#[must_use]
pub fn violations(night: &Simulation, is_closed: bool) -> Vec<String> {
    let mut broken = night.fake.state.borrow().broken.clone();
    if !is_closed {
        broken.extend(left_open(night));
    }
    broken.extend(doubled_executions(night));
    broken.extend(dropped_schedules(night));
    broken.extend(strange_runs(night));
    broken.extend(too_many_starts(night));
    broken.extend(insistence(night));
    broken.extend(jobs::violations(night));
    broken.extend(batch::violations(night));
    broken.extend(backups::violations(night));
    broken.extend(reports::violations(night));
    broken
}

fn left_open(night: &Simulation) -> Vec<String> {
    let state = night.fake.state.borrow();
    let open = state.runs.values().filter(|run| run.record.is_open());
    let mut told: Vec<String> = open
        .map(|run| {
            let at = night.where_is(&run.record.id);
            format!("R2: run {} is still open: {:?}, its workflow at {at:?}", run.record.id, run.record.phase)
        })
        .collect();
    if told.is_empty() {
        told.push("R2: the night never came to rest".to_owned());
    }
    told
}

fn doubled_executions(night: &Simulation) -> Vec<String> {
    let state = night.fake.state.borrow();
    let mut counts = BTreeMap::new();
    for tag in state.executions.iter().filter_map(|execution| execution.tag.as_ref()) {
        *counts.entry(tag).or_insert(0) += 1;
    }
    let doubled = counts.into_iter().filter(|(_, count)| *count > 1);
    doubled.map(|(tag, count)| format!("R1: {count} executions of attempt {tag}")).collect()
}

/// A schedule that fires opens its run, or raises an alarm.
fn dropped_schedules(night: &Simulation) -> Vec<String> {
    let state = night.fake.state.borrow();
    let given_up = |at| {
        let is_it = |call: &Call| matches!(call, Call::OpenRun(Request::Schedule { scheduled_time, .. }) if *scheduled_time == at);
        night.dead_letters.iter().any(is_it)
    };
    let dropped =
        night.night.fires.iter().filter(|(_, at)| {
            !state.runs.contains_key(&RunId::scheduled(&night.night.schedule(), *at)) && !given_up(*at)
        });
    dropped.map(|(_, at)| format!("R10: the schedule of {at} opened no run and raised no alarm")).collect()
}

/// No run but those that somebody asked for.
fn strange_runs(night: &Simulation) -> Vec<String> {
    let state = night.fake.state.borrow();
    let scheduled: Vec<RunId> =
        night.night.fires.iter().map(|(_, at)| RunId::scheduled(&night.night.schedule(), *at)).collect();
    let strange = state.runs.keys().filter(|run| run.as_str().starts_with("nightly-") && !scheduled.contains(run));
    strange.map(|run| format!("R2: nobody's schedule asked for run {run}")).collect()
}

fn too_many_starts(night: &Simulation) -> Vec<String> {
    let state = night.fake.state.borrow();
    let mut told = vec![];
    for (task, times) in &state.start_calls {
        let worst = (0..times.len()).map(|from| {
            let until = times[from] + jiff::SignedDuration::from_hours(1);
            times[from..].iter().take_while(|at| **at < until).count()
        });
        let worst = worst.max().unwrap_or_default();
        if worst > STARTS_PER_HOUR_MAX {
            told.push(format!("R8: {worst} starts of {task} in one hour"));
        }
    }
    told
}

/// A start that is refused for want of a permission is not asked for again: once the faults have ended, each run asks
/// once, once more if the faults' end came between the refusal and its record, and once more for each further death.
fn insistence(night: &Simulation) -> Vec<String> {
    let state = night.fake.state.borrow();
    let is_calm = |at: &&jiff::Timestamp| night.millis(**at) > night.storm_ends_ms;
    let asked = |task| state.start_calls.get(task).into_iter().flatten().filter(is_calm).count();
    let most = 2 * state.runs.len() + usize::try_from(night.deaths()).unwrap_or(usize::MAX);
    let refused = state.refusals.keys().map(|task| (task, asked(task)));
    let insisted = refused.filter(|(_, count)| *count > most);
    insisted.map(|(task, count)| format!("R8: {count} starts of {task}, each refused")).collect()
}
