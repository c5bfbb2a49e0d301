//! What is made for a restore, and which wishes are refused.

use proptest::prelude::*;

use super::super::order::{CopyEnd, Ends, Order, OwnLocation, Reads, Source, order};
use super::super::{Held, Known, Refusal, Roles, Roots, Spot, WayEnd, Wish};
use crate::ids::RunId;
use crate::job_spec::{ReportPlace, Verify};
use crate::plan::JobName;
use crate::provision::{EfsLocation, Task, TaskOptions};
use crate::stack::Stack;

const FILES: &str = "arn:aws:elasticfilesystem:ap-northeast-1:123456789012:file-system/fs-0123456789abcdef0";
const OTHERS: &str = "arn:aws:elasticfilesystem:ap-northeast-1:123456789012:file-system/fs-0fedcba9876543210";

pub(super) fn name(text: &str) -> JobName {
    text.parse().unwrap()
}

pub(super) fn stack() -> Stack {
    Stack {
        partition: "aws".into(),
        account: "123456789012".into(),
        region: "ap-northeast-1".into(),
        name: "nightferry".into(),
    }
}

pub(super) fn run() -> RunId {
    RunId::restore("2026-11-22T21:00:00Z".parse().unwrap(), 7, false)
}

pub(super) fn source() -> EfsLocation {
    EfsLocation {
        efs_filesystem_arn: FILES.into(),
        subdirectory: "/srv/homes".into(),
        subnet_arn: "subnet".into(),
        security_group_arns: ["group".to_owned()].into(),
        access_point_arn: None,
        in_transit_encryption: "TLS1_2".into(),
    }
}

const ROLE: &str = "arn:aws:iam::123456789012:role/nightferry/nightferry-homes-bucket-access";

fn copy() -> CopyEnd {
    CopyEnd {
        shown: "s3://example-backups/homes/".into(),
        bucket: "example-backups".into(),
        prefix: "homes/".into(),
        owner: None,
        key: None,
        own: Some(OwnLocation { arn: "arn:copy".into(), role: ROLE.into() }),
    }
}

pub(super) fn own_task() -> Task {
    let word = str::to_owned;
    Task {
        name: word("nightferry-homes"),
        task_mode: word("BASIC"),
        options: TaskOptions {
            verify_mode: word("NONE"),
            transfer_mode: word("CHANGED"),
            overwrite_mode: word("NEVER"),
            preserve_deleted_files: word("REMOVE"),
            preserve_devices: word("NONE"),
            atime: word("BEST_EFFORT"),
            mtime: word("PRESERVE"),
            uid: word("INT_VALUE"),
            gid: word("INT_VALUE"),
            posix_permissions: word("PRESERVE"),
            bytes_per_second: 1_000_000,
            task_queueing: word("ENABLED"),
            log_level: word("BASIC"),
            object_tags: word("PRESERVE"),
        },
        includes: Some(word("/only-these")),
        excludes: Some(word("*.tmp")),
        cloud_watch_log_group_arn: Some(word("log")),
        task_report_config: None,
    }
}

pub(super) fn held(job: &str, store: &str, folder: &str) -> Held {
    Held { job: name(job), at: Spot { store: store.into(), folder: folder.into(), below: None } }
}

pub(super) fn ends() -> Ends {
    Ends {
        source: Source::Files(source()),
        copy: copy(),
        task: own_task(),
        task_reports: ReportPlace { bucket: "records".into(), prefix: "task-reports/homes/".into() },
        live: vec![
            held("homes", FILES, "/srv/homes"),
            held("mail", FILES, "/srv/mail"),
            held("elsewhere", OTHERS, "/restored"),
        ],
        copies: vec![held("homes", "example-backups", "/homes")],
        known: Known::default(),
        roots: Roots::default(),
    }
}

pub(super) fn wish(to: &str) -> Wish {
    Wish { to: to.parse().unwrap(), only: vec![], over_source: vec![], roles: Roles::default(), is_drill: false }
}

fn ordered(wish: &Wish) -> Result<Order, Refusal> {
    order(&stack(), &run(), &name("homes"), &ends(), wish)
}

