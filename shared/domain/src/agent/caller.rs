//! Whether whoever activates an agent may: `CreateAgent` looks at the network with its caller's own rights, and says only
//! "invalid" where it may not look.

use crate::policy::{Document, Match, Policies, Principal, Request, Resource, Statement, evaluate};
use crate::preflight::{Findings, Obstacle, Place};
use crate::stack::Stack;

/// What `CreateAgent` needs of its caller; none of these actions knows a resource.
pub const ACTIONS: [&str; 6] = [
    "datasync:CreateAgent",
    "datasync:ListAgents",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcEndpoints",
];
/// What is asked of the agent itself.
pub const ON_AGENT: [&str; 2] = ["datasync:DescribeAgent", "datasync:TagResource"];

/// Who calls, with the documents that speak of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// ARN of the user, the role or its session.
    pub arn: String,
    /// Its policies, inline and attached, as JSON.
    pub policies: Vec<String>,
    /// Its permissions boundary, as JSON.
    pub boundary: Option<String>,
}

/// Judges the caller's own policies. What organisations and sessions take away shows only in the call.
#[must_use]
pub fn judge(stack: &Stack, caller: &Caller) -> Findings {
    let mut found = Findings::default();
    let Some((principal, policies)) = read(caller) else {
        found.note(format!("the policies of {} are none that this program can read", caller.arn));
        return found;
    };
    let may = |action: &str, arn: &str| {
        let request = Request::new(principal.clone(), action, Resource::new(arn, &stack.account));
        evaluate(&request, &policies).is_allowed()
    };
    let agents = stack.arn("datasync", "agent/*");
    let dead = dead_patterns(&policies.identity);
    for (actions, on) in [(&ACTIONS[..], "*"), (&ON_AGENT[..], agents.as_str())] {
        let lacking: Vec<&str> = actions.iter().copied().filter(|action| !may(action, on)).collect();
        if !lacking.is_empty() {
            found.obstacles.push(lack(caller, &lacking, on, &dead));
        }
    }
    if found.obstacles.is_empty() {
        for pattern in &dead {
            found.note(format!("a policy of {} names `{pattern}`: {NO_ACTION}", caller.arn));
        }
    }
    found
}

const NO_ACTION: &str = "that matches no action, since the names of actions have letters and digits only";

fn read(caller: &Caller) -> Option<(Principal, Policies)> {
    let principal = Principal::from_arn(&caller.arn).ok()?;
    let parsed = |text: &String| text.parse::<Document>().ok();
    let identity = caller.policies.iter().map(parsed).collect::<Option<_>>()?;
    let boundary = caller.boundary.as_ref().map(|text| parsed(text).ok_or(())).transpose().ok()?;
    Some((principal, Policies { identity, boundary, ..Policies::default() }))
}

fn lack(caller: &Caller, lacking: &[&str], on: &str, dead: &[String]) -> Obstacle {
    let dead = dead.iter().map(|pattern| format!("; its `{pattern}` grants nothing: {NO_ACTION}"));
    let dead = dead.collect::<Vec<_>>().concat();
    let statement = Statement::allow(lacking.iter().copied()).on([on]);
    Obstacle::new(
        "agent-caller-may-not",
        format!("{} may not {} on {on}{dead}", caller.arn, lacking.join(", ")),
        "Add the statement to the policy of whoever activates the agent.".into(),
    )
    .patched(Place::Creator(caller.arn.clone()), serde_json::to_value(&statement).ok())
}

/// Patterns of actions that can match none, such as `ec2:*security-group*`.
fn dead_patterns(documents: &[Document]) -> Vec<String> {
    let lists =
        documents.iter().flat_map(|document| &document.statements).filter_map(|statement| match &statement.action {
            Match::In(patterns) => Some(patterns),
            Match::NotIn(_) => None,
        });
    let mut dead: Vec<String> = lists.flatten().filter(|pattern| is_dead(pattern)).cloned().collect();
    dead.sort_unstable();
    dead.dedup();
    dead
}

