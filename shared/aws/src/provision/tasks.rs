//! DataSync's locations and tasks: told by their tags, made in exactly one try.

use std::collections::BTreeSet;

use aws_sdk_datasync::config::Builder;
use aws_sdk_datasync::error::BuildError;
use aws_sdk_datasync::types::{
    Ec2Config, EfsInTransitEncryption, S3Config, S3StorageClass, TagListEntry, TaskMode, TaskStatus,
};
use aws_smithy_types::retry::RetryConfig;
use nightferry_domain::ids::TaskArn;
use nightferry_domain::plan::JobName;
use nightferry_domain::provision::{EfsLocation, Location, ObservedLocation, ObservedTask, S3Location, Task, names};
use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;
use nightferry_workflow::provision::ports::TransferTasks;

use super::AwsAccount;
use super::settings::job_of;
use super::transfer::{efs_location, filters, options, report, s3_location, task_settings};
use crate::sdk_error::Call;

impl TransferTasks for AwsAccount {
    async fn locations(&self, stack: &Stack) -> Result<Vec<ObservedLocation>, PortError> {
        const LIST: Call = Call::read("DataSync", "ListLocations");
        let mut pages = self.datasync.list_locations().into_paginator().items().send();
        let mut found = Vec::new();
        while let Some(entry) = pages.next().await {
            let entry = entry.map_err(|error| LIST.refused(&error))?;
            let (arn, uri) = (entry.location_arn.unwrap_or_default(), entry.location_uri.unwrap_or_default());
            let is_of_a_kind = ["s3://", "efs://", "nfs://", "smb://"].iter().any(|kind| uri.starts_with(kind));
            let Some(job) = (if is_of_a_kind { self.job_tagged(stack, &arn).await? } else { None }) else { continue };
            let location = self.observed_location(stack, &arn, &uri).await?;
            found.extend(location.map(|location| ObservedLocation { arn, job, location }));
        }
        Ok(found)
    }

    async fn tasks(&self, stack: &Stack) -> Result<Vec<ObservedTask>, PortError> {
        const LIST: Call = Call::read("DataSync", "ListTasks");
        let mut pages = self.datasync.list_tasks().into_paginator().items().send();
        let mut found = Vec::new();
        while let Some(entry) = pages.next().await {
            let arn = entry.map_err(|error| LIST.refused(&error))?.task_arn.unwrap_or_default();
            let Some(job) = self.job_tagged(stack, &arn).await? else { continue };
            found.extend(self.observed_task(&arn, job).await?);
        }
        Ok(found)
    }

    async fn agent_names(&self) -> Result<BTreeSet<String>, PortError> {
        Ok(self.agents_listed().await?.into_iter().filter_map(|agent| agent.name).collect())
    }

    async fn create_location(&self, stack: &Stack, job: &JobName, location: &Location) -> Result<String, PortError> {
        match location {
            Location::Efs(location) => self.create_efs_location(location, tags(stack, job)).await,
            Location::S3(location) => self.create_s3_location(location, tags(stack, job)).await,
            Location::Nfs(location) => self.create_nfs_location(stack, job, location).await,
            Location::Smb(location) => self.create_smb_location(stack, job, location).await,
        }
    }

    async fn create_task(
        &self,
        stack: &Stack,
        job: &JobName,
        task: &Task,
        (from, to): (&str, &str),
    ) -> Result<TaskArn, PortError> {
        self.create_tagged_task(task, (from, to), tags(stack, job)).await
    }

    async fn update_task(&self, arn: &TaskArn, task: &Task) -> Result<(), PortError> {
        const UPDATE: Call = Call::write("DataSync", "UpdateTask");
        let request = self.datasync.update_task().task_arn(arn.as_str()).name(&task.name);
        let request = request
            .options(options(&task.options))
            .set_includes(Some(filters(task.includes.as_deref())))
            .set_excludes(Some(filters(task.excludes.as_deref())))
            .set_cloud_watch_log_group_arn(task.cloud_watch_log_group_arn.clone())
            .set_task_report_config(report(task).map_err(|error| not_built(UPDATE, &error))?);
        request.send().await.map(drop).map_err(|error| UPDATE.refused(&error))
    }

