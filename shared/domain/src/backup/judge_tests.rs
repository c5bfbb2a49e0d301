//! What a backup job comes to, by everything that may be told of it.

use super::*;
use crate::backup::{Machine, sample};

const MACHINE: &str = "arn:aws:ec2:ap-northeast-1:123456789012:instance/i-0123456789abcdef0";
const POINT: &str = "arn:aws:ec2:ap-northeast-1::image/ami-0fedcba9876543210";
const DR: &str = "arn:aws:backup:us-west-2:123456789012:backup-vault:DR";

fn at(mins: i64) -> Timestamp {
    "2026-11-20T21:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(mins)
}

/// A night in which everything is right, to be spoilt.
struct Night {
    work: BackupWork,
    seen: BackupObservation,
    point: Option<RecoveryPoint>,
    image: Option<Image>,
    copies: Vec<CopyFound>,
}

fn good() -> Night {
    let id = "i-0123456789abcdef0".parse().unwrap();
    let machine = Machine { id, arn: MACHINE.into(), name: Some("web-1".into()) };
    let execution = "arn:aws:backup:ap-northeast-1:123456789012:backup-job:8F1D".parse().unwrap();
    Night {
        work: BackupWork { machine: Some(machine), ..sample() },
        seen: BackupObservation {
            execution,
            state: BackupState::Completed,
            message: None,
            category: Some("SUCCESS".into()),
            resource: Some(MACHINE.into()),
            vault: Some("EC2".into()),
            role: None,
            recovery_point: Some(POINT.into()),
            bytes: Some(8 << 30),
            percent: Some(100),
            plan_id: None,
            created_at: Some(at(1)),
            start_by: Some(at(61)),
            ended_at: Some(at(20)),
        },
        point: Some(RecoveryPoint {
            arn: POINT.into(),
            resource: Some(MACHINE.into()),
            vault: Some("EC2".into()),
            status: PointStatus::Completed,
            message: None,
            bytes: Some(8 << 30),
            created_at: Some(at(1)),
            completed_at: Some(at(20)),
            delete_at: Some(at(1 + 30 * 1_440)),
            cold_at: None,
        }),
        image: Some(Image {
            id: "ami-0fedcba9876543210".into(),
            name: Some("AWSBackup_i-0123456789abcdef0_8F1D".into()),
            state: "available".into(),
            devices: vec![],
        }),
        copies: vec![],
    }
}

impl Night {
    fn judged(&self) -> Judgement {
        judge(&Evidences {
            work: &self.work,
            seen: &self.seen,
            point: self.point.as_ref(),
            image: self.image.as_ref(),
            copies: &self.copies,
            since: at(0),
        })
        .unwrap()
    }

    fn ended(state: BackupState, message: &str) -> Self {
        let mut night = good();
        night.seen.state = state;
        night.seen.category = None;
        night.seen.message = (!message.is_empty()).then(|| message.to_owned());
        night.seen.percent = Some(0);
        night.seen.bytes = None;
        (night.point, night.image) = (None, None);
        night
    }
}

fn told(judgement: &Judgement) -> (Outcome, &str, Retry) {
    (judgement.outcome, judgement.cause.as_ref().map_or("", |cause| cause.id.as_str()), judgement.retry)
}

#[test]
fn a_proved_recovery_point_is_a_success_and_is_told_with_size_and_end() {
    let judgement = good().judged();
    assert_eq!(told(&judgement), (Outcome::Succeeded, "", Retry::Useless));
    assert_eq!((judgement.tally.files, judgement.tally.bytes), (1, 8 << 30));
    let point = judgement.point.unwrap();
    assert_eq!((point.arn.as_str(), point.bytes, point.remarks.len()), (POINT, Some(8 << 30), 0));
}

