//! How machines, recovery points and gaps read.

use super::*;
use crate::backup::coverage::StuckPoint;
use crate::backup::proof::KeptCopy;
use crate::report::sample::night;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn machine(n: u8, cover: Cover, newest_at: Option<Timestamp>) -> MachineCover {
    MachineCover {
        id: format!("i-{n:017x}").parse().unwrap(),
        name: (n == 1).then(|| "web\n1".to_owned()),
        cover,
        newest_at,
        newest: None,
        point_count: u64::from(newest_at.is_some()),
    }
}

fn coverage(machines: Vec<MachineCover>) -> Coverage {
    Coverage {
        job: "servers".parse().unwrap(),
        vault: "EC2".into(),
        promise_secs: 115_200,
        machines,
        stuck: vec![],
        unknown: None,
    }
}

fn kept() -> KeptPoint {
    KeptPoint {
        arn: "arn:aws:ec2:ap-northeast-1::image/ami-0fedcba9876543210".into(),
        vault: "EC2".into(),
        bytes: Some(8 << 30),
        delete_at: Some(at("2026-12-20T21:00:00Z")),
        copies: vec![KeptCopy { vault_arn: "v".into(), copy: None }],
        remarks: vec![],
    }
}

#[test]
fn a_recovery_point_is_told_with_size_end_and_copies() {
    assert_eq!(
        point(&kept(), &TimeZone::UTC),
        "ami-0fedcba9876543210 in vault EC2, 8.0 GiB, kept until 2026-12-20 21:00 UTC, 0 of 1 copies"
    );
}

#[test]
fn a_machine_is_called_by_its_job_its_name_and_its_id() {
    let mut job = night().jobs[0].clone();
    job.name = "servers.i-0123456789abcdef0".parse().unwrap();
    job.from = "web-1 (i-0123456789abcdef0)".into();
    (job.engine, job.files) = ("backup".into(), 1);
    assert_eq!(
        (title(&job).as_str(), copied(&job).as_str()),
        ("servers: web-1 (i-0123456789abcdef0)", "1 recovery point")
    );
    assert_eq!(title(&night().jobs[0]), night().jobs[0].name.to_string());
}

#[test]
fn every_gap_is_a_line_and_what_is_covered_is_none() {
    let newest = Some(at("2026-11-01T00:00:00Z"));
    let mut told = coverage(vec![
        machine(1, Cover::Uncovered, None),
        machine(2, Cover::Uncovered, newest),
        machine(3, Cover::LostTheTag, newest),
        machine(4, Cover::Covered, newest),
        machine(5, Cover::Gone, newest),
    ]);
    told.stuck = vec![StuckPoint { arn: "arn:x".into(), resource: None, bytes: Some(1_024), since: newest }];
    assert_eq!(
        summary(&told),
        "servers: 1 of 3 selected machines covered by a recovery point in vault EC2 no older than 32 h 0 min"
    );
    let gaps = gaps(&told, &TimeZone::UTC);
    assert_eq!(gaps[0], "NOT COVERED web\\n1 (i-00000000000000001): it has no good recovery point at all");
    assert_eq!(gaps[1], "NOT COVERED i-00000000000000002: its newest good recovery point is of 2026-11-01 00:00 UTC");
    assert!(
        gaps[2].starts_with("LOST THE TAG i-00000000000000003: 1 good recovery point, the newest of"),
        "{}",
        gaps[2]
    );
    assert!(gaps[3].starts_with("STUCK arn:x, 1.0 KiB: past its time since 2026-11-01"), "{}", gaps[3]);
    assert_eq!(gaps.len(), 4);
}

#[test]
fn nothing_selected_and_nothing_known_are_said() {
    assert_eq!(gaps(&coverage(vec![]), &TimeZone::UTC), ["NOTHING is selected: no instance carries the tag"]);
    let mut unknown = coverage(vec![]);
    unknown.unknown = Some("AccessDenied".into());
    assert_eq!(summary(&unknown), "servers: not known what is covered: AccessDenied");
    assert_eq!(gaps(&unknown, &TimeZone::UTC), Vec::<String>::new());
}

#[test]
fn the_forms_of_a_report_tell_coverage_and_recovery_points() {
    let mut report = night();
    report.jobs[3].recovery_point = Some(kept());
    let report = report.with_coverage(vec![coverage(vec![machine(1, Cover::Uncovered, None)])]);
    let read = crate::report::Report::read(report.to_json().as_bytes()).unwrap();
    assert_eq!(read, report);
    let texts = [
        crate::report::markdown::text(&report),
        crate::report::message::message(&report),
        crate::report::html::page(&report, &TimeZone::UTC).unwrap(),
    ];
    for text in texts {
        assert!(text.contains("NOT COVERED"), "{text}");
        assert!(text.contains("ami-0fedcba9876543210"), "{text}");
        assert!(text.contains("0 of 1 selected machine covered"), "{text}");
    }
}
