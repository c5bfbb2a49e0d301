//! The program's check of an agent: each closed way is found with its cause, and found no more once the fix that was printed is
//! carried out.

use std::collections::BTreeMap;

use nightferry_local::ServerRoom;
use nightferry_local::datasync::Answers;
use nightferry_local::server_room::NETWORK;
use nightferry_local::upstream::networks;

use crate::ask;
use crate::stage::Stage;

/// What is found of every agent that is not activated yet.
const NOT_YET: &str = "agent-not-activated";
/// A subnet of the server room's VPC with eleven addresses to give.
const SMALL: &str = "10.20.2.0/28";

/// An agent of the plan, and the network that it is to work in.
pub(crate) struct Checked<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) room: &'a ServerRoom,
    pub(crate) agent: &'a str,
}

/// What and fix of each obstacle, by its id.
type Found = BTreeMap<String, Vec<(String, String)>>;

impl Checked<'_> {
    /// Everything that the preflight names and that can be closed on the local AWS, one after the other.
    pub(crate) fn each_closed_way_is_found_and_mended_by_its_fix(&self) {
        self.a_route_that_is_missing();
        for ports in [(443, 443), (1024, 1064)] {
            self.closed_ports(ports);
        }
        let small = self.wait(networks::create_subnet(&self.stage.local.aws(), &self.vpc(), SMALL)).unwrap();
        self.addresses_that_are_missing(&small);
        self.an_endpoint_of_another_service(&small);
        self.an_agent_that_does_not_reach_its_endpoint();
    }

    /// What stands in the agent's way now.
    pub(crate) fn found(&self) -> Found {
        let port = self.room.machine.port.to_string();
        let at = ["--address", &self.room.machine.address, "--local-port", &port, "--source-network", NETWORK];
        let answer = self.stage.program(&[&["agent", "check", self.agent][..], &at].concat());
        let mut found = Found::new();
        for obstacle in answer.json()["obstacles"].as_array().unwrap() {
            let text = |name: &str| obstacle[name].as_str().unwrap().to_owned();
            found.entry(text("id")).or_default().push((text("what"), text("fix")));
        }
        assert_eq!(answer.exit, if found.is_empty() { 0 } else { 6 }, "{}\n{}", answer.said, answer.told);
        found
    }

    /// The one kind of obstacle that there is, besides that the agent is not activated.
    pub(crate) fn only(&self, id: &str) -> Vec<(String, String)> {
        let mut found = self.found();
        let _ = found.remove(NOT_YET);
        assert_eq!(found.keys().collect::<Vec<_>>(), [id], "{found:#?}");
        found.remove(id).unwrap()
    }

    fn is_mended(&self) {
        assert_eq!(self.found().keys().collect::<Vec<_>>(), [NOT_YET]);
    }

    fn a_route_that_is_missing(&self) {
        let told = self.only("agent-no-route");
        assert!(told[0].1.contains("Add a route to the agent's network to the subnet's route table"), "{told:?}");
        let tables = format!("DescribeRouteTables&Filter.1.Name=vpc-id&Filter.1.Value.1={}", self.vpc());
        let table = self.ec2(&tables, "routeTableId");
        let route = format!("CreateRoute&RouteTableId={table}&DestinationCidrBlock={NETWORK}");
        let _ = self.ec2(&format!("{route}&GatewayId=vgw-0123456789abcdef0"), "return");
        self.is_mended();
    }

    fn closed_ports(&self, ports: (u16, u16)) {
        let group = &self.room.security_group_id;
        let rule = format!(
            "IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort={}&IpPermissions.1.ToPort={}",
            ports.0, ports.1
        );
        let from = format!("IpPermissions.1.IpRanges.1.CidrIp={NETWORK}");
        let _ = self.ec2(&format!("RevokeSecurityGroupIngress&GroupId={group}&{rule}&{from}"), "return");
        let shown = if ports.0 == ports.1 { ports.0.to_string() } else { format!("{}-{}", ports.0, ports.1) };
        for (what, fix) in self.only("agent-group-closed") {
            assert!(what.contains(&format!("TCP {shown} from the agent")) && what.contains(group), "{what}");
            assert!(fix.contains("Add an inbound rule to the security group for these TCP ports"), "{fix}");
        }
        self.wait(networks::let_in(&self.stage.local.aws(), group, ports, NETWORK)).unwrap();
        self.is_mended();
    }

    /// Two tasks take eight; of eleven, the endpoint has one, and three others have one each.
    fn addresses_that_are_missing(&self, small: &str) {
        let endpoint = self.endpoint("datasync", small);
        self.with_plan(&[(&self.room.vpc_endpoint_id, &endpoint), (&self.room.subnet_id, small)], || {
            self.is_mended();
            let make = format!("CreateNetworkInterface&SubnetId={small}");
            let others = [(); 3].map(|()| self.ec2(&make, "networkInterfaceId"));
            let told = self.only("subnet-addresses-short");
            assert!(told[0].0.contains("7 free addresses") && told[0].0.contains("need 8"), "{told:?}");
            assert!(told[0].1.starts_with("Free addresses (unused network interfaces)"), "{told:?}");
            for other in others {
                let _ = self.ec2(&format!("DeleteNetworkInterface&NetworkInterfaceId={other}"), "return");
            }
            self.is_mended();
        });
    }

    fn an_endpoint_of_another_service(&self, small: &str) {
        let endpoint = self.endpoint("sqs", small);
        self.with_plan(&[(&self.room.vpc_endpoint_id, &endpoint), (&self.room.subnet_id, small)], || {
            let told = self.only("agent-endpoint-of-another-service");
            assert!(told[0].0.contains(&endpoint) && told[0].0.contains(".sqs"), "{told:?}");
            assert_eq!(told[0].1, "Name the endpoint whose service ends in `.datasync` in the plan.");
        });
        self.is_mended();
    }

    /// What lies between the VPC and the agent shows only when the agent is asked.
    fn an_agent_that_does_not_reach_its_endpoint(&self) {
        let answers = Answers::Error("PRIVATE_LINK_ENDPOINT_UNREACHABLE".to_owned());
        let machine = self.wait(self.stage.local.admin().deploy_agent(&answers)).unwrap();
        let port = machine.port.to_string();
        let activate = ["agent", "activate", self.agent, "--address", &machine.address, "--local-port", &port];
        let refused = self.stage.program(&activate);
        assert!(refused.exit != 0 && refused.told.contains("agent-endpoint-unreachable"), "{}", refused.told);
        self.is_mended();
    }

    /// Something under a plan with other ids, and the plan as it was afterwards.
    fn with_plan(&self, others: &[(&str, &str)], act: impl FnOnce()) {
        let path = self.stage.folder.join("nightferry.yaml");
        let before = std::fs::read_to_string(&path).unwrap();
        self.stage.write_plan(&others.iter().fold(before.clone(), |plan, (own, other)| plan.replace(own, other)));
        act();
        self.stage.write_plan(&before);
    }

    fn endpoint(&self, service: &str, subnet: &str) -> String {
        let aws = self.stage.local.aws();
        let service = format!("com.amazonaws.{}.{service}", aws.region());
        let group = &self.room.security_group_id;
        self.wait(networks::create_endpoint(&aws, &self.vpc(), &service, subnet, group)).unwrap()
    }

    fn vpc(&self) -> String {
        self.ec2(&format!("DescribeSubnets&SubnetId.1={}", self.room.subnet_id), "vpcId")
    }

    /// The first element of that name in what EC2 answers.
    fn ec2(&self, asked: &str, element: &str) -> String {
        let told = self.wait(ask::form(self.stage, "ec2", &format!("Action={asked}&Version=2016-11-15")));
        ask::first(&told, element).unwrap_or_else(|| panic!("no {element}: {told}")).to_owned()
    }

    fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.stage.wait(future)
    }
}
