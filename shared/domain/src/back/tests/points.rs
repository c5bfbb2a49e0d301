//! Live folders that are reached through access points.

use super::super::order::{Ends, Source, order};
use super::super::{Held, Refusal, Roots, Spot, Wish};
use super::ordering::{ends, name, run, source as files, stack, wish};
use crate::provision::EfsLocation;

fn point(id: &str) -> String {
    format!("arn:aws:elasticfilesystem:ap-northeast-1:123456789012:access-point/fsap-{id}")
}

fn roots(shown: &[(&str, &str)]) -> Roots {
    let mut roots = Roots::default();
    for (id, root) in shown {
        roots.showed(point(id), (*root).to_owned());
    }
    roots
}

fn through(id: &str) -> EfsLocation {
    EfsLocation { access_point_arn: Some(point(id)), ..files() }
}

/// `mail` reads this folder in this way, `homes` comes back in that one.
fn asks(homes: EfsLocation, (mail, folder): (&EfsLocation, &str), roots: &Roots, wish: &Wish) -> Result<(), Refusal> {
    let live = vec![Held { job: name("mail"), at: roots.spot(mail, folder) }];
    let ends = Ends { source: Source::Files(homes), live, roots: roots.clone(), ..ends() };
    order(&stack(), &run(), &name("homes"), &ends, wish).map(drop)
}

fn drill(to: &str) -> Wish {
    Wish { is_drill: true, only: vec![], ..wish(to) }
}

fn named(to: &str) -> Wish {
    Wish { over_source: vec![name("mail")], ..wish(to) }
}

#[test]
fn a_folder_counts_from_the_root_of_its_access_point() {
    let roots = roots(&[("a", "/data"), ("b", "/")]);
    assert_eq!(roots.spot(&through("a"), "/homes").folder, "/data/homes");
    assert_eq!(roots.spot(&through("a"), "/").folder, "/data/");
    assert_eq!(roots.spot(&through("b"), "/homes").folder, "/homes");
    assert_eq!(roots.spot(&files(), "/homes").folder, "/homes");
    let unknown = roots.spot(&through("c"), "/homes");
    assert_eq!(unknown, Spot { folder: "/homes".into(), below: Some(point("c")), ..unknown.clone() });
}

#[test]
fn regression_a_live_folder_is_recognised_on_either_side_of_an_access_point() {
    let roots = roots(&[("a", "/data"), ("b", "/data/mail")]);
    let direct = files();
    for (homes, mail, to) in [
        // The live folder is reached through the point, and the way back is not.
        (direct.clone(), (&through("a"), "/mail"), "/data"),
        (direct.clone(), (&through("b"), "/"), "/data/mail"),
        // The other way round, and through two points.
        (through("a"), (&direct, "/data/mail"), "/mail"),
        (through("a"), (&through("b"), "/"), "/mail"),
    ] {
        let refused = asks(homes.clone(), mail, &roots, &wish(to));
        assert!(matches!(refused, Err(Refusal::LiveSource { .. })), "{to}: {refused:?}");
        assert!(matches!(asks(homes.clone(), mail, &roots, &drill(to)), Err(Refusal::ScratchIsLive { .. })), "{to}");
        assert_eq!(asks(homes, mail, &roots, &named(to)), Ok(()), "{to}: by its name");
    }
}

#[test]
fn regression_the_same_path_below_another_root_is_another_folder() {
    let roots = roots(&[("a", "/data")]);
    assert_eq!(asks(through("a"), (&files(), "/mail"), &roots, &wish("/mail")), Ok(()));
    let idle = asks(through("a"), (&files(), "/mail"), &roots, &named("/mail"));
    assert!(matches!(idle, Err(Refusal::NothingToOverwrite { .. })), "{idle:?}");
}

#[test]
fn where_nobody_shows_the_root_consent_is_asked_for_and_a_drill_is_refused() {
    let roots = roots(&[]);
    for (homes, mail) in [(files(), through("a")), (through("a"), files()), (through("a"), through("b"))] {
        let refused = asks(homes.clone(), (&mail, "/mail"), &roots, &wish("/restored")).unwrap_err();
        assert!(matches!(refused, Refusal::RootUnknown { .. }), "{refused}");
        let words = ["elasticfilesystem:DescribeAccessPoints", "--overwrite-source mail"];
        assert!(words.iter().all(|word| refused.to_string().contains(word)), "{refused}");
        assert_eq!(asks(homes.clone(), (&mail, "/mail"), &roots, &named("/restored")), Ok(()));
        let drilled = asks(homes, (&mail, "/mail"), &roots, &drill("/scratch")).unwrap_err().to_string();
        assert!(drilled.contains("DescribeAccessPoints") && !drilled.contains("--overwrite-source"), "{drilled}");
    }
    // Through one and the same point both count from the same root, whichever that is.
    assert_eq!(asks(through("a"), (&through("a"), "/mail"), &roots, &wish("/restored")), Ok(()));
    assert!(asks(through("a"), (&through("a"), "/mail"), &roots, &wish("/mail")).is_err());
}
