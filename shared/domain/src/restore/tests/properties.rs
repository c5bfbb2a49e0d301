//! What holds of every adjustment, whatever is proposed and wished.

use proptest::prelude::*;

use super::super::metadata::{Metadata, Original, Profile, Wishes, adjust};
use super::proposed;

fn any_metadata() -> impl Strategy<Value = Metadata> {
    let keys: Vec<String> = proposed().into_keys().chain(["BlockDeviceMappings".into(), "Unknown".into()]).collect();
    let values = prop_oneof![
        Just("true".to_owned()),
        Just("[]".to_owned()),
        Just("null".to_owned()),
        Just(r#"[{"SubnetId":"subnet-1","Groups":[7],"Ebs":{"SnapshotId":"snap-1"}}]"#.to_owned()),
        "[ -~]{0,12}",
    ];
    let usual = prop::sample::subsequence(proposed().into_iter().collect::<Vec<_>>(), 0..=12);
    let strange = prop::collection::vec((prop::sample::select(keys), values), 0..4);
    (usual, strange).prop_map(|(usual, strange)| usual.into_iter().chain(strange).collect())
}

fn any_wishes() -> impl Strategy<Value = Wishes> {
    let subnet = prop::option::of(Just("subnet-9".to_owned()));
    let instance_type = prop::option::of(prop::sample::select(vec!["t3.small".to_owned(), "m7g.large".to_owned()]));
    let groups = prop::collection::vec("sg-[0-9]", 0..2);
    (subnet, instance_type, groups, any::<(bool, bool, bool, bool, bool)>()).prop_map(
        |(subnet, instance_type, security_groups, (keeps, tokens, gone, elsewhere, is_drill))| Wishes {
            profile: if keeps { Profile::Original } else { Profile::None },
            subnet,
            instance_type,
            security_groups,
            requires_imdsv2: tokens,
            original: if gone { Original::Gone } else { Original::MayBeThere },
            encrypt_with: elsewhere.then(|| "arn:aws:kms:ap-northeast-1:123456789012:key/1".to_owned()),
            is_drill,
        },
    )
}

proptest! {
    #[test]
    fn the_changes_told_are_all_changes_and_true(before in any_metadata(), wishes in any_wishes()) {
        let adjusted = adjust(&before, &wishes);
        let mut replayed = before.clone();
        for change in &adjusted.changes {
            prop_assert_eq!(replayed.get(&change.key), change.before.as_ref());
            prop_assert!(change.before != change.after && !change.why.is_empty());
            match &change.after {
                Some(value) => { let _ = replayed.insert(change.key.clone(), value.clone()); }
                None => { let _ = replayed.remove(&change.key); }
            }
        }
        prop_assert_eq!(replayed, adjusted.metadata);
    }

    #[test]
    fn adjusting_twice_changes_nothing_more(before in any_metadata(), wishes in any_wishes()) {
        let once = adjust(&before, &wishes);
        let twice = adjust(&once.metadata, &wishes);
        prop_assert_eq!(twice.changes, vec![]);
        prop_assert_eq!(twice.metadata, once.metadata);
    }

    #[test]
    fn a_profile_is_never_another_and_a_key_pair_never_changes(before in any_metadata(), wishes in any_wishes()) {
        let after = adjust(&before, &wishes).metadata;
        prop_assert_eq!(after.get("KeyName"), before.get("KeyName"));
        if let Some(profile) = after.get("IamInstanceProfileName") {
            prop_assert_eq!(Some(profile), before.get("IamInstanceProfileName"));
        }
    }

    #[test]
    fn interfaces_and_a_subnet_are_never_asked_for_together(before in any_metadata(), wishes in any_wishes()) {
        let after = adjust(&before, &wishes).metadata;
        let names_both = ["SubnetId", "SecurityGroupIds"].iter().any(|key| after.contains_key(*key));
        prop_assert!(!(after.contains_key("NetworkInterfaces") && names_both));
    }

    #[test]
    fn a_living_originals_address_is_never_asked_for(before in any_metadata(), wishes in any_wishes()) {
        let after = adjust(&before, &Wishes { original: Original::MayBeThere, ..wishes }).metadata;
        prop_assert!(!after.contains_key("NetworkInterfaces"));
    }
}
