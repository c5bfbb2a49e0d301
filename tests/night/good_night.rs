//! A good night, and everything that a user does around it, on one local AWS that is kept up.

use serde_json::Value;

use crate::program::{Down, root, run, turn};

#[test]
fn a_good_night_can_be_watched_explained_repeated_and_taken_down() {
    let _turn = turn();
    let _down = Down;
    let answer = run(&["demo", "--keep", "--output", "json"], &[]);
    assert_eq!(answer.exit, 0, "{}\n{}", answer.said, answer.told);
    let told = answer.json();
    let run_id = told["run"]["id"].as_str().unwrap().to_owned();
    assert_eq!(told["jobs"][0]["outcome"], "succeeded");
    assert_eq!(told["proof"]["equal"], told["proof"]["files"]);
    let page = std::fs::read_to_string(told["report"].as_str().unwrap()).unwrap();
    assert!(page.contains("home-directories") && !page.contains("<script"));

    let local = Local::read();
    local.status_shows_the_night(&run_id);
    local.the_report_has_four_forms(&run_id);
    local.applying_again_changes_nothing();
    local.a_second_night_finds_nothing_to_do();
    local.destroy_leaves_nothing_of_the_plan();
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
        assert_eq!(self.ask(&["show", run_id], 0)["jobs"].as_array().unwrap().len(), 1);
        assert_eq!(self.ask(&["why", "home-directories"], 0)["phase"]["outcome"], "succeeded");
        assert_eq!(self.ask(&["check"], 0)[0]["obstacles"], serde_json::json!([]));
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
        assert_eq!(night["jobs"][0]["phase"]["outcome"], "nothing-to-do");
    }

    fn destroy_leaves_nothing_of_the_plan(&self) {
        let _ = self.ask(&["destroy", "--yes"], 0);
        let left = self.ask(&["destroy", "--yes"], 0);
        let deleted = left["changes"].as_array().unwrap().iter().filter(|change| change["action"] == "delete").count();
        assert_eq!(deleted, 0, "{left:#}");
    }
}
