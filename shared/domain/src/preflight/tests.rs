//! What stands in the way, and what does not.

use serde_json::json;

use super::*;
use crate::agent::network::PortRange;
use crate::agent::network::facts::{GroupFacts, MountTarget, Peer, Rule, Seen, SubnetFacts};
use crate::destination::Destination;
use crate::job_spec::{ReportPlace, Verify};

const ROLE: &str = "arn:aws:iam::123456789012:role/nightferry/home";

fn stack() -> Stack {
    Stack::in_region("123456789012", "ap-northeast-1", "nightferry")
}

fn transfer() -> Transfer {
    Transfer {
        task: "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0a1b2c3d4e5f60718".parse().unwrap(),
        from: "efs fs-0123/".into(),
        to: "s3://copies/home/".into(),
        destination: crate::destination::BucketEnd {
            bucket: "copies".into(),
            prefix: "home/".into(),
            bucket_access_role: ROLE.into(),
        }
        .into(),
        verify: Verify::Transferred,
        transfers_all: false,
        agent: None,
        is_enhanced: false,
        task_reports: ReportPlace { bucket: "b".into(), prefix: "reports/".into() },
        reach: crate::reach::Reach::default(),
        drill: None,
        back: None,
    }
}

fn trust(source: &str) -> String {
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "datasync.amazonaws.com"}, "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": "123456789012"},
            "ArnLike": {"aws:SourceArn": source},
        },
    }]})
    .to_string()
}

fn access(object_actions: &[&str]) -> String {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
         "Resource": "arn:aws:s3:::copies"},
        {"Effect": "Allow", "Action": object_actions, "Resource": "arn:aws:s3:::copies/home/*"},
    ]})
    .to_string()
}

fn facts() -> TransferFacts {
    TransferFacts {
        task: TaskFacts::Found { status: "AVAILABLE".into(), error: None },
        missing_locations: vec![],
        destination: Some(end()),
        source: None,
        files: None,
        around: Around::default(),
    }
}

fn end() -> EndFacts {
    EndFacts {
        location: Some("arn:aws:datasync:ap-northeast-1:123456789012:location/loc-0a1b2c3d4e5f60718".into()),
        role: RoleFacts::Found {
            trust: trust("arn:aws:datasync:ap-northeast-1:123456789012:*"),
            policies: vec![access(&["s3:*Object", "s3:*MultipartUpload*"])],
            boundary: None,
        },
        bucket: BucketFacts::Read(Box::default()),
    }
}

/// As everything should be, but for the destination.
fn with_end(end: EndFacts) -> TransferFacts {
    TransferFacts { destination: Some(end), ..facts() }
}

fn obstacles(facts: &TransferFacts) -> Vec<Obstacle> {
    super::transfer(&stack(), &"home".parse().unwrap(), &transfer(), facts).obstacles
}

fn ids(facts: &TransferFacts) -> Vec<String> {
    obstacles(facts).into_iter().map(|obstacle| obstacle.id).collect()
}

fn with_role(trust: &str, policies: &[String]) -> TransferFacts {
    let role = RoleFacts::Found { trust: trust.to_owned(), policies: policies.to_vec(), boundary: None };
    with_end(EndFacts { role, ..end() })
}

#[test]
fn a_job_with_everything_in_place_can_work() {
    assert_eq!(obstacles(&facts()), vec![]);
}

#[test]
fn what_is_not_there_is_named() {
    let gone = TransferFacts {
        task: TaskFacts::Missing,
        missing_locations: vec!["loc".into()],
        destination: Some(EndFacts { location: None, role: RoleFacts::Missing, bucket: BucketFacts::Missing }),
        source: None,
        files: None,
        around: Around::default(),
    };
    assert_eq!(ids(&gone), ["task-missing", "location-missing", "bucket-missing", "role-missing"]);
}

#[test]
fn only_a_task_that_surely_cannot_start_is_an_obstacle() {
    for (status, expected) in [("RUNNING", 0), ("QUEUED", 0), ("SOMETHING_NEW", 0), ("UNAVAILABLE", 1), ("CREATING", 1)]
    {
        let task = TaskFacts::Found { status: status.into(), error: Some("agent offline".into()) };
        assert_eq!(ids(&TransferFacts { task, ..facts() }).len(), expected, "{status}");
    }
}

#[test]
fn a_task_whose_agent_is_away_is_started_and_waits_for_it() {
    let through = Transfer { agent: Some("nightferry-tokyo".into()), ..transfer() };
    for (status, obstacles) in [("AVAILABLE", 0), ("UNAVAILABLE", 0), ("CREATING", 1)] {
        let task = TaskFacts::Found { status: status.into(), error: None };
        let facts = TransferFacts { task, ..facts() };
        let found = super::transfer(&stack(), &"home".parse().unwrap(), &through, &facts);
        assert_eq!((found.obstacles.len(), found.notes.len()), (obstacles, 0), "{status}: {found:?}");
    }
}

#[test]
fn a_role_that_trusts_another_accounts_datasync_is_an_obstacle_with_the_missing_statement() {
    let policies = [access(&["s3:*"])];
    let facts = with_role(&trust("arn:aws:datasync:ap-northeast-1:999999999999:*"), &policies);
    let found = obstacles(&facts);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].id, "role-not-trusting-datasync");
    let patch = found[0].patch.as_ref().unwrap();
    assert_eq!(patch["Condition"]["ArnLike"]["aws:SourceArn"], "arn:aws:datasync:ap-northeast-1:123456789012:*");
}

