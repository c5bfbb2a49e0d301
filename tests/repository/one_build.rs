//! The tests and the program share one build of every dependency: features that only one of them has would double the longest part of CI.

use std::collections::BTreeSet;
use std::process::Command;

use crate::tidy::root;

/// Crates below nothing that is long to build. boon turns on idna's `default`, which means nothing more.
const EXCEPTED: [&str; 1] = ["idna "];

/// Each dependency with its features, as this selection of packages has it built.
fn features(selection: &[&str]) -> BTreeSet<String> {
    let mut cargo = Command::new(env!("CARGO"));
    let tree = ["tree", "--locked", "--offline", "--prefix", "none", "--format", "{p} {f}"];
    let output = cargo.current_dir(root()).args(tree).args(selection).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8_lossy(&output.stdout);
    tree.lines().map(|line| line.replace(" (*)", "")).collect()
}

#[test]
fn the_tests_build_no_dependency_of_the_program_with_other_features() {
    let tested = features(&["--workspace", "--edges", "normal,build,dev"]);
    let program = features(&["--edges", "normal,build"]);
    let other: Vec<&String> =
        program.difference(&tested).filter(|line| !EXCEPTED.iter().any(|one| line.starts_with(one))).collect();
    assert!(other.is_empty(), "built twice, and everything above it: {other:#?}");
}
