//! Bytes and metadata move as DataSync moves them.

use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use serde_json::{Value, json};

use super::world::{ACCOUNT, World, allowed, trust};

fn counted(execution: &Value, names: &[&str]) -> Vec<u64> {
    names.iter().map(|name| execution[*name].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn directories_empty_files_links_and_odd_names_arrive_with_their_metadata() {
    let world = World::new().await;
    let path = world.file("sub/ünï 日本+&.txt", "content");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    world.put("empty", "");
    std::fs::create_dir(world.files.path().join("hollow")).unwrap();
    symlink("../empty", world.files.path().join("sub/link")).unwrap();
    let task = world.task(json!({})).await;
    let ended = world.run(&task, json!({})).await;
    assert_eq!(ended["Status"], "SUCCESS", "{ended}");
    assert_eq!(
        world.keys("backups"),
        ["home/empty", "home/hollow/", "home/sub/", "home/sub/link", "home/sub/ünï 日本+&.txt"]
    );
    let object = world.object("backups", "home/sub/ünï 日本+&.txt").unwrap();
    let stat = std::fs::metadata(path).unwrap();
    assert_eq!(object.body, b"content");
    assert_eq!(object.metadata["file-permissions"], "0100640");
    assert_eq!(object.metadata["file-owner"], stat.uid().to_string());
    assert_eq!(object.metadata["file-mtime"], format!("{}{:09}ns", stat.mtime(), stat.mtime_nsec()));
    let link = world.object("backups", "home/sub/link").unwrap();
    assert_eq!((link.body.as_slice(), link.metadata["file-permissions"].as_str()), (b"../empty".as_slice(), "0120777"));
    let names = ["EstimatedFilesToTransfer", "FilesTransferred", "FilesVerified", "BytesTransferred", "BytesWritten"];
    assert_eq!(counted(&ended, &names), [5, 5, 5, 15, 15], "directories count as files in Basic mode");
}

#[tokio::test]
async fn a_large_file_goes_in_parts_of_eight_mebibytes() {
    let world = World::new().await;
    let content: Vec<u8> = (0_u32..20 * 1024 * 1024).map(|at| at.to_le_bytes()[1]).collect();
    world.put("large", &content);
    let task = world.task(json!({})).await;
    assert_eq!(world.run(&task, json!({})).await["Status"], "SUCCESS");
    let object = world.object("backups", "home/large").unwrap();
    assert!(object.body == content, "the parts make the file again");
    assert_eq!(object.parts, 3);
}

#[tokio::test]
async fn only_what_changed_is_moved_again_unless_all_is_asked_for() {
    let world = World::new().await;
    world.put("a", "one");
    world.put("b", "two");
    let task = world.task(json!({})).await;
    let _ = world.run(&task, json!({})).await;
    let names = ["FilesTransferred", "FilesSkipped"];
    assert_eq!(counted(&world.run(&task, json!({})).await, &names), [0, 2]);
    world.put("b", "three");
    assert_eq!(counted(&world.run(&task, json!({})).await, &names), [1, 1]);
    assert_eq!(world.object("backups", "home/b").unwrap().body, b"three");
    let all = json!({"OverrideOptions": {"TransferMode": "ALL"}});
    assert_eq!(counted(&world.run(&task, all).await, &names), [2, 0]);
}

#[tokio::test]
async fn overwrite_never_leaves_the_destination_as_it_is() {
    let world = World::new().await;
    world.put("a", "old");
    let task = world.task(json!({"OverwriteMode": "NEVER", "VerifyMode": "ONLY_FILES_TRANSFERRED"})).await;
    let _ = world.run(&task, json!({})).await;
    world.put("a", "newer");
    assert_eq!(world.run(&task, json!({})).await["Status"], "SUCCESS");
    assert_eq!(world.object("backups", "home/a").unwrap().body, b"old");
}

#[tokio::test]
async fn what_is_gone_is_deleted_only_when_the_task_says_remove() {
    let world = World::new().await;
    world.put("keep", "k");
    let gone = world.file("dir/gone", "g");
    let task = world.task(json!({})).await;
    let _ = world.run(&task, json!({})).await;
    std::fs::remove_file(&gone).unwrap();
    std::fs::remove_dir(gone.parent().unwrap()).unwrap();
    let _ = world.run(&task, json!({})).await;
    assert!(world.object("backups", "home/dir/gone").is_some());
    let ended = world.run(&task, json!({"OverrideOptions": {"PreserveDeletedFiles": "REMOVE"}})).await;
    assert_eq!(world.keys("backups"), ["home/keep"]);
    let names = ["EstimatedFilesToDelete", "FilesDeleted", "EstimatedFilesToTransfer", "FilesTransferred"];
    assert_eq!(counted(&ended, &names), [2, 2, 2, 0], "deletions are part of the estimate in Basic mode");
}

#[tokio::test]
async fn what_an_unreadable_directory_may_still_hold_is_never_deleted() {
    let world = World::new().await;
    let path = world.file("dir/file", "f");
    let task = world.task(json!({})).await;
    let _ = world.run(&task, json!({})).await;
    std::fs::set_permissions(path.parent().unwrap(), std::fs::Permissions::from_mode(0o0)).unwrap();
    let ended = world.run(&task, json!({"OverrideOptions": {"PreserveDeletedFiles": "REMOVE"}})).await;
    assert_eq!((&ended["Status"], &ended["Result"]["PrepareStatus"]), (&json!("ERROR"), &json!("ERROR")));
    assert!(world.object("backups", "home/dir/file").is_some());
}

#[tokio::test]
async fn filters_choose_what_takes_part() {
    let world = World::new().await;
    for path in ["docs/a.txt", "docs/a.tmp", "other/b.txt"] {
        world.put(path, "x");
    }
    let task = world.task(json!({})).await;
    let rule = |value: &str| json!([{"FilterType": "SIMPLE_PATTERN", "Value": value}]);
    let ended = world.run(&task, json!({"Includes": rule("/docs"), "Excludes": rule("*.tmp")})).await;
    assert_eq!(ended["Status"], "SUCCESS", "{ended}");
    assert_eq!(world.keys("backups"), ["home/docs/", "home/docs/a.txt"]);
}

#[tokio::test]
async fn a_manifest_moves_the_named_files_and_reports_the_missing_one() {
    let world = World::new().await;
    world.put("a", "x");
    world.put("b", "x");
    let _ = world.emulator.state().buckets.get_mut("backups").unwrap().objects.insert(
        "lists/m.csv".to_owned(),
        super::emulator::Object { body: b"b\ngone\n".to_vec(), ..super::emulator::Object::default() },
    );
    let task = world.task(json!({})).await;
    let source = json!({"ManifestObjectPath": "lists/m.csv", "BucketAccessRoleArn": super::world::ROLE, "S3BucketArn": "arn:aws:s3:::backups"});
    let manifest = json!({"Action": "TRANSFER", "Format": "CSV", "Source": {"S3": source}});
    let ended = world.run(&task, json!({"ManifestConfig": manifest})).await;
    assert_eq!(ended["Status"], "ERROR", "an entry that is not there is a failure");
    assert_eq!(world.keys("backups"), ["home/b", "lists/m.csv"]);
}

#[tokio::test]
async fn files_come_back_from_the_bucket_as_they_went() {
    let world = World::new().await;
    let path = world.file("sub/file", "content");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o604)).unwrap();
    symlink("file", world.files.path().join("sub/link")).unwrap();
    let (from, to) = (world.efs().await, world.s3("backups", "/home").await.unwrap());
    let there = world.task_between(&from, &to, json!({})).await;
    let _ = world.run(&there, json!({})).await;
    let before = std::fs::metadata(&path).unwrap();
    std::fs::remove_dir_all(world.files.path().join("sub")).unwrap();
    let back = world.task_between(&to, &from, json!({})).await;
    let ended = world.run(&back, json!({})).await;
    assert_eq!(ended["Status"], "SUCCESS", "{ended}");
    let after = std::fs::metadata(&path).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"content");
    assert_eq!((after.mode(), after.uid(), after.mtime_nsec()), (before.mode(), before.uid(), before.mtime_nsec()));
    assert_eq!(std::fs::read_link(world.files.path().join("sub/link")).unwrap().to_str(), Some("file"));
    assert!(!world.files.path().join(".aws-datasync").exists());
}