#[test]
fn all_of_it_comes_back_over_what_is_there_with_owner_and_mode_and_nothing_is_deleted() {
    let made = ordered(&wish("/restored")).unwrap();
    let options = &made.task.options;
    assert_eq!(options.verify_mode, "ONLY_FILES_TRANSFERRED");
    assert_eq!((options.transfer_mode.as_str(), options.overwrite_mode.as_str()), ("ALL", "ALWAYS"));
    assert_eq!(options.preserve_deleted_files, "PRESERVE");
    let kept = [&options.uid, &options.gid, &options.posix_permissions, &options.mtime];
    assert_eq!(kept, ["INT_VALUE", "INT_VALUE", "PRESERVE", "PRESERVE"]);
    assert_eq!(options.bytes_per_second, 1_000_000, "the plan's bandwidth holds for the way back, too");
    assert_eq!((&made.task.includes, &made.task.excludes), (&None, &None), "the filters were for the way there");
    assert!(made.task.name.ends_with(run().as_str()));
}

#[test]
fn the_copy_is_read_by_the_role_that_wrote_it_and_goes_to_the_named_folder_of_the_same_file_system() {
    let made = ordered(&Wish { only: vec!["/a".into(), "/b".into()], ..wish("/restored") }).unwrap();
    assert_eq!((&made.from, made.role.as_str()), (&Reads::Own("arn:copy".into()), ROLE));
    assert_eq!(made.to, WayEnd::Files(EfsLocation { subdirectory: "/restored".into(), ..source() }));
    assert_eq!(made.task.includes.as_deref(), Some("/a|/b"));
    assert_eq!(made.notes, ["/restored has to be there: DataSync mounts it, and does not make it"]);
}

#[test]
fn the_transfer_tells_what_was_made_and_the_other_way_round() {
    let task: crate::ids::TaskArn =
        "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0b1b2c3d4e5f60718".parse().unwrap();
    let transfer = ordered(&wish("/restored")).unwrap().transfer(task.clone(), vec!["arn:made".into()]);
    assert_eq!((&transfer.task, transfer.from.as_str()), (&task, "s3://example-backups/homes/"));
    assert_eq!(transfer.to, "efs fs-0123456789abcdef0/restored");
    assert_eq!((transfer.verify, transfer.transfers_all), (Verify::Transferred, true));
    assert_eq!(transfer.back.unwrap().locations, ["arn:made"], "the job's own location is not to be deleted");
    let read = transfer.destination.bucket().unwrap();
    assert_eq!((read.bucket.as_str(), read.bucket_access_role.as_str()), ("example-backups", ROLE));
    assert_eq!((read.prefix.as_str(), transfer.reach.source), ("homes/", None));
}

#[test]
fn live_files_are_written_over_only_with_the_name_of_their_job() {
    for (to, over, missing) in [
        ("/srv/homes", &[][..], &["homes"][..]),
        ("/srv/homes", &["homes"], &[]),
        ("/srv/mail", &[], &["mail"]),
        ("/srv", &["homes"], &["mail"]),
        ("/", &[], &["homes", "mail"]),
        ("/", &["mail", "homes"], &[]),
        ("/srv/homes/restored", &[], &[]),
        ("/srv/hom", &[], &[]),
        ("/srv/homes2", &[], &[]),
        ("/restored", &[], &[]),
    ] {
        let over_source = over.iter().map(|job| name(job)).collect();
        let told = ordered(&Wish { over_source, ..wish(to) });
        let jobs: Vec<JobName> = missing.iter().map(|job| name(job)).collect();
        match told {
            Err(Refusal::LiveSource { jobs: told, .. }) => assert_eq!(told, jobs, "{to}"),
            other => assert!(other.is_ok() && jobs.is_empty(), "{to}: {other:?}"),
        }
    }
    let told = ordered(&wish("/srv")).unwrap_err().to_string();
    assert!(told.contains("--overwrite-source homes --overwrite-source mail"), "{told}");
}

#[test]
fn nothing_comes_back_to_where_files_were_copied_whoever_consents() {
    for (to, is_taken) in [("/copies", false), ("/copies/mail", false), ("/copies/mail/a", false), ("/copied", true)] {
        let ends = Ends { copies: vec![held("mail", FILES, "/copies/mail")], ..ends() };
        let told = order(&stack(), &run(), &name("homes"), &ends, &wish(to));
        assert_eq!(told.is_ok(), is_taken, "{to}: {told:?}");
        assert!(is_taken || matches!(told, Err(Refusal::OntoACopy { .. })), "{to}");
    }
}

