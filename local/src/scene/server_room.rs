//! A server room: a directory under a file server's name, an agent beside it that waits for its activation, and the network in AWS through which it will work.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::LocalAws;
use crate::datasync::{Answers, Machine};
use crate::front_door::FrontDoor;
use crate::upstream::networks;

/// The network of the server room, as AWS sees it.
pub const NETWORK: &str = "192.168.7.0/24";
/// The agent's address in it. The stand-in answers on a loopback address in its place.
pub const ADDRESS: &str = "192.168.7.5";
/// The VPC that the server room is connected to, and the endpoint's subnet of it.
const VPC: (&str, &str) = ("10.20.0.0/16", "10.20.1.0/24");
/// What an agent needs of its VPC endpoint: HTTPS, and DataSync's control and data ports.
const PORTS: [(u16, u16); 2] = [(443, 443), (1024, 1064)];

/// What a plan names of it, and where its agent is asked for a key.
#[derive(Debug, Clone)]
pub struct ServerRoom {
    /// Where the agent's machine listens.
    pub machine: Machine,
    /// `vpce-...`, DataSync's.
    pub vpc_endpoint_id: String,
    /// `subnet-...`, in which the endpoint has its interface.
    pub subnet_id: String,
    /// `sg-...`, of the endpoint and of the tasks.
    pub security_group_id: String,
}

/// Which directory is to be a file server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedServer {
    /// The name by which a plan names it.
    pub(crate) server: String,
    /// Absolute path of a directory that is there; its exports are paths below it.
    pub(crate) path: PathBuf,
}

/// Makes it all, as its owners would: in AWS by EC2's own calls.
pub async fn furnish(local: &LocalAws, server: &str, path: &Path) -> anyhow::Result<ServerRoom> {
    let (aws, admin) = (local.aws(), local.admin());
    admin.file_server(server, path).await?;
    let machine = admin.deploy_agent(&Answers::Key).await?;
    let vpc = networks::create_vpc(&aws, VPC.0).await?;
    let subnet_id = networks::create_subnet(&aws, &vpc, VPC.1).await?;
    let described = "DataSync agents and their tasks";
    let security_group_id = networks::create_security_group(&aws, &vpc, "agents", described).await?;
    for ports in PORTS {
        networks::let_in(&aws, &security_group_id, ports, NETWORK).await?;
    }
    let service = format!("com.amazonaws.{}.datasync", aws.region());
    let vpc_endpoint_id = networks::create_endpoint(&aws, &vpc, &service, &subnet_id, &security_group_id).await?;
    Ok(ServerRoom { machine, vpc_endpoint_id, subnet_id, security_group_id })
}

/// Tells the stand-in which directory the server is.
pub(crate) fn register(door: &FrontDoor, wanted: WantedServer) -> anyhow::Result<()> {
    let WantedServer { server, path } = wanted;
    anyhow::ensure!(path.is_absolute(), "{} is not an absolute path", path.display());
    anyhow::ensure!(path.is_dir(), "{} is not a directory of this machine", path.display());
    door.datasync.file_systems().register(server, path);
    Ok(())
}