fn is_dead(pattern: &str) -> bool {
    let Some((_, name)) = pattern.split_once(':') else { return pattern != "*" };
    name.is_empty() || name.contains(|c: char| !c.is_ascii_alphanumeric() && c != '*' && c != '?')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stack() -> Stack {
        Stack::in_region("123456789012", "us-east-1", "nightferry")
    }

    fn judged(policies: &[serde_json::Value]) -> Findings {
        let caller = Caller {
            arn: "arn:aws:iam::123456789012:user/operator".into(),
            policies: policies.iter().map(ToString::to_string).collect(),
            boundary: None,
        };
        judge(&stack(), &caller)
    }

    fn allow(actions: &[&str], on: &str) -> serde_json::Value {
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": on}]})
    }

    #[test]
    fn the_least_that_is_needed_is_enough() {
        let found =
            judged(&[allow(&ACTIONS, "*"), allow(&ON_AGENT, "arn:aws:datasync:us-east-1:123456789012:agent/*")]);
        assert_eq!(found, Findings::default());
    }

    #[test]
    fn each_action_that_is_missing_is_named_with_a_statement_that_mends_it() {
        for missing in ACTIONS {
            let others: Vec<&str> = ACTIONS.into_iter().filter(|action| *action != missing).collect();
            let found =
                judged(&[allow(&others, "*"), allow(&["datasync:*"], "arn:aws:datasync:*:123456789012:agent/*")]);
            let [only] = found.obstacles.as_slice() else { panic!("{missing}: {found:?}") };
            assert!(only.what.contains(missing), "{}", only.what);
            let statement = only.patch.clone().unwrap();
            assert_eq!((&statement["Action"], &statement["Resource"]), (&json!(missing), &json!("*")));
        }
    }

    #[test]
    fn the_documents_own_policy_is_told_what_it_does_not_grant_and_why() {
        let own = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["datasync:*"], "Resource": "arn:aws:datasync:us-east-1:123456789012:*"},
            {"Effect": "Allow", "Action": ["ec2:*VpcEndpoint*", "ec2:*subnet*", "ec2:*security-group*"], "Resource": "*"},
        ]});
        let found = judged(&[own]);
        let [only] = found.obstacles.as_slice() else { panic!("{found:?}") };
        for lacking in [
            "datasync:CreateAgent",
            "datasync:ListAgents",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeNetworkInterfaces",
        ] {
            assert!(only.what.contains(lacking), "{}", only.what);
        }
        for granted in ["ec2:DescribeVpcEndpoints", "ec2:DescribeSubnets"] {
            assert!(!only.what.contains(granted), "{}", only.what);
        }
        assert!(only.what.contains("`ec2:*security-group*` grants nothing"), "{}", only.what);
    }

    #[test]
    fn a_pattern_that_matches_nothing_is_told_even_where_nothing_lacks() {
        let found = judged(&[allow(&["*"], "*"), allow(&["ec2:*security-group*"], "*")]);
        assert_eq!(found.obstacles, vec![]);
        assert_eq!(found.notes.len(), 1, "{found:?}");
    }

    #[test]
    fn only_patterns_that_no_name_can_fit_are_dead() {
        for dead in ["ec2:*security-group*", "ec2:Describe Subnets", "ec2:", "ec2"] {
            assert!(is_dead(dead), "{dead}");
        }
        for alive in ["*", "ec2:*", "ec2:*subnet*", "ec2:DescribeSubnet?", "s3:GetObject"] {
            assert!(!is_dead(alive), "{alive}");
        }
    }

    #[test]
    fn what_cannot_be_read_proves_nothing() {
        let found = judged(&[json!("no policy")]);
        assert_eq!((found.obstacles.len(), found.notes.len()), (0, 1));
    }
}
