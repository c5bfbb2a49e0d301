//! Nights of an NFS and an SMB server: the agent between them and AWS is activated by the program, and carries one task at a time.

use std::collections::BTreeSet;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::sync::OnceLock;

use nightferry_domain::outcome::Outcome;
use nightferry_local::datasync::Connection;
use nightferry_local::server_room::{self, ADDRESS, NETWORK};
use nightferry_local::upstream::networks;
use nightferry_local::{FileSystem, ServerRoom};
use serde_json::{Value, json};

use crate::agent_checked::Checked;
use crate::permissions_used::{Grant, Uses, granted, uses};
use crate::program::turn;
use crate::scenario::{caught, hold};
use crate::stage::{BUCKET, Stage};
use crate::{ask, scenery, truth};

/// The server's name, and the agent's in the plan.
const SERVER: &str = "files.example";
const AGENT: &str = "tokyo";
/// The password of the SMB share: it may stand nowhere.
const PASSWORD: &str = "Kirschbluete 2026";

/// What no other stage sees used, by role.
const ONLY_HERE: [(&str, &str); 4] = [
    ("record-state", "datasync:DescribeAgent"),
    ("record-state", "datasync:ListAgents"),
    ("record-state", "sns:Publish"),
    ("write-report", "datasync:ListAgents"),
];

/// How the night ended, whoever asked for it first.
static PLAYED: OnceLock<Result<Seen, String>> = OnceLock::new();

/// What the roles of its stage were granted, and what they used.
pub(crate) struct Seen {
    pub(crate) granted: BTreeSet<Grant>,
    pub(crate) uses: Uses,
}

#[test]
fn an_nfs_and_an_smb_server_are_copied_one_after_the_other_through_an_agent_that_the_program_activated() {
    let _ = seen();
}

/// Plays it unless it was played, and fails as it did.
pub(crate) fn seen() -> &'static Seen {
    let end = PLAYED.get_or_init(|| {
        let _turn = turn();
        caught(play)
    });
    end.as_ref().unwrap_or_else(|why| panic!("{why}"))
}

fn play() -> Seen {
    let office = Office::up();
    office.nothing_is_applied_before_there_is_the_agent();
    office.checked().each_closed_way_is_found_and_mended_by_its_fix();
    office.the_agent_is_activated_once();
    office.its_endpoint_has_an_address_of_its_subnet_and_takes_one();
    office.stage.apply_as(None, &["apply", "--yes"]);
    office.four_addresses_a_task_are_gone();
    office.the_list_names_the_jobs_that_go_through_it();
    office.the_second_task_waits_until_the_first_has_ended();
    office.cut_off_the_agent_is_told_at_once_and_the_night_waits_for_it();
    // Of jobs to a file system there are no roles to compare.
    let granted = office.stage.wait(granted(&office.stage));
    let files = office.both_jobs_go_to_a_file_system_from_now_on();
    office.its_closed_ports_are_found_and_mended_by_their_fixes(&files);
    office.files_arrive_there_with_owner_and_mode_where_their_server_has_them(&files);
    office.such_a_copy_is_not_brought_back_and_the_way_by_hand_is_told();
    office.nothing_of_it_stays();
    let uses = office.stage.wait(uses(&office.stage));
    for (role, action) in ONLY_HERE {
        assert!(uses[role].iter().any(|(used, _)| used == action), "{role} has not used {action}: {:#?}", uses[role]);
    }
    office.stage.down();
    Seen { granted, uses }
}

/// The stage, with the directory of its jobs as the file server.
struct Office {
    stage: Stage,
    room: ServerRoom,
}

impl Office {
    fn up() -> Self {
        let stage = Stage::bare("on-premises", &["mail", "scans"].map(str::to_owned));
        stage.grow();
        let room = stage.wait(server_room::furnish(&stage.local, SERVER, &stage.folder.join("files"))).unwrap();
        let secret = stage.wait(secret(&stage));
        stage.write_plan(&plan(&room, &secret));
        Self { stage, room }
    }

