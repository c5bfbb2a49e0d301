//! The run table, with records that other versions wrote, and with bugs.

use jiff::SignedDuration;
use nightferry_domain::agent::watch::AgentWatch;
use nightferry_domain::back::hold::Hold;
use nightferry_domain::copy_drill::Begun;
use nightferry_domain::ids::{AttemptId, ExecutionArn, RunId};
use nightferry_domain::job::{Job, Phase};
use nightferry_domain::outcome::Outcome;
use nightferry_domain::plan::JobName;
use nightferry_domain::run::Run;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{OpenPage, RunTable, Saved, TaskToken, Versioned};
use serde_json::{Value, json};

use super::Wired;
use crate::faults::Kind;
use crate::plants::Plant;

impl RunTable for Wired {
    async fn create_run(&self, run: &Run) -> Result<Saved, PortError> {
        self.fake.create_run(run).await
    }

    async fn load_run(&self, run: &RunId) -> Result<Option<Versioned<Run>>, PortError> {
        let mut loaded = self.fake.load_run(run).await?;
        if let Some(run) = loaded.as_mut().filter(|_| self.has(Plant::ReportsEarly)) {
            run.record.job_count = self.settled_count(&run.record.id);
        }
        Ok(loaded)
    }

    async fn save_run(&self, run: &Versioned<Run>) -> Result<Saved, PortError> {
        self.fake.save_run(run).await
    }

    async fn create_job(&self, job: &Job) -> Result<Saved, PortError> {
        self.fake.create_job(&self.of_another_version(job)).await
    }

    async fn create_jobs(&self, jobs: &[Job]) -> Result<(), PortError> {
        for job in jobs {
            let _ = self.create_job(job).await?;
        }
        Ok(())
    }

    async fn load_job(&self, run: &RunId, job: &JobName) -> Result<Option<Versioned<Job>>, PortError> {
        let mut loaded = self.fake.load_job(run, job).await?;
        if let (Some(job), Some(plant)) = (loaded.as_mut(), self.plant) {
            misread(plant, &mut job.record);
        }
        Ok(loaded)
    }

    async fn save_job(&self, job: &Versioned<Job>, token: Option<&TaskToken>) -> Result<Saved, PortError> {
        let mut job = Versioned { record: self.of_another_version(&job.record), version: job.version };
        let key = (job.record.run.clone(), job.record.spec.name.clone());
        if self.has(Plant::WritesUnconditionally) {
            job.version = self.fake.state.borrow().jobs.get(&key).map_or(0, |stored| stored.version);
        }
        if self.has(Plant::ShortLease) {
            shorten(&mut job.record);
        }
        self.fake.save_job(&job, token).await
    }

    async fn task_token(&self, run: &RunId, job: &JobName) -> Result<Option<TaskToken>, PortError> {
        self.fake.task_token(run, job).await
    }

    async fn jobs_of(&self, run: &RunId) -> Result<Vec<Versioned<Job>>, PortError> {
        let mut jobs = self.fake.jobs_of(run).await?;
        if self.has(Plant::ReportsEarly) {
            jobs.retain(|job| job.record.settlement().is_some());
        }
        Ok(jobs)
    }

    async fn point(&self, execution: &ExecutionArn, attempt: &AttemptId) -> Result<(), PortError> {
        self.fake.point(execution, attempt).await
    }

    async fn claim_execution(&self, execution: &ExecutionArn, attempt: &AttemptId) -> Result<bool, PortError> {
        self.fake.claim_execution(execution, attempt).await
    }

    async fn attempt_of(&self, execution: &ExecutionArn) -> Result<Option<AttemptId>, PortError> {
        self.fake.attempt_of(execution).await
    }

    async fn load_watch(&self, agent: &str) -> Result<Option<Versioned<AgentWatch>>, PortError> {
        self.fake.load_watch(agent).await
    }

    async fn save_watch(&self, watch: &Versioned<AgentWatch>) -> Result<Saved, PortError> {
        self.fake.save_watch(watch).await
    }

    async fn load_hold(&self, held: &JobName) -> Result<Option<Versioned<Hold>>, PortError> {
        self.fake.load_hold(held).await
    }

    async fn save_hold(&self, hold: &Versioned<Hold>) -> Result<Saved, PortError> {
        self.fake.save_hold(hold).await
    }

    async fn load_drill(&self, drill: &RunId) -> Result<Option<Versioned<Begun>>, PortError> {
        self.fake.load_drill(drill).await
    }

    async fn save_drill(&self, begun: &Versioned<Begun>) -> Result<Saved, PortError> {
        self.fake.save_drill(begun).await
    }

    async fn open_records(&self, page: Option<String>) -> Result<OpenPage, PortError> {
        let mut open = self.fake.open_records(page).await?;
        if self.has(Plant::SweepsOnePage) {
            open.next = None;
        }
        Ok(open)
    }
}

impl Wired {
    fn settled_count(&self, run: &RunId) -> u32 {
        let state = self.fake.state.borrow();
        let settled = state.jobs.values().filter(|job| &job.record.run == run && job.record.settlement().is_some());
        u32::try_from(settled.count()).unwrap_or(u32::MAX)
    }

    /// The record as another version would have written it: the one before leaves away what it did not know and what
    /// says nothing, the one after adds what we do not know.
    fn of_another_version(&self, job: &Job) -> Job {
        if !self.chance.borrow_mut().strikes(Kind::VersionMixed) {
            return job.clone();
        }
        let mut row = serde_json::to_value(job).expect("a record is JSON");
        strip(&mut row);
        row["carbon_grams"] = json!({"estimated": 12});
        row["spec"]["priority"] = json!("usual");
        row["phase"]["colour"] = json!(7);
        serde_json::from_value(row).expect("R12: a record of another version is read")
    }
}

/// Leaves away what the version before did not write.
fn strip(row: &mut Value) {
    match row {
        Value::Object(fields) => {
            fields.retain(|name, value| !(name == "unverified" && *value == 0));
            fields.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn misread(plant: Plant, job: &mut Job) {
    if plant == Plant::IgnoresTheDeadline {
        job.deadline += SignedDuration::from_hours(24 * 365);
    } else if plant == Plant::EndlessAttempts {
        job.spec.attempts_max = 1_000;
    } else if plant == Plant::SettlesTwice {
        unsettle(job);
    }
}

/// A job that was settled by its last attempt's judgement looks as if that attempt still ran.
fn unsettle(job: &mut Job) {
    let is_open_to_doubt = job.settlement().is_some_and(|end| end.outcome != Outcome::Failed);
    let last = job.attempts.last().and_then(|last| Some((last.number, last.execution.clone()?)));
    if let Some((attempt, execution)) = last.filter(|_| is_open_to_doubt) {
        job.phase = Phase::Running { attempt, execution };
    }
}

fn shorten(job: &mut Job) {
    if let Phase::Starting { lease_until, .. } = &mut job.phase {
        *lease_until -= SignedDuration::from_secs(840);
    }
}
