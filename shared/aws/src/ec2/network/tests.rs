//! What is asked of EC2, and what its answers become.

use nightferry_domain::agent::network::PortRange;
use nightferry_domain::agent::network::facts::{InterfaceFacts, Rule};

use super::*;
use crate::test_service::{Reply, TestService};

fn plan() -> Agent {
    Agent {
        address: "192.168.7.5".parse().unwrap(),
        vpc_endpoint: "vpce-0123456789abcdef0".parse().unwrap(),
        subnet: "subnet-0a1b2c3d".parse().unwrap(),
        security_group: "sg-0a1b2c3d".parse().unwrap(),
    }
}

fn set(name: &str, item: &str) -> Reply {
    Reply::Answer(200, format!("<R xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><{name}>{item}</{name}></R>"))
}

fn refused(code: &str) -> Reply {
    let body = format!("<Response><Errors><Error><Code>{code}</Code><Message>no</Message></Error></Errors></Response>");
    Reply::Answer(if code == "UnauthorizedOperation" { 403 } else { 400 }, body)
}

fn endpoint() -> Reply {
    set(
        "vpcEndpointSet",
        "<item><vpcEndpointId>vpce-0123456789abcdef0</vpcEndpointId><vpcId>vpc-1</vpcId><state>available</state>\
         <serviceName>com.amazonaws.ap-northeast-1.datasync</serviceName><privateDnsEnabled>true</privateDnsEnabled>\
         <networkInterfaceIdSet><item>eni-1</item><item>eni-2</item></networkInterfaceIdSet></item>",
    )
}

fn interfaces() -> Reply {
    let one = |subnet: &str, address: &str| {
        format!(
            "<item><subnetId>{subnet}</subnetId><privateIpAddress>{address}</privateIpAddress>\
             <groupSet><item><groupId>sg-0a1b2c3d</groupId></item></groupSet></item>"
        )
    };
    set("networkInterfaceSet", &(one("subnet-0fffffff", "10.0.2.4") + &one("subnet-0a1b2c3d", "10.0.1.4")))
}

fn subnet() -> Reply {
    set(
        "subnetSet",
        "<item><subnetId>subnet-0a1b2c3d</subnetId><vpcId>vpc-1</vpcId><availabilityZone>ap-northeast-1a</availabilityZone>\
         <cidrBlock>10.0.1.0/24</cidrBlock><availableIpAddressCount>251</availableIpAddressCount></item>",
    )
}

fn group() -> Reply {
    set(
        "securityGroupInfo",
        "<item><groupId>sg-0a1b2c3d</groupId><vpcId>vpc-1</vpcId><ipPermissions>\
         <item><ipProtocol>tcp</ipProtocol><fromPort>443</fromPort><toPort>443</toPort><groups/>\
         <ipRanges><item><cidrIp>192.168.0.0/16</cidrIp></item></ipRanges></item>\
         <item><ipProtocol>tcp</ipProtocol><fromPort>1024</fromPort><toPort>1064</toPort>\
         <prefixListIds><item><prefixListId>pl-1</prefixListId></item></prefixListIds></item>\
         <item><ipProtocol>-1</ipProtocol><groups><item><groupId>sg-0a1b2c3d</groupId></item></groups></item>\
         <item><ipProtocol>udp</ipProtocol><fromPort>0</fromPort><toPort>65535</toPort>\
         <ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges></item></ipPermissions></item>",
    )
}

fn acl() -> Reply {
    set(
        "networkAclSet",
        "<item><entrySet><item><ruleNumber>100</ruleNumber><protocol>-1</protocol><ruleAction>allow</ruleAction>\
         <egress>true</egress><cidrBlock>0.0.0.0/0</cidrBlock></item>\
         <item><ruleNumber>90</ruleNumber><protocol>6</protocol><ruleAction>deny</ruleAction><egress>false</egress>\
         <cidrBlock>192.168.0.0/16</cidrBlock><portRange><from>443</from><to>443</to></portRange></item>\
         <item><ruleNumber>101</ruleNumber><protocol>-1</protocol><ruleAction>allow</ruleAction><egress>false</egress>\
         <ipv6CidrBlock>::/0</ipv6CidrBlock></item></entrySet></item>",
    )
}

