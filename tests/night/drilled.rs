//! A replicated bucket is rehearsed: its replicas are read as the other account, and a changed byte is found and named.

use nightferry_domain::ids::RunId;

use crate::program::Answer;
use crate::replicated::Replicated;
use crate::scenario::Scenario;

const JOB: &str = "pictures";

/// One drill of as many objects as there may be, and its message.
fn drilled(night: &Replicated, exit: i32) -> serde_json::Value {
    let answer: Answer = night.as_recovery(&["drill", JOB, "--objects", "1000"]);
    assert_eq!(answer.exit, exit, "{}\n{}", answer.said, answer.told);
    let told = answer.json();
    let drill: RunId = told["drill"].as_str().unwrap().parse().unwrap();
    night.stage.until("the verdict is posted", || night.stage.letters_about(&drill) == 1);
    assert!(told["read_by"].as_str().unwrap().contains("222222222222"), "not read as the recovery profile: {told:#}");
    told
}

pub(crate) static DRILLED: Scenario<Replicated> = Scenario::new("a drill of replicas, good and spoiled", |night| {
    night.grow();
    let run = night.stage.fire(1);
    night.stage.until_closed(&run);
    let _ = night.assert_true(&run);
    let keys = night.keys();

    let good = drilled(night, 0);
    assert_eq!((&good["came_out"], good["compared"].as_array().unwrap().len()), (&"passed".into(), keys.len()));

    let spoiled = keys.last().unwrap();
    let before = night.overwrite(spoiled, b"one byte else");
    let bad = drilled(night, 4);
    let _ = night.overwrite(spoiled, &before);
    assert_eq!(bad["came_out"], "failed");
    let why = bad["why"].as_str().unwrap();
    assert!(why.contains(&format!("1 of {}", keys.len())) && why.contains(spoiled.as_str()), "{why}");

    let mended = drilled(night, 0);
    assert_eq!(mended["came_out"], "passed");
});

#[test]
fn a_drill_reads_the_replicas_as_the_recovery_profile_and_names_the_one_that_was_changed() {
    let _ = DRILLED.holds();
}
