//! Networks: interface endpoints get interfaces with addresses of their subnets, and subnets tell how many addresses are left.

use std::fmt::Write as _;
use std::ops::Range;

use http_body_util::BodyExt as _;
use hyper::{Response, header, http::request::Parts};
use roxmltree::{Document, Node};

use super::FrontDoor;
use super::action::Place;
use super::heading::form_value;
use super::reply::{self, Body};
use crate::interfaces::{self, Endpoint, Interface, Interfaces};
use crate::upstream::{
    UpstreamError,
    networks::{self, Subnet},
};

/// What is answered here and not by the emulator alone.
const MENDED: [&str; 5] =
    ["CreateVpcEndpoint", "DeleteVpcEndpoints", "DescribeVpcEndpoints", "DescribeNetworkInterfaces", "DescribeSubnets"];
/// The most members of a list of a request.
const LISTED_MAX: usize = 1_000;

/// Whether an operation of EC2 is one of these.
pub(super) fn are_about(operation: &str) -> bool {
    MENDED.contains(&operation)
}

/// One call, with its form.
pub(super) struct Asked<'a> {
    pub(super) operation: &'a str,
    pub(super) parts: &'a Parts,
    pub(super) form: bytes::Bytes,
    pub(super) place: Place,
}

/// The emulator's answer with what it leaves out.
pub(super) async fn answered(door: &FrontDoor, asked: Asked<'_>) -> Response<Body> {
    let form = String::from_utf8_lossy(&asked.form).into_owned();
    let subnets =
        if asked.operation == "CreateVpcEndpoint" { named(door, &asked.place, &form).await } else { Ok(vec![]) };
    let subnets = match subnets {
        Ok(subnets) => subnets,
        Err(refused) => return *refused,
    };
    let response = door.client.forward(&door.ministack.now(), asked.parts, reply::full(asked.form)).await;
    if !response.status().is_success() {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let xml = match body.collect().await {
        Ok(body) => String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        Err(error) => return reply::answer(502, "text/plain", error.to_string()),
    };
    let told = match asked.operation {
        "CreateVpcEndpoint" => made(&door.interfaces, &asked.place, &form, subnets, &xml),
        "DescribeVpcEndpoints" => with_interfaces(&door.interfaces, &xml),
        "DescribeNetworkInterfaces" => with_ours(&door.interfaces.owned_by(&asked.place.account), &form, &xml),
        "DescribeSubnets" => match taken(door, &asked.place).await {
            Ok(taken) => with_free_counts(&xml, |subnet| taken(subnet)),
            Err(error) => return reply::answer(502, "text/plain", error.to_string()),
        },
        _ => {
            listed(&form, "VpcEndpointId").for_each(|id| door.interfaces.remove(&id));
            xml
        }
    };
    let _ = head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, reply::full(told))
}

/// The subnets in which an endpoint is to have an interface. EC2 refuses one that is not there; the emulator takes it.
async fn named(door: &FrontDoor, place: &Place, form: &str) -> Result<Vec<Subnet>, Box<Response<Body>>> {
    let aws = door.upstream.seen_from(&place.account, &place.region);
    let mut subnets = vec![];
    for id in listed(form, "SubnetId") {
        match networks::subnet(&aws, &id).await {
            Ok(Some(subnet)) => subnets.push(subnet),
            Ok(None) => {
                let words = format!("The subnet ID '{id}' does not exist");
                return Err(Box::new(reply::error("ec2", true, 400, "InvalidSubnetId.NotFound", &words)));
            }
            Err(error) => return Err(Box::new(reply::answer(502, "text/plain", error.to_string()))),
        }
    }
    Ok(subnets)
}

/// Keeps the interfaces of the endpoint that was made, and tells them.
fn made(interfaces: &Interfaces, place: &Place, form: &str, subnets: Vec<Subnet>, xml: &str) -> String {
    if form_value(form, "VpcEndpointType").as_deref() != Some("Interface") {
        return xml.to_owned();
    }
    let groups: Vec<String> = listed(form, "SecurityGroupId").collect();
    let has_private_dns = form_value(form, "PrivateDnsEnabled").as_deref() != Some("false");
    let endpoint = Endpoint { account: place.account.clone(), has_private_dns, interfaces: vec![] };
    if let Some((_, id)) = texts(xml, "vpcEndpointId").into_iter().next() {
        interfaces.make(&id, endpoint, subnets, &groups);
    }
    with_interfaces(interfaces, xml)
}