fn routes() -> Reply {
    set(
        "routeTableSet",
        "<item><routeSet><item><destinationCidrBlock>10.0.0.0/16</destinationCidrBlock><gatewayId>local</gatewayId>\
         <state>active</state></item><item><destinationCidrBlock>192.168.0.0/16</destinationCidrBlock>\
         <transitGatewayId>tgw-1</transitGatewayId><state>blackhole</state></item>\
         <item><destinationPrefixListId>pl-2</destinationPrefixListId><gatewayId>vgw-1</gatewayId></item>\
         <item><destinationIpv6CidrBlock>::/0</destinationIpv6CidrBlock><gatewayId>igw-1</gatewayId></item></routeSet></item>",
    )
}

fn vpc() -> Reply {
    set(
        "vpcSet",
        "<item><cidrBlock>10.0.0.0/16</cidrBlock><cidrBlockAssociationSet><item><cidrBlock>10.0.0.0/16</cidrBlock></item>\
         <item><cidrBlock>10.9.0.0/16</cidrBlock></item></cidrBlockAssociationSet></item>",
    )
}

fn network(text: &str) -> Cidr {
    text.parse().unwrap()
}

#[tokio::test]
async fn everything_around_the_endpoint_is_read() {
    let list = set("entrySet", "<item><cidr>192.168.7.0/24</cidr></item>");
    let none = set("routeTableSet", "");
    let service = TestService::new([endpoint(), interfaces(), subnet(), group(), list, acl(), none, routes(), vpc()]);
    let facts = Ec2Network::new(&service.config()).facts(&plan(), vec!["osaka".into()]).await.unwrap();
    let found = facts.endpoint.found().unwrap();
    assert_eq!((found.state.as_str(), found.vpc.as_str(), found.has_private_dns), ("available", "vpc-1", true));
    let expected = InterfaceFacts {
        subnet: "subnet-0a1b2c3d".into(),
        address: "10.0.1.4".parse().unwrap(),
        groups: vec!["sg-0a1b2c3d".into()],
    };
    assert_eq!(found.interface_in("subnet-0a1b2c3d"), Some(&expected));
    let subnet = facts.subnet.found().unwrap();
    assert_eq!((subnet.free, subnet.network), (251, network("10.0.1.0/24")));
    let rules = &facts.groups["sg-0a1b2c3d"].found().unwrap().inbound;
    let on_premises = Peer::Network(network("192.168.0.0/16"));
    assert_eq!(rules[0], Rule { tcp: Some(PortRange::one(443)), peers: vec![on_premises] });
    assert_eq!(rules[1].peers, [Peer::PrefixList("pl-1".into())]);
    assert_eq!(rules[2], Rule { tcp: Some(PortRange::ALL), peers: vec![Peer::Group("sg-0a1b2c3d".into())] });
    assert_eq!(rules[3].tcp, None, "UDP is no TCP");
    assert_eq!(facts.prefix_lists["pl-1"], [network("192.168.7.0/24")]);
    let entries = facts.acl.found().unwrap();
    assert_eq!(entries.len(), 2, "{entries:?}");
    assert_eq!((entries[1].number, entries[1].allows, entries[1].tcp), (90, false, Some(PortRange::one(443))));
    let routes = facts.routes.found().unwrap();
    assert_eq!(routes.len(), 3, "{routes:?}");
    assert_eq!((routes[1].through.as_str(), routes[1].is_blackhole, routes[2].to), ("tgw-1", true, None));
    assert_eq!(facts.vpc_networks, [network("10.0.0.0/16"), network("10.9.0.0/16")]);
    assert_eq!(facts.public_agents, ["osaka"]);
}

