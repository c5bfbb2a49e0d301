//! `docs/promises.md` and the tests agree; and the promises that are about documents.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use nightferry_domain::job::Job;
use nightferry_domain::job_spec::DeployedPlan;
use nightferry_domain::run::Run;
use nightferry_simulation::campaign::{Campaign, cores, run};
use nightferry_simulation::machine::Machine;
use nightferry_simulation::seeds::live;

const PAGE: &str = include_str!("../../../../docs/promises.md");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Names of all tests of the repository's own crates.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut folders = ["shared", "tests", "local", "cli", "functions"].map(|folder| root().join(folder)).to_vec();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                names.extend(tests_of(&std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    names
}

fn tests_of(text: &str) -> Vec<String> {
    let after = text.split("#[test]").skip(1);
    let name = |rest: &str| Some(rest.split_once("fn ")?.1.split('(').next()?.to_owned());
    after.filter_map(name).collect()
}

/// The rows of the page: id, and the tests that it names.
fn rows() -> Vec<(String, Vec<String>)> {
    let rows = PAGE.lines().filter(|line| line.starts_with("| R"));
    rows.map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let named = cells[4].split(", ").map(|name| name.trim_matches('`').to_owned());
        (cells[1].to_owned(), named.collect())
    })
    .collect()
}

#[test]
fn every_promise_names_tests_that_are_there() {
    let tests = tests();
    for (id, named) in rows() {
        assert!(!named.is_empty(), "{id} names no test");
        for name in named {
            assert!(tests.contains(&name), "{id} names {name}, which is not there");
        }
    }
}

#[test]
fn every_test_that_is_named_after_a_promise_is_on_the_page() {
    let ids: Vec<String> = (1..=12).map(|number| format!("R{number}")).collect();
    assert_eq!(rows().into_iter().map(|(id, _)| id).collect::<Vec<_>>(), ids);
    let named: BTreeSet<String> = rows().into_iter().flat_map(|(_, named)| named).collect();
    let is_a_promises = |name: &&String| ids.iter().any(|id| name.starts_with(&format!("{}_", id.to_lowercase())));
    let absent: Vec<_> = tests().iter().filter(is_a_promises).filter(|name| !named.contains(*name)).cloned().collect();
    assert!(absent.is_empty(), "not on the page: {absent:?}");
}

#[test]
fn r11_every_night_comes_to_rest() {
    let campaign =
        Campaign { from: 1_000_000, seeds: 200, limit_secs: None, plant: None, threads: cores(), stops_at_first: true };
    let found = run(&campaign, |_, _| {});
    assert!(found.failing.is_empty(), "{:#?}", found.failing);
    let longest = (0..50).map(|seed| live(seed, &Rc::new(Machine::nightly_run()), None, true).trace.len()).max();
    assert!(longest < Some(100_000), "{longest:?} lines for one night");
}

/// Rows as this version writes them stay readable for ever: a later version keeps these files and adds its own.
#[test]
fn r12_records_of_other_versions_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/0.1.0");
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    for name in ["job.json", "batch-job.json"] {
        let job: Job = serde_json::from_str(&text(name)).unwrap();
        let written: serde_json::Value = serde_json::from_str(&text(name)).unwrap();
        assert_eq!(serde_json::to_value(&job).unwrap(), written, "{name}");
    }
    let job: Job = serde_json::from_str(&text("job.json")).unwrap();
    let run: Run = serde_json::from_str(&text("run.json")).unwrap();
    let plan: DeployedPlan = serde_json::from_str(&text("plan.json")).unwrap();
    assert_eq!((job.run, u64::from(run.job_count)), (run.id, plan.jobs.len() as u64));
}