#[test]
fn a_copy_behind_an_access_point_that_was_not_shown_keeps_its_file_system_from_being_written() {
    let mut copy = held("mail", FILES, "/");
    copy.at.below =
        Some("arn:aws:elasticfilesystem:ap-northeast-1:123456789012:access-point/fsap-0123456789abcdef0".into());
    let ends = Ends { copies: vec![copy], ..ends() };
    let told = order(&stack(), &run(), &name("homes"), &ends, &wish("/anywhere"));
    assert!(matches!(told, Err(Refusal::RootUnknown { .. })), "{told:?}");
}

#[test]
fn consent_to_what_does_not_happen_is_refused() {
    let told = ordered(&Wish { over_source: vec![name("homes")], ..wish("/restored") });
    assert_eq!(told, Err(Refusal::NothingToOverwrite { job: name("homes") }));
}

#[test]
fn a_person_is_told_what_a_folder_or_an_access_point_means() {
    let inside = ordered(&wish("/srv/homes/restored")).unwrap().notes;
    assert!(inside.iter().any(|note| note.contains("the next night copies it, too")), "{inside:?}");
    let mut roots = Roots::default();
    roots.showed("arn:point".into(), "/data".into());
    let source = Source::Files(EfsLocation { access_point_arn: Some("arn:point".into()), ..source() });
    let pointed = Ends { source, roots, ..ends() };
    let notes = order(&stack(), &run(), &name("homes"), &pointed, &wish("/restored")).unwrap().notes;
    assert!(notes.iter().any(|note| note.contains("arn:point, whose root is /data")), "{notes:?}");
    let over = ordered(&Wish { over_source: vec![name("homes")], ..wish("/srv/homes") }).unwrap().notes;
    assert!(over.iter().any(|note| note.contains("written over")), "{over:?}");
}

#[test]
fn what_has_no_such_way_back_is_refused_with_the_way_that_there_is() {
    let told = |source: Source, to: &str| {
        order(&stack(), &run(), &name("homes"), &Ends { source, ..ends() }, &wish(to)).unwrap_err().to_string()
    };
    let between = told(Source::Bucket, "/restored");
    assert!(between.contains("s3://BUCKET/PREFIX"), "{between}");
    let server = told(Source::Server, "/restored");
    assert!(server.contains("aws s3 sync s3://example-backups/homes/"), "{server}");
    let bucket = told(Source::Files(source()), "s3://other/restored");
    assert!(bucket.contains("--to PATH") && bucket.contains("s3://other/restored/"), "{bucket}");
}

#[test]
fn a_drill_writes_over_nothing_that_is_alive_whoever_consents() {
    let drill = |to: &str, over: &[&str]| {
        let over_source = over.iter().map(|job| name(job)).collect();
        ordered(&Wish { is_drill: true, over_source, ..wish(to) })
    };
    for (to, over) in [("/srv/homes", &["homes"][..]), ("/srv", &["homes", "mail"]), ("/", &[])] {
        assert!(matches!(drill(to, over), Err(Refusal::ScratchIsLive { .. })), "{to}");
    }
    let made = drill("/scratch", &[]).unwrap();
    assert!(made.notes.iter().any(|note| note.contains("should be empty")), "{:?}", made.notes);
    let task = "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0b1b2c3d4e5f60718".parse().unwrap();
    assert!(made.transfer(task, vec![]).back.unwrap().is_drill);
    let objects = Ends { source: Source::Bucket, ..ends() };
    let told = order(&stack(), &run(), &name("homes"), &objects, &Wish { is_drill: true, ..wish("s3://other/a") });
    assert!(matches!(told, Err(Refusal::ObjectsAreRead { .. })), "{told:?}");
}

#[test]
fn a_role_that_nobody_would_take_on_is_refused() {
    let roles = Roles { write: Some(ROLE.parse().unwrap()), read: None };
    let told = ordered(&Wish { roles, ..wish("/restored") }).unwrap_err();
    assert!(matches!(told, Refusal::IdleRole { option: "--write-role", .. }), "{told}");
}

proptest! {
    #[test]
    fn no_live_folder_is_ever_written_to_without_its_jobs_name(to in "(/[ab]{1,2}){0,3}", folder in "(/[ab]{1,2}){0,3}") {
        let path = |text: &str| if text.is_empty() { "/".to_owned() } else { text.to_owned() };
        let (to, folder) = (path(&to), path(&folder));
        let ends = Ends { live: vec![held("homes", FILES, &folder)], ..ends() };
        let told = order(&stack(), &run(), &name("homes"), &ends, &wish(&to));
        let parts = |text: &str| text.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        prop_assert_eq!(told.is_err(), parts(&folder).starts_with(&parts(&to)), "{} {}", to, folder);
    }
}
