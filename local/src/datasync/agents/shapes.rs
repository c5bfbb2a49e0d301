//! The constraint tables of the calls about agents, after the service's published model.

use crate::datasync::constraint::{Member, Shape, optional, required};
use crate::datasync::model::{MAX_RESULTS, NAME, NEXT_TOKEN, ONE_LOCATION, SECURITY_GROUP, SUBNET, TAGS};

const AGENT: Shape = Shape::Text {
    max: 128,
    pattern: "^arn:(aws|aws-cn|aws-us-gov|aws-eusc|aws-iso|aws-iso-b):datasync:[a-z\\-0-9]+:[0-9]{12}:agent/agent-[0-9a-z]{17}$",
};
const KEY: Shape = Shape::Text { max: 29, pattern: "^[A-Z0-9]{5}(-[A-Z0-9]{5}){4}$" };
const VPC_ENDPOINT: Shape = Shape::Text { max: 22, pattern: "^vpce-[0-9a-f]{17}$" };

/// The table of an operation, or `None` for one that is not about agents.
pub(in crate::datasync) fn table(operation: &str) -> Option<&'static [Member]> {
    Some(match operation {
        "CreateAgent" => CREATE,
        "DescribeAgent" | "DeleteAgent" => ONE,
        "UpdateAgent" => UPDATE,
        "ListAgents" => LIST,
        "CreateLocationNfs" => CREATE_NFS,
        "CreateLocationSmb" => CREATE_SMB,
        "DescribeLocationNfs" | "DescribeLocationSmb" => ONE_LOCATION,
        _ => return None,
    })
}

const AGENTS: Shape = Shape::List { min: 1, max: 8, of: &AGENT };
const SERVER: Shape =
    Shape::Text { max: 255, pattern: "^(([a-zA-Z0-9\\-]*[a-zA-Z0-9])\\.)*([A-Za-z0-9\\-]*[A-Za-z0-9])$" };
const FOLDER: Shape = Shape::Text { max: 4096, pattern: "^[a-zA-Z0-9_\\-\\+\\./\\(\\)\\$\\p{Zs}]+$" };
const NFS_VERSIONS: Shape = Shape::OneOf(&["AUTOMATIC", "NFS3", "NFS4_0", "NFS4_1"]);
const SMB_VERSIONS: Shape = Shape::OneOf(&["AUTOMATIC", "SMB2", "SMB3", "SMB1", "SMB2_0"]);
const CREATE_NFS: &[Member] = &[
    required("ServerHostname", SERVER),
    required("Subdirectory", FOLDER),
    required("OnPremConfig", Shape::Object(&[required("AgentArns", AGENTS)])),
    optional("MountOptions", Shape::Object(&[optional("Version", NFS_VERSIONS)])),
    optional("Tags", TAGS),
];
const CREATE_SMB: &[Member] = &[
    required("ServerHostname", SERVER),
    required("Subdirectory", FOLDER),
    required("User", Shape::Text { max: 104, pattern: "^[^\\x22\\x5B\\x5D/\\\\:;|=,+*?\\x3C\\x3E]{1,104}$" }),
    required("Password", Shape::Text { max: 104, pattern: "^.{0,104}$" }),
    required("AgentArns", AGENTS),
    optional("Domain", Shape::Text { max: 253, pattern: "^[A-Za-z0-9]((\\.|-+)?[A-Za-z0-9]){0,252}$" }),
    optional("MountOptions", Shape::Object(&[optional("Version", SMB_VERSIONS)])),
    optional("Tags", TAGS),
];
const ONE: &[Member] = &[required("AgentArn", AGENT)];
const UPDATE: &[Member] = &[required("AgentArn", AGENT), optional("Name", NAME)];
const LIST: &[Member] = &[MAX_RESULTS, NEXT_TOKEN];
const CREATE: &[Member] = &[
    required("ActivationKey", KEY),
    optional("AgentName", NAME),
    optional("Tags", TAGS),
    optional("VpcEndpointId", VPC_ENDPOINT),
    optional("SubnetArns", Shape::List { min: 1, max: 1, of: &SUBNET }),
    optional("SecurityGroupArns", Shape::List { min: 1, max: 1, of: &SECURITY_GROUP }),
];
