//! From bucket to bucket, within an account and between two: bytes, metadata and tags, as both accounts' policies let it.

use serde_json::{Value, json};

use super::emulator::Object;
use super::world::{ACCOUNT, OTHER, ROLE, World, allowed, trust};

const POSIX_NONE: [&str; 3] = ["Uid", "Gid", "PosixPermissions"];
const ACTIONS: &[&str] = &[
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:GetObjectTagging",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionTagging",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
    "s3:PutObjectTagging",
];

fn options() -> Value {
    POSIX_NONE.iter().map(|name| ((*name).to_owned(), json!("NONE"))).collect::<serde_json::Map<_, _>>().into()
}

fn lets(bucket: &str, actions: &[&str]) -> Value {
    let mut policy = allowed(bucket, actions);
    for statement in policy["Statement"].as_array_mut().unwrap() {
        statement["Principal"] = json!({"AWS": [ROLE, format!("arn:aws:iam::{ACCOUNT}:root")]});
    }
    policy
}

/// The other account's bucket `partner`, with what its policy lets our role do; the role's own policy covers both.
async fn two_accounts(actions: &[&str]) -> World {
    let world = World::new().await;
    world.bucket("partner", OTHER);
    world.sync.upstream.learn_account(OTHER);
    let mut both = allowed("backups", ACTIONS);
    let theirs = allowed("partner", ACTIONS)["Statement"].as_array().unwrap().clone();
    both["Statement"].as_array_mut().unwrap().extend(theirs);
    world.role(&trust(ACCOUNT), &both);
    world.emulator.state().buckets.get_mut("partner").unwrap().policy = Some(lets("partner", actions));
    world
}

fn put(world: &World, bucket: &str, key: &str) {
    let object = Object {
        body: b"content".to_vec(),
        metadata: [("origin".to_owned(), "partner".to_owned())].into(),
        tags: "<Tagging><TagSet><Tag><Key>kind</Key><Value>log</Value></Tag></TagSet></Tagging>".to_owned(),
        ..Object::default()
    };
    let _ = world.emulator.state().buckets.get_mut(bucket).unwrap().objects.insert(key.to_owned(), object);
}

async fn carried(world: &World, from: &str, to: &str) -> Value {
    let (source, destination) = (world.s3(from, "/in").await.unwrap(), world.s3(to, "/out").await.unwrap());
    let task = world.task_between(&source, &destination, options()).await;
    world.run(&task, json!({})).await
}

#[tokio::test]
async fn objects_are_pulled_from_another_account_with_their_metadata_and_tags() {
    let world =
        two_accounts(&["s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:GetObjectVersionTagging"])
            .await;
    put(&world, "partner", "in/a");
    let ended = carried(&world, "partner", "backups").await;
    assert_eq!(ended["Status"], "SUCCESS", "{ended}");
    let copy = world.object("backups", "out/a").unwrap();
    assert_eq!((copy.body.as_slice(), copy.metadata["origin"].as_str()), (b"content".as_slice(), "partner"));
    assert!(copy.tags.contains("kind"), "{}", copy.tags);
}

#[tokio::test]
async fn objects_are_pushed_into_another_account() {
    let world = two_accounts(ACTIONS).await;
    put(&world, "backups", "in/a");
    let ended = carried(&world, "backups", "partner").await;
    assert_eq!(ended["Status"], "SUCCESS", "{ended}");
    assert_eq!(world.object("partner", "out/a").unwrap().body, b"content");
}

#[tokio::test]
async fn a_source_that_its_owner_does_not_let_us_read_carries_nothing() {
    let world = two_accounts(&["s3:PutObject"]).await;
    put(&world, "partner", "in/a");
    let ended = carried(&world, "partner", "backups").await;
    assert_ne!(ended["Status"], "SUCCESS", "{ended}");
    assert!(world.object("backups", "out/a").is_none());
}

#[tokio::test]
async fn what_only_file_systems_have_is_refused_between_buckets() {
    let world = World::new().await;
    world.bucket("copies", ACCOUNT);
    let mut both = allowed("backups", ACTIONS);
    let more = allowed("copies", ACTIONS)["Statement"].as_array().unwrap().clone();
    both["Statement"].as_array_mut().unwrap().extend(more);
    world.role(&trust(ACCOUNT), &both);
    let (from, to) = (world.s3("backups", "").await.unwrap(), world.s3("copies", "").await.unwrap());
    for name in POSIX_NONE {
        let mut options = options();
        let _ = options.as_object_mut().unwrap().remove(name);
        let body = json!({"SourceLocationArn": from, "DestinationLocationArn": to, "Options": options});
        let said = world.call("CreateTask", body).await.unwrap_err();
        assert!(said.contains(&format!("Option: {name}")) && said.contains("invalid for non-POSIX transfer"), "{said}");
    }
}