    fn ask(&self, arguments: &[&str]) -> Value {
        let answer = self.stage.program(arguments);
        assert_eq!(answer.exit, 0, "{arguments:?}: {}\n{}", answer.said, answer.told);
        answer.json()
    }

    fn checked(&self) -> Checked<'_> {
        Checked { stage: &self.stage, room: &self.room, agent: AGENT }
    }

    /// A plan without one of its jobs would hide that it is not protected.
    fn nothing_is_applied_before_there_is_the_agent(&self) {
        let refused = self.stage.program(&["apply", "--yes"]);
        assert!(refused.exit != 0 && refused.told.contains("agent"), "{}\n{}", refused.said, refused.told);
        assert!(self.stage.wait(ask::tasks(&self.stage)).is_empty());
    }

    fn the_agent_is_activated_once(&self) {
        let port = self.room.machine.port.to_string();
        let activate = ["agent", "activate", AGENT, "--address", &self.room.machine.address, "--local-port", &port];
        let made = self.ask(&activate);
        assert_eq!((&made["status"], &made["is_new"]), (&json!("ONLINE"), &json!(true)), "{made:#}");
        let again = self.ask(&activate);
        assert_eq!((&again["arn"], &again["is_new"]), (&made["arn"], &json!(false)), "{again:#}");
        let described = self.stage.wait(ask::datasync(&self.stage, "DescribeAgent", &json!({"AgentArn": made["arn"]})));
        assert_eq!(described["PrivateLinkConfig"]["PrivateLinkEndpoint"], "10.20.1.4", "{described:#}");
    }

    fn its_endpoint_has_an_address_of_its_subnet_and_takes_one(&self) {
        assert_eq!(self.free(), 250);
    }

    fn four_addresses_a_task_are_gone(&self) {
        assert_eq!(self.free(), 250 - 4 * 2);
    }

    /// Addresses that are left in the subnet of the endpoint, as EC2 says.
    fn free(&self) -> u32 {
        self.free_in(&self.room.subnet_id)
    }

    fn free_in(&self, subnet: &str) -> u32 {
        let form = format!("Action=DescribeSubnets&Version=2016-11-15&SubnetId.1={subnet}");
        let told = self.stage.wait(ask::form(&self.stage, "ec2", &form));
        ask::first(&told, "availableIpAddressCount").unwrap().parse().unwrap()
    }

    fn the_list_names_the_jobs_that_go_through_it(&self) {
        let listed = self.ask(&["agent", "list"]).to_string();
        assert!(["ONLINE", "mail", "scans"].iter().all(|word| listed.contains(word)), "{listed}");
    }

    /// Whichever was started first is held; then it is let go, and the other one held in its turn.
    fn the_second_task_waits_until_the_first_has_ended(&self) {
        let stage = &self.stage;
        hold(stage, Some("TRANSFERRING"));
        let run = stage.fire(1);
        let of_status = |status: &str| {
            let all = stage.wait(truth::executions(stage, &run));
            all.into_iter().find(|one| one.described["Status"] == status).map(|one| one.arn)
        };
        stage.until("one is held, and one waits", || {
            of_status("TRANSFERRING").is_some() && of_status("QUEUED").is_some()
        });
        let (first, second) = (of_status("TRANSFERRING").unwrap(), of_status("QUEUED").unwrap());
        let faults = json!({"hang_in": "TRANSFERRING", "only": second});
        stage.wait(stage.local.admin().break_datasync(&faults)).unwrap();
        stage.until("it is the other one's turn", || of_status("TRANSFERRING") == Some(second.clone()));
        assert_eq!(of_status("SUCCESS"), Some(first));
        hold(stage, None);
        stage.until_closed(&run);
        let report = truth::assert_true(stage, &run);
        assert_eq!(report.run.outcome, Outcome::Succeeded);
        assert!(report.jobs.iter().all(|job| job.attempts.len() == 1), "the queue is no reason to try again");
    }

    /// By whoever asks, and by a message in the evening; the night starts all the same, and waits in DataSync.
    fn cut_off_the_agent_is_told_at_once_and_the_night_waits_for_it(&self) {
        let stage = &self.stage;
        stage.grow();
        self.connect(Connection::Offline);
        stage.until("a message tells that the agent is gone", || stage.has_told("OFFLINE: 2 jobs at risk"));
        let checked = stage.program(&["check"]);
        assert_eq!(checked.exit, 6, "{}\n{}", checked.said, checked.told);
        assert_eq!(checked.said.matches("agent-offline").count(), 2, "at each of its jobs: {}", checked.said);
        let run = stage.fire(1);
        let is_seen = |status: &str| {
            stage.wait(truth::executions(stage, &run)).iter().any(|one| one.described["Status"] == status)
        };
        stage.until("one waits for the agent, and one for its turn", || is_seen("LAUNCHING") && is_seen("QUEUED"));
        self.connect(Connection::Online);
        stage.until_closed(&run);
        let report = truth::assert_true(stage, &run);
        assert_eq!(report.run.outcome, Outcome::Succeeded);
        for job in &report.jobs {
            assert_eq!((job.attempts.len(), job.files), (1, 1), "one new file, in the one attempt: {job:#?}");
        }
        let page = String::from_utf8_lossy(&serde_json::to_vec(&report).unwrap()).into_owned();
        assert!(!page.contains(PASSWORD));
    }

    fn connect(&self, connection: Connection) {
        let name = format!("{}-{AGENT}", self.stage.stack.name);
        let changed = self.stage.wait(self.stage.local.admin().set_agents_state(&name, connection)).unwrap();
        assert_eq!(changed.len(), 1, "{changed:?}");
    }

    /// Another destination is another task; its interfaces are in the file system's subnet, and no role reaches a bucket.
    fn both_jobs_go_to_a_file_system_from_now_on(&self) -> FileSystem {
        let stage = &self.stage;
        let copies = stage.folder.join("copies");
        for job in &stage.jobs {
            std::fs::create_dir_all(copies.join(job)).unwrap();
        }
        let files = stage.wait(stage.local.admin().file_system(copies)).unwrap();
        let before = self.free_in(&files.subnet_id);
        let FileSystem { file_system_id, subnet_id, security_group_id } = &files;
        let to = |job: &str| {
            format!("efs: {file_system_id}, path: /{job}, subnet: {subnet_id}, security_groups: [{security_group_id}]")
        };
        let plan = std::fs::read_to_string(stage.folder.join("nightferry.yaml")).unwrap();
        let plan = stage.jobs.iter().fold(plan, |plan, job| {
            let bucket = format!("s3: {BUCKET}, prefix: /{job}");
            assert!(plan.contains(&bucket), "{plan}");
            plan.replace(&bucket, &to(job))
        });
        stage.write_plan(&plan);
        let printed = self.ask(&["apply", "--print"]).to_string();
        assert!(printed.contains(file_system_id) && !printed.contains(&stage.first_role()), "{printed}");
        stage.apply_as(None, &["apply", "--yes"]);
        assert_eq!(stage.wait(ask::tasks(stage)).len(), 2, "the tasks to the bucket are gone");
        assert_eq!((self.free(), self.free_in(&files.subnet_id)), (250, before - 4 * 2));
        files
    }

    /// DataSync's interfaces mount it, and the agent sends its data to them.
    fn its_closed_ports_are_found_and_mended_by_their_fixes(&self, files: &FileSystem) {
        let (stage, group) = (&self.stage, &files.security_group_id);
        let lets_in = |port: u16, network: &str| {
            stage.wait(networks::let_in(&stage.local.aws(), group, (port, port), network)).unwrap();
        };
        let closed = stage.program(&["check"]);
        assert_eq!((closed.exit, closed.said.matches("efs-group-closed").count()), (6, 2), "{}", closed.said);
        assert!(closed.said.contains("Add an inbound rule for TCP 2049"), "{}", closed.said);
        lets_in(2049, "10.0.0.0/16");
        let open = stage.program(&["check"]);
        assert_eq!(open.exit, 0, "{}\n{}", open.said, open.told);
        let told = self.checked().only("agent-group-closed");
        assert!(told[0].0.contains("TCP 443") && told[0].0.contains(&files.file_system_id), "{told:?}");
        lets_in(443, NETWORK);
        assert!(self.checked().found().is_empty(), "{:?}", self.checked().found());
    }

    fn files_arrive_there_with_owner_and_mode_where_their_server_has_them(&self, files: &FileSystem) {
        let stage = &self.stage;
        for job in &stage.jobs {
            let owned = stage.tree(job).join("one.txt");
            chown(&owned, Some(1_234), Some(4_321)).unwrap();
            std::fs::set_permissions(&owned, std::fs::Permissions::from_mode(0o640)).unwrap();
        }
        let run = stage.fire(1);
        stage.until_closed(&run);
        let report = truth::report(stage, &run);
        assert_eq!((report.run.outcome, report.jobs.len()), (Outcome::Succeeded, 2), "{:#?}", report.jobs);
        let executions = stage.wait(truth::executions(stage, &run));
        for job in &report.jobs {
            assert!(job.to.contains(&files.file_system_id), "{}", job.to);
            let own = executions.iter().find(|one| one.attempt.job == job.name).unwrap();
            assert_eq!(Some(job.files), own.described["FilesTransferred"].as_u64(), "{:#}", own.described);
            assert!(job.files > 0, "{job:#?}");
            let (source, copies) = (stage.tree(job.name.as_str()), stage.folder.join("copies").join(job.name.as_str()));
            let keeps_owner = job.name.as_str() == "mail";
            truth::assert_equal_trees(&source, &copies, keeps_owner);
            let copy = std::fs::metadata(copies.join("one.txt")).unwrap();
            assert_eq!((copy.uid(), copy.gid(), copy.mode() & 0o777) == (1_234, 4_321, 0o640), keeps_owner, "{copy:?}");
        }
    }

    fn such_a_copy_is_not_brought_back_and_the_way_by_hand_is_told(&self) {
        for command in ["restore", "drill"] {
            let refused = self.stage.program(&[command, "mail", "--to", "/restored"]);
            assert!(refused.exit != 0 && refused.told.contains("rsync"), "{}\n{}", refused.said, refused.told);
        }
        assert_eq!(self.stage.wait(ask::tasks(&self.stage)).len(), 2, "nothing was made for it");
    }

    fn nothing_of_it_stays(&self) {
        self.stage.apply_as(None, &["destroy", "--yes"]);
        assert!(self.stage.wait(ask::tasks(&self.stage)).is_empty());
        let left = self.stage.wait(ask::pages(&self.stage, "ListLocations", &json!({}), "Locations"));
        assert!(left.is_empty(), "{left:?}");
    }
}

