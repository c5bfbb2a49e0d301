//! Locations of file servers on the premises. DataSync knows an agent by its ARN, the plan by its name: both ways here.

use aws_sdk_datasync::types::{AgentListEntry, OnPremConfig, TagListEntry};
use nightferry_domain::plan::JobName;
use nightferry_domain::provision::{Location, NfsLocation, SmbLocation, names, uri_parts};
use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;
use serde::Deserialize;
use serde_json::json;

use super::tasks::{in_one_try, not_built, tags, unless_gone};
use super::{AwsAccount, PAGES_MAX};
use crate::sdk_error::Call;
use crate::signed::Service;

const LIST: Call = Call::read("DataSync", "ListAgents");
const SECRET: Call = Call::read("Secrets Manager", "GetSecretValue");
const SECRETS: Service = Service { name: "secretsmanager", version: "2017-10-17" };

/// A server's user, as its secret holds it. Without `Debug`: it is never shown.
#[derive(Deserialize)]
struct ServerUser {
    user: String,
    password: String,
    domain: Option<String>,
}

impl AwsAccount {
    pub(super) async fn agents_listed(&self) -> Result<Vec<AgentListEntry>, PortError> {
        let mut pages = self.datasync.list_agents().into_paginator().send();
        let mut found = vec![];
        for _ in 0..PAGES_MAX {
            let Some(page) = pages.next().await else { return Ok(found) };
            found.extend(page.map_err(|error| LIST.refused(&error))?.agents.unwrap_or_default());
        }
        Err(LIST.rejected("TooManyPages", &format!("more than {PAGES_MAX} pages of agents")))
    }

    pub(super) async fn create_nfs_location(
        &self,
        stack: &Stack,
        job: &JobName,
        from: &NfsLocation,
    ) -> Result<String, PortError> {
        const CREATE: Call = Call::start("DataSync", "CreateLocationNfs");
        let through = OnPremConfig::builder().agent_arns(self.agent_arn(&from.agent_name).await?).build();
        let request = self.datasync.create_location_nfs().server_hostname(&from.server_hostname);
        let request = request
            .subdirectory(&from.subdirectory)
            .on_prem_config(through.map_err(|error| not_built(CREATE, &error))?)
            .set_tags(Some(tags(stack, job).map_err(|error| not_built(CREATE, &error))?));
        let made = request.customize().config_override(in_one_try()).send().await;
        let arn = made.map_err(|error| CREATE.refused(&error))?.location_arn;
        arn.ok_or_else(|| CREATE.unreadable("no ARN of the new location"))
    }

    pub(super) async fn create_smb_location(
        &self,
        stack: &Stack,
        job: &JobName,
        from: &SmbLocation,
    ) -> Result<String, PortError> {
        const CREATE: Call = Call::start("DataSync", "CreateLocationSmb");
        let agent = self.agent_arn(&from.agent_name).await?;
        let user = self.server_user(&from.credentials).await?;
        let read_from = TagListEntry::builder().key(names::CREDENTIALS_TAG).value(&from.credentials).build();
        let mut tags = tags(stack, job).map_err(|error| not_built(CREATE, &error))?;
        tags.push(read_from.map_err(|error| not_built(CREATE, &error))?);
        let request = self.datasync.create_location_smb().server_hostname(&from.server_hostname);
        let request = request
            .subdirectory(&from.subdirectory)
            .agent_arns(agent)
            .user(user.user)
            .password(user.password)
            .set_domain(user.domain)
            .set_tags(Some(tags));
        let made = request.customize().config_override(in_one_try()).send().await;
        let arn = made.map_err(|error| CREATE.refused(&error))?.location_arn;
        arn.ok_or_else(|| CREATE.unreadable("no ARN of the new location"))
    }

    /// Nothing too when it has gone since it was listed, or is not of a shape that we make.
    pub(super) async fn observed_nfs_location(&self, arn: &str) -> Result<Option<Location>, PortError> {
        const DESCRIBE: Call = Call::read("DataSync", "DescribeLocationNfs");
        let told = match self.datasync.describe_location_nfs().location_arn(arn).send().await {
            Ok(told) => told,
            Err(error) => return unless_gone(DESCRIBE.refused(&error)),
        };
        let agents = told.on_prem_config().map(OnPremConfig::agent_arns).unwrap_or_default();
        let agent_name = self.agent_name(agents).await?;
        Ok(told.location_uri().and_then(uri_parts).map(|(server, subdirectory)| {
            Location::Nfs(NfsLocation { server_hostname: server.to_owned(), subdirectory, agent_name })
        }))
    }

    /// As [`Self::observed_nfs_location`].
    pub(super) async fn observed_smb_location(&self, arn: &str) -> Result<Option<Location>, PortError> {
        const DESCRIBE: Call = Call::read("DataSync", "DescribeLocationSmb");
        const TAGS: Call = Call::read("DataSync", "ListTagsForResource");
        let told = match self.datasync.describe_location_smb().location_arn(arn).send().await {
            Ok(told) => told,
            Err(error) => return unless_gone(DESCRIBE.refused(&error)),
        };
        let marks = self.datasync.list_tags_for_resource().resource_arn(arn).send().await;
        let marks = match marks {
            Ok(marks) => marks,
            Err(error) => return unless_gone(TAGS.refused(&error)),
        };
        let credentials = marks.tags().iter().find(|tag| tag.key() == names::CREDENTIALS_TAG);
        let credentials = credentials.and_then(|tag| tag.value()).unwrap_or_default().to_owned();
        let agent_name = self.agent_name(told.agent_arns()).await?;
        Ok(told.location_uri().and_then(uri_parts).map(|(server, subdirectory)| {
            let server_hostname = server.to_owned();
            Location::Smb(SmbLocation { server_hostname, subdirectory, agent_name, credentials })
        }))
    }

    async fn agent_arn(&self, name: &str) -> Result<String, PortError> {
        let agents = self.agents_listed().await?;
        let mut named = agents.iter().filter(|agent| agent.name() == Some(name)).filter_map(AgentListEntry::agent_arn);
        match (named.next(), named.next()) {
            (Some(arn), None) => Ok(arn.to_owned()),
            (None, _) => Err(LIST.rejected("NoSuchAgent", &format!("there is no agent of the name {name}"))),
            (Some(_), Some(_)) => {
                Err(LIST.rejected("AgentNameTakenTwice", &format!("there are several agents of the name {name}")))
            }
        }
    }

    /// The one agent's name. An agent that is gone leaves its ARN, which no plan's agent is called.
    async fn agent_name(&self, arns: &[String]) -> Result<String, PortError> {
        let [arn] = arns else { return Ok(arns.join(" ")) };
        let agents = self.agents_listed().await?;
        let named = agents.into_iter().find(|agent| agent.agent_arn() == Some(arn)).and_then(|agent| agent.name);
        Ok(named.unwrap_or_else(|| arn.clone()))
    }

    async fn server_user(&self, secret: &str) -> Result<ServerUser, PortError> {
        let told =
            self.signed.json(SECRET, SECRETS, "secretsmanager.GetSecretValue", &json!({"SecretId": secret})).await;
        let told = told?;
        let text = told.get("SecretString").and_then(serde_json::Value::as_str).unwrap_or_default();
        // The parser's words could quote what the secret holds.
        serde_json::from_str(text).map_err(|_| {
            SECRET.rejected("SecretNotReadable", &format!("{secret} is not JSON with the texts `user` and `password`"))
        })
    }
}
