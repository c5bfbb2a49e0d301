//! The run table: versions, conflicts, and the sparse index of what is open.

use jiff::SignedDuration;
use nightferry_domain::agent::watch::AgentWatch;
use nightferry_domain::back::hold::Hold;
use nightferry_domain::copy_drill::Begun;
use nightferry_domain::ids::{AttemptId, ExecutionArn, RunId};
use nightferry_domain::job::Job;
use nightferry_domain::plan::JobName;
use nightferry_domain::run::Run;

use super::{Fake, State};
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{OpenPage, OpenRecord, RunTable, Saved, TaskToken, Versioned};

impl RunTable for Fake {
    async fn create_run(&self, run: &Run) -> Result<Saved, PortError> {
        self.call("create_run", |state| Ok(put(&mut state.runs, run.id.clone(), 0, run))).await
    }

    async fn load_run(&self, run: &RunId) -> Result<Option<Versioned<Run>>, PortError> {
        self.call("load_run", |state| Ok(state.runs.get(run).cloned())).await
    }

    async fn save_run(&self, run: &Versioned<Run>) -> Result<Saved, PortError> {
        self.call("save_run", |state| Ok(put(&mut state.runs, run.record.id.clone(), run.version, &run.record))).await
    }

    async fn create_job(&self, job: &Job) -> Result<Saved, PortError> {
        self.call("create_job", |state| Ok(put(&mut state.jobs, key(job), 0, job))).await
    }

    /// One by one, so that a crash may fall between any two.
    async fn create_jobs(&self, jobs: &[Job]) -> Result<(), PortError> {
        for job in jobs {
            let _ = self.create_job(job).await?;
        }
        Ok(())
    }

    async fn load_job(&self, run: &RunId, job: &JobName) -> Result<Option<Versioned<Job>>, PortError> {
        self.call("load_job", |state| Ok(state.jobs.get(&(run.clone(), job.clone())).cloned())).await
    }

    async fn save_job(&self, job: &Versioned<Job>, token: Option<&TaskToken>) -> Result<Saved, PortError> {
        self.call("save_job", |state| {
            mind_the_settled(state, job);
            let saved = put(&mut state.jobs, key(&job.record), job.version, &job.record);
            if saved != Saved::Conflict {
                keep_token(state, &job.record, token);
            }
            Ok(saved)
        })
        .await
    }

    async fn task_token(&self, run: &RunId, job: &JobName) -> Result<Option<TaskToken>, PortError> {
        self.call("task_token", |state| Ok(state.tokens.get(&(run.clone(), job.clone())).cloned())).await
    }

    async fn jobs_of(&self, run: &RunId) -> Result<Vec<Versioned<Job>>, PortError> {
        self.call("jobs_of", |state| Ok(state.jobs.values().filter(|job| &job.record.run == run).cloned().collect()))
            .await
    }

    async fn point(&self, execution: &ExecutionArn, attempt: &AttemptId) -> Result<(), PortError> {
        self.call("point", |state| {
            let delay = SignedDuration::from_secs(self.weather.borrow_mut().index_delay_secs());
            let _ = state.pointers.insert(execution.clone(), (attempt.clone(), self.time() + delay));
            Ok(())
        })
        .await
    }

    async fn claim_execution(&self, execution: &ExecutionArn, attempt: &AttemptId) -> Result<bool, PortError> {
        self.call("claim_execution", |state| {
            let delay = SignedDuration::from_secs(self.weather.borrow_mut().index_delay_secs());
            let entry = (attempt.clone(), self.time() + delay);
            Ok(&state.pointers.entry(execution.clone()).or_insert(entry).0 == attempt)
        })
        .await
    }

    async fn attempt_of(&self, execution: &ExecutionArn) -> Result<Option<AttemptId>, PortError> {
        self.call("attempt_of", |state| {
            let shown = state.pointers.get(execution).filter(|(_, shown_at)| *shown_at <= self.time());
            Ok(shown.map(|(attempt, _)| attempt.clone()))
        })
        .await
    }

    async fn load_watch(&self, agent: &str) -> Result<Option<Versioned<AgentWatch>>, PortError> {
        self.call("load_watch", |state| Ok(state.watches.get(agent).cloned())).await
    }

    async fn save_watch(&self, watch: &Versioned<AgentWatch>) -> Result<Saved, PortError> {
        let name = watch.record.agent.clone();
        self.call("save_watch", |state| Ok(put(&mut state.watches, name, watch.version, &watch.record))).await
    }

    async fn load_hold(&self, held: &JobName) -> Result<Option<Versioned<Hold>>, PortError> {
        self.call("load_hold", |state| Ok(state.holds.get(held).cloned())).await
    }

    async fn save_hold(&self, hold: &Versioned<Hold>) -> Result<Saved, PortError> {
        let job = hold.record.held.clone();
        self.call("save_hold", |state| Ok(put(&mut state.holds, job, hold.version, &hold.record))).await
    }

