//! What AWS says of tagged machines: vault, roles, the machines with their profiles, and whether the Region takes part.

use std::collections::BTreeMap;

use aws_sdk_backup::Client;
use nightferry_domain::backup::BackupWork;
use nightferry_domain::backup::machine::Instance;
use nightferry_domain::job_spec::JobSpec;
use nightferry_domain::plan::JobName;
use nightferry_domain::preflight::{BackupFacts, KeyFacts, MachineFacts, RoleFacts, VaultFacts};
use nightferry_domain::provision::{ObservedVault, names};
use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{Clock as _, Instances as _};
use serde_json::{Value, json};

use super::{is_denied, role};
use crate::chance_and_time::SystemClock;
use crate::ec2::Ec2Instances;
use crate::sdk_error::Call;
use crate::signed::{Service, Signed};

const VAULTS: Call = Call::read("AWS Backup", "ListBackupVaults");
const REGION: Call = Call::read("AWS Backup", "DescribeRegionSettings");
const KEY: Call = Call::read("KMS", "DescribeKey");
const KMS: Service = Service { name: "kms", version: "2014-11-01" };
const PROFILE: Call = Call::read("IAM", "GetInstanceProfile");

/// Pages of the list of vaults that are read: AWS's own quota is 300 vaults.
const PAGES_MAX: usize = 10;
/// How AWS Backup calls instances in its settings.
const EC2: &str = "EC2";

/// The clients that only machines need.
#[derive(Debug, Clone)]
pub(super) struct Machines {
    pub(super) backup: Client,
    pub(super) instances: Ec2Instances,
    /// For the vault's key.
    pub(super) signed: Signed,
    /// ARN of the role that starts the jobs, where whoever looks may look at it.
    pub(super) starter: Option<String>,
}

impl Machines {
    pub(super) async fn facts(
        &self,
        iam: &aws_sdk_iam::Client,
        stack: &Stack,
        job: &JobSpec,
        work: &BackupWork,
    ) -> Result<BackupFacts, PortError> {
        let plan_job: JobName = job.name.plan_job().parse().unwrap_or_else(|_| job.name.clone());
        let restore_role = names::role_arn(stack, &names::restore_role(stack, &plan_job));
        let vault = self.vault(&work.vault).await?;
        Ok(BackupFacts {
            key: self.key(&vault).await?,
            role: role::read(iam, &work.role).await?,
            restore_role: role::read(iam, &restore_role).await?,
            starter: self.starter(iam).await?,
            vault,
            opted_in: self.opted_in().await?,
            machines: self.machines(iam, work).await?,
        })
    }

    async fn starter(&self, iam: &aws_sdk_iam::Client) -> Result<Option<(String, RoleFacts)>, PortError> {
        let Some(arn) = &self.starter else { return Ok(None) };
        Ok(Some((arn.clone(), role::read(iam, arn).await?)))
    }

    /// By the list: of a vault that is not there AWS Backup only says that it may not be looked at.
    async fn vault(&self, name: &str) -> Result<VaultFacts, PortError> {
        let mut next = None;
        for _ in 0..PAGES_MAX {
            let page = self.backup.list_backup_vaults().set_next_token(next).send().await;
            let page = match page.map_err(|error| VAULTS.refused(&error)) {
                Ok(page) => page,
                Err(error) if is_denied(&error) => return Ok(VaultFacts::Unreadable),
                Err(error) => return Err(error),
            };
            let found = page.backup_vault_list().iter().find(|told| told.backup_vault_name() == Some(name));
            if let Some(told) = found {
                return Ok(VaultFacts::Found(Box::new(ObservedVault {
                    name: name.to_owned(),
                    key: told.encryption_key_arn().map(str::to_owned),
                    lock: crate::provision::vaults::lock(told, SystemClock.now()),
                    recovery_points: told.number_of_recovery_points(),
                    ..ObservedVault::default()
                })));
            }
            next = page.next_token().map(str::to_owned);
            if next.is_none() {
                return Ok(VaultFacts::Missing);
            }
        }
        Ok(VaultFacts::Unreadable)
    }

    /// Asked for a person only, who may look at keys.
    async fn key(&self, vault: &VaultFacts) -> Result<KeyFacts, PortError> {
        let key = match vault {
            VaultFacts::Found(vault) if self.starter.is_some() => vault.key.as_deref(),
            VaultFacts::Found(_) | VaultFacts::Missing | VaultFacts::Unreadable => None,
        };
        let Some(key) = key else { return Ok(KeyFacts::Unread) };
        match self.signed.json(KEY, KMS, "TrentService.DescribeKey", &json!({"KeyId": key})).await {
            Ok(told) => {
                let state = told.pointer("/KeyMetadata/KeyState").and_then(Value::as_str);
                Ok(state.map_or(KeyFacts::Unread, |state| KeyFacts::State(state.to_owned())))
            }
            Err(PortError::Missing { .. }) => Ok(KeyFacts::State("gone".to_owned())),
            Err(error) if is_denied(&error) => Ok(KeyFacts::Unread),
            Err(error) => Err(error),
        }
    }

    async fn opted_in(&self) -> Result<Option<bool>, PortError> {
        match self.backup.describe_region_settings().send().await.map_err(|error| REGION.refused(&error)) {
            Ok(told) => Ok(told.resource_type_opt_in_preference().and_then(|all| all.get(EC2)).copied()),
            Err(error) if is_denied(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The one machine of a run's job, else whatever is selected.
    async fn machines(
        &self,
        iam: &aws_sdk_iam::Client,
        work: &BackupWork,
    ) -> Result<Option<Vec<MachineFacts>>, PortError> {
        let told = match &work.machine {
            Some(machine) => self.instances.described(std::slice::from_ref(&machine.id)).await,
            None => self.instances.tagged(&work.tags).await,
        };
        let told = match told {
            Ok(told) => told,
            Err(error) if is_denied(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut known = BTreeMap::new();
        let mut found = vec![];
        // A run's own machine was selected when the run was opened.
        for machine in told.into_iter().filter(|machine| work.machine.is_some() || work.selects(machine)) {
            found.push(with_roles(iam, machine, &mut known).await?);
        }
        Ok(Some(found))
    }
}

/// Many machines share few profiles.
async fn with_roles(
    iam: &aws_sdk_iam::Client,
    machine: Instance,
    known: &mut BTreeMap<String, Option<Vec<String>>>,
) -> Result<MachineFacts, PortError> {
    let Some(profile) = machine.profile.clone() else { return Ok(MachineFacts { machine, roles: Some(vec![]) }) };
    if !known.contains_key(&profile) {
        let roles = roles_of(iam, profile.rsplit('/').next().unwrap_or_default()).await?;
        let _ = known.insert(profile.clone(), roles);
    }
    Ok(MachineFacts { machine, roles: known.get(&profile).cloned().flatten() })
}

async fn roles_of(iam: &aws_sdk_iam::Client, profile: &str) -> Result<Option<Vec<String>>, PortError> {
    let told = iam.get_instance_profile().instance_profile_name(profile).send().await;
    match told.map_err(|error| PROFILE.refused(&error)) {
        Ok(told) => {
            let roles = told.instance_profile().map(|profile| profile.roles().iter().map(|role| role.arn().to_owned()));
            Ok(roles.map(Iterator::collect))
        }
        Err(PortError::Missing { .. }) => Ok(None),
        Err(error) if is_denied(&error) => Ok(None),
        Err(error) => Err(error),
    }
}
