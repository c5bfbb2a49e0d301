//! The run table in DynamoDB: one item a record, each with a version that the next save has to name.
//!
//! Keys: a run is `run#ID`/`run`, its jobs `run#ID`/`job#NAME`, the pointer of an execution `execution#ARN`/`execution`, what was
//! told of an agent `agent#NAME`/`agent`, the restore that a job's nights wait for `restore#JOB`/`restore`,
//! a drill of a copy between buckets `run#ID`/`drill`.
//! What is open carries `open` and `open_since`, so that the sparse index holds only that.

mod drills;
mod holds;
mod items;
mod jobs;
mod open_records;
mod pointers;
mod runs;
mod save;
#[cfg(test)]
mod tests;
mod watches;

use aws_sdk_dynamodb::Client;
use nightferry_domain::agent::watch::AgentWatch;
use nightferry_domain::back::hold::Hold;
use nightferry_domain::copy_drill::Begun;
use nightferry_domain::ids::{AttemptId, ExecutionArn, RunId};
use nightferry_domain::job::Job;
use nightferry_domain::plan::JobName;
use nightferry_domain::run::Run;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{OpenPage, RunTable, Saved, TaskToken, Versioned};

/// Pages of one query that are read; a run of the largest size fills a tenth of them.
pub const QUERY_PAGES_MAX: usize = 400;
/// Open records in one page of the sweep.
pub const OPEN_PAGE_RECORDS: i32 = 100;

/// [`RunTable`] over one DynamoDB table.
#[derive(Debug, Clone)]
pub struct DynamoRunTable {
    client: Client,
    table: String,
    keep_records_days: u32,
}

impl DynamoRunTable {
    /// The table of this name; records expire so many days after their end.
    #[must_use]
    pub fn new(client: Client, table: String, keep_records_days: u32) -> Self {
        Self { client, table, keep_records_days }
    }
}

impl RunTable for DynamoRunTable {
    async fn create_run(&self, run: &Run) -> Result<Saved, PortError> {
        self.put_run(&Versioned { record: run.clone(), version: 0 }).await
    }

    async fn load_run(&self, run: &RunId) -> Result<Option<Versioned<Run>>, PortError> {
        self.get_run(run).await
    }

    async fn save_run(&self, run: &Versioned<Run>) -> Result<Saved, PortError> {
        self.put_run(run).await
    }

    async fn create_job(&self, job: &Job) -> Result<Saved, PortError> {
        self.put_job(&Versioned { record: job.clone(), version: 0 }, None).await
    }

    async fn create_jobs(&self, jobs: &[Job]) -> Result<(), PortError> {
        // Four calls at once make a large future.
        Box::pin(self.put_new_jobs(jobs)).await
    }

    async fn load_job(&self, run: &RunId, job: &JobName) -> Result<Option<Versioned<Job>>, PortError> {
        self.get_job(run, job).await
    }

    async fn save_job(&self, job: &Versioned<Job>, token: Option<&TaskToken>) -> Result<Saved, PortError> {
        self.put_job(job, token).await
    }

    async fn task_token(&self, run: &RunId, job: &JobName) -> Result<Option<TaskToken>, PortError> {
        self.get_task_token(run, job).await
    }

    async fn jobs_of(&self, run: &RunId) -> Result<Vec<Versioned<Job>>, PortError> {
        self.query_jobs(run).await
    }

    async fn point(&self, execution: &ExecutionArn, attempt: &AttemptId) -> Result<(), PortError> {
        self.put_pointer(execution, attempt).await
    }

    async fn claim_execution(&self, execution: &ExecutionArn, attempt: &AttemptId) -> Result<bool, PortError> {
        self.put_pointer_unless_taken(execution, attempt).await
    }

    async fn attempt_of(&self, execution: &ExecutionArn) -> Result<Option<AttemptId>, PortError> {
        self.get_pointer(execution).await
    }

    async fn load_watch(&self, agent: &str) -> Result<Option<Versioned<AgentWatch>>, PortError> {
        self.get_watch(agent).await
    }

    async fn save_watch(&self, watch: &Versioned<AgentWatch>) -> Result<Saved, PortError> {
        self.put_watch(watch).await
    }

    async fn load_hold(&self, held: &JobName) -> Result<Option<Versioned<Hold>>, PortError> {
        self.get_hold(held).await
    }

    async fn save_hold(&self, hold: &Versioned<Hold>) -> Result<Saved, PortError> {
        self.put_hold(hold).await
    }

    async fn load_drill(&self, drill: &RunId) -> Result<Option<Versioned<Begun>>, PortError> {
        self.get_drill(drill).await
    }

    async fn save_drill(&self, begun: &Versioned<Begun>) -> Result<Saved, PortError> {
        self.put_drill(begun).await
    }

    async fn open_records(&self, page: Option<String>) -> Result<OpenPage, PortError> {
        self.query_open(page).await
    }
}
