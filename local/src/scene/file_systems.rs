//! A directory of this machine as an EFS file system, with the mount target, subnet and security group that a plan names beside it.

use std::path::PathBuf;

use hyper::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    front_door::FrontDoor,
    upstream::{Ask, Upstream, networks},
};

/// Which directory is to be a file system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedFileSystem {
    /// Absolute path of a directory that is there.
    pub(crate) path: PathBuf,
}

/// What a plan names of a file system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSystem {
    /// `fs-...`
    pub file_system_id: String,
    /// `subnet-...`, in which its mount target is.
    pub subnet_id: String,
    /// `sg-...`, the mount target's.
    pub security_group_id: String,
}

/// Makes all four and tells the stand-in which directory it is.
pub(crate) async fn make(door: &FrontDoor, wanted: WantedFileSystem) -> anyhow::Result<FileSystem> {
    let path = wanted.path;
    anyhow::ensure!(path.is_absolute(), "{} is not an absolute path", path.display());
    anyhow::ensure!(path.is_dir(), "{} is not a directory of this machine", path.display());
    let upstream = &door.upstream;
    let vpc = networks::create_vpc(upstream, "10.0.0.0/16").await?;
    let subnet_id = networks::create_subnet(upstream, &vpc, "10.0.0.0/24").await?;
    let security_group_id = networks::create_security_group(upstream, &vpc, "nfs", "NFS from DataSync").await?;
    let token = format!("{}-{vpc}", path.display());
    let made = efs(upstream, "/2015-02-01/file-systems", &json!({"CreationToken": token, "Encrypted": true})).await?;
    let file_system_id = made.get("FileSystemId").and_then(Value::as_str).map(str::to_owned);
    let file_system_id = file_system_id.ok_or_else(|| anyhow::anyhow!("a file system without an id: {made}"))?;
    let mount = json!({"FileSystemId": file_system_id, "SubnetId": subnet_id, "SecurityGroups": [security_group_id]});
    let _ = efs(upstream, "/2015-02-01/mount-targets", &mount).await?;
    door.datasync.file_systems().register(&file_system_id, path);
    Ok(FileSystem { file_system_id, subnet_id, security_group_id })
}

async fn efs(upstream: &Upstream, path: &str, body: &Value) -> anyhow::Result<Value> {
    let ask = Ask::new(Method::POST, "elasticfilesystem", path)
        .header("content-type", "application/json")
        .body(body.to_string());
    Ok(serde_json::from_slice(&upstream.read(ask).await?)?)
}