/// Each endpoint with the ids of its interfaces.
fn with_interfaces(interfaces: &Interfaces, xml: &str) -> String {
    let mut told = xml.to_owned();
    // From the end, so that the places before it stay where they are.
    for (at, id) in texts(xml, "vpcEndpointId").into_iter().rev() {
        let Some(endpoint) = interfaces.of(&id) else { continue };
        let ids = endpoint.interfaces.iter().fold(String::new(), |ids, one| ids + "<item>" + &one.id + "</item>");
        let groups = endpoint.interfaces.first().map(|one| group_set(&one.groups)).unwrap_or_default();
        let words = format!(
            "<networkInterfaceIdSet>{ids}</networkInterfaceIdSet>{groups}<privateDnsEnabled>{}</privateDnsEnabled>",
            endpoint.has_private_dns
        );
        told.insert_str(at.end, &words);
    }
    told
}

/// The interfaces of endpoints before the emulator's own.
fn with_ours(ours: &[Interface], form: &str, xml: &str) -> String {
    const SET: &str = "<networkInterfaceSet>";
    let asked: Vec<String> = listed(form, "NetworkInterfaceId").collect();
    let wanted = ours.iter().filter(|one| asked.is_empty() || asked.contains(&one.id));
    let items = wanted.fold(SET.to_owned(), |items, one| items + &item(one));
    xml.replacen(SET, &items, 1)
}

fn item(interface: &Interface) -> String {
    let Interface { id, subnet, address, groups } = interface;
    format!(
        "<item><networkInterfaceId>{id}</networkInterfaceId><subnetId>{}</subnetId><vpcId>{}</vpcId>\
         <availabilityZone>{}</availabilityZone><status>in-use</status><interfaceType>vpc_endpoint</interfaceType>\
         <requesterManaged>true</requesterManaged><privateIpAddress>{address}</privateIpAddress>{}</item>",
        subnet.id,
        subnet.vpc,
        subnet.zone,
        group_set(groups)
    )
}

fn group_set(groups: &[String]) -> String {
    let mut set = String::new();
    for group in groups {
        let _ = write!(set, "<item><groupId>{group}</groupId></item>");
    }
    format!("<groupSet>{set}</groupSet>")
}

/// How many addresses of a subnet are taken: by endpoints, by DataSync's tasks, by what else has an interface, by machines.
async fn taken(door: &FrontDoor, place: &Place) -> Result<impl Fn(&str) -> usize, UpstreamError> {
    let others = networks::subnets_taken(&door.upstream.seen_from(&place.account, &place.region)).await?;
    let ours = door.interfaces.owned_by(&place.account);
    let all: Vec<String> = others
        .into_iter()
        .chain(ours.into_iter().map(|one| one.subnet.id))
        .chain(door.datasync.subnets_taken(&place.account))
        .collect();
    Ok(move |subnet: &str| all.iter().filter(|taken| *taken == subnet).count())
}

/// Each subnet with the addresses that are left of it.
fn with_free_counts(xml: &str, taken: impl Fn(&str) -> usize) -> String {
    const COUNT: &str = "availableIpAddressCount";
    let mut told = xml.to_owned();
    let (subnets, sizes, counts) = (texts(xml, "subnetId"), texts(xml, "cidrBlock"), texts(xml, COUNT));
    for ((subnet, size), (at, _)) in subnets.iter().zip(&sizes).zip(&counts).rev() {
        let Some(all) = interfaces::addresses(&size.1) else { continue };
        let free = all.saturating_sub(u32::try_from(taken(&subnet.1)).unwrap_or(u32::MAX));
        told.replace_range(at.clone(), &format!("<{COUNT}>{free}</{COUNT}>"));
    }
    told
}

/// Each element of this name with its place and its text.
fn texts(xml: &str, name: &str) -> Vec<(Range<usize>, String)> {
    let Ok(document) = Document::parse(xml) else { return Vec::new() };
    let is_named = |node: &Node<'_, '_>| node.tag_name().name() == name;
    let found = document.descendants().filter(is_named);
    found.filter_map(|node| Some((node.range(), node.text()?.trim().to_owned()))).collect()
}