    async fn delete_task(&self, arn: &TaskArn) -> Result<(), PortError> {
        const DELETE: Call = Call::write("DataSync", "DeleteTask");
        let deleted = self.datasync.delete_task().task_arn(arn.as_str()).send().await;
        deleted.map(drop).map_err(|error| DELETE.refused(&error))
    }

    async fn delete_location(&self, arn: &str) -> Result<(), PortError> {
        const DELETE: Call = Call::write("DataSync", "DeleteLocation");
        let deleted = self.datasync.delete_location().location_arn(arn).send().await;
        deleted.map(drop).map_err(|error| DELETE.refused(&error))
    }
}

impl AwsAccount {
    pub(super) async fn create_tagged_task(
        &self,
        task: &Task,
        (from, to): (&str, &str),
        tags: Built<Vec<TagListEntry>>,
    ) -> Result<TaskArn, PortError> {
        const CREATE: Call = Call::start("DataSync", "CreateTask");
        let request = self.datasync.create_task().source_location_arn(from).destination_location_arn(to);
        let request = request
            .name(&task.name)
            .task_mode(TaskMode::from(task.task_mode.as_str()))
            .options(options(&task.options))
            .set_includes(Some(filters(task.includes.as_deref())))
            .set_excludes(Some(filters(task.excludes.as_deref())))
            .set_cloud_watch_log_group_arn(task.cloud_watch_log_group_arn.clone())
            .set_task_report_config(report(task).map_err(|error| not_built(CREATE, &error))?)
            .set_tags(Some(tags.map_err(|error| not_built(CREATE, &error))?));
        let made = request.customize().config_override(in_one_try()).send().await;
        let arn = made.map_err(|error| CREATE.refused(&error))?.task_arn.unwrap_or_default();
        arn.parse().map_err(|error: nightferry_domain::ids::IdError| CREATE.rejected("Answer", &error.to_string()))
    }

    pub(super) async fn create_efs_location(
        &self,
        to: &EfsLocation,
        tags: Built<Vec<TagListEntry>>,
    ) -> Result<String, PortError> {
        const CREATE: Call = Call::start("DataSync", "CreateLocationEfs");
        let groups = to.security_group_arns.iter().cloned().collect();
        let network = Ec2Config::builder().subnet_arn(&to.subnet_arn).set_security_group_arns(Some(groups)).build();
        let request = self.datasync.create_location_efs().efs_filesystem_arn(&to.efs_filesystem_arn);
        let request = request
            .subdirectory(&to.subdirectory)
            .ec2_config(network.map_err(|error| not_built(CREATE, &error))?)
            .set_access_point_arn(to.access_point_arn.clone())
            .in_transit_encryption(EfsInTransitEncryption::from(to.in_transit_encryption.as_str()))
            .set_tags(Some(tags.map_err(|error| not_built(CREATE, &error))?));
        let made = request.customize().config_override(in_one_try()).send().await;
        let arn = made.map_err(|error| CREATE.refused(&error))?.location_arn;
        arn.ok_or_else(|| CREATE.rejected("Answer", "no ARN of the new location"))
    }

    pub(super) async fn create_s3_location(
        &self,
        to: &S3Location,
        tags: Built<Vec<TagListEntry>>,
    ) -> Result<String, PortError> {
        const CREATE: Call = Call::start("DataSync", "CreateLocationS3");
        let access = S3Config::builder().bucket_access_role_arn(&to.bucket_access_role_arn).build();
        let request = self.datasync.create_location_s3().s3_bucket_arn(&to.s3_bucket_arn);
        let request = request
            .subdirectory(&to.subdirectory)
            .s3_storage_class(S3StorageClass::from(to.s3_storage_class.as_str()))
            .s3_config(access.map_err(|error| not_built(CREATE, &error))?)
            .set_tags(Some(tags.map_err(|error| not_built(CREATE, &error))?));
        let made = request.customize().config_override(in_one_try()).send().await;
        let arn = made.map_err(|error| CREATE.refused(&error))?.location_arn;
        arn.ok_or_else(|| CREATE.rejected("Answer", "no ARN of the new location"))
    }

