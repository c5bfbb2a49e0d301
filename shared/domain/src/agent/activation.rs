//! What is left to do until an agent is there: of the plan's agent and of what DataSync already has.
//!
//! Nothing is kept in between: the agent's name in DataSync tells a half-done activation from none.

use crate::outcome::Cause;
use crate::plan::{Agent, AgentName};
use crate::stack::Stack;

/// How long an agent may take until it is ONLINE, in seconds. It is OFFLINE for a moment after it was made.
pub const ONLINE_SECS_MAX: u64 = 600;
/// How long to wait between two looks, in seconds.
pub const LOOK_AGAIN_SECS: u64 = 5;

/// An agent as DataSync has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentSeen {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// `ONLINE`, `OFFLINE`, or what later versions of the service say.
    pub status: String,
    /// Through which endpoint it works; none for a public one.
    pub link: Option<LinkSeen>,
}

/// Through what an agent works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkSeen {
    /// The VPC endpoint's id.
    pub vpc_endpoint: String,
    /// ARNs of its subnets: one.
    pub subnets: Vec<String>,
    /// ARNs of its security groups: one.
    pub security_groups: Vec<String>,
}

/// What `CreateAgent` is told besides the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The agent's name in DataSync.
    pub name: String,
    /// The VPC endpoint's id.
    pub vpc_endpoint: String,
    /// The subnet's ARN.
    pub subnet: String,
    /// The security group's ARN.
    pub security_group: String,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Ask the agent for its key, and make it.
    Ask,
    /// It is made; wait until it is ONLINE.
    Wait {
        /// Its ARN.
        arn: String,
    },
    /// Nothing.
    Ready {
        /// Its ARN.
        arn: String,
    },
    /// What is there is another agent than the plan's: a person has to decide.
    Refused(Cause),
}

impl AgentSeen {
    /// Whether it can work now.
    #[must_use]
    pub fn is_online(&self) -> bool {
        self.status == "ONLINE"
    }
}

/// The name in DataSync of the plan's agent: two stacks in an account have an agent `tokyo` each.
#[must_use]
pub fn service_name(stack: &Stack, agent: &AgentName) -> String {
    format!("{}-{agent}", stack.name)
}

/// The order for the plan's agent.
#[must_use]
pub fn order(stack: &Stack, name: &AgentName, plan: &Agent) -> Order {
    Order {
        name: service_name(stack, name),
        vpc_endpoint: plan.vpc_endpoint.to_string(),
        subnet: stack.arn("ec2", &format!("subnet/{}", plan.subnet)),
        security_group: stack.arn("ec2", &format!("security-group/{}", plan.security_group)),
    }
}

/// Decides by the agents that have the order's name.
#[must_use]
pub fn next(order: &Order, named: &[AgentSeen]) -> Next {
    match named {
        [] => Next::Ask,
        [seen] if !is_as_ordered(order, seen) => Next::Refused(cause(
            "agent-otherwise-activated",
            format!("DataSync has the agent {} ({}), but {}", order.name, seen.arn, difference(order, seen)),
            "Put the plan as the agent is; or `nightferry agent forget` it, deploy the agent's machine anew and activate that.",
        )),
        [seen] if seen.is_online() => Next::Ready { arn: seen.arn.clone() },
        [seen] => Next::Wait { arn: seen.arn.clone() },
        [_, _, ..] => {
            let arns: Vec<&str> = named.iter().map(|seen| seen.arn.as_str()).collect();
            Next::Refused(cause(
                "agent-name-taken-twice",
                format!("DataSync has {} agents of the name {}: {}", named.len(), order.name, arns.join(", ")),
                "Delete those that no task uses, with `aws datasync delete-agent`; names in DataSync need not be unique.",
            ))
        }
    }
}

fn is_as_ordered(order: &Order, seen: &AgentSeen) -> bool {
    seen.link.as_ref().is_some_and(|link| {
        link.vpc_endpoint == order.vpc_endpoint
            && link.subnets == [order.subnet.clone()]
            && link.security_groups == [order.security_group.clone()]
    })
}

fn difference(order: &Order, seen: &AgentSeen) -> String {
    let Some(link) = &seen.link else { return "it works through the public endpoint".to_owned() };
    let pairs = [
        ("VPC endpoint", link.vpc_endpoint.clone(), &order.vpc_endpoint),
        ("subnet", link.subnets.join(", "), &order.subnet),
        ("security group", link.security_groups.join(", "), &order.security_group),
    ];
    let told = pairs.into_iter().filter(|(_, found, wanted)| found != *wanted);
    let told = told.map(|(kind, found, wanted)| format!("its {kind} is {found}, the plan's is {wanted}"));
    told.collect::<Vec<_>>().join("; ")
}

