//! A restore by the sentences it has to keep.

mod authorizing;
mod drills;
mod judging;
mod points;
mod properties;
mod settings;
mod tidying;

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Restore;
use super::machine::{Machine, Volume};
use super::metadata::{Metadata, Original, Profile, Wishes};
use super::state::{RestoreObservation, RestoreState};
use crate::ids::ExecutionArn;

pub(crate) const MACHINE: &str = "arn:aws:ec2:ap-northeast-1:123456789012:instance/i-0aaaaaaaaaaaaaaa1";
pub(crate) const POINT: &str = "arn:aws:ec2:ap-northeast-1::image/ami-0fedcba9876543210";
pub(crate) const CREATED: &str = "arn:aws:ec2:ap-northeast-1:123456789012:instance/i-0feed0beef0cafe01";
const ROLE: &str = "arn:aws:iam::123456789012:role/nightferry/nightferry-servers-restore";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn metadata(pairs: &[(&str, &str)]) -> Metadata {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// What AWS Backup proposes for a usual web server.
fn proposed() -> Metadata {
    metadata(&[
        ("InstanceType", "t3.large"),
        ("IamInstanceProfileName", "WebProfile"),
        ("KeyName", "ops"),
        ("SubnetId", "subnet-0aaaaaaaaaaaaaaa1"),
        ("SecurityGroupIds", r#"["sg-0aaaaaaaaaaaaaaa1"]"#),
        ("vpcId", "vpc-0aaaaaaaaaaaaaaa1"),
        ("Placement", r#"{"AvailabilityZone":"ap-northeast-1a","GroupName":"","Tenancy":"default"}"#),
        ("CpuOptions", r#"{"CoreCount":1,"ThreadsPerCore":2}"#),
        ("CreditSpecification", r#"{"CpuCredits":"unlimited"}"#),
        ("CapacityReservationSpecification", r#"{"CapacityReservationPreference":"open"}"#),
        (
            "NetworkInterfaces",
            r#"[{"DeviceIndex":0,"NetworkInterfaceId":"eni-0aaaaaaaaaaaaaaa1","PrivateIpAddress":"10.0.0.5","SubnetId":"subnet-0aaaaaaaaaaaaaaa1","Groups":["sg-0aaaaaaaaaaaaaaa1"]}]"#,
        ),
        ("aws:backup:request-id", "8F1D2C3B-4A59-6877-8695-A4B3C2D1E0F9"),
    ])
}

fn wishes() -> Wishes {
    Wishes {
        profile: Profile::Original,
        subnet: None,
        instance_type: None,
        security_groups: vec![],
        requires_imdsv2: true,
        original: Original::MayBeThere,
        encrypt_with: None,
        is_drill: false,
    }
}

fn volume(device: &str, size_gib: u64) -> Volume {
    Volume { device: device.into(), size_gib: Some(size_gib) }
}

/// A restore of that web server, with the settings of [`proposed`] made such that they can be asked for.
pub(crate) fn restore() -> Restore {
    let adjusted = super::metadata::adjust(&proposed(), &wishes());
    Restore {
        recovery_point: POINT.into(),
        point_created_at: at("2026-11-20T21:00:05Z"),
        vault: "EC2".into(),
        machine: MACHINE.into(),
        restore_role: ROLE.into(),
        metadata: adjusted.metadata,
        changes: adjusted.changes,
        notes: adjusted.notes,
        copies_tags: true,
        volumes: vec![volume("/dev/xvda", 8), volume("/dev/sdf", 100)],
        from: "i-0aaaaaaaaaaaaaaa1 (web-1), recovery point of 2026-11-20T21:00:05Z".into(),
        to: "a new machine in subnet-0aaaaaaaaaaaaaaa1".into(),
        drill: None,
    }
}

/// The machine that comes back when everything is right.
pub(crate) fn machine() -> Machine {
    Machine {
        id: "i-0feed0beef0cafe01".into(),
        state: "running".into(),
        instance_status: Some("ok".into()),
        system_status: Some("ok".into()),
        instance_type: "t3.large".into(),
        subnet: Some("subnet-0aaaaaaaaaaaaaaa1".into()),
        profile: Some("arn:aws:iam::123456789012:instance-profile/app/WebProfile".into()),
        security_groups: vec!["sg-0aaaaaaaaaaaaaaa1".into()],
        requires_imdsv2: Some(true),
        volumes: vec![volume("/dev/xvda", 8), volume("/dev/sdf", 100)],
        launched_at: Some(at("2026-11-22T01:05:00Z")),
        drill_tag: None,
    }
}

pub(crate) fn job() -> ExecutionArn {
    "arn:aws:backup:ap-northeast-1:123456789012:restore-job:9A8B7C6D-5E4F-3021-1234-56789ABCDEF0".parse().unwrap()
}

/// A restore job that has ended well.
pub(crate) fn completed() -> RestoreObservation {
    RestoreObservation {
        execution: job(),
        state: RestoreState::Completed,
        message: None,
        created: Some(CREATED.into()),
        recovery_point: Some(POINT.into()),
        bytes: Some(8_589_934_592),
        created_at: Some(at("2026-11-22T01:00:02Z")),
        ended_at: Some(at("2026-11-22T01:12:00Z")),
    }
}

/// Changes by key, for assertions.
fn changed(adjusted: &super::metadata::Adjusted) -> BTreeMap<&str, (Option<&str>, Option<&str>)> {
    adjusted.changes.iter().map(|it| (it.key.as_str(), (it.before.as_deref(), it.after.as_deref()))).collect()
}
