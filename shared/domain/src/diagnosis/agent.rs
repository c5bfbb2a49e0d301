//! What DataSync agents and `CreateAgent` say, in English and in Japanese.

use super::Diagnosis;
use super::row::row;

pub(super) static ROWS: &[Diagnosis] = &[
    row!(
        "agent-endpoint-unreachable",
        Network,
        Network,
        Soon,
        false,
        &[&["private_link_endpoint_unreachable"]],
        "The agent does not reach the VPC endpoint, so it gave no activation key",
        "Open TCP 443 and 1024-1064 from the agent to the VPC endpoint, in its security group, the network ACLs and every firewall between; see the routes too."
    ),
    row!(
        "agent-key-not-retrieved",
        Network,
        Network,
        Soon,
        false,
        &[&["failed to retrieve agent activation key"]],
        "The agent does not reach the service endpoint, so it gave no activation key",
        "Open TCP 80 from here to the agent, and from the agent what its endpoint needs: TCP 443 and 1024-1064 for a VPC endpoint."
    ),
    row!(
        "agent-key-for-public-endpoint",
        Configuration,
        Operator,
        Never,
        false,
        &[&["vpc endpoint id", "unspecified", "activation key"], &["パブリックエンドポイントのアクティベーションキー"]],
        "The activation key was fetched for a public endpoint, but a VPC endpoint is named",
        "Fetch a new key with endpointType=PRIVATE_LINK and the address of the VPC endpoint in the subnet; `nightferry agent activate` does."
    ),
    row!(
        "agent-subnet-not-described",
        Permission,
        OurAccount,
        Never,
        false,
        &[&["invalid ec2 subnet"], &["無効な ec2 サブネット"], &["無効なサブネット"]],
        "Whoever makes the agent may not look at the subnet",
        "Allow ec2:DescribeSubnets to the identity that calls CreateAgent, and see that the ARN names an existing subnet of this Region."
    ),
    row!(
        "agent-security-group-not-described",
        Permission,
        OurAccount,
        Never,
        false,
        &[&["invalid ec2 security group"], &["無効な ec2 セキュリティグループ"], &["無効なセキュリティグループ"]],
        "Whoever makes the agent may not look at the security group",
        "Allow ec2:DescribeSecurityGroups to the identity that calls CreateAgent, and see that the ARN names an existing group of this Region."
    ),
    row!(
        "agent-vpc-endpoint-invalid",
        Permission,
        OurAccount,
        Never,
        false,
        &[
            &["private link configuration is invalid", "vpc endpoint vpce-"],
            &["vpc endpoint vpce-", "is invalid"],
            &["vpc エンドポイント vpce-", "が無効です"]
        ],
        "Whoever makes the agent may not look at the VPC endpoint, or its id belongs to another Region",
        "Allow ec2:DescribeVpcEndpoints to the identity that calls CreateAgent, and see that the id is one of this Region."
    ),
];
