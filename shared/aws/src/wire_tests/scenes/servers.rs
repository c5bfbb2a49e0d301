//! What `apply` asks for file servers on the premises, and `check` for the file systems that they are copied to.

use nightferry_domain::destination::FilesEnd;
use nightferry_domain::provision::{Location, NfsLocation, SmbLocation};
use nightferry_workflow::provision::ports::TransferTasks as _;

use super::{Scene, scene};
use crate::file_systems::FileSystems;
use crate::wire_tests::fixture::{account, spec, stack};

scene!(AGENT_NAMES, |config| account(&config).agent_names().await);
scene!(CREATE_NFS_LOCATION, |config| account(&config).create_location(&stack(), &spec().name, &nfs()).await);
scene!(CREATE_SMB_LOCATION, |config| account(&config).create_location(&stack(), &spec().name, &smb()).await);

scene!(FILE_SYSTEM_AROUND, |config| FileSystems::new(&config).facts(&files_end()).await);

/// All of them.
pub(super) const SERVER_SCENES: &[Scene] = &[AGENT_NAMES, CREATE_NFS_LOCATION, CREATE_SMB_LOCATION, FILE_SYSTEM_AROUND];

fn nfs() -> Location {
    Location::Nfs(NfsLocation {
        server_hostname: "mail.example".into(),
        subdirectory: "/export".into(),
        agent_name: "osaka".into(),
    })
}

fn smb() -> Location {
    Location::Smb(SmbLocation {
        server_hostname: "scans.example".into(),
        subdirectory: "/share".into(),
        agent_name: "osaka".into(),
        credentials: "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:scans-AbCdEf".into(),
    })
}

fn files_end() -> FilesEnd {
    FilesEnd {
        file_system: "arn:aws:elasticfilesystem:ap-northeast-1:123456789012:file-system/fs-0123456789abcdef0".into(),
        folder: "/copies".into(),
        access_point: None,
        subnet: "subnet-0a1b2c3d".into(),
        security_groups: vec!["sg-0a1b2c3d".into()],
    }
}
