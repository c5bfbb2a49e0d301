//! Items of jobs, and the task token beside each.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use nightferry_domain::ids::RunId;
use nightferry_domain::job::Job;
use nightferry_domain::plan::JobName;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{Saved, TaskToken, Versioned};

use super::items::{Item, JOB_PREFIX, Key, PK, SK, TOKEN, TOKEN_ATTEMPT, expires_at, number, open_since, record, text};
use super::runs::document;
use super::save::{Change, Standing};
use super::{DynamoRunTable, QUERY_PAGES_MAX};
use crate::sdk_error::Call;

const LOAD: Call = Call::read("DynamoDB", "GetItem");
const QUERY: Call = Call::read("DynamoDB", "Query");

impl DynamoRunTable {
    pub(super) async fn put_job(&self, job: &Versioned<Job>, token: Option<&TaskToken>) -> Result<Saved, PortError> {
        let record = &job.record;
        let key = Key::of_job(&record.run, &record.spec.name);
        let standing = match record.settlement() {
            Some(end) => Standing::Ended { expires_at: expires_at(end.at, self.keep_records_days) },
            None => Standing::Open { since: open_since(record.opened_at, &key) },
        };
        let document = document(record)?;
        self.save(Change { key, version: job.version, document, standing, token }).await
    }

    /// Four calls at a time: a run's records lie in one partition, which takes a thousand write units a second, and more
    /// calls at once would only be refused sooner.
    pub(super) async fn put_new_jobs(&self, jobs: &[Job]) -> Result<(), PortError> {
        let lane = async |first: usize| -> Result<(), PortError> {
            for job in jobs.iter().skip(first).step_by(4) {
                let _ = self.put_job(&Versioned { record: job.clone(), version: 0 }, None).await?;
            }
            Ok(())
        };
        let _ = tokio::try_join!(lane(0), lane(1), lane(2), lane(3))?;
        Ok(())
    }

    pub(super) async fn get_job(&self, run: &RunId, job: &JobName) -> Result<Option<Versioned<Job>>, PortError> {
        let item = self.item(Key::of_job(run, job)).await?;
        item.as_ref().map(|item| record(LOAD, item)).transpose()
    }

    pub(super) async fn get_task_token(&self, run: &RunId, job: &JobName) -> Result<Option<TaskToken>, PortError> {
        let item = self.item(Key::of_job(run, job)).await?;
        Ok(item.as_ref().and_then(token_in))
    }

    /// DynamoDB sorts by the sort key, which is the order of the names.
    pub(super) async fn query_jobs(&self, run: &RunId) -> Result<Vec<Versioned<Job>>, PortError> {
        let mut jobs = vec![];
        let mut next = None;
        for _ in 0..QUERY_PAGES_MAX {
            let (items, after) = self.jobs_page(run, next).await?;
            for item in &items {
                jobs.push(record(QUERY, item)?);
            }
            if after.is_none() {
                return Ok(jobs);
            }
            next = after;
        }
        let what = format!("the jobs of run `{run}` fill more than {QUERY_PAGES_MAX} pages");
        Err(QUERY.rejected("TooManyPages", &what))
    }

    async fn jobs_page(&self, run: &RunId, after: Option<Item>) -> Result<(Vec<Item>, Option<Item>), PortError> {
        let names = HashMap::from([("#pk".to_owned(), PK.to_owned()), ("#sk".to_owned(), SK.to_owned())]);
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("#pk = :pk AND begins_with(#sk, :job)")
            .set_expression_attribute_names(Some(names))
            .expression_attribute_values(":pk", AttributeValue::S(Key::of_run(run).pk))
            .expression_attribute_values(":job", AttributeValue::S(JOB_PREFIX.to_owned()))
            .set_exclusive_start_key(after);
        let page = query.send().await.map_err(|error| QUERY.refused(&error))?;
        let after = page.last_evaluated_key.filter(|key| !key.is_empty());
        Ok((page.items.unwrap_or_default(), after))
    }
}

fn token_in(item: &Item) -> Option<TaskToken> {
    let attempt = number(item, TOKEN_ATTEMPT)?;
    let secret = text(item, TOKEN)?.to_owned().into();
    Some(TaskToken { attempt, secret })
}