/// The members of a list of a request.
fn listed<'a>(form: &'a str, field: &'a str) -> impl Iterator<Item = String> + 'a {
    (1..=LISTED_MAX).map_while(move |number| form_value(form, &format!("{field}.{number}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDPOINTS: &str = "<R xmlns=\"http://ec2\"><vpcEndpointSet><item><vpcEndpointId>vpce-1</vpcEndpointId></item>\
        <item><vpcEndpointId>vpce-2</vpcEndpointId></item></vpcEndpointSet></R>";

    fn place() -> Place {
        Place { account: "123456789012".to_owned(), region: "ap-northeast-1".to_owned() }
    }

    /// The endpoint `vpce-1` with an interface in `subnet-1`.
    fn with_one() -> (Interfaces, String) {
        let interfaces = Interfaces::default();
        let made_one = "<R><vpcEndpoint><vpcEndpointId>vpce-1</vpcEndpointId></vpcEndpoint></R>";
        let subnet = Subnet { id: "subnet-1".to_owned(), network: "10.20.1.0/24".to_owned(), ..Subnet::default() };
        let form = "VpcEndpointType=Interface&SecurityGroupId.1=sg-1&PrivateDnsEnabled=false";
        let told = made(&interfaces, &place(), form, vec![subnet], made_one);
        (interfaces, told)
    }

    fn all(xml: &str, name: &str) -> Vec<String> {
        texts(xml, name).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn an_endpoint_tells_its_interface_when_it_is_made_and_ever_after() {
        let (interfaces, told) = with_one();
        let id = interfaces.of("vpce-1").unwrap().interfaces[0].id.clone();
        assert!(told.contains(&format!("<networkInterfaceIdSet><item>{id}</item></networkInterfaceIdSet>")), "{told}");
        let told = with_interfaces(&interfaces, ENDPOINTS);
        assert_eq!(told.matches("<networkInterfaceIdSet>").count(), 1, "a gateway endpoint has none: {told}");
        assert_eq!(
            (all(&told, "groupId"), all(&told, "privateDnsEnabled")),
            (vec!["sg-1".to_owned()], vec!["false".to_owned()])
        );
        assert!(Document::parse(&told).is_ok());
    }

    #[test]
    fn a_gateway_endpoint_has_no_interface() {
        let interfaces = Interfaces::default();
        let xml = "<R><vpcEndpointId>vpce-1</vpcEndpointId></R>";
        assert_eq!(made(&interfaces, &place(), "VpcEndpointType=Gateway", vec![], xml), xml);
        assert_eq!(interfaces.of("vpce-1"), None);
    }

    #[test]
    fn an_interface_of_an_endpoint_is_described_beside_the_emulators_own() {
        let (interfaces, _) = with_one();
        let ours = interfaces.owned_by(&place().account);
        let xml = "<R><networkInterfaceSet><item><networkInterfaceId>eni-9</networkInterfaceId></item></networkInterfaceSet></R>";
        let told = with_ours(&ours, "Action=DescribeNetworkInterfaces", xml);
        assert_eq!(all(&told, "networkInterfaceId"), [ours[0].id.as_str(), "eni-9"]);
        assert_eq!(all(&told, "privateIpAddress"), ["10.20.1.4"]);
        assert_eq!(with_ours(&ours, "NetworkInterfaceId.1=eni-9", xml), xml, "another one was asked for");
    }

    #[test]
    fn a_subnet_tells_the_addresses_that_are_left() {
        let xml = "<R><subnetSet><item><subnetId>subnet-1</subnetId><cidrBlock>10.0.0.0/24</cidrBlock>\
            <availableIpAddressCount>251</availableIpAddressCount></item><item><subnetId>subnet-2</subnetId>\
            <cidrBlock>10.0.1.0/28</cidrBlock><availableIpAddressCount>251</availableIpAddressCount></item></subnetSet></R>";
        let told = with_free_counts(xml, |subnet| if subnet == "subnet-1" { 9 } else { 100 });
        assert_eq!(all(&told, "availableIpAddressCount"), ["242", "0"]);
    }
}
