//! Networks of EC2, as far as an agent's VPC endpoint needs them.

use roxmltree::Document;

use super::ec2::{ByName as _, instances, items, pair, parsed, query, text, text_in};
use super::{Upstream, UpstreamError};

/// A subnet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subnet {
    /// `subnet-...`
    pub id: String,
    /// `vpc-...`
    pub vpc: String,
    /// For example `ap-northeast-1a`.
    pub zone: String,
    /// For example `10.20.1.0/24`.
    pub network: String,
}

/// A subnet by its id; `None` when there is none.
pub async fn subnet(ec2: &Upstream, id: &str) -> Result<Option<Subnet>, UpstreamError> {
    let xml = match query(ec2, "DescribeSubnets", &[pair("SubnetId.1", id)]).await {
        Err(UpstreamError::Refused { code, .. }) if code.starts_with("InvalidSubnetID") => return Ok(None),
        answer => answer?,
    };
    let document = parsed("DescribeSubnets", &xml)?;
    let set = document.descendants().find(|node| node.has_tag_name_any("subnetSet"));
    Ok(set.and_then(|set| items(set).next()).map(|node| Subnet {
        id: text(node, "subnetId"),
        vpc: text(node, "vpcId"),
        zone: text(node, "availabilityZone"),
        network: text(node, "cidrBlock"),
    }))
}

/// The subnet of each network interface and of each machine that is not gone, one entry an address.
pub async fn subnets_taken(ec2: &Upstream) -> Result<Vec<String>, UpstreamError> {
    let xml = query(ec2, "DescribeNetworkInterfaces", &[]).await?;
    let document: Document<'_> = parsed("DescribeNetworkInterfaces", &xml)?;
    let sets = document.descendants().filter(|node| node.has_tag_name_any("networkInterfaceSet"));
    let interfaces = sets.flat_map(items).map(|node| text(node, "subnetId"));
    let machines = instances(ec2).await?.into_iter().filter(|one| one.state != "terminated").map(|one| one.subnet_id);
    Ok(interfaces.chain(machines).collect())
}

/// Makes a VPC; its id.
pub async fn create_vpc(ec2: &Upstream, network: &str) -> Result<String, UpstreamError> {
    made(ec2, "CreateVpc", &[pair("CidrBlock", network)], "vpcId").await
}

/// Makes a subnet; its id.
pub async fn create_subnet(ec2: &Upstream, vpc: &str, network: &str) -> Result<String, UpstreamError> {
    made(ec2, "CreateSubnet", &[pair("VpcId", vpc), pair("CidrBlock", network)], "subnetId").await
}

/// Makes a security group that lets nobody in; its id.
pub async fn create_security_group(
    ec2: &Upstream,
    vpc: &str,
    name: &str,
    description: &str,
) -> Result<String, UpstreamError> {
    let fields = [pair("VpcId", vpc), pair("GroupName", name), pair("GroupDescription", description)];
    made(ec2, "CreateSecurityGroup", &fields, "groupId").await
}

/// Lets a network in, on these TCP ports.
pub async fn let_in(ec2: &Upstream, group: &str, ports: (u16, u16), network: &str) -> Result<(), UpstreamError> {
    let fields = [
        pair("GroupId", group),
        pair("IpPermissions.1.IpProtocol", "tcp"),
        pair("IpPermissions.1.FromPort", &ports.0.to_string()),
        pair("IpPermissions.1.ToPort", &ports.1.to_string()),
        pair("IpPermissions.1.IpRanges.1.CidrIp", network),
    ];
    query(ec2, "AuthorizeSecurityGroupIngress", &fields).await.map(drop)
}

/// Makes an interface endpoint of a service in one subnet; its id. Only an endpoint that was made through the front door has an interface.
pub async fn create_endpoint(
    ec2: &Upstream,
    vpc: &str,
    service: &str,
    subnet: &str,
    group: &str,
) -> Result<String, UpstreamError> {
    let fields = [
        pair("VpcEndpointType", "Interface"),
        pair("VpcId", vpc),
        pair("ServiceName", service),
        pair("SubnetId.1", subnet),
        pair("SecurityGroupId.1", group),
        pair("PrivateDnsEnabled", "false"),
    ];
    made(ec2, "CreateVpcEndpoint", &fields, "vpcEndpointId").await
}

async fn made(
    ec2: &Upstream,
    action: &str,
    fields: &[(String, String)],
    wanted: &str,
) -> Result<String, UpstreamError> {
    let xml = query(ec2, action, fields).await?;
    let id = text_in(&parsed(action, &xml)?, wanted);
    let without = || UpstreamError::Unreadable { request: format!("ec2 {action}"), reason: format!("no {wanted}") };
    (!id.is_empty()).then_some(id).ok_or_else(without)
}
