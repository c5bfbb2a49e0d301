//! Files of servers on the premises, through an agent: moved for real, one task at a time, and not at all while it is cut off.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use super::super::Faults;
use super::agents::created;
use super::world::{ACCOUNT, REGION, World};

fn nfs(agent: &str) -> Value {
    json!({"ServerHostname": "files.example", "Subdirectory": "/mail", "OnPremConfig": {"AgentArns": [agent]}})
}

fn smb(agent: &str) -> Value {
    json!({"ServerHostname": "files.example", "Subdirectory": "/mail", "User": "reader", "Password": "hidden", "AgentArns": [agent]})
}

async fn located(world: &World, operation: &str, body: Value) -> String {
    world.call(operation, body).await.unwrap()["LocationArn"].as_str().unwrap().to_owned()
}

/// A server with one file, its agent, and a task from it to `s3://backups/PREFIX/`.
async fn world() -> (World, String) {
    let world = World::new().await;
    world.sync.file_systems().register("files.example", world.files.path());
    world.put("mail/a", "one");
    let agent = created(&world).await;
    (world, agent)
}

async fn task(world: &World, agent: &str, prefix: &str) -> String {
    let (from, to) =
        (located(world, "CreateLocationNfs", nfs(agent)).await, world.s3("backups", prefix).await.unwrap());
    world.task_between(&from, &to, json!({})).await
}

#[tokio::test]
async fn files_of_an_nfs_server_arrive_in_a_bucket_with_their_owner() {
    let (world, agent) = world().await;
    let task = task(&world, &agent, "/mail").await;
    let ended = world.run(&task, json!({})).await;
    assert_eq!(ended["Status"], "SUCCESS", "{ended}");
    let object = world.object("backups", "mail/a").unwrap();
    assert_eq!(object.body, b"one");
    assert!(object.metadata.keys().any(|name| name.ends_with("file-owner")), "{:?}", object.metadata);
}

#[tokio::test]
async fn files_of_an_smb_server_arrive_without_an_owner_to_keep() {
    let (world, agent) = world().await;
    let from = located(&world, "CreateLocationSmb", smb(&agent)).await;
    let s3 = world.s3("backups", "/x").await.unwrap();
    let kept = json!({"Uid": "INT_VALUE", "Gid": "INT_VALUE", "PosixPermissions": "PRESERVE"});
    let asked = json!({"SourceLocationArn": from, "DestinationLocationArn": s3, "Options": kept});
    let said = world.call("CreateTask", asked).await.unwrap_err();
    assert!(said.contains("invalid for non-POSIX transfer"), "{said}");
    let task = world.task_between(&from, &s3, json!({"Uid": "NONE", "Gid": "NONE", "PosixPermissions": "NONE"})).await;
    assert_eq!(world.run(&task, json!({})).await["Status"], "SUCCESS");
    assert_eq!(world.object("backups", "x/a").unwrap().body, b"one");
}

/// A location in a file system of its own: a directory of this machine.
async fn file_system(world: &World, directory: &std::path::Path) -> String {
    let id = "fs-0fedcba9876543210";
    world.sync.file_systems().register(id, directory);
    let arn = |service: &str, rest: &str| format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}");
    let body = json!({
        "EfsFilesystemArn": arn("elasticfilesystem", &format!("file-system/{id}")),
        "Ec2Config": {"SubnetArn": arn("ec2", "subnet/subnet-0c0ffee0"), "SecurityGroupArns": [arn("ec2", "security-group/sg-0a1b")]},
    });
    located(world, "CreateLocationEfs", body).await
}

/// Mode and last change of a file.
fn looks(path: &std::path::Path) -> (u32, std::time::SystemTime) {
    let metadata = std::fs::metadata(path).unwrap();
    (metadata.permissions().mode() & 0o777, metadata.modified().unwrap())
}

