//! From a file server to a file system: what is made, what is told the functions, and what never is.

use std::collections::BTreeMap;

use super::*;
use crate::destination::FilesEnd;
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
      to: { efs: fs-0123456789abcdef0, path: /copies/scans, subnet: subnet-0a1b2c3d, security_groups: [sg-0a1b2c3d] }
  mail:
    schedule: nightly
    datasync:
      from: { nfs: mail.example, path: /export/mail, agent: tokyo }
      to: { efs: fs-0123456789abcdef0, path: /copies/mail, subnet: subnet-0a1b2c3d, security_groups: [sg-0a1b2c3d] }
agents:
  tokyo: { address: 10.0.0.5, vpc_endpoint: vpce-0123456789abcdef0, subnet: subnet-0a1b2c3d, security_group: sg-0a1b2c3d }
"#;
const FILE_SYSTEM: &str = "arn:aws:elasticfilesystem:ap-northeast-1:123456789012:file-system/fs-0123456789abcdef0";

fn plan() -> Plan {
    parse(PLAN).unwrap()
}

fn stack() -> Stack {
    super::tests::stack()
}

fn setup(job: &str) -> Setup {
    desired(&plan(), &stack()).setups.into_iter().find(|setup| setup.job.as_str() == job).unwrap()
}

/// An account with the agent, and these locations of the job `mail`.
fn with(locations: &[(&str, Location)]) -> Observed {
    let there = |(arn, location): &(&str, Location)| ObservedLocation {
        arn: (*arn).to_owned(),
        job: "mail".parse().unwrap(),
        location: location.clone(),
    };
    let agents = ["nightferry-tokyo".to_owned()].into();
    Observed { agents, locations: locations.iter().map(there).collect(), ..Observed::default() }
}

fn elsewhere() -> Location {
    let Location::Efs(files) = setup("mail").to else { panic!("a file system") };
    Location::Efs(EfsLocation { subdirectory: "/copies/old".to_owned(), ..files })
}

#[test]
fn a_file_server_is_copied_to_a_file_system_without_any_role_of_ours() {
    let desired = desired(&plan(), &stack());
    assert!(desired.left_out.is_empty(), "{:?}", desired.left_out);
    assert_eq!(desired.roles().count(), 0, "files need no role");
    for (job, folder) in [("mail", "/copies/mail"), ("scans", "/copies/scans")] {
        let Location::Efs(to) = setup(job).to else { panic!("a file system") };
        assert_eq!((to.efs_filesystem_arn.as_str(), to.subdirectory.as_str()), (FILE_SYSTEM, folder));
        let report = setup(job).task.task_report_config.unwrap();
        assert!(
            report.destination.bucket_access_role_arn.ends_with("task-report"),
            "by the stack's own role: {report:?}"
        );
    }
}

#[test]
fn owner_and_mode_go_from_nfs_into_the_file_system_and_smb_has_none_to_give() {
    let kept = |job: &str| {
        let TaskOptions { uid, gid, posix_permissions, mtime, .. } = setup(job).task.options;
        [uid, gid, posix_permissions, mtime]
    };
    assert_eq!(kept("mail"), ["INT_VALUE", "INT_VALUE", "PRESERVE", "PRESERVE"]);
    assert_eq!(kept("scans"), ["NONE", "NONE", "NONE", "PRESERVE"]);
}

#[test]
fn the_functions_are_told_the_folder_and_where_its_interfaces_are() {
    let task = "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0123456789abcdef0".parse().unwrap();
    let tasks = deployed::Tasks::from_iter([("mail".parse().unwrap(), task)]);
    let deployed = deployed::assemble(&plan(), &stack(), &tasks, jiff::Timestamp::UNIX_EPOCH);
    let [mail] = deployed.jobs.as_slice() else { panic!("{deployed:?}") };
    assert_eq!(mail.work.to(), "efs fs-0123456789abcdef0/copies/mail");
    let transfer = mail.work.transfer().unwrap();
    let files = FilesEnd {
        file_system: FILE_SYSTEM.to_owned(),
        folder: "/copies/mail".to_owned(),
        access_point: None,
        subnet: "subnet-0a1b2c3d".to_owned(),
        security_groups: vec!["sg-0a1b2c3d".to_owned()],
    };
    assert_eq!((transfer.destination.files(), transfer.agent.as_deref()), (Some(&files), Some("nightferry-tokyo")));
    assert!(transfer.reach.is_unsaid());
}