#[tokio::test]
async fn each_call_names_what_it_asks_for() {
    let list = set("entrySet", "");
    let service = TestService::new([endpoint(), interfaces(), subnet(), group(), list, acl(), routes(), vpc()]);
    let _ = Ec2Network::new(&service.config()).facts(&plan(), vec![]).await.unwrap();
    let bodies: Vec<String> = service.asked().into_iter().map(|asked| asked.body).collect();
    for (at, part) in [
        "Action=DescribeVpcEndpoints&Version=2016-11-15&VpcEndpointId.1=vpce-0123456789abcdef0",
        "NetworkInterfaceId.1=eni-1&NetworkInterfaceId.2=eni-2",
        "Action=DescribeSubnets&Version=2016-11-15&SubnetId.1=subnet-0a1b2c3d",
        "GroupId.1=sg-0a1b2c3d",
        "Action=GetManagedPrefixListEntries&Version=2016-11-15&PrefixListId=pl-1",
        "Filter.1.Name=association.subnet-id&Filter.1.Value.1=subnet-0a1b2c3d",
        "Action=DescribeRouteTables",
        "VpcId.1=vpc-1",
    ]
    .into_iter()
    .enumerate()
    {
        assert!(bodies[at].contains(part), "{}", bodies[at]);
    }
}

fn page(cidr: &str, next: &str) -> Reply {
    Reply::Answer(200, format!("<R><entrySet><item><cidr>{cidr}</cidr></item></entrySet>{next}</R>"))
}

#[tokio::test]
async fn regression_every_page_of_a_prefix_list_is_read() {
    let pages = [page("192.168.7.0/24", "<nextToken>more</nextToken>"), page("10.8.0.0/16", "")];
    let [first, second] = pages;
    let service =
        TestService::new([endpoint(), interfaces(), subnet(), group(), first, second, acl(), routes(), vpc()]);
    let facts = Ec2Network::new(&service.config()).facts(&plan(), vec![]).await.unwrap();
    assert_eq!(facts.prefix_lists["pl-1"], [network("192.168.7.0/24"), network("10.8.0.0/16")]);
    assert!(service.asked()[5].body.contains("PrefixListId=pl-1&NextToken=more"));
}

#[tokio::test]
async fn what_is_not_there_and_what_may_not_be_seen_are_two_answers() {
    let missing = ["InvalidVpcEndpointId.NotFound", "InvalidSubnetID.NotFound", "InvalidGroup.NotFound"].map(refused);
    let facts = Ec2Network::new(&TestService::new(missing).config()).facts(&plan(), vec![]).await.unwrap();
    assert_eq!((facts.endpoint, facts.subnet), (Seen::Missing, Seen::Missing));
    assert_eq!(facts.groups["sg-0a1b2c3d"], Seen::Missing);
    let denied = ["UnauthorizedOperation"; 3].map(refused);
    let facts = Ec2Network::new(&TestService::new(denied).config()).facts(&plan(), vec![]).await.unwrap();
    assert_eq!(facts.endpoint, Seen::Unreadable("ec2:DescribeVpcEndpoints is not allowed".into()));
    assert_eq!(facts.subnet, Seen::Unreadable("ec2:DescribeSubnets is not allowed".into()));
    assert!(matches!(facts.groups["sg-0a1b2c3d"], Seen::Unreadable(_)));
}

#[tokio::test]
async fn an_endpoint_whose_interfaces_may_not_be_seen_is_unreadable() {
    let denied = || refused("UnauthorizedOperation");
    let service = TestService::new([endpoint(), denied(), denied(), denied()]);
    let facts = Ec2Network::new(&service.config()).facts(&plan(), vec![]).await.unwrap();
    assert_eq!(facts.endpoint, Seen::Unreadable("ec2:DescribeNetworkInterfaces is not allowed".into()));
}