/// The credentials of the SMB share; the secret's ARN.
async fn secret(stage: &Stage) -> String {
    let content = json!({"user": "reader", "password": PASSWORD}).to_string();
    let asked = json!({"Name": "scans", "SecretString": content});
    let told = ask::json(stage, "secretsmanager", "secretsmanager.CreateSecret", &asked).await;
    told["ARN"].as_str().unwrap().to_owned()
}

fn plan(room: &ServerRoom, secret: &str) -> String {
    let schedule = scenery::SCHEDULE;
    let ServerRoom { vpc_endpoint_id, subnet_id, security_group_id, .. } = room;
    format!(
        r#"version: 1
schedules:
  {schedule}: {{ cron: "0 6 * * ? *", timezone: Asia/Tokyo }}
jobs:
  mail:
    schedule: {schedule}
    datasync: {{ from: {{ nfs: {SERVER}, path: /mail, agent: {AGENT} }}, to: {{ s3: {BUCKET}, prefix: /mail }} }}
    retry: {{ attempts: 2, wait: 10s }}
    complete_within: 1h
  scans:
    schedule: {schedule}
    datasync:
      from: {{ smb: {SERVER}, path: /scans, agent: {AGENT}, credentials: "{secret}" }}
      to: {{ s3: {BUCKET}, prefix: /scans }}
    retry: {{ attempts: 2, wait: 10s }}
    complete_within: 1h
agents:
  {AGENT}: {{ address: {ADDRESS}, vpc_endpoint: {vpc_endpoint_id}, subnet: {subnet_id}, security_group: {security_group_id} }}
"#
    )
}
