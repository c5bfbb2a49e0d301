use std::collections::BTreeMap;

use super::*;
use crate::plan::{Plan, parse};
use crate::stack::Stack;

const PLAN: &str = r#"
version: 1
schedules: { nightly: { cron: "0 6 * * ? *", timezone: Asia/Tokyo } }
jobs:
  scans:
    schedule: nightly
    datasync:
      from:
        smb: scans.example
        path: /share/scans
        agent: tokyo
        credentials: arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:scans-AbCdEf
      to: { s3: example-scans }
  mail:
    schedule: nightly
    datasync: { from: { nfs: mail.example, path: /export/mail, agent: tokyo }, to: { s3: example-mail } }
agents:
  tokyo: { address: 10.0.0.5, vpc_endpoint: vpce-0123456789abcdef0, subnet: subnet-0a1b2c3d, security_group: sg-0a1b2c3d }
"#;

fn plan() -> Plan {
    parse(PLAN).unwrap()
}

fn stack() -> Stack {
    super::tests::stack()
}

fn wanted() -> Desired {
    desired(&plan(), &stack())
}

/// An account in which the stack is deployed and these agents are activated.
fn with_agents(names: &[&str]) -> Observed {
    Observed { agents: names.iter().map(|&name| name.to_owned()).collect(), ..Observed::default() }
}

fn setup(job: &str) -> Setup {
    wanted().setups.into_iter().find(|setup| setup.job.as_str() == job).unwrap()
}

#[test]
fn a_file_servers_location_goes_through_the_plans_agent_by_its_name_in_datasync() {
    let Location::Nfs(mail) = setup("mail").from else { panic!("an NFS server") };
    assert_eq!((mail.server_hostname.as_str(), mail.subdirectory.as_str()), ("mail.example", "/export/mail"));
    let Location::Smb(scans) = setup("scans").from else { panic!("an SMB server") };
    assert!(scans.credentials.ends_with(":secret:scans-AbCdEf"));
    assert_eq!([mail.agent_name, scans.agent_name], ["nightferry-tokyo", "nightferry-tokyo"]);
}

#[test]
fn owner_and_mode_come_along_from_nfs_and_are_never_asked_of_smb() {
    let options = setup("mail").task.options;
    assert_eq!([&options.uid, &options.gid, &options.posix_permissions], ["INT_VALUE", "INT_VALUE", "PRESERVE"]);
    let options = setup("scans").task.options;
    assert_eq!([&options.uid, &options.gid, &options.posix_permissions], ["NONE", "NONE", "NONE"]);
}

#[test]
fn without_its_agent_nothing_of_a_plan_is_applied_and_the_command_that_helps_is_named() {
    let refusals = diff::towards(&plan(), &wanted(), &with_agents(&["nightferry-osaka"])).unwrap_err();
    let [Refusal::NoAgent { job, agent }] = refusals.as_slice() else { panic!("{refusals:?}") };
    assert_eq!((job.as_str(), agent.as_str()), ("mail", "nightferry-tokyo"));
    assert!(refusals[0].to_string().contains("nightferry agent activate"), "{}", refusals[0]);
    assert!(diff::towards(&plan(), &wanted(), &with_agents(&["nightferry-tokyo"])).is_ok());
}

#[test]
fn a_location_through_another_agent_is_made_anew() {
    let mut there = setup("mail").from;
    if let Location::Nfs(server) = &mut there {
        server.agent_name = "arn:aws:datasync:ap-northeast-1:123456789012:agent/agent-00000000000000000".to_owned();
    }
    let location = ObservedLocation { arn: "arn:location".to_owned(), job: "mail".parse().unwrap(), location: there };
    let observed = Observed { locations: vec![location], ..with_agents(&["nightferry-tokyo"]) };
    let changes = diff::towards(&plan(), &wanted(), &observed).unwrap();
    let change = changes.changes().find(|change| change.name == "mail (from)").unwrap();
    assert_eq!(change.action, Action::Replace);
    assert_eq!(change.details.iter().map(|field| field.field.as_str()).collect::<Vec<_>>(), ["AgentName"]);
}

#[test]
fn the_functions_are_told_the_agent_so_that_a_start_may_wait_its_turn() {
    let task = |job: &str| {
        (
            job.parse().unwrap(),
            "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0123456789abcdef0".parse().unwrap(),
        )
    };
    let tasks = deployed::Tasks::from_iter([task("mail"), task("scans")]);
    let deployed = deployed::assemble(&plan(), &stack(), &tasks, jiff::Timestamp::UNIX_EPOCH);
    let told = deployed.jobs.iter().map(|job| (job.work.from(), job.work.transfer().unwrap().agent.as_deref()));
    let agent = Some("nightferry-tokyo");
    assert_eq!(
        told.collect::<Vec<_>>(),
        [("nfs mail.example/export/mail", agent), ("smb scans.example/share/scans", agent)]
    );
}

#[test]
fn templates_ask_for_the_agents_arn_and_hold_no_password() {
    let ours = print::cloudformation(&wanted(), &BTreeMap::new());
    let ours = &ours["ours"];
    assert_eq!(ours["Parameters"]["AgentNightferryTokyo"]["Type"], "String");
    let nfs = &ours["Resources"]["LocationMailFrom"]["Properties"];
    assert_eq!(nfs["OnPremConfig"]["AgentArns"][0]["Ref"], "AgentNightferryTokyo");
    let smb = &ours["Resources"]["LocationScansFrom"]["Properties"];
    assert!(smb["Password"].as_str().unwrap().starts_with("{{resolve:secretsmanager:arn:aws:"), "{smb}");

    let ours = print::terraform(&wanted(), &BTreeMap::new());
    let ours = &ours["ours"];
    assert_eq!(ours["variable"]["agent_nightferry_tokyo"]["type"], "string");
    let smb = &ours["resource"]["aws_datasync_location_smb"]["scans_from"];
    assert_eq!(smb["agent_arns"][0], "${var.agent_nightferry_tokyo}");
    assert_eq!(
        smb["password"],
        "${jsondecode(data.aws_secretsmanager_secret_version.scans_abcdef.secret_string).password}"
    );
    assert!(ours["data"]["aws_secretsmanager_secret_version"]["scans_abcdef"]["secret_id"].is_string());
}
