//! A vault's access policy: kept, and asked before anything that it may deny.

use nightferry_domain::policy::{Document, Policies, Principal, Request, Resource, Statement, evaluate};
use serde_json::{Value, json};

use super::super::Backup;
use super::super::read::Asked;
use super::super::refusal::Refusal;
use super::Vault;

/// `PutBackupVaultAccessPolicy`.
pub(in crate::backup) fn put(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let policy = asked.required("Policy")?.to_owned();
    if let Err(error) = serde_json::from_str::<Document>(&policy) {
        return Err(Refusal::value(format!("Invalid policy document: {error}")));
    }
    write(backup, asked, "backup:PutBackupVaultAccessPolicy", Some(policy))
}

/// `DeleteBackupVaultAccessPolicy`.
pub(in crate::backup) fn delete(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    write(backup, asked, "backup:DeleteBackupVaultAccessPolicy", None)
}

fn write(backup: &Backup, asked: &Asked, action: &str, policy: Option<String>) -> Result<Value, Refusal> {
    let mut state = backup.store.open();
    let vault = state.vault_mut(&asked.home, asked.route.part("vault"))?;
    check(asked, vault, action, &vault.arn())?;
    vault.policy = policy;
    backup.tell_vault(vault, "MODIFIED");
    Ok(Value::Null)
}

/// `GetBackupVaultAccessPolicy`.
pub(in crate::backup) fn get(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let state = backup.store.open();
    let vault = state.asked_vault(asked)?;
    let missing = || Refusal::missing(format!("Backup vault {} has no access policy.", vault.name));
    let policy = vault.policy.as_ref().ok_or_else(missing)?;
    Ok(json!({"BackupVaultName": vault.name, "BackupVaultArn": vault.arn(), "Policy": policy}))
}

/// Refuses what the vault's policy denies the caller. What the caller's own policies allow was decided before the call came here.
pub(in crate::backup) fn check(asked: &Asked, vault: &Vault, action: &str, resource: &str) -> Result<(), Refusal> {
    let Some(policy) = vault.policy.as_deref().and_then(read) else { return Ok(()) };
    let root = format!("arn:aws:iam::{}:root", asked.home.account);
    let caller = asked.caller.principal_arn.as_deref().unwrap_or(&root);
    let Ok(principal) = Principal::from_arn(caller) else { return Ok(()) };
    let request = Request::new(principal, action, Resource::new(resource, &vault.home.account))
        .with("aws:PrincipalArn", caller)
        .with("aws:PrincipalAccount", &asked.home.account);
    let everything = Document::new([Statement::allow(["*"]).on(["*"])]);
    let policies = Policies { identity: vec![everything], resource: Some(policy), ..Policies::default() };
    let denied = evaluate(&request, &policies).denial(&request);
    denied.map_or(Ok(()), |message| Err(Refusal::denied(message)))
}

/// A vault's policy as the evaluator reads it.
pub(in crate::backup) fn read(policy: &str) -> Option<Document> {
    serde_json::from_str(policy).ok()
}
