//! What is asked of EFS, and what its answers become.

use serde_json::json;

use super::*;
use crate::test_service::{Reply, TestService, ok};

fn end() -> FilesEnd {
    FilesEnd {
        file_system: "arn:aws:elasticfilesystem:ap-northeast-1:123456789012:file-system/fs-0123456789abcdef0".into(),
        folder: "/copies".into(),
        access_point: None,
        subnet: "subnet-0a1b2c3d".into(),
        security_groups: vec!["sg-0a1b2c3d".into()],
    }
}

fn set(name: &str, item: &str) -> Reply {
    Reply::Answer(200, format!("<R xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><{name}>{item}</{name}></R>"))
}

fn subnet() -> Reply {
    set(
        "subnetSet",
        "<item><subnetId>subnet-0a1b2c3d</subnetId><vpcId>vpc-1</vpcId><availabilityZone>ap-northeast-1a</availabilityZone>\
         <cidrBlock>10.0.1.0/24</cidrBlock><availableIpAddressCount>251</availableIpAddressCount></item>",
    )
}

fn group(id: &str) -> Reply {
    set("securityGroupInfo", &format!("<item><groupId>{id}</groupId><vpcId>vpc-1</vpcId><ipPermissions/></item>"))
}

fn target(id: &str, zone: &str) -> Value {
    json!({"MountTargetId": id, "AvailabilityZoneName": zone, "VpcId": "vpc-1", "LifeCycleState": "available"})
}

fn refused(status: u16, code: &str) -> Reply {
    Reply::Answer(status, json!({"ErrorCode": code, "Message": "no"}).to_string())
}

async fn facts(service: &TestService) -> Result<EfsFacts, PortError> {
    FileSystems::new(&service.config()).facts(&end()).await
}

#[tokio::test]
async fn the_mount_targets_of_every_page_are_read_and_the_groups_of_the_one_in_the_zone() {
    let service = TestService::new([
        subnet(),
        ok(&json!({"MountTargets": [target("fsmt-1", "ap-northeast-1c")], "NextMarker": "a b"})),
        ok(&json!({"MountTargets": [target("fsmt-2", "ap-northeast-1a")]})),
        ok(&json!({"SecurityGroups": ["sg-efs"]})),
        group("sg-0a1b2c3d"),
        group("sg-efs"),
    ]);
    let facts = facts(&service).await.unwrap();
    let zones = |target: &MountTarget| (target.zone.clone(), target.groups.len());
    let told: Vec<_> = facts.mount_targets.found().unwrap().iter().map(zones).collect();
    assert_eq!(told, [("ap-northeast-1c".to_owned(), 0), ("ap-northeast-1a".to_owned(), 1)]);
    assert_eq!(facts.groups.keys().collect::<Vec<_>>(), ["sg-0a1b2c3d", "sg-efs"]);
    let paths: Vec<String> = service.asked()[1..4].iter().map(|asked| asked.uri.clone()).collect();
    let host = "https://elasticfilesystem.ap-northeast-1.amazonaws.com/2015-02-01/mount-targets";
    assert_eq!(
        paths,
        [
            format!("{host}?FileSystemId=fs-0123456789abcdef0"),
            format!("{host}?FileSystemId=fs-0123456789abcdef0&Marker=a%20b"),
            format!("{host}/fsmt-2/security-groups"),
        ]
    );
}

#[tokio::test]
async fn a_file_system_that_is_not_there_has_none_and_one_that_may_not_be_looked_at_is_not_known() {
    for (reply, wanted) in [
        (refused(404, "FileSystemNotFound"), Seen::Missing),
        (ok(&json!({"MountTargets": []})), Seen::Missing),
        (
            refused(403, "AccessDeniedException"),
            Seen::Unreadable("elasticfilesystem:DescribeMountTargets is not allowed".to_owned()),
        ),
    ] {
        let service = TestService::new([subnet(), reply, group("sg-0a1b2c3d")]);
        assert_eq!(facts(&service).await.unwrap().mount_targets, wanted);
    }
}

#[tokio::test]
async fn a_mount_target_that_went_meanwhile_is_not_there_and_a_strange_answer_is_no_answer() {
    let listed = || ok(&json!({"MountTargets": [target("fsmt-1", "ap-northeast-1a")]}));
    let gone = TestService::new([subnet(), listed(), refused(404, "MountTargetNotFound"), group("sg-0a1b2c3d")]);
    assert_eq!(facts(&gone).await.unwrap().mount_targets, Seen::Missing);
    let strange = TestService::new([subnet(), ok(&json!({"MountTargets": [{}]}))]);
    assert!(matches!(facts(&strange).await, Err(PortError::Retryable { .. })));
}
