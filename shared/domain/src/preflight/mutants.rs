//! Preflight against set-ups of which one thing is wrong: each has to be found, named and mended by what is printed.

pub(super) mod change;
mod world;

use std::collections::BTreeMap;

use serde_json::json;

use change::{Mutant, mutants, same_in_effect};
use world::{World, setups};

use super::Findings;

/// Findings of every obstacle, as a person would read them.
fn told(findings: &Findings) -> String {
    findings.obstacles.iter().map(|o| format!("[{}] {}", o.id, o.what)).collect::<Vec<_>>().join("; ")
}

fn all_mutants() -> Vec<(String, World, Mutant)> {
    let of = |(name, world): (&'static str, World)| {
        mutants(&world).into_iter().map(|mutant| (name.to_owned(), world.clone(), mutant)).collect::<Vec<_>>()
    };
    setups().into_iter().flat_map(of).collect()
}

#[test]
fn a_correct_set_up_is_clear() {
    for (name, world) in setups() {
        let found = world.findings();
        assert!(found.obstacles.is_empty(), "{name}: {}", told(&found));
    }
}

#[test]
fn nearly_every_mutant_is_found_and_every_found_one_is_named_rightly() {
    let all = all_mutants();
    let (mut missed, mut misnamed) = (vec![], vec![]);
    for (setup, _, mutant) in &all {
        let found = mutant.world.findings();
        if found.obstacles.is_empty() {
            missed.push(format!("{setup}: {}", mutant.what));
        } else if !mutant.is_named_by(&found) {
            misnamed.push(format!("{setup}: {} told as {}", mutant.what, told(&found)));
        }
    }
    println!("{} mutants, {} missed, {} misnamed", all.len(), missed.len(), misnamed.len());
    assert!(all.len() >= 200, "only {} mutants", all.len());
    assert!(missed.len() * 50 <= all.len(), "{} of {} missed:\n{}", missed.len(), all.len(), missed.join("\n"));
    assert!(misnamed.is_empty(), "{} misnamed:\n{}", misnamed.len(), misnamed.join("\n"));
}

#[test]
fn what_is_printed_mends_every_mutant_that_was_found() {
    let mut left = vec![];
    for (setup, _, mutant) in all_mutants() {
        let mut world = mutant.world.clone();
        // Taking a Deny away can show what it hid.
        for _ in 0..3 {
            let found = world.findings();
            world.mend(&found);
        }
        let found = world.findings();
        if !found.obstacles.is_empty() {
            left.push(format!("{setup}: {} left {}", mutant.what, told(&found)));
        }
    }
    assert!(left.is_empty(), "{} not mended:\n{}", left.len(), left.join("\n"));
}

/// Changes that let the night work all the same, each with the reason.
#[test]
fn what_changes_nothing_for_the_night_is_no_alarm() {
    for (name, world) in setups() {
        for (why, changed) in same_in_effect(&world) {
            let found = changed.findings();
            assert!(found.obstacles.is_empty(), "{name}, {why}: {}", told(&found));
        }
    }
}

#[test]
fn fifty_other_ways_to_write_a_correct_set_up_are_clear() {
    let mut variants = 0;
    for (name, world) in setups() {
        for (how, variant) in world.variants() {
            variants += 1;
            let found = variant.findings();
            assert!(found.obstacles.is_empty(), "{name}, {how}: {}", told(&found));
        }
    }
    assert!(variants >= 50, "only {variants}");
}

#[test]
fn what_can_not_be_read_is_told_and_not_taken_for_green() {
    for (name, mut world) in setups() {
        world.hide_other_side();
        let found = world.findings();
        assert!(found.obstacles.is_empty(), "{name}: {}", told(&found));
        assert!(found.notes.iter().any(|note| note.contains("--other-profile")), "{name}: {:?}", found.notes);
    }
}

#[test]
fn a_rule_of_others_that_goes_before_ours_to_the_same_bucket_is_told() {
    let (_, mut world) = setups().into_iter().find(|(name, _)| *name == "replicate").unwrap();
    let bucket = world.buckets.get_mut("example-assets").unwrap();
    let rules = bucket.replication.as_mut().unwrap()["Rules"].as_array_mut().unwrap();
    rules.push(json!({"ID": "theirs", "Priority": 9, "Status": "Enabled", "Filter": {"Prefix": ""},
        "Destination": {"Bucket": "arn:aws:s3:::example-assets-dr"}, "DeleteMarkerReplication": {"Status": "Disabled"}}));
    let found = world.findings();
    assert_eq!(found.obstacles[0].id, "replication-rule-shadowed", "{}", told(&found));
}

#[test]
fn a_missing_statement_of_the_other_side_is_told_to_whom_it_is_for() {
    let (_, mut world) = setups().into_iter().find(|(name, _)| *name == "pull").unwrap();
    world.buckets.get_mut("partner-logs").unwrap().policy = None;
    let found = world.findings();
    let by_id: BTreeMap<_, _> = found.obstacles.iter().map(|o| (o.id.as_str(), &o.fix)).collect();
    assert!(by_id["bucket-access-missing"].contains("222222222222"), "{}", told(&found));
}
