//! EC2's XML, read to the letter.

use nightferry_domain::restore::machine::Volume;
use roxmltree::Document;

use super::read::{Status, machine, status, volumes};
use super::*;

const ID: &str = "i-0feed0beef0cafe01";

#[test]
fn a_machine_is_read_with_its_network_profile_tokens_and_mark() {
    let xml = format!(
        "<DescribeInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><reservationSet><item><instancesSet><item>
        <instanceId>{ID}</instanceId><instanceState><code>16</code><name>running</name></instanceState>
        <instanceType>t3.large</instanceType><launchTime>2026-11-22T01:05:00.000Z</launchTime>
        <subnetId>subnet-1</subnetId><groupSet><item><groupId>sg-1</groupId></item><item><groupId>sg-2</groupId></item></groupSet>
        <metadataOptions><httpTokens>required</httpTokens></metadataOptions>
        <iamInstanceProfile><arn>arn:aws:iam::123456789012:instance-profile/app/Web</arn></iamInstanceProfile>
        <tagSet><item><key>nightferry:drill</key><value>drill-1</value></item></tagSet>
        </item></instancesSet></item></reservationSet></DescribeInstancesResponse>"
    );
    let document = Document::parse(&xml).unwrap();
    let found = machine(&document, ID).unwrap();
    assert_eq!((found.state.as_str(), found.subnet.as_deref()), ("running", Some("subnet-1")));
    assert_eq!(found.security_groups, ["sg-1", "sg-2"]);
    assert_eq!((found.requires_imdsv2, found.drill_tag.as_deref()), (Some(true), Some("drill-1")));
    assert_eq!(found.launched_at, Some("2026-11-22T01:05:00Z".parse().unwrap()));
    assert_eq!(machine(&document, "i-0other"), None);
}

#[test]
fn checks_are_those_of_the_machine_asked_about() {
    let xml = format!(
        "<R><instanceStatusSet><item><instanceId>i-0other</instanceId><instanceStatus><status>ok</status></instanceStatus></item>
        <item><instanceId>{ID}</instanceId><systemStatus><status>ok</status></systemStatus>
        <instanceStatus><status>initializing</status></instanceStatus></item></instanceStatusSet></R>"
    );
    let found = status(&Document::parse(&xml).unwrap(), ID);
    assert_eq!(found, Status { instance: Some("initializing".into()), system: Some("ok".into()) });
    assert_eq!(status(&Document::parse("<R/>").unwrap(), ID), Status::default());
}

#[test]
fn a_volume_is_known_by_the_device_of_its_attachment() {
    let xml = format!(
        "<R><volumeSet><item><volumeId>vol-1</volumeId><size>8</size><attachmentSet><item><instanceId>{ID}</instanceId>
        <device>/dev/xvda</device></item></attachmentSet></item><item><size>9</size><attachmentSet><item>
        <instanceId>i-0other</instanceId><device>/dev/sdf</device></item></attachmentSet></item></volumeSet></R>"
    );
    let found = volumes(&Document::parse(&xml).unwrap(), ID);
    assert_eq!(found, [Volume { device: "/dev/xvda".into(), size_gib: Some(8) }]);
}

#[test]
fn regression_a_good_status_without_a_job_is_a_doubt_that_asking_again_resolves() {
    let stack = Stack::in_region("123456789012", "ap-northeast-1", "nightferry");
    for id in [None, Some("")] {
        assert_eq!(restore_arn(START, &stack, id), Err(START.retryable("the reply could not be read")));
    }
    let arn = restore_arn(START, &stack, Some("B4D6")).unwrap();
    assert_eq!(arn.to_string(), "arn:aws:backup:ap-northeast-1:123456789012:restore-job:B4D6");
}
