use super::*;
use crate::restore::tests as sample;

const WEB: &str = "arn:aws:iam::123456789012:role/app/WebInstanceRole";
const KEY: &str = "arn:aws:kms:ap-northeast-1:123456789012:key/0a1b2c3d";
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"backup.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"}}}]}"#;
const MAKES: &str = r#"{"Effect":"Allow","Action":["ec2:RunInstances","ec2:CreateTags","kms:*"],"Resource":"*"}"#;
const PASSES: &str = r#"{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::123456789012:role/app/WebInstanceRole","Condition":{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}}"#;

fn stack() -> Stack {
    Stack::in_region("123456789012", "ap-northeast-1", "nightferry")
}

fn role(statements: &[&str]) -> RoleFacts {
    let policy = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","));
    RoleFacts::Found { trust: TRUST.into(), policies: vec![policy], boundary: None }
}

fn facts() -> RestoreFacts {
    RestoreFacts {
        role: role(&[MAKES, PASSES]),
        profile: ProfileFacts::Found(Some(WEB.into())),
        subnet: SubnetFacts::Found { free_addresses: 200, gives_public_address: true },
        keys: Some(vec![]),
    }
}

fn ids(facts: &RestoreFacts) -> Vec<String> {
    restore(&stack(), &sample::restore(), facts).obstacles.into_iter().map(|it| it.id).collect()
}

#[test]
fn with_everything_in_place_nothing_stands_in_the_way_and_the_quota_is_said_to_be_unknown() {
    let found = restore(&stack(), &sample::restore(), &facts());
    assert_eq!(found.obstacles, vec![]);
    assert!(found.notes.iter().any(|note| note.contains("vCPU quota")), "{:?}", found.notes);
}

#[test]
fn each_thing_that_is_wrong_is_the_one_obstacle() {
    let cases: [(&str, RestoreFacts); 8] = [
        ("restore-may-not-pass-role", RestoreFacts { role: role(&[MAKES]), ..facts() }),
        ("restore-role-denied", RestoreFacts { role: role(&[PASSES]), ..facts() }),
        ("role-missing", RestoreFacts { role: RoleFacts::Missing, ..facts() }),
        ("role-not-trusting-backup", RestoreFacts { role: untrusting(), ..facts() }),
        ("instance-profile-missing", RestoreFacts { profile: ProfileFacts::Missing, ..facts() }),
        ("subnet-missing", RestoreFacts { subnet: SubnetFacts::Missing, ..facts() }),
        (
            "subnet-full",
            RestoreFacts { subnet: SubnetFacts::Found { free_addresses: 0, gives_public_address: true }, ..facts() },
        ),
        (
            "restore-key-inaccessible",
            RestoreFacts {
                role: role(&[&MAKES.replace("kms:*", "ec2:X"), PASSES]),
                keys: Some(vec![(KEY.into(), None)]),
                ..facts()
            },
        ),
    ];
    for (id, facts) in cases {
        assert_eq!(ids(&facts), [id], "{facts:?}");
    }
}

fn untrusting() -> RoleFacts {
    let RoleFacts::Found { trust, policies, boundary } = role(&[MAKES, PASSES]) else { panic!("a role") };
    RoleFacts::Found { trust: trust.replace("backup.amazonaws.com", "ec2.amazonaws.com"), policies, boundary }
}

#[test]
fn passing_the_role_to_another_service_only_is_not_enough_and_the_patch_is_narrow() {
    let elsewhere = PASSES.replace("ec2.amazonaws.com", "lambda.amazonaws.com");
    let found = restore(&stack(), &sample::restore(), &RestoreFacts { role: role(&[MAKES, &elsewhere]), ..facts() });
    assert_eq!(found.obstacles.len(), 1);
    assert_eq!(found.obstacles[0].patch, serde_json::from_str(PASSES).ok());
    assert_eq!(found.obstacles[0].place, Some(Place::Role(sample::restore().restore_role)));
}

#[test]
fn the_patch_mends_it() {
    let broken = RestoreFacts { role: role(&[MAKES]), ..facts() };
    let patch = restore(&stack(), &sample::restore(), &broken).obstacles[0].patch.clone().unwrap().to_string();
    assert_eq!(ids(&RestoreFacts { role: role(&[MAKES, &patch]), ..facts() }), Vec::<String>::new());
}

#[test]
fn a_deny_is_told_without_a_patch() {
    let deny = r#"{"Sid":"NoPassing","Effect":"Deny","Action":"iam:PassRole","Resource":"*"}"#;
    let found = restore(&stack(), &sample::restore(), &RestoreFacts { role: role(&[MAKES, PASSES, deny]), ..facts() });
    assert!(found.obstacles[0].patch.is_none() && found.obstacles[0].what.contains("NoPassing"), "{found:?}");
}

#[test]
fn what_can_not_be_looked_at_is_a_note_and_no_obstacle() {
    let blind = RestoreFacts {
        role: RoleFacts::Unreadable,
        profile: ProfileFacts::Unreadable,
        subnet: SubnetFacts::Unreadable,
        keys: None,
    };
    let found = restore(&stack(), &sample::restore(), &blind);
    assert_eq!(found.obstacles, vec![]);
    assert!(found.notes.len() >= 4, "{:?}", found.notes);
    let blind = RestoreFacts { keys: None, ..facts() };
    let found = restore(&stack(), &sample::restore(), &blind);
    assert!(found.notes.iter().any(|note| note.contains("by which keys")), "{:?}", found.notes);
}

#[test]
fn without_a_profile_nothing_is_passed_on() {
    let mut bare = sample::restore();
    let _ = bare.metadata.remove("IamInstanceProfileName");
    let facts = RestoreFacts { role: role(&[MAKES]), profile: ProfileFacts::NotAsked, ..facts() };
    assert_eq!(restore(&stack(), &bare, &facts).obstacles, vec![]);
}

/// A key's policy that opens it to this account.
fn opens(condition: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"*"}},"Action":"kms:*","Resource":"*","Condition":{condition}}}]}}"#
    )
}

#[test]
fn regression_every_key_of_the_points_snapshots_is_judged() {
    let other = KEY.replace("0a1b2c3d", "0fffffff");
    let shut = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/somebody"},"Action":"kms:*","Resource":"*"}]}"#;
    let aws_managed = opens(
        r#"{"StringEquals":{"kms:CallerAccount":"123456789012","kms:ViaService":"ec2.ap-northeast-1.amazonaws.com"}}"#,
    );
    let keys = |second: &str| {
        Some(vec![(KEY.to_owned(), Some(aws_managed.clone())), (other.clone(), Some(second.to_owned()))])
    };
    let found = restore(&stack(), &sample::restore(), &RestoreFacts { keys: keys(shut), ..facts() });
    assert_eq!(found.obstacles.len(), 1, "{found:?}");
    assert_eq!(found.obstacles[0].id, "restore-key-inaccessible");
    assert!(found.obstacles[0].what.contains(&other), "{}", found.obstacles[0].what);
    assert_eq!(ids(&RestoreFacts { keys: keys(&aws_managed), ..facts() }), Vec::<String>::new());
}