/// Spoils one thing, and says how that must be told.
type Spoilt = (fn(&mut Night), Outcome, &'static str, Retry);

fn spoilt() -> [Spoilt; 15] {
    [
        (|it| it.point = None, Outcome::Failed, "recovery-point-missing", Retry::Sensible),
        (|it| it.point.as_mut().unwrap().resource = None, Outcome::Failed, "recovery-point-wrong", Retry::Sensible),
        (
            |it| it.point.as_mut().unwrap().vault = Some("ec2".into()),
            Outcome::Failed,
            "recovery-point-wrong",
            Retry::Sensible,
        ),
        (
            |it| it.point.as_mut().unwrap().created_at = Some(at(-2)),
            Outcome::Failed,
            "recovery-point-wrong",
            Retry::Sensible,
        ),
        (|it| it.point.as_mut().unwrap().created_at = None, Outcome::Failed, "recovery-point-wrong", Retry::Sensible),
        (
            |it| it.point.as_mut().unwrap().status = PointStatus::Deleting,
            Outcome::Failed,
            "recovery-point-unusable",
            Retry::Sensible,
        ),
        (
            |it| it.point.as_mut().unwrap().status = PointStatus::of("FINE"),
            Outcome::Failed,
            "recovery-point-unusable",
            Retry::Sensible,
        ),
        (
            |it| it.point.as_mut().unwrap().status = PointStatus::Partial,
            Outcome::Partial,
            "recovery-point-partial",
            Retry::Sensible,
        ),
        (|it| it.point.as_mut().unwrap().bytes = Some(0), Outcome::Partial, "recovery-point-empty", Retry::Sensible),
        (|it| it.point.as_mut().unwrap().bytes = None, Outcome::Partial, "recovery-point-empty", Retry::Sensible),
        (|it| it.image = None, Outcome::Partial, "image-unusable", Retry::Sensible),
        (|it| it.image.as_mut().unwrap().state = "failed".into(), Outcome::Partial, "image-unusable", Retry::Sensible),
        (
            |it| it.point.as_mut().unwrap().delete_at = None,
            Outcome::Partial,
            "recovery-point-lifecycle",
            Retry::Useless,
        ),
        (|it| it.work.keep_days = 35, Outcome::Partial, "recovery-point-lifecycle", Retry::Useless),
        (|it| it.work.keep_days = 28, Outcome::Partial, "recovery-point-lifecycle", Retry::Useless),
    ]
}

#[test]
fn completed_is_not_green_while_anything_of_its_proof_is_missing() {
    for (n, (spoil, outcome, id, retry)) in spoilt().into_iter().enumerate() {
        let mut night = good();
        spoil(&mut night);
        assert_eq!(told(&night.judged()), (outcome, id, retry), "case {n}");
    }
}

#[test]
fn a_lifecycle_within_a_day_of_the_plan_is_the_plans() {
    let mut night = good();
    night.work.keep_days = 31;
    assert_eq!(night.judged().outcome, Outcome::Succeeded);
}

#[test]
fn an_image_of_another_name_is_remarked_and_no_more() {
    let mut night = good();
    night.image.as_mut().unwrap().name = Some("backup-1".into());
    let judgement = night.judged();
    assert_eq!(judgement.outcome, Outcome::Succeeded);
    assert!(judgement.point.unwrap().remarks[0].contains("backup-1"));
}

#[test]
fn a_completed_job_with_a_message_is_partial_and_tells_it() {
    let mut night = good();
    night.seen.message = Some("Windows VSS Backup Job Error encountered, trying for regular backup".into());
    assert_eq!(told(&night.judged()), (Outcome::Partial, "backup-vss", Retry::Useless));
    night.seen.message = Some("unable to copy resource tags".into());
    assert_eq!(told(&night.judged()), (Outcome::Partial, "backup-with-issues", Retry::Useless));
    night.seen.message = Some("something new".into());
    assert_eq!(told(&night.judged()), (Outcome::Partial, "unknown", Retry::Sensible));
    night.seen.message = Some("  ".into());
    assert_eq!(night.judged().outcome, Outcome::Succeeded);
}

#[test]
fn what_ends_without_a_recovery_point_is_told_apart() {
    let overlap = "Backup job failed because there was a running job for the same resource.";
    let expired = "Backup job expired before completion.";
    let role = "IAM Role arn:aws:iam::123456789012:role/x cannot be assumed by AWS Backup";
    for (state, message, id, retry) in [
        (BackupState::Expired, overlap, "backup-overlap", Retry::Sensible),
        (BackupState::Expired, expired, "backup-not-begun", Retry::Sensible),
        (BackupState::Expired, "", "backup-not-begun", Retry::Sensible),
        (BackupState::Aborted, "Backup job was stopped by user.", "backup-stopped", Retry::Useless),
        (BackupState::Aborted, "", "backup-stopped", Retry::Useless),
        (BackupState::Partial, "One or more child backup jobs failed.", "backup-partial", Retry::Sensible),
        (BackupState::Failed, role, "backup-role-not-assumable", Retry::Useless),
        (BackupState::Failed, "An internal error occurred.", "backup-internal-error", Retry::Sensible),
        (BackupState::Failed, "", "unknown", Retry::Sensible),
    ] {
        let judgement = Night::ended(state.clone(), message).judged();
        assert_eq!(told(&judgement), (Outcome::Failed, id, retry), "{state:?} {message}");
        assert_eq!(judgement.tally, Tally::default());
    }
}

#[test]
fn a_job_that_had_begun_expired_by_its_completion_window() {
    let expired = "Backup job expired before completion.";
    let mut night = Night::ended(BackupState::Expired, expired);
    night.seen.percent = Some(40);
    assert_eq!(told(&night.judged()), (Outcome::Failed, "backup-not-done", Retry::Sensible));
    let mut night = Night::ended(BackupState::Expired, expired);
    night.seen.ended_at = Some(at(480));
    assert_eq!(told(&night.judged()), (Outcome::Failed, "backup-not-done", Retry::Sensible));
}

#[test]
fn a_category_speaks_where_the_words_are_missing() {
    let mut night = Night::ended(BackupState::Failed, "");
    night.seen.category = Some("AccessDenied".into());
    assert_eq!(told(&night.judged()), (Outcome::Failed, "backup-denied", Retry::Useless));
}

#[test]
fn a_partial_job_with_a_recovery_point_is_partial() {
    let mut night = good();
    night.seen.state = BackupState::Partial;
    assert_eq!(told(&night.judged()), (Outcome::Partial, "backup-partial", Retry::Sensible));
}

#[test]
fn nothing_is_judged_while_the_job_goes_on_or_is_in_a_state_that_nobody_knows() {
    for state in
        [BackupState::Created, BackupState::Pending, BackupState::Running, BackupState::Aborting, BackupState::of("X")]
    {
        let mut night = good();
        night.seen.state = state;
        let Night { work, seen, .. } = &night;
        let evidences = Evidences { work, seen, point: None, image: None, copies: &[], since: at(0) };
        assert_eq!(judge(&evidences), None);
    }
}

fn copy(state: CopyState, message: Option<&str>) -> CopyFound {
    let is_there = state == CopyState::Completed;
    let job = CopyObservation {
        id: "c".into(),
        state,
        message: message.map(str::to_owned),
        source: Some(POINT.into()),
        vault_arn: Some(DR.into()),
        copy: is_there.then(|| "arn:aws:ec2:us-west-2::image/ami-1".to_owned()),
        created_at: Some(at(21)),
        ended_at: Some(at(30)),
    };
    CopyFound { place: CopyPlace { vault_arn: DR.into(), keep_days: 30 }, job: Some(job), refusal: None }
}

#[test]
fn every_declared_copy_must_be_there() {
    let mut night = good();
    night.copies = vec![copy(CopyState::Completed, None)];
    let judgement = night.judged();
    assert_eq!((judgement.outcome, judgement.point.unwrap().copy_count()), (Outcome::Succeeded, 1));
    let organization = "Both source and destination account must be a member of the same organization";
    for (found, retry) in [
        (copy(CopyState::Failed, Some(organization)), Retry::Useless),
        (copy(CopyState::Failed, None), Retry::Sensible),
        (copy(CopyState::Partial, None), Retry::Sensible),
        (copy(CopyState::Running, None), Retry::Sensible),
        (CopyFound { job: None, ..copy(CopyState::Failed, None) }, Retry::Sensible),
    ] {
        night.copies = vec![copy(CopyState::Completed, None), found.clone()];
        let judgement = night.judged();
        assert_eq!(told(&judgement), (Outcome::Partial, "recovery-point-copy-missing", retry), "{found:?}");
        assert_eq!((judgement.tally.files, judgement.point.unwrap().copy_count()), (1, 1));
    }
}

#[test]
fn a_copy_is_under_way_until_it_ends_or_is_refused() {
    assert!(copy(CopyState::Running, None).is_under_way());
    assert!(CopyFound { job: None, ..copy(CopyState::Running, None) }.is_under_way());
    assert!(!copy(CopyState::Aborted, None).is_under_way());
    let refusal = Some(("AccessDeniedException".to_owned(), "no".to_owned()));
    assert!(!CopyFound { job: None, refusal, ..copy(CopyState::Running, None) }.is_under_way());
}
