//! Names, ids, folders and amounts.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use proptest::prelude::*;
use proptest::string::string_regex;

use crate::plan::{
    AccessPointId, AccountId, AgentName, Bandwidth, BucketName, ByteSize, FileSystemId, FolderPath, FunctionArn,
    InstanceArn, InstanceId, InstanceRole, InstanceType, JobName, KeyArn, PlanDuration, Prefix, Region, RoleArn,
    ScheduleName, SecretArn, SecurityGroupId, SubnetId, VaultName, VpcEndpointId,
};

/// The pattern that editors get.
fn pattern<T: schemars::JsonSchema>() -> String {
    let schema = schemars::schema_for!(T);
    schema.get("pattern").and_then(|p| p.as_str()).unwrap().to_owned()
}

/// Whatever the published pattern makes is read, and reads again from its written form.
fn pattern_is_read<T: FromStr<Err: Debug> + Display + PartialEq + Debug + schemars::JsonSchema>() {
    let made = string_regex(pattern::<T>().trim_matches(['^', '$'])).unwrap();
    proptest!(|(text in made)| {
        let read: T = text.parse().unwrap();
        prop_assert_eq!(read.to_string().parse::<T>().unwrap(), read);
    });
}

#[test]
fn what_editors_accept_the_program_accepts() {
    pattern_is_read::<JobName>();
    pattern_is_read::<ScheduleName>();
    pattern_is_read::<AgentName>();
    pattern_is_read::<VaultName>();
    pattern_is_read::<FunctionArn>();
    pattern_is_read::<InstanceArn>();
    pattern_is_read::<InstanceRole>();
    pattern_is_read::<InstanceType>();
    pattern_is_read::<RoleArn>();
    pattern_is_read::<AccountId>();
    pattern_is_read::<BucketName>();
    pattern_is_read::<FileSystemId>();
    pattern_is_read::<AccessPointId>();
    pattern_is_read::<SubnetId>();
    pattern_is_read::<InstanceId>();
    pattern_is_read::<SecurityGroupId>();
    pattern_is_read::<VpcEndpointId>();
    pattern_is_read::<Region>();
    pattern_is_read::<KeyArn>();
    pattern_is_read::<SecretArn>();
}

#[test]
fn a_machine_of_a_job_is_named_by_both() {
    let (servers, id): (JobName, InstanceId) = ("servers".parse().unwrap(), "i-0123456789abcdef0".parse().unwrap());
    let machine = servers.of_machine(&id);
    assert_eq!(machine.as_str(), "servers.i-0123456789abcdef0");
    assert_eq!(machine.to_string().parse::<JobName>().unwrap(), machine);
    assert_eq!((machine.plan_job(), machine.machine()), ("servers", Some(id.as_str())));
    assert_eq!((servers.plan_job(), servers.machine()), ("servers", None));
    assert!(servers.means(&machine) && machine.means(&machine) && !machine.means(&servers));
    for wrong in [
        "servers.",
        "servers.web",
        "servers.i-0123",
        ".i-01234567",
        "servers.i-01234567.i-01234567",
        "servers.i-0123456X",
    ] {
        assert!(wrong.parse::<JobName>().is_err(), "{wrong}");
    }
}

#[test]
fn texts_outside_their_patterns_are_refused() {
    assert!("".parse::<JobName>().is_err());
    assert!("-a".parse::<JobName>().is_err());
    assert!("A".parse::<JobName>().is_err());
    assert!("a".repeat(41).parse::<JobName>().is_err());
    assert!("12345678901".parse::<AccountId>().is_err());
    assert!("１２３４５６７８９０１２".parse::<AccountId>().is_err());
    assert!("ab".parse::<BucketName>().is_err());
    assert!("a_b".parse::<BucketName>().is_err());
    assert!("bucket.".parse::<BucketName>().is_err());
    assert!("fs-0123456".parse::<FileSystemId>().is_err());
    assert!("fs-0123456789ABCDEF0".parse::<FileSystemId>().is_err());
    assert!("vpce-0123".parse::<VpcEndpointId>().is_err());
    assert!("tokyo".parse::<Region>().is_err());
    assert!("arn:aws:kms:ap-northeast-1:123456789012:alias/a".parse::<KeyArn>().is_err());
}