#[tokio::test]
async fn files_of_a_server_arrive_in_a_file_system_with_what_their_kind_has() {
    let (world, agent) = world().await;
    let original = world.file("mail/in/script", "two");
    std::fs::set_permissions(&original, std::fs::Permissions::from_mode(0o710)).unwrap();
    let nothing = json!({"Uid": "NONE", "Gid": "NONE", "PosixPermissions": "NONE"});
    for (operation, from, options, keeps_mode) in
        [("CreateLocationNfs", nfs(&agent), json!({}), true), ("CreateLocationSmb", smb(&agent), nothing, false)]
    {
        let copies = tempfile::tempdir().unwrap();
        let to = file_system(&world, copies.path()).await;
        let from = located(&world, operation, from).await;
        let task = world.task_between(&from, &to, options).await;
        let ended = world.run(&task, json!({})).await;
        assert_eq!((&ended["Status"], &ended["FilesTransferred"]), (&json!("SUCCESS"), &json!(3)), "{ended}");
        let copy = copies.path().join("in/script");
        assert_eq!(std::fs::read(&copy).unwrap(), b"two");
        let ((mode, changed), (mode_there, changed_there)) = (looks(&original), looks(&copy));
        assert_eq!(changed, changed_there, "{operation}");
        assert_eq!(mode == mode_there, keeps_mode, "{operation}: {mode:o} and {mode_there:o}");
        let again = world.run(&task, json!({})).await;
        assert_eq!((&again["Status"], &again["FilesTransferred"]), (&json!("SUCCESS"), &json!(0)), "{again}");
    }
}

#[tokio::test]
async fn a_location_is_described_as_its_kind_and_without_its_password() {
    let (world, agent) = world().await;
    let nfs = located(&world, "CreateLocationNfs", nfs(&agent)).await;
    let told = world.call("DescribeLocationNfs", json!({"LocationArn": nfs})).await.unwrap();
    assert_eq!(told["LocationUri"], "nfs://files.example/mail/");
    assert_eq!(told["OnPremConfig"]["AgentArns"], json!([agent]));
    assert!(world.call("DescribeLocationSmb", json!({"LocationArn": nfs})).await.is_err());
    assert!(world.call("DescribeLocationS3", json!({"LocationArn": nfs})).await.is_err());
    let smb = located(&world, "CreateLocationSmb", smb(&agent)).await;
    let told = world.call("DescribeLocationSmb", json!({"LocationArn": smb})).await.unwrap();
    assert_eq!((&told["User"], &told["LocationUri"]), (&json!("reader"), &json!("smb://files.example/mail/")));
    assert!(!told.to_string().contains("hidden"), "{told}");
}

#[tokio::test]
async fn a_location_needs_agents_that_are_there() {
    let (world, agent) = world().await;
    let other = format!("{}0", &agent[..agent.len() - 1]);
    let other = if other == agent { format!("{}1", &agent[..agent.len() - 1]) } else { other };
    assert!(world.call("CreateLocationNfs", nfs(&other)).await.unwrap_err().contains("is not found"));
    let none = json!({"ServerHostname": "files.example", "Subdirectory": "/mail", "OnPremConfig": {"AgentArns": []}});
    assert!(world.call("CreateLocationNfs", none).await.unwrap_err().contains("AgentArns"));
}

#[tokio::test]
async fn a_server_that_is_not_there_fails_the_execution_in_the_services_words() {
    let (world, agent) = world().await;
    let mut elsewhere = nfs(&agent);
    elsewhere["ServerHostname"] = json!("gone.example");
    let from = located(&world, "CreateLocationNfs", elsewhere).await;
    let task = world.task_between(&from, &world.s3("backups", "/mail").await.unwrap(), json!({})).await;
    let ended = world.run(&task, json!({})).await;
    let detail = ended["Result"]["ErrorDetail"].as_str().unwrap();
    assert!(detail.contains("x40016: mount.nfs: Connection timed out"), "{detail}");
}

