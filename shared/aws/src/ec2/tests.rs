//! What the adapter asks EC2, and what it makes of the answers.

use super::*;
use crate::test_service::{Reply, TestService};

fn stack() -> Stack {
    Stack::in_region("123456789012", "ap-northeast-1", "nightferry")
}

fn xml(body: &str) -> Reply {
    Reply::Answer(200, body.to_owned())
}

fn instance(id: &str, tags: &str, state: &str) -> String {
    format!(
        "<item><reservationId>r-1</reservationId><ownerId>123456789012</ownerId><instancesSet><item>\
         <instanceId>{id}</instanceId><imageId>ami-1</imageId><instanceState><code>16</code><name>{state}</name></instanceState>\
         <instanceType>t3.micro</instanceType><subnetId>subnet-0a1b2c3d</subnetId>\
         <iamInstanceProfile><arn>arn:aws:iam::123456789012:instance-profile/web</arn><id>AIP</id></iamInstanceProfile>\
         <blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-1</volumeId></ebs></item></blockDeviceMapping>\
         <tagSet>{tags}</tagSet></item></instancesSet></item>"
    )
}

fn page(items: &str, next: &str) -> Reply {
    let next = if next.is_empty() { String::new() } else { format!("<nextToken>{next}</nextToken>") };
    xml(&format!(
        "<?xml version=\"1.0\"?><DescribeInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
         <reservationSet>{items}</reservationSet>{next}</DescribeInstancesResponse>"
    ))
}

const TAGGED: &str =
    "<item><key>AWSBackup</key><value>EC2</value></item><item><key>Name</key><value>web &amp; mail</value></item>";

fn wanted() -> BTreeMap<String, String> {
    BTreeMap::from([("AWSBackup".to_owned(), "EC2".to_owned())])
}

#[tokio::test]
async fn instances_are_found_by_tag_over_all_pages_with_names_profiles_and_volumes() {
    let service = TestService::new([
        page(&instance("i-0bbbbbbbbbbbbbbbb", TAGGED, "stopped"), "more"),
        page(&instance("i-0aaaaaaaaaaaaaaaa", TAGGED, "running"), ""),
    ]);
    let found = Ec2Instances::new(&service.config(), stack()).tagged(&wanted()).await.unwrap();
    let ids: Vec<&str> = found.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["i-0aaaaaaaaaaaaaaaa", "i-0bbbbbbbbbbbbbbbb"]);
    assert_eq!(found[0].machine().shown(), "web & mail (i-0aaaaaaaaaaaaaaaa)");
    assert_eq!(found[0].arn, "arn:aws:ec2:ap-northeast-1:123456789012:instance/i-0aaaaaaaaaaaaaaaa");
    assert_eq!(found[0].profile.as_deref(), Some("arn:aws:iam::123456789012:instance-profile/web"));
    assert_eq!(found[0].volumes, BTreeMap::from([("/dev/xvda".to_owned(), "vol-1".to_owned())]));
    let asked = service.asked();
    assert!(asked[0].body.contains("&Filter.1.Name=tag%3AAWSBackup&Filter.1.Value.1=EC2&"), "{}", asked[0].body);
    assert!(asked[1].body.ends_with("&NextToken=more"), "{}", asked[1].body);
}

#[tokio::test]
async fn a_tag_that_only_looks_alike_and_a_terminated_instance_are_left_out() {
    let lower = "<item><key>AWSBackup</key><value>ec2</value></item>";
    let items =
        instance("i-0aaaaaaaaaaaaaaaa", lower, "running") + &instance("i-0bbbbbbbbbbbbbbbb", TAGGED, "terminated");
    let service = TestService::new([page(&items, "")]);
    assert_eq!(Ec2Instances::new(&service.config(), stack()).tagged(&wanted()).await.unwrap(), []);
}

#[tokio::test]
async fn regression_only_those_are_described_that_were_asked_for() {
    let items =
        instance("i-0aaaaaaaaaaaaaaaa", TAGGED, "running") + &instance("i-0bbbbbbbbbbbbbbbb", TAGGED, "running");
    let service = TestService::new([page(&items, "")]);
    let asked = ["i-0bbbbbbbbbbbbbbbb".parse().unwrap()];
    let found = Ec2Instances::new(&service.config(), stack()).described(&asked).await.unwrap();
    assert_eq!(found.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["i-0bbbbbbbbbbbbbbbb"]);
}

#[test]
fn a_value_of_a_tag_is_no_pattern() {
    assert_eq!(literal(r"a*b?c\d"), r"a\*b\?c\\d");
}

#[tokio::test]
async fn an_image_is_read_with_its_devices_and_only_those_that_ebs_holds() {
    let body = "<DescribeImagesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><imagesSet><item>\
        <imageId>ami-1</imageId><imageState>available</imageState><name>AWSBackup_i-1_J</name><blockDeviceMapping>\
        <item><deviceName>/dev/xvda</deviceName><ebs><snapshotId>snap-1</snapshotId><volumeSize>8</volumeSize></ebs></item>\
        <item><deviceName>/dev/sdb</deviceName><virtualName>ephemeral0</virtualName></item>\
        </blockDeviceMapping></item></imagesSet></DescribeImagesResponse>";
    let service = TestService::new([xml(body)]);
    let found = Ec2Instances::new(&service.config(), stack()).images(&["ami-1".to_owned()]).await.unwrap();
    let [image] = found.as_slice() else { panic!("one image") };
    assert_eq!((image.name.as_deref(), image.state.as_str()), (Some("AWSBackup_i-1_J"), "available"));
    assert_eq!(image.devices.len(), 1);
    assert_eq!((image.devices[0].snapshot.as_deref(), image.devices[0].gib), (Some("snap-1"), Some(8)));
}

#[tokio::test]
async fn a_reply_with_entities_of_its_own_is_refused() {
    let body =
        "<!DOCTYPE a [<!ENTITY b \"c\">]><DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>";
    let service = TestService::new([xml(body)]);
    assert!(Ec2Instances::new(&service.config(), stack()).tagged(&wanted()).await.is_err());
}