#[test]
fn a_role_that_trusts_only_the_location_is_enough() {
    let location = "arn:aws:datasync:ap-northeast-1:123456789012:location/*";
    assert_eq!(ids(&with_role(&trust(location), &[access(&["s3:*"])])), Vec::<String>::new());
}

#[test]
fn actions_that_the_role_lacks_are_one_obstacle_with_one_statement() {
    let all = trust("arn:aws:datasync:*:123456789012:*");
    let facts = with_role(&all, &[access(&["s3:GetObject"])]);
    let found = obstacles(&facts);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].id, "bucket-access-missing");
    let patch = found[0].patch.as_ref().unwrap();
    assert_eq!(patch["Action"], json!(["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"]));
    assert_eq!(patch["Resource"], "arn:aws:s3:::copies/home/*");
}

#[test]
fn a_bucket_policy_that_denies_the_role_is_named_by_its_sid() {
    let deny = json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "OnlyOperators", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::copies/*",
    }]});
    let denying = ObservedBucket { policy: Some(deny.to_string()), ..ObservedBucket::default() };
    let facts = with_end(EndFacts { bucket: BucketFacts::Read(Box::new(denying)), ..end() });
    let found = obstacles(&facts);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].id, "bucket-access-denied");
    assert!(found[0].what.contains("OnlyOperators"), "{}", found[0].what);
    assert_eq!(found[0].patch, None);
}

#[test]
fn an_account_that_does_not_show_what_it_blocks_is_a_note_and_no_obstacle() {
    let around = Around { unshown_block: Some("222222222222".into()), ..Around::default() };
    let facts = TransferFacts { around, ..facts() };
    let found = super::transfer(&stack(), &"home".parse().unwrap(), &transfer(), &facts);
    assert_eq!(found.obstacles, vec![]);
    assert!(
        found.notes[0].contains("222222222222") && found.notes[0].contains("s3:GetAccountPublicAccessBlock"),
        "{found:?}"
    );
}

#[test]
fn what_cannot_be_read_proves_nothing() {
    assert_eq!(ids(&with_end(EndFacts { role: RoleFacts::Unreadable, ..end() })), Vec::<String>::new());
    assert_eq!(ids(&with_end(EndFacts { bucket: BucketFacts::Unreadable, ..end() })), Vec::<String>::new());
    let unreadable = with_role("not json", &["not json".to_owned()]);
    assert_eq!(ids(&unreadable), Vec::<String>::new());
}

#[test]
fn a_file_system_that_is_written_needs_its_mount_target_and_room_for_a_task_that_is_still_to_be_made() {
    let destination = Destination::from(crate::job_spec::tests::files());
    let transfer = Transfer { destination, agent: Some("nightferry-tokyo".into()), ..transfer() };
    let around = |free: u32, groups: &[&str]| {
        let target = MountTarget {
            zone: "a".into(),
            vpc: "vpc-1".into(),
            groups: groups.iter().map(|&group| group.to_owned()).collect(),
        };
        let subnet = SubnetFacts {
            id: "subnet-0a1b2c3d".into(),
            vpc: "vpc-1".into(),
            zone: "a".into(),
            network: "10.0.0.0/24".parse().unwrap(),
            free,
        };
        let rule = Rule { tcp: Some(PortRange::one(2049)), peers: vec![Peer::Group("sg-0a1b2c3d".into())] };
        let open = GroupFacts { vpc: "vpc-1".into(), inbound: vec![rule] };
        let closed = GroupFacts { vpc: "vpc-1".into(), inbound: vec![] };
        EfsFacts {
            subnet: Seen::Found(subnet),
            location_groups: vec!["sg-0a1b2c3d".into()],
            mount_targets: Seen::Found(vec![target]),
            groups: [("open".to_owned(), Seen::Found(open)), ("closed".to_owned(), Seen::Found(closed))].into(),
            prefix_lists: BTreeMap::new(),
        }
    };
    let told = |task: &TaskFacts, files: Option<EfsFacts>| {
        let facts = TransferFacts { task: task.clone(), destination: None, files, ..facts() };
        let found = super::transfer(&stack(), &"home".parse().unwrap(), &transfer, &facts).obstacles;
        found.into_iter().map(|obstacle| obstacle.id).collect::<Vec<_>>()
    };
    let there = TaskFacts::Found { status: "AVAILABLE".into(), error: None };
    assert_eq!(told(&there, Some(around(0, &["open"]))), Vec::<String>::new(), "its interfaces are there");
    assert_eq!(told(&TaskFacts::Missing, Some(around(4, &["open"]))), ["task-missing"]);
    assert_eq!(told(&TaskFacts::Missing, Some(around(3, &["open"]))), ["task-missing", "subnet-addresses-short"]);
    assert_eq!(told(&there, Some(around(9, &["closed"]))), ["efs-group-closed"]);
    assert_eq!(told(&there, None), Vec::<String>::new(), "a function asks neither EC2 nor EFS");
}
