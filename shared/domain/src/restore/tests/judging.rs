//! `COMPLETED` is not yet a machine.

use super::super::Restore;
use super::super::authorization::read;
use super::super::judge::{Evidences, judge};
use super::super::machine::{Machine, Volume};
use super::super::state::{RestoreObservation, RestoreState, unquoted};
use super::{at, completed, machine, restore, volume};
use crate::judge::Ruling;
use crate::outcome::{Judgement, Outcome, Retry};

const SOON: &str = "2026-11-22T01:15:00Z";
const LATE: &str = "2026-11-22T01:42:00Z";

fn ruled(restore: &Restore, seen: &RestoreObservation, machine: Option<&Machine>, now: &str) -> Ruling {
    judge(&Evidences { restore, seen, machine, refused: None, content: None, now: at(now) })
}

fn ended(ruling: Ruling) -> Judgement {
    let Ruling::Ended(judgement) = ruling else { panic!("{ruling:?}") };
    judgement
}

fn of(machine: Option<&Machine>, now: &str) -> Ruling {
    ruled(&restore(), &completed(), machine, now)
}

#[test]
fn a_machine_that_is_as_asked_and_well_is_success() {
    let judgement = ended(of(Some(&machine()), SOON));
    assert_eq!((judgement.outcome, judgement.cause), (Outcome::Succeeded, None));
    assert_eq!((judgement.tally.files, judgement.tally.bytes), (1, 8_589_934_592));
}

#[test]
fn completed_without_a_machine_is_failure() {
    let judgement = ended(of(None, LATE));
    assert_eq!(
        (judgement.outcome, judgement.cause.unwrap().id.as_str()),
        (Outcome::Failed, "restored-machine-missing")
    );
    let gone = Machine { state: "terminated".into(), ..machine() };
    assert_eq!(ended(of(Some(&gone), SOON)).outcome, Outcome::Failed);
    let unnamed = RestoreObservation { created: None, ..completed() };
    assert_eq!(ended(ruled(&restore(), &unnamed, Some(&machine()), SOON)).outcome, Outcome::Failed);
}

#[test]
fn a_machine_that_is_not_listed_or_not_checked_yet_is_waited_for() {
    let starting = Machine { state: "pending".into(), instance_status: None, ..machine() };
    let checking = Machine { instance_status: Some("initializing".into()), ..machine() };
    let unchecked = Machine { system_status: None, ..machine() };
    for young in [None, Some(&starting), Some(&checking), Some(&unchecked)] {
        assert_eq!(of(young, SOON), Ruling::AwaitsReport, "{young:?}");
    }
}

#[test]
fn a_machine_that_never_comes_up_well_is_never_green() {
    for (state, instance, system) in [
        ("running", Some("impaired"), Some("ok")),
        ("running", Some("ok"), Some("impaired")),
        ("running", Some("initializing"), Some("ok")),
        ("running", None, None),
        ("stopped", Some("not-applicable"), Some("not-applicable")),
        ("a new state", Some("ok"), Some("ok")),
    ] {
        let ill = Machine {
            state: state.into(),
            instance_status: instance.map(str::to_owned),
            system_status: system.map(str::to_owned),
            ..machine()
        };
        let judgement = ended(of(Some(&ill), LATE));
        assert_eq!(judgement.outcome, Outcome::Partial, "{ill:?}");
        assert_eq!(judgement.cause.unwrap().id, "restored-machine-differs");
    }
}

#[test]
fn anything_else_than_asked_for_is_partial_and_named() {
    let others: [(&str, Machine); 7] = [
        ("instance type", Machine { instance_type: "t3.small".into(), ..machine() }),
        ("subnet", Machine { subnet: Some("subnet-9".into()), ..machine() }),
        ("instance profile", Machine { profile: None, ..machine() }),
        ("security groups", Machine { security_groups: vec!["sg-9".into()], ..machine() }),
        ("IMDSv2", Machine { requires_imdsv2: Some(false), ..machine() }),
        ("volume /dev/sdf is missing", Machine { volumes: vec![volume("/dev/xvda", 8)], ..machine() }),
        (
            "volume /dev/sdf is 99 GiB",
            Machine { volumes: vec![volume("/dev/xvda", 8), volume("/dev/sdf", 99)], ..machine() },
        ),
    ];
    for (what, other) in others {
        let judgement = ended(of(Some(&other), SOON));
        assert_eq!(judgement.outcome, Outcome::Partial, "{what}");
        let told = judgement.cause.unwrap().what;
        assert!(told.contains(what), "{told}");
        assert_eq!(judgement.retry, Retry::Useless, "another attempt would make a second machine");
    }
}

#[test]
fn regression_what_nobody_tells_is_neither_right_nor_different_and_never_green() {
    let sizeless = |device: &str| Volume { device: device.into(), size_gib: None };
    let others: [(&str, Restore, Machine); 3] = [
        ("IMDSv2 is unknown", restore(), Machine { requires_imdsv2: None, ..machine() }),
        (
            "volume /dev/sdf is unknown in size",
            restore(),
            Machine { volumes: vec![volume("/dev/xvda", 8), sizeless("/dev/sdf")], ..machine() },
        ),
        (
            "volume /dev/sdf is 100 GiB and has to be unknown in size",
            Restore { volumes: vec![volume("/dev/xvda", 8), sizeless("/dev/sdf")], ..restore() },
            machine(),
        ),
    ];
    for (what, restore, machine) in others {
        let judgement = ended(ruled(&restore, &completed(), Some(&machine), SOON));
        let cause = judgement.cause.unwrap();
        assert_eq!((judgement.outcome, cause.id.as_str()), (Outcome::Partial, "restore-unproved"), "{what}");
        assert!(cause.what.contains(what), "{}", cause.what);
    }
}

