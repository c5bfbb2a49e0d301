//! What a night is about: small trees that grow, and the plan that protects them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use nightferry_local::FileSystem;

use crate::stage::BUCKET;

/// The plan's only schedule.
pub(crate) const SCHEDULE: &str = "nightly";

/// An empty folder with room for files in it.
pub(crate) fn fresh_folder(folder: &Path) -> PathBuf {
    if folder.exists() {
        std::fs::remove_dir_all(folder).unwrap();
    }
    std::fs::create_dir_all(folder.join("files")).unwrap();
    folder.to_owned()
}

/// One more file in a tree, of its own length; a new tree gets a few at once.
pub(crate) fn grow(tree: &Path) {
    if !tree.exists() {
        std::fs::create_dir_all(tree.join("a folder")).unwrap();
        for name in ["one.txt", "zwölf Äpfel & 100%.txt", "a folder/three.txt"] {
            std::fs::write(tree.join(name), name.repeat(700)).unwrap();
        }
        std::fs::write(tree.join("empty"), "").unwrap();
    }
    let count = std::fs::read_dir(tree).unwrap().count();
    std::fs::write(tree.join(format!("night-{count}.log")), "x".repeat(count * 997)).unwrap();
}

/// One job a tree, all on one schedule.
pub(crate) fn plan(jobs: &[String], files: &FileSystem, concurrency: u16) -> String {
    let FileSystem { file_system_id, subnet_id, security_group_id } = files;
    let mut plan = format!(
        r#"version: 1
concurrency: {concurrency}
schedules:
  {SCHEDULE}: {{ cron: "0 6 * * ? *", timezone: Asia/Tokyo }}
jobs:
"#
    );
    for job in jobs {
        write!(
            plan,
            "  {job}:
    schedule: {SCHEDULE}
    datasync:
      from: {{ efs: {file_system_id}, path: /{job}, subnet: {subnet_id}, security_groups: [{security_group_id}] }}
      to: {{ s3: {BUCKET}, prefix: /{job} }}
    retry: {{ attempts: 2, wait: 10s }}
    complete_within: 1h
"
        )
        .unwrap();
    }
    plan
}

/// One job that replicates a bucket to another account's, within limits of objects and of bytes.
pub(crate) fn replicated_plan(job: &str, source: &str, (replicas, owner): (&str, &str)) -> String {
    format!(
        r#"version: 1
schedules:
  {SCHEDULE}: {{ cron: "0 6 * * ? *", timezone: Asia/Tokyo }}
jobs:
  {job}:
    schedule: {SCHEDULE}
    replicate:
      from: {{ s3: {source}, prefix: /public }}
      to: {{ s3: {replicas}, account: "{owner}" }}
      confirm: {{ max_objects: 1000, max_bytes: 1GiB }}
      delete_markers: true
    retry: {{ attempts: 2, wait: 10s }}
    complete_within: 1h
"#
    )
}
