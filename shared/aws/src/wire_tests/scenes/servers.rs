//! What `apply` asks for file servers on the premises.

use nightferry_domain::provision::{Location, NfsLocation, SmbLocation};
use nightferry_workflow::provision::ports::TransferTasks as _;

use super::{Scene, scene};
use crate::wire_tests::fixture::{account, spec, stack};

scene!(AGENT_NAMES, |config| account(&config).agent_names().await);
scene!(CREATE_NFS_LOCATION, |config| account(&config).create_location(&stack(), &spec().name, &nfs()).await);
scene!(CREATE_SMB_LOCATION, |config| account(&config).create_location(&stack(), &spec().name, &smb()).await);

/// All of them.
pub(super) const SERVER_SCENES: &[Scene] = &[AGENT_NAMES, CREATE_NFS_LOCATION, CREATE_SMB_LOCATION];

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