#[test]
fn a_difference_outweighs_what_nobody_tells() {
    let both = Machine { requires_imdsv2: None, subnet: Some("subnet-9".into()), ..machine() };
    assert_eq!(ended(of(Some(&both), SOON)).cause.unwrap().id, "restored-machine-differs");
}

#[test]
fn a_profile_that_nobody_asked_for_is_a_difference() {
    let mut bare = restore();
    let _ = bare.metadata.remove("IamInstanceProfileName");
    let judgement = ended(ruled(&bare, &completed(), Some(&machine()), SOON));
    assert!(judgement.cause.unwrap().what.contains("instance profile is WebProfile instead of none"));
}

#[test]
fn a_volume_may_have_grown() {
    let grown = Machine { volumes: vec![volume("/dev/sdf", 200), volume("/dev/xvda", 8)], ..machine() };
    assert_eq!(ended(of(Some(&grown), SOON)).outcome, Outcome::Succeeded);
}

#[test]
fn without_the_images_volumes_nothing_is_proved() {
    let unknown = Restore { volumes: vec![], ..restore() };
    let judgement = ended(ruled(&unknown, &completed(), Some(&machine()), SOON));
    assert_eq!((judgement.outcome, judgement.cause.unwrap().id.as_str()), (Outcome::Partial, "restore-unproved"));
}

#[test]
fn another_points_machine_is_not_ours() {
    let other =
        RestoreObservation { recovery_point: Some("arn:aws:ec2:ap-northeast-1::image/ami-9".into()), ..completed() };
    assert_eq!(ended(ruled(&restore(), &other, Some(&machine()), SOON)).outcome, Outcome::Failed);
}

#[test]
fn no_state_but_three_is_an_end() {
    for (word, is_end) in [
        ("PENDING", false),
        ("RUNNING", false),
        ("CREATED", false),
        ("running", false),
        ("SOMETHING NEW", false),
        ("COMPLETED", true),
        ("ABORTED", true),
        ("FAILED", true),
    ] {
        let state = RestoreState::of(word);
        assert_eq!(state.is_end(), is_end, "{word}");
        let seen = RestoreObservation { state, ..completed() };
        assert_eq!(ruled(&restore(), &seen, Some(&machine()), LATE) != Ruling::InProgress, is_end, "{word}");
    }
}

#[test]
fn each_known_refusal_has_its_own_cause() {
    for (said, id) in [
        ("AWS Backup does not permit attaching a new instance profile", "restore-other-instance-profile"),
        ("The role arn:aws:iam::123456789012:role/x cannot be assumed by AWS Backup", "backup-role-not-assumable"),
        ("An internal error occurred", "backup-internal-error"),
        (
            "You are not authorized to perform this operation. Please consult the permissions associated with your AWS Backup role(s)",
            "restore-may-not-pass-role",
        ),
    ] {
        let failed = RestoreObservation { state: RestoreState::Failed, message: Some(said.into()), ..completed() };
        let cause = ended(ruled(&restore(), &failed, None, SOON)).cause.unwrap();
        assert_eq!((cause.id.as_str(), cause.said.as_deref()), (id, Some(said)));
    }
}

#[test]
fn a_decoded_refusal_names_the_missing_statement() {
    let refused = read(r#"{"context":{"action":"iam:PassRole","resource":"arn:aws:iam::123456789012:role/Web"}}"#);
    let seen = RestoreObservation { state: RestoreState::Failed, message: Some("words".into()), ..completed() };
    let ruling = judge(&Evidences {
        restore: &restore(),
        seen: &seen,
        machine: None,
        refused: refused.as_ref(),
        content: None,
        now: at(SOON),
    });
    let judgement = ended(ruling);
    assert_eq!(judgement.retry, Retry::Useless);
    assert!(judgement.cause.unwrap().fix.contains("arn:aws:iam::123456789012:role/Web"));
}

#[test]
fn an_aborted_restore_is_not_repeated() {
    let aborted = RestoreObservation { state: RestoreState::Aborted, ..completed() };
    let judgement = ended(ruled(&restore(), &aborted, None, SOON));
    assert_eq!((judgement.outcome, judgement.retry), (Outcome::Failed, Retry::Useless));
}

#[test]
fn messages_lose_the_quotes_that_events_wrap_them_in() {
    assert_eq!(unquoted("\"You are not authorized.\"").as_deref(), Some("You are not authorized."));
    assert_eq!(unquoted(" plain ").as_deref(), Some("plain"));
    assert_eq!(unquoted("say \"x\"").as_deref(), Some("say \"x\""));
    for nothing in ["", "\"\"", "  "] {
        assert_eq!(unquoted(nothing), None);
    }
}