#[tokio::test]
async fn objects_keep_their_metadata_between_buckets_and_folders_are_counted_apart() {
    let world = World::new().await;
    world.bucket("copies", ACCOUNT);
    let mut policy = allowed("backups", super::world::OBJECT_ACTIONS);
    let more = allowed("copies", super::world::OBJECT_ACTIONS);
    policy["Statement"].as_array_mut().unwrap().extend(more["Statement"].as_array().unwrap().clone());
    world.role(&trust(ACCOUNT), &policy);
    let object = super::emulator::Object {
        body: b"o".to_vec(),
        metadata: [("team".to_owned(), "blue".to_owned())].into(),
        tags: "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>".to_owned(),
        parts: 0,
    };
    let _ = world.emulator.state().buckets.get_mut("backups").unwrap().objects.insert("x/y".to_owned(), object.clone());
    let (from, to) = (world.s3("backups", "").await.unwrap(), world.s3("copies", "/in").await.unwrap());
    let options = json!({"Uid": "NONE", "Gid": "NONE", "PosixPermissions": "NONE"});
    let body =
        json!({"SourceLocationArn": from, "DestinationLocationArn": to, "Options": options, "TaskMode": "ENHANCED"});
    let task = world.call("CreateTask", body).await.unwrap()["TaskArn"].as_str().unwrap().to_owned();
    let ended = world.run(&task, json!({})).await;
    assert_eq!(
        (&ended["Status"], &ended["FilesTransferred"], &ended["FilesFailed"]["Transfer"]),
        (&json!("SUCCESS"), &json!(1), &json!(0))
    );
    let copy = world.object("copies", "in/x/y").unwrap();
    assert_eq!((copy.body, copy.metadata, copy.tags), (object.body, object.metadata, object.tags));
}

