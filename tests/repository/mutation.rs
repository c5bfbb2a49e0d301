//! What mutation testing found, as the repository tells it: complete, explained, and above the line that was drawn.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::tidy::root;

/// Of the mutants that build, so many in a hundred have to be noticed.
const NOTICED_PERCENT_MIN: u64 = 95;

fn told() -> Value {
    let text =
        std::fs::read(root().join("docs/mutation.json")).expect("docs/mutation.json, which scripts/mutants writes");
    serde_json::from_slice(&text).expect("JSON")
}

/// How many mutants of both crates ended so.
fn sum(told: &Value, outcome: &str) -> u64 {
    let modules = told["modules"].as_object().expect("modules");
    modules.values().filter_map(|counts| counts[outcome].as_u64()).sum()
}

#[test]
fn nearly_every_mutant_is_noticed() {
    let told = told();
    let noticed = sum(&told, "caught") + sum(&told, "timeout");
    let tried = noticed + sum(&told, "missed");
    assert!(noticed > 0 && noticed * 100 >= tried * NOTICED_PERCENT_MIN, "{noticed} of {tried}");
}

#[test]
fn every_survivor_is_listed_with_its_reason() {
    let told = told();
    let survivors = told["survivors"].as_array().expect("survivors");
    assert_eq!(survivors.len() as u64, sum(&told, "missed"));
    let page = std::fs::read_to_string(root().join("docs/mutation.md")).expect("docs/mutation.md");
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for survivor in survivors {
        let (mutant, reason) =
            (survivor["mutant"].as_str().expect("a name"), survivor["reason"].as_str().expect("text"));
        assert!(!reason.is_empty(), "{mutant} has no reason");
        *reasons.entry(reason).or_default() += 1;
    }
    for reason in reasons.keys() {
        assert!(page.contains(reason), "docs/mutation.md lacks: {reason}");
    }
}
