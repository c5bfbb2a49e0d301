//! Copies between buckets: by which roles they come back, and where they never do.

use proptest::prelude::*;

use super::super::order::{CopyEnd, Ends, Order, OwnLocation, Reads, Source, order};
use super::super::{Held, Known, Refusal, Roles, Roots, To, WayEnd, Wish, copies, known, live_buckets};
use super::ordering::{ends, held, name, own_task, run, stack, wish};
use crate::destination::BucketEnd;
use crate::job_spec::tests::spec;
use crate::job_spec::{JobSpec, Work};
use crate::reach::{Reach, SourceBucket};

const OWN: &str = "arn:aws:iam::123456789012:role/nightferry/nightferry-logs-bucket-access";
const WRITES: &str = "arn:aws:iam::123456789012:role/nightferry/back-write";
const READS: &str = "arn:aws:iam::123456789012:role/nightferry/back-read";

fn between() -> Ends {
    Ends {
        source: Source::Bucket,
        copy: CopyEnd {
            shown: "s3://copies/partner/".into(),
            bucket: "copies".into(),
            prefix: "partner/".into(),
            owner: None,
            key: None,
            own: Some(OwnLocation { arn: "arn:copy".into(), role: OWN.into() }),
        },
        live: vec![held("logs", "logs", "/2026"), held("assets", "assets", "/")],
        copies: vec![held("logs", "copies", "/partner"), held("assets", "assets-dr", "/")],
        ..ends()
    }
}

fn replica() -> Ends {
    let owner = Some("222222222222".to_owned());
    let copy = CopyEnd { bucket: "assets-dr".into(), prefix: String::new(), owner, own: None, ..between().copy };
    Ends { copy, ..between() }
}

fn by(write: Option<&str>, read: Option<&str>, to: &str) -> Wish {
    let role = |arn: &str| arn.parse().unwrap();
    Wish { roles: Roles { write: write.map(role), read: read.map(role) }, ..wish(to) }
}

fn ordered(ends: &Ends, wish: &Wish) -> Result<Order, Refusal> {
    order(&stack(), &run(), &name("logs"), ends, wish)
}

#[test]
fn a_place_is_read_as_it_is_shown() {
    for (given, shown) in [
        ("s3://logs", "s3://logs/"),
        ("s3://logs/", "s3://logs/"),
        ("s3://logs/a b/c", "s3://logs/a b/c/"),
        ("s3://logs/a/", "s3://logs/a/"),
        ("/restored/", "/restored"),
    ] {
        let read: To = given.parse().unwrap();
        assert_eq!(read.to_string(), shown);
        assert_eq!(shown.parse::<To>().unwrap(), read);
    }
    for wrong in ["s3://", "s3:///a", "s3://Logs/a", "s3://logs//a", "s3://logs/../a", "logs", "s3:/logs/a", ""] {
        assert!(wrong.parse::<To>().is_err(), "{wrong}");
    }
}

#[test]
fn a_copy_is_read_by_the_role_that_wrote_it_and_written_by_the_role_that_was_made_for_it() {
    let made = ordered(&between(), &by(Some(WRITES), None, "s3://logs/restored")).unwrap();
    assert_eq!((&made.from, made.role.as_str()), (&Reads::Own("arn:copy".into()), OWN));
    assert_eq!((made.writes_by(), made.to_shown().as_str()), (Some(WRITES), "s3://logs/restored/"));
    assert_eq!(
        (made.task.options.overwrite_mode.as_str(), made.task.options.transfer_mode.as_str()),
        ("ALWAYS", "ALL")
    );
    assert_eq!(made.task.options.preserve_deleted_files, "PRESERVE");
    let task = "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0b1b2c3d4e5f60718".parse().unwrap();
    let transfer = made.transfer(task, vec!["arn:made".into()]);
    let to = transfer.destination.bucket().unwrap();
    let there = (to.bucket.as_str(), to.prefix.as_str(), to.bucket_access_role.as_str());
    assert_eq!(there, ("logs", "restored/", WRITES), "preflight looks at where it comes back to");
    let source = transfer.reach.source.unwrap();
    let from = (source.bucket.as_str(), source.prefix.as_str(), source.bucket_access_role.as_str());
    assert_eq!(from, ("copies", "partner/", OWN), "and at the copy as the source");
    assert_eq!(transfer.from, "s3://copies/partner/");
}

#[test]
fn a_replica_is_read_by_a_location_and_a_role_that_are_made_for_it() {
    let made = ordered(&replica(), &by(Some(WRITES), Some(READS), "s3://assets/restored")).unwrap();
    let Reads::Made(end @ WayEnd::Bucket(location)) = &made.from else { panic!("{:?}", made.from) };
    assert_eq!((location.s3_bucket_arn.as_str(), location.subdirectory.as_str()), ("arn:aws:s3:::assets-dr", "/"));
    assert_eq!((location.bucket_access_role_arn.as_str(), made.role.as_str()), (READS, READS));
    assert!(end.is_at("s3://assets-dr/") && !made.to.is_at("s3://assets-dr/"), "the two ends are told apart");
    assert!(made.to.is_at("s3://assets/restored/") && !made.to.is_at("s3://assets/restored/more/"));
}

