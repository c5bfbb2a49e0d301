//! How the proposed settings are changed, rule by rule.

use serde_json::Value;

use super::super::metadata::{Adjusted, Original, Profile, Wishes, adjust, profile_of};
use super::{changed, metadata, proposed, wishes};

fn note(adjusted: &Adjusted, words: &str) -> bool {
    adjusted.notes.iter().any(|note| note.contains(words))
}

#[test]
fn beside_a_living_original_its_address_is_not_asked_for() {
    let adjusted = adjust(&proposed(), &wishes());
    assert_eq!(adjusted.metadata.get("NetworkInterfaces"), None);
    assert_eq!(adjusted.metadata["SubnetId"], "subnet-0aaaaaaaaaaaaaaa1");
    let why = &adjusted.changes.iter().find(|change| change.key == "NetworkInterfaces").unwrap().why;
    assert!(why.contains("10.0.0.5"), "{why}");
}

#[test]
fn subnet_and_groups_that_only_the_interface_names_are_taken_over() {
    let mut bare = proposed();
    let _ = bare.remove("SubnetId");
    let _ = bare.remove("SecurityGroupIds");
    let two = r#"[{"DeviceIndex":1,"SubnetId":"subnet-2","Groups":["sg-2"]},{"DeviceIndex":0,"SubnetId":"subnet-1","Groups":[{"GroupId":"sg-1"},"sg-3"]}]"#;
    let _ = bare.insert("NetworkInterfaces".into(), two.into());
    let adjusted = adjust(&bare, &wishes());
    assert_eq!(adjusted.metadata["SubnetId"], "subnet-1");
    assert_eq!(adjusted.metadata["SecurityGroupIds"], r#"["sg-1","sg-3"]"#);
    assert!(note(&adjusted, "2 network interfaces"));
}

#[test]
fn once_the_original_is_gone_its_address_is_asked_for_again() {
    let adjusted = adjust(&proposed(), &Wishes { original: Original::Gone, ..wishes() });
    let cards: Value = serde_json::from_str(&adjusted.metadata["NetworkInterfaces"]).unwrap();
    assert_eq!(cards[0]["PrivateIpAddress"], "10.0.0.5");
    assert_eq!(cards[0].get("NetworkInterfaceId"), None);
    assert!(!adjusted.metadata.contains_key("SubnetId") && !adjusted.metadata.contains_key("SecurityGroupIds"));
}

#[test]
fn whoever_moves_the_machine_does_not_keep_its_address() {
    let moves = [
        Wishes { subnet: Some("subnet-9".into()), ..wishes() },
        Wishes { security_groups: vec!["sg-9".into()], ..wishes() },
        Wishes { is_drill: true, ..wishes() },
    ];
    for moved in moves {
        let adjusted = adjust(&proposed(), &Wishes { original: Original::Gone, ..moved });
        assert_eq!(adjusted.metadata.get("NetworkInterfaces"), None);
    }
}

#[test]
fn what_is_asked_for_is_what_is_sent() {
    let asked = Wishes {
        subnet: Some("subnet-9".into()),
        instance_type: Some("m7g.large".into()),
        security_groups: vec!["sg-8".into(), "sg-9".into()],
        ..wishes()
    };
    let adjusted = adjust(&proposed(), &asked);
    assert_eq!(adjusted.metadata["SubnetId"], "subnet-9");
    assert_eq!(adjusted.metadata["SecurityGroupIds"], r#"["sg-8","sg-9"]"#);
    assert_eq!(adjusted.metadata["InstanceType"], "m7g.large");
    for lost in ["CpuOptions", "CreditSpecification"] {
        assert!(!adjusted.metadata.contains_key(lost), "{lost} was the original type's");
    }
    assert!(note(&adjusted, "architecture"));
}

#[test]
fn the_profile_is_the_originals_or_none() {
    let kept = adjust(&proposed(), &wishes());
    assert_eq!(profile_of(&kept.metadata), Some("WebProfile"));
    let bare = adjust(&proposed(), &Wishes { profile: Profile::None, ..wishes() });
    assert_eq!(profile_of(&bare.metadata), None);
    assert_eq!(changed(&bare)["IamInstanceProfileName"], (Some("WebProfile"), None));
    let named = metadata(&[("IamInstanceProfileName", "arn:aws:iam::123456789012:instance-profile/app/Web")]);
    assert_eq!(profile_of(&named), Some("Web"));
}

#[test]
fn the_key_pair_stays_and_seed_002_is_told() {
    let adjusted = adjust(&proposed(), &wishes());
    assert_eq!(adjusted.metadata["KeyName"], "ops");
    assert!(note(&adjusted, "the original's key (`ops`) opens the new machine"));
    assert!(note(&adjusted, "a public address is given only where the subnet"));
}

#[test]
fn tokens_are_demanded_unless_the_person_says_no() {
    assert_eq!(adjust(&proposed(), &wishes()).metadata["RequireIMDSv2"], "true");
    let open = adjust(&proposed(), &Wishes { requires_imdsv2: false, ..wishes() });
    assert_eq!(open.metadata.get("RequireIMDSv2"), None);
}

#[test]
fn what_was_bought_or_pinned_for_the_original_is_not_asked_for_again() {
    let mut bought = proposed();
    for key in ["InstanceMarketOptions", "LicenseSpecifications", "ElasticGpuSpecification"] {
        let _ = bought.insert(key.into(), "{}".into());
    }
    let _ = bought.insert("Placement".into(), r#"{"Tenancy":"dedicated","HostId":"h-1"}"#.into());
    let adjusted = adjust(&bought, &wishes());
    for key in [
        "CapacityReservationSpecification",
        "ElasticGpuSpecification",
        "InstanceMarketOptions",
        "LicenseSpecifications",
        "Placement",
        "vpcId",
    ] {
        assert_eq!(changed(&adjusted)[key].1, None, "{key}");
    }
    assert!(note(&adjusted, "tenancy `dedicated`"));
}

#[test]
fn what_is_not_known_here_is_left_to_the_service() {
    let mut strange = proposed();
    let _ = strange.insert("SomethingNew".into(), "42".into());
    let adjusted = adjust(&strange, &wishes());
    assert_eq!(adjusted.metadata["SomethingNew"], "42");
    assert_eq!(adjusted.metadata["aws:backup:request-id"], "8F1D2C3B-4A59-6877-8695-A4B3C2D1E0F9");
}

#[test]
fn volumes_are_not_told_their_snapshots_and_get_a_key_of_this_account() {
    let mapping = r#"[{"DeviceName":"/dev/xvda","Ebs":{"SnapshotId":"snap-1","VolumeSize":8,"Encrypted":false}},{"DeviceName":"/dev/sdb","VirtualName":"ephemeral0"}]"#;
    let mut mapped = proposed();
    let _ = mapped.insert("BlockDeviceMappings".into(), mapping.into());
    let plain = adjust(&mapped, &wishes());
    let told: Value = serde_json::from_str(&plain.metadata["BlockDeviceMappings"]).unwrap();
    assert_eq!(told[0]["Ebs"], serde_json::json!({"VolumeSize": 8, "Encrypted": false}));
    let key = "arn:aws:kms:ap-northeast-1:123456789012:key/1";
    let ours = adjust(&mapped, &Wishes { encrypt_with: Some(key.into()), ..wishes() });
    let told: Value = serde_json::from_str(&ours.metadata["BlockDeviceMappings"]).unwrap();
    assert_eq!((&told[0]["Ebs"]["Encrypted"], &told[0]["Ebs"]["KmsKeyId"]), (&true.into(), &key.into()));
    assert_eq!(told[1]["VirtualName"], "ephemeral0");
}

#[test]
fn a_rehearsals_machine_can_be_removed_and_acts_in_nobodys_name() {
    let mut guarded = proposed();
    let _ = guarded.insert("DisableApiTermination".into(), "true".into());
    let drill = Wishes { is_drill: true, profile: Profile::None, ..wishes() };
    let adjusted = adjust(&guarded, &drill);
    assert_eq!(adjusted.metadata["DisableApiTermination"], "false");
    let why = &adjusted.changes.iter().find(|change| change.key == "IamInstanceProfileName").unwrap().why;
    assert!(why.contains("rehearsal"), "{why}");
}

#[test]
fn settings_that_are_no_json_never_keep_a_machine_from_coming_back() {
    let mut broken = proposed();
    for key in ["NetworkInterfaces", "BlockDeviceMappings", "Placement"] {
        let _ = broken.insert(key.into(), "[{".into());
    }
    let adjusted = adjust(&broken, &wishes());
    assert!(!adjusted.metadata.contains_key("NetworkInterfaces"));
    assert_eq!(adjusted.metadata["BlockDeviceMappings"], "[{");
    assert!(note(&adjusted, "BlockDeviceMappings is no list"));
}

#[test]
fn without_any_subnet_the_default_network_is_told_of() {
    let adjusted = adjust(&metadata(&[("InstanceType", "t3.small")]), &wishes());
    assert!(note(&adjusted, "--subnet names one"));
    assert!(!note(&adjust(&proposed(), &wishes()), "--subnet names one"));
}
