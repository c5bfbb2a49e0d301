//! Tasks and locations that are made for one restore: marked with its run, and made in exactly one try.

use aws_sdk_datasync::types::TaskStatus;
use nightferry_domain::back::{RESTORE_TAG, WayEnd};
use nightferry_domain::ids::{IdError, RunId, TaskArn};
use nightferry_domain::provision::Task;
use nightferry_workflow::copy_back::ports::{Made, MadeLocation, WaysBack};
use nightferry_workflow::error::PortError;

use super::AwsAccount;
use super::tasks::{tag, unless_gone};
use crate::sdk_error::Call;

const LOCATIONS: Call = Call::read("DataSync", "ListLocations");
const TASKS: Call = Call::read("DataSync", "ListTasks");
const TAGS: Call = Call::read("DataSync", "ListTagsForResource");
const DESCRIBE: Call = Call::read("DataSync", "DescribeTask");

impl WaysBack for AwsAccount {
    async fn made_for(&self, run: &RunId) -> Result<Made, PortError> {
        let mut made = Made::default();
        let mut locations = self.datasync.list_locations().into_paginator().items().send();
        while let Some(entry) = locations.next().await {
            let entry = entry.map_err(|error| LOCATIONS.refused(&error))?;
            let (arn, uri) = (entry.location_arn.unwrap_or_default(), entry.location_uri.unwrap_or_default());
            let is_of_a_kind = ["efs://", "s3://"].iter().any(|kind| uri.starts_with(kind));
            if is_of_a_kind && self.is_marked(&arn, run).await? {
                made.locations.push(MadeLocation { arn, uri });
            }
        }
        let mut tasks = self.datasync.list_tasks().into_paginator().items().send();
        while let Some(entry) = tasks.next().await {
            let entry = entry.map_err(|error| TASKS.refused(&error))?;
            // The name spares a call for each of the account's other tasks; the tag decides.
            let is_named = entry.name().is_some_and(|name| name.ends_with(run.as_str()));
            let arn = entry.task_arn.unwrap_or_default();
            if is_named && self.is_marked(&arn, run).await? {
                made.tasks.push(arn.parse().map_err(|error: IdError| TASKS.rejected("Answer", &error.to_string()))?);
            }
        }
        Ok(made)
    }

    async fn make_location(&self, run: &RunId, end: &WayEnd) -> Result<String, PortError> {
        let mark = tag(RESTORE_TAG, run.as_str()).map(|tag| vec![tag]);
        match end {
            WayEnd::Files(location) => self.create_efs_location(location, mark).await,
            WayEnd::Bucket(location) => self.create_s3_location(location, mark).await,
        }
    }

    async fn make_task(&self, run: &RunId, task: &Task, ends: (&str, &str)) -> Result<TaskArn, PortError> {
        self.create_tagged_task(task, ends, tag(RESTORE_TAG, run.as_str()).map(|tag| vec![tag])).await
    }

    async fn is_in_the_making(&self, task: &TaskArn) -> Result<bool, PortError> {
        let told = self.datasync.describe_task().task_arn(task.as_str()).send().await;
        let told = told.map_err(|error| DESCRIBE.refused(&error))?;
        Ok(told.status() == Some(&TaskStatus::Creating))
    }
}

impl AwsAccount {
    /// Nothing that has gone since it was listed is.
    async fn is_marked(&self, arn: &str, run: &RunId) -> Result<bool, PortError> {
        let told = self.datasync.list_tags_for_resource().resource_arn(arn).send().await;
        let told = match told {
            Ok(told) => Some(told),
            Err(error) => unless_gone(TAGS.refused(&error))?,
        };
        let is_mark = |told: aws_sdk_datasync::operation::list_tags_for_resource::ListTagsForResourceOutput| {
            told.tags().iter().any(|tag| tag.key() == RESTORE_TAG && tag.value() == Some(run.as_str()))
        };
        Ok(told.is_some_and(is_mark))
    }
}