#[test]
fn without_a_role_for_it_the_refusal_says_what_such_a_role_is() {
    for (ends, wish, option, words) in [
        (
            between(),
            by(None, None, "s3://logs/restored"),
            "--write-role",
            ["arn:aws:s3:::logs/restored/*", "s3:PutObject"],
        ),
        (
            replica(),
            by(Some(WRITES), None, "s3://logs/restored"),
            "--read-role",
            ["arn:aws:s3:::assets-dr/*", "222222222222"],
        ),
    ] {
        let told = ordered(&ends, &wish).unwrap_err().to_string();
        assert!(told.contains(option) && told.contains("datasync.amazonaws.com"), "{told}");
        assert!(words.iter().all(|word| told.contains(word)), "{told}");
    }
    let idle = ordered(&between(), &by(Some(WRITES), Some(READS), "s3://logs/restored")).unwrap_err();
    assert!(matches!(idle, Refusal::IdleRole { option: "--read-role", .. }), "{idle}");
}

#[test]
fn live_objects_are_written_over_only_with_their_jobs_name() {
    for (to, over, is_right) in [
        ("s3://logs/2026", &[][..], false),
        ("s3://logs/2026", &["logs"], true),
        ("s3://logs", &[], false),
        ("s3://assets", &[], false),
        ("s3://assets", &["assets"], true),
        ("s3://assets", &["assets", "logs"], false),
        ("s3://logs/2026x", &[], true),
        ("s3://elsewhere/2026", &[], true),
    ] {
        let over_source = over.iter().map(|job| name(job)).collect();
        let told = ordered(&between(), &Wish { over_source, ..by(Some(WRITES), None, to) });
        assert_eq!(told.is_ok(), is_right, "{to} {over:?}: {told:?}");
    }
}

#[test]
fn no_consent_lets_a_restore_write_where_a_copy_lies() {
    for to in ["s3://copies/partner", "s3://copies/partner/a", "s3://copies", "s3://assets-dr/a", "s3://assets-dr"] {
        let over_source = vec![name("logs"), name("assets")];
        let told = ordered(&between(), &Wish { over_source, ..by(Some(WRITES), None, to) });
        assert!(matches!(told, Err(Refusal::OntoACopy { .. })), "{to}: {told:?}");
    }
    assert!(ordered(&between(), &by(Some(WRITES), None, "s3://copies/restored")).is_ok());
}

#[test]
fn what_can_not_come_back_is_said_every_time() {
    let notes = ordered(&between(), &by(Some(WRITES), None, "s3://assets/restored")).unwrap().notes.join("; ");
    for words in ["delete markers", "older versions", "owner", "GLACIER", "inside what job `assets` backs up"] {
        assert!(notes.contains(words), "{words}: {notes}");
    }
    let theirs = Ends { known: Known { owner: Some("222222222222".into()), key: None }, ..between() };
    let notes = ordered(&theirs, &by(Some(WRITES), None, "s3://elsewhere/a")).unwrap().notes.join("; ");
    assert!(notes.contains("of account 222222222222"), "{notes}");
}

/// The plan's job between two buckets.
fn pulling() -> JobSpec {
    let mut job = spec("logs", "nightly", 1);
    let Work::DataSync(transfer) = &mut job.work else { panic!("a transfer") };
    let source = SourceBucket {
        bucket: "logs".into(),
        prefix: "2026/".into(),
        owner: Some("222222222222".into()),
        bucket_access_role: READS.into(),
        key: None,
        filters: crate::filters::Filters::default(),
    };
    let to = BucketEnd { bucket: "copies".into(), prefix: "partner/".into(), bucket_access_role: "r".into() };
    transfer.destination = to.into();
    transfer.reach = Reach { source: Some(source), ..Reach::default() };
    job
}

#[test]
fn the_plan_tells_what_is_alive_what_is_a_copy_and_whose_a_bucket_is() {
    let jobs = [pulling()];
    assert_eq!(live_buckets(&jobs), [held("logs", "logs", "/2026")]);
    assert_eq!(copies(&jobs, &Roots::default()), [held("logs", "copies", "/partner")]);
    assert_eq!(known(&jobs, "logs").owner.as_deref(), Some("222222222222"));
    assert_eq!(known(&jobs, "copies"), Known::default());
}

#[test]
fn a_replicas_task_is_named_for_its_run_like_any_other() {
    let ends = Ends { task: own_task(), ..replica() };
    let made = ordered(&ends, &by(Some(WRITES), Some(READS), "s3://assets/restored")).unwrap();
    assert!(made.task.name.ends_with(run().as_str()));
}

proptest! {
    #[test]
    fn no_restore_meets_a_copy(to in "(/[ab]{1,2}){0,3}", folder in "(/[ab]{1,2}){0,3}") {
        let whole = |text: &str| if text.is_empty() { "/".to_owned() } else { text.to_owned() };
        let copies: Vec<Held> = vec![held("logs", "copies", &whole(&folder))];
        let told = ordered(&Ends { copies, ..between() }, &by(Some(WRITES), None, &format!("s3://copies{to}")));
        let parts = |text: &str| text.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        let (to, folder) = (parts(&to), parts(&folder));
        prop_assert_eq!(told.is_err(), to.starts_with(&folder) || folder.starts_with(&to), "{:?} {:?}", to, folder);
    }
}
