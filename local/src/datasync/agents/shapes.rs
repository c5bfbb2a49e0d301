//! The constraint tables of the calls about agents, after the service's published model.

use crate::datasync::constraint::{Member, Shape, optional, required};
use crate::datasync::model::{MAX_RESULTS, NAME, NEXT_TOKEN, SECURITY_GROUP, SUBNET, TAGS};

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
        _ => return None,
    })
}

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
