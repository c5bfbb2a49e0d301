//! Copies brought back to, or beside, what is reached through access points of a file system.

use nightferry_domain::back::Wish;
use nightferry_domain::plan::JobName;
use nightferry_simulation::fake::{Fake, Fault, run, spec};
use nightferry_workflow::copy_back::{Request, prepare};

use super::copying_back::{request, stack};

fn name(job: &str) -> JobName {
    job.parse().unwrap()
}

/// `mail` is read through an access point, at its folder `/mail`.
fn world(root: Option<&str>) -> Fake {
    let world = Fake::with_plan(vec![spec("home"), spec("mail")]);
    let point = "arn:aws:elasticfilesystem:ap-northeast-1:123456789012:access-point/fsap-0123456789abcdef0".to_owned();
    let mut state = world.state.borrow_mut();
    if let Some(root) = root {
        let _ = state.restoring.ways.roots.insert(point.clone(), root.to_owned());
    }
    let _ = state.restoring.ways.points.insert(name("mail"), point);
    drop(state);
    world
}

fn asks(world: &Fake, job: &str, to: &str, over: &[&str]) -> Result<(), String> {
    let over_source = over.iter().map(|job| name(job)).collect();
    let wish = Wish { to: to.parse().unwrap(), over_source, ..request(world).wish };
    let request = Request { job: name(job), wish, ..request(world) };
    run(prepare(world, world, &stack(), &request)).map(drop).map_err(|error| error.to_string())
}

#[test]
fn regression_a_live_tree_behind_an_access_point_is_written_over_only_by_its_name() {
    let world = world(Some("/data"));
    let refused = asks(&world, "home", "/data", &[]).unwrap_err();
    assert!(refused.contains("--overwrite-source mail"), "{refused}");
    assert_eq!(asks(&world, "home", "/data", &["mail"]), Ok(()));
    assert_eq!(asks(&world, "home", "/mail", &[]), Ok(()), "that is another folder");
    assert_eq!(asks(&world, "mail", "/home", &[]), Ok(()), "that is /data/home");
    let refused = asks(&world, "mail", "/mail", &[]).unwrap_err();
    assert!(refused.contains("--overwrite-source mail"), "{refused}");
}

#[test]
fn a_root_that_is_not_shown_asks_for_consent_and_one_that_gives_no_answer_decides_nothing() {
    let unknown = world(None);
    let refused = asks(&unknown, "home", "/restored", &[]).unwrap_err();
    assert!(refused.contains("elasticfilesystem:DescribeAccessPoints"), "{refused}");
    assert_eq!(asks(&unknown, "home", "/restored", &["mail"]), Ok(()));
    let busy = world(Some("/data"));
    busy.breaks("root_of", 1, Fault::Throttled);
    assert!(asks(&busy, "home", "/restored", &["mail"]).is_err());
    assert_eq!(asks(&busy, "home", "/restored", &[]), Ok(()));
}

#[test]
fn a_plan_without_access_points_asks_for_none() {
    let world = Fake::with_plan(vec![spec("home"), spec("mail")]);
    assert_eq!(asks(&world, "home", "/restored", &[]), Ok(()));
    assert_eq!(world.calls("root_of"), 0);
}