/// What is said of an agent that was made and does not come ONLINE in time.
#[must_use]
pub fn not_online(order: &Order, arn: &str, status: &str) -> Cause {
    cause(
        "agent-stays-offline",
        format!("The agent {} ({arn}) is made, but {status} after {ONLINE_SECS_MAX} s", order.name),
        "See that the agent's machine is on and reaches the VPC endpoint on TCP 1024-1064; then `nightferry agent activate` again: it goes on waiting.",
    )
}

/// What is said of a key that nobody may use any more.
#[must_use]
pub fn key_spent(order: &Order) -> Cause {
    cause(
        "agent-key-expired",
        format!("The activation key of the agent {} is older than 30 minutes", order.name),
        "Activate again: each time a new key is asked for.",
    )
}

fn cause(id: &str, what: String, fix: &str) -> Cause {
    Cause { id: id.to_owned(), what, fix: fix.to_owned(), said: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack() -> Stack {
        Stack::in_region("123456789012", "ap-northeast-1", "nightferry")
    }

    fn plan_order() -> Order {
        let plan = Agent {
            address: "10.0.0.5".parse().unwrap(),
            vpc_endpoint: "vpce-0123456789abcdef0".parse().unwrap(),
            subnet: "subnet-0a1b2c3d".parse().unwrap(),
            security_group: "sg-0a1b2c3d".parse().unwrap(),
        };
        order(&stack(), &"tokyo".parse().unwrap(), &plan)
    }

    fn seen(status: &str) -> AgentSeen {
        let order = plan_order();
        AgentSeen {
            arn: "arn:aws:datasync:ap-northeast-1:123456789012:agent/agent-0b0123456789abcde".into(),
            name: order.name,
            status: status.into(),
            link: Some(LinkSeen {
                vpc_endpoint: order.vpc_endpoint,
                subnets: vec![order.subnet],
                security_groups: vec![order.security_group],
            }),
        }
    }

    fn refused(next: Next) -> Cause {
        let Next::Refused(cause) = next else { panic!("{next:?}") };
        cause
    }

    #[test]
    fn the_order_names_arns_of_our_account_and_region() {
        let order = plan_order();
        assert_eq!(order.name, "nightferry-tokyo");
        assert_eq!(order.subnet, "arn:aws:ec2:ap-northeast-1:123456789012:subnet/subnet-0a1b2c3d");
        assert_eq!(order.security_group, "arn:aws:ec2:ap-northeast-1:123456789012:security-group/sg-0a1b2c3d");
    }

    #[test]
    fn only_an_agent_that_is_not_there_is_asked_for_its_key() {
        let arn = seen("").arn;
        assert_eq!(next(&plan_order(), &[]), Next::Ask);
        assert_eq!(next(&plan_order(), &[seen("ONLINE")]), Next::Ready { arn: arn.clone() });
        for status in ["OFFLINE", "SOMETHING_NEW", ""] {
            assert_eq!(next(&plan_order(), &[seen(status)]), Next::Wait { arn: arn.clone() }, "{status}");
        }
    }

    #[test]
    fn another_agent_under_the_name_is_for_a_person_and_each_difference_is_told() {
        let public = AgentSeen { link: None, ..seen("ONLINE") };
        assert!(refused(next(&plan_order(), &[public])).what.contains("public endpoint"));
        let changes: [fn(&mut LinkSeen); 3] = [
            |link| link.vpc_endpoint = "vpce-other".into(),
            |link| link.subnets = vec!["vpce-other".into()],
            |link| link.security_groups.push("vpce-other".into()),
        ];
        for change in changes {
            let mut other = seen("ONLINE");
            change(other.link.as_mut().unwrap());
            let cause = refused(next(&plan_order(), &[other]));
            assert_eq!(cause.id, "agent-otherwise-activated");
            assert_eq!(cause.what.matches("the plan's is").count(), 1, "{}", cause.what);
            assert!(cause.what.contains("vpce-other"), "{}", cause.what);
        }
    }

    #[test]
    fn two_agents_of_one_name_are_for_a_person() {
        let cause = refused(next(&plan_order(), &[seen("ONLINE"), seen("OFFLINE")]));
        assert_eq!(cause.id, "agent-name-taken-twice");
    }
}
