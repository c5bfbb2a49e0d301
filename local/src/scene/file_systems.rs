//! A directory of this machine as an EFS file system, with the mount target, subnet and security group that a plan names beside it.

use std::{fmt::Write as _, path::PathBuf};

use hyper::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    front_door::FrontDoor,
    upstream::{Ask, Upstream},
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
    let vpc = ec2(upstream, "CreateVpc", &[("CidrBlock", "10.0.0.0/16")], "vpcId").await?;
    let subnet_id = ec2(upstream, "CreateSubnet", &[("VpcId", &vpc), ("CidrBlock", "10.0.0.0/24")], "subnetId").await?;
    let group = [("VpcId", vpc.as_str()), ("GroupName", "nfs"), ("GroupDescription", "NFS from DataSync")];
    let security_group_id = ec2(upstream, "CreateSecurityGroup", &group, "groupId").await?;
    let token = format!("{}-{vpc}", path.display());
    let made = efs(upstream, "/2015-02-01/file-systems", &json!({"CreationToken": token, "Encrypted": true})).await?;
    let file_system_id = made.get("FileSystemId").and_then(Value::as_str).map(str::to_owned);
    let file_system_id = file_system_id.ok_or_else(|| anyhow::anyhow!("a file system without an id: {made}"))?;
    let mount = json!({"FileSystemId": file_system_id, "SubnetId": subnet_id, "SecurityGroups": [security_group_id]});
    let _ = efs(upstream, "/2015-02-01/mount-targets", &mount).await?;
    door.datasync.file_systems().register(&file_system_id, path);
    Ok(FileSystem { file_system_id, subnet_id, security_group_id })
}

async fn ec2(upstream: &Upstream, action: &str, fields: &[(&str, &str)], wanted: &str) -> anyhow::Result<String> {
    let mut form = format!("Action={action}&Version=2016-11-15");
    for (key, value) in fields {
        let _ = write!(form, "&{key}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
    }
    let ask = Ask::new(Method::POST, "ec2", "/").header("content-type", "application/x-www-form-urlencoded").body(form);
    let answer = upstream.read(ask).await?;
    let answer = String::from_utf8_lossy(&answer);
    let document = roxmltree::Document::parse(&answer)?;
    let found = document.descendants().find(|node| node.tag_name().name() == wanted).and_then(|node| node.text());
    found.map(str::to_owned).ok_or_else(|| anyhow::anyhow!("{action} answered without {wanted}: {answer}"))
}

async fn efs(upstream: &Upstream, path: &str, body: &Value) -> anyhow::Result<Value> {
    let ask = Ask::new(Method::POST, "elasticfilesystem", path)
        .header("content-type", "application/json")
        .body(body.to_string());
    Ok(serde_json::from_slice(&upstream.read(ask).await?)?)
}
