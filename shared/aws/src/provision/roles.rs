//! IAM roles under `/nightferry/`.

use aws_sdk_iam::error::SdkError;
use aws_sdk_iam::types::Tag;
use aws_smithy_types::retry::RetryConfig;
use nightferry_domain::plan::JobName;
use nightferry_domain::provision::{ObservedRole, Role, names};
use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;
use nightferry_workflow::provision::Marked;
use nightferry_workflow::provision::ports::Roles;
use serde_json::Value;

use super::AwsAccount;
use super::settings::{document, job_of};
use crate::sdk_error::Call;

impl Roles for AwsAccount {
    async fn roles(&self, stack: &Stack) -> Result<Marked<ObservedRole>, PortError> {
        const LIST: Call = Call::read("IAM", "ListRoles");
        let mut pages = self.iam.list_roles().path_prefix(names::ROLE_PATH).into_paginator().items().send();
        let mut found = Marked { ours: vec![], foreign: vec![] };
        while let Some(role) = pages.next().await {
            let role = role.map_err(|error| LIST.refused(&error))?;
            match self.job_of_role(stack, &role.role_name).await? {
                Some(job) => found.ours.push(ObservedRole { job, role: self.observed_role(&role).await? }),
                None => found.foreign.push(role.role_name),
            }
        }
        Ok(found)
    }

    /// Sent once: sent again after a lost reply, it would meet its own role as somebody else's.
    async fn create_role(&self, stack: &Stack, job: &JobName, role: &Role) -> Result<(), PortError> {
        const CREATE: Call = Call::start("IAM", "CreateRole");
        let once = aws_sdk_iam::config::Builder::new().retry_config(RetryConfig::disabled());
        let tags = [tag(names::STACK_TAG, &stack.name), tag(names::JOB_TAG, job.as_str())];
        let tags: Result<Vec<Tag>, _> = tags.into_iter().collect();
        let tags = tags.map_err(|error| CREATE.rejected("RequestNotBuilt", &error.to_string()))?;
        let request = self.iam.create_role().path(names::ROLE_PATH).role_name(&role.role_name).set_tags(Some(tags));
        let request = request
            .description(format!("For job {job}; made by nightferry apply"))
            .assume_role_policy_document(role.assume_role_policy_document.to_string());
        let made = request.customize().config_override(once).send().await;
        made.map(drop).map_err(|error| CREATE.refused(&error))
    }

    async fn set_trust(&self, role: &Role) -> Result<(), PortError> {
        const UPDATE: Call = Call::write("IAM", "UpdateAssumeRolePolicy");
        let request = self.iam.update_assume_role_policy().role_name(&role.role_name);
        let set = request.policy_document(role.assume_role_policy_document.to_string()).send().await;
        set.map(drop).map_err(|error| UPDATE.refused(&error))
    }

    async fn put_role_policy(&self, role: &Role) -> Result<(), PortError> {
        const PUT: Call = Call::write("IAM", "PutRolePolicy");
        let Some(policy) = &role.policy else { return Ok(()) };
        let request = self.iam.put_role_policy().role_name(&role.role_name).policy_name(names::ROLE_POLICY);
        let put = request.policy_document(policy.to_string()).send().await;
        put.map(drop).map_err(|error| PUT.refused(&error))
    }

    async fn delete_role(&self, name: &str) -> Result<(), PortError> {
        const DELETE_POLICY: Call = Call::write("IAM", "DeleteRolePolicy");
        const DELETE: Call = Call::write("IAM", "DeleteRole");
        let policy = self.iam.delete_role_policy().role_name(name).policy_name(names::ROLE_POLICY).send().await;
        match policy.map_err(|error| DELETE_POLICY.refused(&error)) {
            Ok(_) | Err(PortError::Missing { .. }) => {}
            Err(refusal) => return Err(refusal),
        }
        let deleted = self.iam.delete_role().role_name(name).send().await;
        deleted.map(drop).map_err(|error| DELETE.refused(&error))
    }
}

impl AwsAccount {
    async fn job_of_role(&self, stack: &Stack, name: &str) -> Result<Option<JobName>, PortError> {
        const TAGS: Call = Call::read("IAM", "ListRoleTags");
        match self.iam.list_role_tags().role_name(name).send().await {
            Ok(told) => Ok(job_of(stack, told.tags.iter().map(|tag| (tag.key(), tag.value())))),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(TAGS.refused(&error)),
        }
    }

    async fn observed_role(&self, role: &aws_sdk_iam::types::Role) -> Result<Role, PortError> {
        Ok(Role {
            role_name: role.role_name.clone(),
            assume_role_policy_document: document(role.assume_role_policy_document.as_deref().unwrap_or_default()),
            policy: self.role_policy(&role.role_name).await?,
        })
    }

    async fn role_policy(&self, name: &str) -> Result<Option<Value>, PortError> {
        const GET: Call = Call::read("IAM", "GetRolePolicy");
        let told = self.iam.get_role_policy().role_name(name).policy_name(names::ROLE_POLICY).send().await;
        match told.map_err(|error| GET.refused(&error)) {
            Ok(told) => Ok(Some(document(&told.policy_document))),
            Err(PortError::Missing { .. }) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }
}

fn is_gone(error: &SdkError<aws_sdk_iam::operation::list_role_tags::ListRoleTagsError>) -> bool {
    error
        .as_service_error()
        .is_some_and(aws_sdk_iam::operation::list_role_tags::ListRoleTagsError::is_no_such_entity_exception)
}

fn tag(key: &str, value: &str) -> Result<Tag, aws_sdk_iam::error::BuildError> {
    Tag::builder().key(key).value(value).build()
}
