//! A good night, and everything that a user does around it, on one local AWS that is kept up.

use serde_json::Value;

use crate::program::{Down, root, run, turn};

#[test]
fn a_good_night_can_be_watched_explained_repeated_and_taken_down() {
    let _turn = turn();
    let _down = Down;
    let answer = run(&["demo", "--no-machines", "--keep", "--output", "json"], &[]);
    assert_eq!(answer.exit, 0, "{}\n{}", answer.said, answer.told);
    let told = answer.json();
    let run_id = told["run"]["id"].as_str().unwrap().to_owned();
    let jobs = told["jobs"].as_array().unwrap();
    assert_eq!(jobs.len(), 3);
    assert!(jobs.iter().all(|job| job["outcome"] == "succeeded"), "{jobs:#?}");
    assert_eq!(told["proof"]["equal"], told["proof"]["files"]);
    for compared in told["bucket_proofs"].as_array().unwrap() {
        assert_eq!(compared["proof"]["equal"], compared["proof"]["files"], "{compared:#}");
    }
    assert!(told["bucket_proofs"][1]["proof"]["files"].as_u64().unwrap() > 1_000, "{told:#}");
    let page = std::fs::read_to_string(told["report"].as_str().unwrap()).unwrap();
    assert!(page.contains("home-directories") && !page.contains("<script"));

    let local = Local::read();
    local.status_shows_the_night(&run_id);
    local.the_report_has_four_forms(&run_id);
    local.applying_again_changes_nothing();
    local.a_second_night_finds_nothing_to_do();
    local.destroy_takes_our_statements_out_of_the_other_accounts();
    local.destroy_leaves_nothing_of_the_plan();
}

#[test]
fn tagged_machines_are_backed_up_one_is_restored_and_one_rehearsed() {
    let _turn = turn();
    let answer = run(&["demo", "--output", "json"], &[]);
    assert_eq!(answer.exit, 0, "{}\n{}", answer.said, answer.told);
    let told = answer.json();
    let jobs = told["jobs"].as_array().unwrap();
    assert_eq!(jobs.len(), 6, "three jobs, and one for each tagged machine: {jobs:#?}");
    assert!(jobs.iter().all(|job| job["outcome"] == "succeeded"), "{jobs:#?}");
    for machine in told["machines"].as_array().unwrap() {
        let images = machine["images"].as_array().unwrap().len();
        assert_eq!(images, usize::from(machine["is_tagged"].as_bool().unwrap()), "{machine:#}");
    }
    let left: Vec<_> =
        told["ways_back"].as_array().unwrap().iter().map(|way| way["left"].as_array().unwrap().len()).collect();
    assert_eq!(left, [1, 0], "a restore leaves its machine, a drill leaves nothing: {told:#}");
}

/// The kept local AWS, as `nightferry local env` names it.
struct Local {
    variables: Vec<(String, String)>,
    plan: String,
}

impl Local {
    fn read() -> Self {
        let env = run(&["local", "env"], &[]);
        let export = |line: &str| {
            let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        };
        let plan = root().join("target/demo/nightferry.yaml").to_string_lossy().into_owned();
        Self { variables: env.said.lines().filter_map(export).collect(), plan }
    }

    fn ask(&self, arguments: &[&str], exit: i32) -> Value {
        let answer = run(&[&["--output", "json", "--file", &self.plan], arguments].concat(), &self.variables);
        assert_eq!(answer.exit, exit, "{arguments:?}: {}\n{}", answer.said, answer.told);
        answer.json()
    }

    fn status_shows_the_night(&self, run_id: &str) {
        assert_eq!(self.ask(&["status"], 0)["last"]["run"], run_id);
        assert_eq!(self.ask(&["list"], 0)[0]["run"], run_id);
        assert_eq!(self.ask(&["show", run_id], 0)["jobs"].as_array().unwrap().len(), 3);
        assert_eq!(self.ask(&["why", "home-directories"], 0)["phase"]["outcome"], "succeeded");
        let checked = self.ask(&["check"], 0);
        assert!(checked.as_array().unwrap().iter().all(|job| job["obstacles"] == serde_json::json!([])), "{checked:#}");
        let _ = self.ask(&["show", "nightly-1999-01-01T00-00-00Z"], 10);
    }

    fn the_report_has_four_forms(&self, run_id: &str) {
        let report = self.ask(&["report", run_id], 0);
        assert_eq!(report["schema"], "nightferry.report/1");
        for (format, word) in [("html", "<!doctype html>"), ("md", "home-directories"), ("junit", "<testsuites")] {
            let arguments = ["report", run_id, "--format", format];
            let answer = run(&arguments, &self.variables);
            assert!(answer.said.to_lowercase().contains(&word.to_lowercase()), "{format}: {}", answer.said);
        }
    }

    fn applying_again_changes_nothing(&self) {
        let changes = self.ask(&["plan"], 0);
        let actions: Vec<&Value> = changes["changes"].as_array().unwrap().iter().map(|c| &c["action"]).collect();
        assert!(!actions.is_empty() && actions.iter().all(|action| *action == "keep"), "{changes:#}");
        let _ = self.ask(&["apply", "--yes"], 0);
    }

    fn a_second_night_finds_nothing_to_do(&self) {
        let night = self.ask(&["run", "--wait"], 0);
        let jobs = night["jobs"].as_array().unwrap();
        assert!(jobs.iter().all(|job| job["phase"]["outcome"] == "nothing-to-do"), "{jobs:#?}");
    }

    fn destroy_takes_our_statements_out_of_the_other_accounts(&self) {
        for account in ["111111111111", "222222222222"] {
            let other = Self { variables: self.variables.clone(), plan: self.plan.clone() }.owned_by(account);
            let side = ["--side", "other", "--own-account", "123456789012", "--yes"];
            let gone = other.ask(&[&["destroy"], &side[..]].concat(), 0);
            assert!(!gone["changes"].as_array().unwrap().is_empty(), "{gone:#}");
            let left = other.ask(&[&["destroy"], &side[..]].concat(), 0);
            assert!(left["changes"].as_array().unwrap().iter().all(|change| change["action"] == "keep"), "{left:#}");
        }
    }

    /// The same as somebody of another account.
    fn owned_by(mut self, account: &str) -> Self {
        for (name, value) in &mut self.variables {
            if name == "AWS_ACCESS_KEY_ID" {
                account.clone_into(value);
            }
        }
        self
    }

    fn destroy_leaves_nothing_of_the_plan(&self) {
        let _ = self.ask(&["destroy", "--yes"], 0);
        let left = self.ask(&["destroy", "--yes"], 0);
        let deleted = left["changes"].as_array().unwrap().iter().filter(|change| change["action"] == "delete").count();
        assert_eq!(deleted, 0, "{left:#}");
    }
}