    async fn load_drill(&self, drill: &RunId) -> Result<Option<Versioned<Begun>>, PortError> {
        self.call("load_drill", |state| Ok(state.drills.get(drill).cloned())).await
    }

    async fn save_drill(&self, begun: &Versioned<Begun>) -> Result<Saved, PortError> {
        let drill = begun.record.asked.drill.clone();
        self.call("save_drill", |state| Ok(put(&mut state.drills, drill, begun.version, &begun.record))).await
    }

    async fn open_records(&self, page: Option<String>) -> Result<OpenPage, PortError> {
        let records = self.page_records.get();
        self.call("open_records", |state| Ok(page_after(state, page.as_deref().unwrap_or_default(), records))).await
    }
}

fn key(job: &Job) -> (RunId, JobName) {
    (job.run.clone(), job.spec.name.clone())
}

/// The one way in which a record is stored: only if its version is the one that was read.
fn put<K: Ord, T: Clone>(
    records: &mut std::collections::BTreeMap<K, Versioned<T>>,
    key: K,
    read: u64,
    record: &T,
) -> Saved {
    if records.get(&key).map_or(0, |stored| stored.version) != read {
        return Saved::Conflict;
    }
    let version = read + 1;
    let _ = records.insert(key, Versioned { record: record.clone(), version });
    Saved::At(version)
}

/// What is settled never changes; a save that would succeed in changing it is written down for whoever watches. What
/// became of a drill's machine is written beside it, afterwards.
fn mind_the_settled(state: &mut State, job: &Versioned<Job>) {
    let stored = state.jobs.get(&key(&job.record)).filter(|stored| stored.version == job.version);
    let beside = |record: &Job| Job { drill: job.record.drill.clone(), ..record.clone() };
    let was_settled =
        stored.is_some_and(|stored| stored.record.settlement().is_some() && beside(&stored.record) != job.record);
    if was_settled {
        state.broken.push(format!("R9: the settled job {} of {} was changed", job.record.spec.name, job.record.run));
    }
}

fn keep_token(state: &mut State, job: &Job, token: Option<&TaskToken>) {
    match token {
        _ if job.settlement().is_some() => drop(state.tokens.remove(&key(job))),
        Some(token) => drop(state.tokens.insert(key(job), token.clone())),
        None => {}
    }
}

/// Oldest first, to the nanosecond; what was settled since the last page is not there any more, as in a real index.
fn page_after(state: &State, after: &str, records: usize) -> OpenPage {
    let runs = state.runs.values().filter(|run| run.record.is_open()).map(|run| &run.record);
    let jobs = state.jobs.values().filter(|job| job.record.settlement().is_none()).map(|job| &job.record);
    let drills = state.drills.values().map(|begun| &begun.record).filter(|begun| begun.told_at.is_none());
    let open = runs.map(|run| (place(run.opened_at, &run.id, None), Kind::OfRun));
    let open = open.chain(jobs.map(|job| (place(job.opened_at, &job.run, Some(&job.spec.name)), Kind::OfRun)));
    let open = open.chain(drills.map(|begun| (place(begun.asked.began_at, &begun.asked.drill, None), Kind::CopyDrill)));
    let mut rest: Vec<(String, Place<'_>, Kind)> = open.map(|(place, kind)| (token(&place), place, kind)).collect();
    rest.retain(|(token, ..)| token.as_str() > after);
    let has_more = rest.len() > records;
    if has_more {
        let _ = rest.select_nth_unstable(records);
        rest.truncate(records);
    }
    rest.sort_unstable();
    let next = rest.last().filter(|_| has_more).map(|(token, ..)| token.clone());
    OpenPage { records: rest.into_iter().map(|(_, place, kind)| record(place, kind)).collect(), next }
}

/// Of what a record of the index tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    OfRun,
    CopyDrill,
}

fn record((_, run, job): Place<'_>, kind: Kind) -> OpenRecord {
    match (kind, job) {
        (Kind::CopyDrill, _) => OpenRecord::CopyDrill(run.clone()),
        (Kind::OfRun, Some(job)) => OpenRecord::Job(run.clone(), job.clone()),
        (Kind::OfRun, None) => OpenRecord::Run(run.clone()),
    }
}

/// Where in the index a record stands: since when it is open, its run, its job.
type Place<'a> = (i128, &'a RunId, Option<&'a JobName>);

fn place<'a>(opened_at: jiff::Timestamp, run: &'a RunId, job: Option<&'a JobName>) -> Place<'a> {
    (opened_at.as_nanosecond(), run, job)
}

fn token((opened_ns, run, job): &Place<'_>) -> String {
    format!("{opened_ns:024}#{run}#{}", job.map(ToString::to_string).unwrap_or_default())
}