#[tokio::test]
async fn a_folder_that_only_its_files_imply_gets_its_own_object() {
    let world = World::new().await;
    world.put("dir/file", "x");
    let task = world.task(json!({})).await;
    let _ = world.run(&task, json!({})).await;
    let _ = world.emulator.state().buckets.get_mut("backups").unwrap().objects.remove("home/dir/");
    let ended = world.run(&task, json!({})).await;
    assert_eq!(counted(&ended, &["FilesTransferred", "FilesSkipped"]), [1, 1]);
    assert!(world.object("backups", "home/dir/").is_some());
}

#[tokio::test]
async fn a_manifest_cannot_leave_the_location() {
    let world = World::new().await;
    world.put("inside/a", "x");
    world.put("outside", "x");
    let manifest = super::emulator::Object { body: b"../outside\na\n".to_vec(), ..super::emulator::Object::default() };
    let _ = world.emulator.state().buckets.get_mut("backups").unwrap().objects.insert("m.csv".to_owned(), manifest);
    let (from, to) = (world.efs().await, world.s3("backups", "/home").await.unwrap());
    let _ = world.call("UpdateLocationEfs", json!({"LocationArn": from, "Subdirectory": "/inside"})).await.unwrap();
    let task = world.task_between(&from, &to, json!({})).await;
    let source = json!({"ManifestObjectPath": "m.csv", "BucketAccessRoleArn": super::world::ROLE, "S3BucketArn": "arn:aws:s3:::backups"});
    let ended = world.run(&task, json!({"ManifestConfig": {"Source": {"S3": source}}})).await;
    assert_eq!(ended["Status"], "ERROR");
    assert_eq!(world.keys("backups"), ["home/a", "m.csv"]);
}