    /// Nothing too when it has gone since it was listed.
    async fn job_tagged(&self, stack: &Stack, arn: &str) -> Result<Option<JobName>, PortError> {
        const TAGS: Call = Call::read("DataSync", "ListTagsForResource");
        match self.datasync.list_tags_for_resource().resource_arn(arn).send().await {
            Ok(told) => {
                let pairs = told.tags().iter().map(|tag| (tag.key(), tag.value().unwrap_or_default()));
                Ok(job_of(stack, pairs))
            }
            Err(error) => unless_gone(TAGS.refused(&error)),
        }
    }

    async fn observed_location(&self, stack: &Stack, arn: &str, uri: &str) -> Result<Option<Location>, PortError> {
        const EFS: Call = Call::read("DataSync", "DescribeLocationEfs");
        const S3: Call = Call::read("DataSync", "DescribeLocationS3");
        if uri.starts_with("nfs://") {
            return self.observed_nfs_location(arn).await;
        }
        if uri.starts_with("smb://") {
            return self.observed_smb_location(arn).await;
        }
        if uri.starts_with("efs://") {
            return match self.datasync.describe_location_efs().location_arn(arn).send().await {
                Ok(told) => Ok(efs_location(stack, &told)),
                Err(error) => unless_gone(EFS.refused(&error)),
            };
        }
        match self.datasync.describe_location_s3().location_arn(arn).send().await {
            Ok(told) => Ok(s3_location(stack, &told)),
            Err(error) => unless_gone(S3.refused(&error)),
        }
    }

    async fn observed_task(&self, arn: &str, job: JobName) -> Result<Option<ObservedTask>, PortError> {
        const DESCRIBE: Call = Call::read("DataSync", "DescribeTask");
        let told = match self.datasync.describe_task().task_arn(arn).send().await {
            Ok(told) => told,
            Err(error) => return unless_gone(DESCRIBE.refused(&error)),
        };
        let arn = arn.parse();
        let arn = arn.map_err(|e: nightferry_domain::ids::IdError| DESCRIBE.rejected("Answer", &e.to_string()))?;
        let is_busy = matches!(told.status, Some(TaskStatus::Running | TaskStatus::Queued));
        let task = task_settings(&told);
        let (from, to) =
            (told.source_location_arn.unwrap_or_default(), told.destination_location_arn.unwrap_or_default());
        Ok(Some(ObservedTask { arn, job, from, to, task, is_busy }))
    }
}

/// A repeated creation makes a second one: the service has no token for it.
pub(super) fn in_one_try() -> Builder {
    Builder::new().retry_config(RetryConfig::disabled())
}

pub(super) fn unless_gone<T>(refusal: PortError) -> Result<Option<T>, PortError> {
    match refusal {
        PortError::Missing { .. } => Ok(None),
        PortError::Retryable { .. } | PortError::Ambiguous { .. } | PortError::Rejected { .. } => Err(refusal),
    }
}

pub(super) fn not_built(call: Call, error: &BuildError) -> PortError {
    call.rejected("RequestNotBuilt", &error.to_string())
}

/// What the SDK checks before anything is sent.
pub(super) type Built<T> = Result<T, BuildError>;

pub(super) fn tag(key: &str, value: &str) -> Built<TagListEntry> {
    TagListEntry::builder().key(key).value(value).build()
}

pub(super) fn tags(stack: &Stack, job: &JobName) -> Built<Vec<TagListEntry>> {
    let name = names::task(stack, job);
    Ok(vec![tag("Name", &name)?, tag(names::STACK_TAG, &stack.name)?, tag(names::JOB_TAG, job.as_str())?])
}