#[tokio::test]
async fn an_agent_runs_one_task_at_a_time_and_the_next_waits_its_turn() {
    let (world, agent) = world().await;
    let (first, second) = (task(&world, &agent, "/one").await, task(&world, &agent, "/two").await);
    world.sync.set_faults(Faults { hang_in: Some("TRANSFERRING".into()), ..Faults::default() });
    let running = world.start(&first, json!({})).await.unwrap();
    world.reached(&running, &["TRANSFERRING"]).await;
    let disabled = json!({"OverrideOptions": {"TaskQueueing": "DISABLED"}});
    assert!(world.start(&second, disabled).await.unwrap_err().contains("its agent is running"));
    let waiting = world.start(&second, json!({})).await.unwrap();
    assert_eq!(world.describe(&waiting).await["Status"], "QUEUED");
    assert_eq!(world.call("DescribeTask", json!({"TaskArn": second})).await.unwrap()["Status"], "QUEUED");
    world.sync.set_faults(Faults::default());
    assert_eq!(world.ended(&running).await["Status"], "SUCCESS");
    assert_eq!(world.ended(&waiting).await["Status"], "SUCCESS");
    assert_eq!(world.object("backups", "two/a").unwrap().body, b"one");
}

#[tokio::test]
async fn two_agents_run_two_tasks_at_once() {
    let (world, agent) = world().await;
    let other = created(&world).await;
    let (first, second) = (task(&world, &agent, "/one").await, task(&world, &other, "/two").await);
    world.sync.set_faults(Faults { hang_in: Some("TRANSFERRING".into()), ..Faults::default() });
    let both = [world.start(&first, json!({})).await.unwrap(), world.start(&second, json!({})).await.unwrap()];
    for execution in &both {
        world.reached(execution, &["TRANSFERRING"]).await;
    }
    world.sync.set_faults(Faults::default());
    for execution in &both {
        assert_eq!(world.ended(execution).await["Status"], "SUCCESS");
    }
}

#[tokio::test]
async fn a_cut_off_agent_makes_its_tasks_unavailable_and_their_executions_wait_in_launching() {
    let (world, agent) = world().await;
    let task = task(&world, &agent, "/mail").await;
    assert!(world.sync.set_agent_online(&agent, false));
    let status = async || world.call("DescribeTask", json!({"TaskArn": task})).await.unwrap()["Status"].clone();
    assert_eq!(status().await, "UNAVAILABLE");
    assert_eq!(world.states_of(&task).last().map(String::as_str), Some("UNAVAILABLE"));
    let execution = world.start(&task, json!({})).await.unwrap();
    world.reached(&execution, &["LAUNCHING"]).await;
    assert_eq!(world.describe(&execution).await["Status"], "LAUNCHING");
    assert!(world.sync.set_agent_online(&agent, true));
    assert_eq!(world.ended(&execution).await["Status"], "SUCCESS");
    assert_eq!(status().await, "AVAILABLE");
}

#[tokio::test]
async fn a_task_takes_four_addresses_of_its_agents_subnet_as_long_as_there_is_the_task() {
    let (world, agent) = world().await;
    let task = task(&world, &agent, "/mail").await;
    assert_eq!(world.sync.subnets_taken(ACCOUNT), ["subnet-0a1b2c3d"; 4]);
    assert!(world.sync.subnets_taken("222222222222").is_empty(), "they are its owner's");
    let _ = world.call("DeleteTask", json!({"TaskArn": task})).await.unwrap();
    assert!(world.sync.subnets_taken(ACCOUNT).is_empty());
}

#[tokio::test]
async fn a_task_to_a_file_system_takes_four_addresses_there_and_none_at_its_agent() {
    let (world, agent) = world().await;
    let copies = tempfile::tempdir().unwrap();
    let (from, to) =
        (located(&world, "CreateLocationNfs", nfs(&agent)).await, file_system(&world, copies.path()).await);
    let _ = world.task_between(&from, &to, json!({})).await;
    assert_eq!(world.sync.subnets_taken(ACCOUNT), ["subnet-0c0ffee0"; 4]);
}