#[test]
fn one_folder_has_one_written_form() {
    for text in ["home", "home/", "/home", "/home/"] {
        let prefix: Prefix = text.parse().unwrap();
        assert_eq!((prefix.as_str(), prefix.key_prefix().as_str()), ("/home", "home/"), "{text}");
    }
    assert_eq!("/".parse::<Prefix>().unwrap().key_prefix(), "");
}

#[test]
fn folders_that_datasync_cannot_carry_are_refused() {
    for text in ["", "//", "a//b", "./a", "a/..", "a/./b", "a*b", "日本"] {
        assert!(text.parse::<Prefix>().is_err(), "{text}");
    }
    assert!("home".parse::<FolderPath>().is_err());
}

#[test]
fn a_folder_overlaps_what_it_contains_and_not_what_only_begins_alike() {
    let overlaps = |one: &str, other: &str| one.parse::<Prefix>().unwrap().overlaps(&other.parse().unwrap());
    assert!(overlaps("/", "/a"));
    assert!(overlaps("/a/b", "/a"));
    assert!(overlaps("/a", "/a"));
    assert!(!overlaps("/home", "/home2"));
    assert!(!overlaps("/a/b", "/a/c"));
}

#[test]
fn durations_read_as_they_are_meant() {
    let secs = |text: &str| text.parse::<PlanDuration>().map(PlanDuration::secs).ok();
    assert_eq!(secs("8h"), Some(28_800));
    assert_eq!(secs("30d"), Some(2_592_000));
    assert_eq!(secs("10m"), Some(600));
    assert_eq!(secs("1h30m"), Some(5_400));
    assert_eq!(secs("1_000s"), Some(1_000));
    for text in ["", "8", "h", "0s", "1.5h", "30m1h", "1h1h", "1w", "-1h", "1 h", "99999999d", "18446744073709551616s"]
    {
        assert_eq!(secs(text), None, "{text}");
    }
}

#[test]
fn sizes_read_as_they_are_meant() {
    let bytes = |text: &str| text.parse::<ByteSize>().map(ByteSize::bytes).ok();
    assert_eq!(bytes("5GiB"), Some(5 << 30));
    assert_eq!(bytes("1_000 kB"), Some(1_000_000));
    assert_eq!(bytes("0B"), Some(0));
    for text in ["", "5", "5G", "5gib", "GiB", "5.5GiB", "-1B", "99999PiB", "1_B", "_1B"] {
        assert_eq!(bytes(text), None, "{text}");
    }
    assert_eq!("100MiB/s".parse::<Bandwidth>().map(Bandwidth::bytes_per_sec).ok(), Some(100 << 20));
    assert!("0B/s".parse::<Bandwidth>().is_err());
    assert!("100MiB".parse::<Bandwidth>().is_err());
}

proptest! {
    #[test]
    fn a_written_duration_reads_back(secs in 1..3_000_000_000_u64) {
        let length = PlanDuration::from_secs(secs);
        prop_assert_eq!(length.to_string().parse::<PlanDuration>(), Ok(length));
    }

    #[test]
    fn a_written_size_reads_back(bytes: u64) {
        let size = ByteSize::from_bytes(bytes);
        prop_assert_eq!(size.to_string().parse::<ByteSize>(), Ok(size));
    }

    #[test]
    fn a_written_folder_reads_back(text in "/?([a-z ()+]{1,5}/){0,5}") {
        if let Ok(prefix) = text.parse::<Prefix>() {
            prop_assert_eq!(prefix.to_string().parse::<Prefix>(), Ok(prefix));
        }
    }
}