#[test]
fn another_folder_is_told_as_another_destination_and_its_old_location_as_such() {
    let observed = with(&[("arn:from", setup("mail").from), ("arn:old", elsewhere())]);
    let changes = diff::towards(&plan(), &desired(&plan(), &stack()), &observed).unwrap();
    let of = |name: &str| changes.changes().find(|change| change.name == name).unwrap_or_else(|| panic!("{changes}"));
    assert_eq!(of("mail (to)").action, Action::Replace);
    let fields: Vec<&str> = of("mail (to)").details.iter().map(|field| field.field.as_str()).collect();
    assert_eq!(fields, ["Subdirectory"]);
    assert_eq!(of("mail (to) arn:old").action, Action::Delete);
    assert_eq!(of("mail (from)").action, Action::Keep);
}

#[test]
fn the_task_says_which_end_a_file_system_is() {
    let setup = setup("mail");
    let task = ObservedTask {
        arn: "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0123456789abcdef0".parse().unwrap(),
        job: setup.job.clone(),
        from: "arn:read".to_owned(),
        to: "arn:written".to_owned(),
        task: setup.task,
        is_busy: false,
    };
    let observed = Observed { tasks: vec![task], ..with(&[("arn:read", elsewhere()), ("arn:written", elsewhere())]) };
    let ends: Vec<End> = observed.locations.iter().map(|there| observed.end_of(there)).collect();
    assert_eq!(ends, [End::From, End::To]);
    assert_eq!(with(&[("arn:alone", elsewhere())]).end_of(&observed.locations[0]), End::From);
}

#[test]
fn documents_and_templates_have_both_ends_and_no_bucket_role() {
    let wanted = desired(&plan(), &stack());
    let documents = serde_json::to_value(print::documents(&wanted, &BTreeMap::new())).unwrap();
    let mail = &documents["jobs"][0];
    assert_eq!((mail.get("role"), mail.get("trust_policy")), (None, None), "{mail:#}");
    assert!(mail["to"].to_string().contains(FILE_SYSTEM), "{mail:#}");
    let ours = &print::cloudformation(&wanted, &BTreeMap::new())["ours"]["Resources"];
    let kinds = ours.as_object().unwrap().values().map(|resource| resource["Type"].as_str().unwrap());
    assert!(kinds.into_iter().all(|kind| kind != "AWS::IAM::Role"), "{ours:#}");
    assert_eq!(ours["LocationMailTo"]["Properties"]["EfsFilesystemArn"], FILE_SYSTEM);
    assert_eq!(ours["TaskMail"]["Properties"]["DestinationLocationArn"]["Ref"], "LocationMailTo");
    let ours = &print::terraform(&wanted, &BTreeMap::new())["ours"]["resource"];
    assert_eq!(
        ours["aws_datasync_task"]["mail"]["destination_location_arn"],
        "${aws_datasync_location_efs.mail_to.arn}"
    );
    assert!(ours.get("aws_iam_role").is_none(), "{ours:#}");
}

#[test]
fn only_file_servers_are_copied_to_a_file_system() {
    for from in
        ["s3: example-logs", "efs: fs-0fedcba9876543210, subnet: subnet-0a1b2c3d, security_groups: [sg-0a1b2c3d]"]
    {
        let plan = parse(&PLAN.replace("nfs: mail.example, path: /export/mail, agent: tokyo", from)).unwrap();
        let left: Vec<String> = desired(&plan, &stack()).left_out.into_iter().map(|left| left.what).collect();
        assert_eq!(left, ["job mail"], "{from}");
    }
}
