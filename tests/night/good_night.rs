//! A good night, and everything that a user does around it, on one local AWS that is kept up.

use hyper::Method;
use nightferry_local::LocalAws;
use nightferry_local::backup::Tick;
use nightferry_local::upstream::Ask;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::covered;
use crate::program::{Answer, Down, root, run, turn};

/// The demo's jobs that are none of machines.
const COPIES: usize = 4;
/// The demo's machines that carry the tag; the restored one, which takes its original's tags over, is one more.
const TAGGED: usize = 3;

#[test]
fn a_good_night_can_be_watched_explained_repeated_and_taken_down() {
    let _turn = turn();
    let _down = Down;
    let answer = run(&["demo", "--keep", "--output", "json"], &[]);
    assert_eq!(answer.exit, 0, "{}\n{}", answer.said, answer.told);
    let told = answer.json();
    every_copy_is_whole(&told);
    tagged_machines_are_backed_up_one_is_restored_and_one_rehearsed(&told);

    let local = Local::read();
    let run_id = told["run"]["id"].as_str().unwrap().to_owned();
    local.status_shows_the_drill_the_restore_and_the_night(&told);
    local.the_report_has_four_forms(&run_id);
    local.check_finds_nothing_in_the_way();
    local.applying_again_changes_nothing();
    local.a_second_night_copies_nothing_and_backs_every_machine_up_again();
    covered::every_gap_is_told_and_gone_once_it_is_mended(&local, &told);
    local.a_lock_for_ever_is_not_made_by_yes_alone();
    local.a_dry_run_shows_what_a_restore_would_ask_for(&told);
    Local::destroy_takes_our_statements_out_of_the_other_accounts();
    local.destroy_keeps_a_vault_that_holds_points_and_says_why();
    local.destroy_leaves_nothing_once_the_points_are_deleted_by_hand();
}

fn every_copy_is_whole(told: &Value) {
    let jobs = told["jobs"].as_array().unwrap();
    assert_eq!(jobs.len(), COPIES + TAGGED, "four jobs, and one for each tagged machine: {jobs:#?}");
    assert!(jobs.iter().all(|job| job["outcome"] == "succeeded"), "{jobs:#?}");
    assert_eq!(told["proof"]["equal"], told["proof"]["files"]);
    for compared in told["bucket_proofs"].as_array().unwrap() {
        assert_eq!(compared["proof"]["equal"], compared["proof"]["files"], "{compared:#}");
    }
    let office = &told["bucket_proofs"][2];
    assert!(office["job"] == "office-files" && office["proof"]["files"].as_u64().unwrap() > 30, "{told:#}");
    assert!(told["bucket_proofs"][1]["proof"]["files"].as_u64().unwrap() > 1_000, "{told:#}");
    let page = std::fs::read_to_string(told["report"].as_str().unwrap()).unwrap();
    assert!(page.contains("home-directories") && page.contains("office-files") && !page.contains("<script"));
}

fn tagged_machines_are_backed_up_one_is_restored_and_one_rehearsed(told: &Value) {
    for machine in told["machines"].as_array().unwrap() {
        let images = machine["images"].as_array().unwrap().len();
        assert_eq!(images, usize::from(machine["is_tagged"].as_bool().unwrap()), "{machine:#}");
    }
    let ways = told["ways_back"].as_array().unwrap();
    let left: Vec<_> = ways.iter().map(|way| way["left"].as_array().unwrap().len()).collect();
    assert_eq!(left, [1, 0], "a restore leaves its machine, a drill leaves nothing: {told:#}");
    let compared = &ways[1]["night"]["jobs"][0]["drill"]["verdict"]["compared"];
    let tokens = compared.as_array().unwrap().iter().find(|one| one["what"] == "IMDSv2").unwrap();
    assert_eq!((&tokens["found"], &tokens["is_right"]), (&"required".into(), &true.into()), "{compared:#}");
    assert!(compared.as_array().unwrap().iter().all(|one| one["is_known"] == true), "{compared:#}");
}

/// The kept local AWS, as `nightferry local env` names it.
pub(crate) struct Local {
    variables: Vec<(String, String)>,
    plan: String,
    runtime: Runtime,
}

fn attached() -> LocalAws {
    LocalAws::attach(&root().join("target/local-aws")).unwrap().unwrap()
}

impl Local {
    fn read() -> Self {
        let env = run(&["local", "env"], &[]);
        let export = |line: &str| {
            let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        };
        let plan = root().join("target/demo/nightferry.yaml").to_string_lossy().into_owned();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { variables: env.said.lines().filter_map(export).collect(), plan, runtime }
    }

    pub(crate) fn ask(&self, arguments: &[&str], exit: i32) -> Value {
        let answer = self.answer(arguments);
        assert_eq!(answer.exit, exit, "{arguments:?}: {}\n{}", answer.said, answer.told);
        answer.json()
    }

    /// The same, whatever its end says.
    pub(crate) fn answer(&self, arguments: &[&str]) -> Answer {
        run(&[&["--output", "json", "--file", &self.plan], arguments].concat(), &self.variables)
    }

    /// The same, in words.
    pub(crate) fn in_words(&self, arguments: &[&str]) -> Answer {
        run(&[&["--file", &self.plan], arguments].concat(), &self.variables)
    }

    /// One call of a service, as whoever administers the account.
    pub(crate) fn call(&self, ask: Ask) -> Vec<u8> {
        self.runtime.block_on(attached().aws().read(ask)).unwrap().to_vec()
    }

    pub(crate) fn moves_the_backup_clock(&self, tick: Tick) {
        self.runtime.block_on(attached().admin().move_backup_clock(tick)).unwrap();
    }

    fn status_shows_the_drill_the_restore_and_the_night(&self, told: &Value) {
        let runs: Vec<&Value> =
            told["ways_back"].as_array().unwrap().iter().map(|way| &way["night"]["run"]["id"]).collect();
        let [restore, drill] = runs.as_slice() else { panic!("{runs:?}") };
        let night = &told["run"]["id"];
        let status = self.ask(&["status"], 0);
        assert_eq!(&status["last"]["run"], night, "a drill does not stand in for it");
        let since: Vec<&Value> = status["since"].as_array().unwrap().iter().map(|line| &line["run"]).collect();
        assert_eq!(since, [*drill, *restore], "latest first");
        let listed = self.ask(&["list"], 0);
        let listed: Vec<&Value> = listed.as_array().unwrap().iter().map(|line| &line["run"]).collect();
        assert_eq!(listed, [*drill, *restore, night], "latest first");
        let shown = self.ask(&["show", night.as_str().unwrap()], 0);
        assert_eq!(shown["jobs"].as_array().unwrap().len(), COPIES + TAGGED);
        assert_eq!(self.ask(&["why", "home-directories"], 0)["phase"]["outcome"], "succeeded");
        let _ = self.ask(&["show", "nightly-1999-01-01T00-00-00Z"], 10);
    }

    fn check_finds_nothing_in_the_way(&self) {
        let checked = self.ask(&["check"], 0);
        let checked = checked.as_array().unwrap();
        assert_eq!(checked.len(), COPIES + 1, "one line a job of the plan: {checked:#?}");
        assert!(checked.iter().all(|job| job["obstacles"] == serde_json::json!([])), "{checked:#?}");
    }

    fn the_report_has_four_forms(&self, run_id: &str) {
        let report = self.ask(&["report", run_id], 0);
        assert_eq!(report["schema"], "nightferry.report/1");
        let covered = report["coverage"][0]["machines"].as_array().unwrap();
        assert!(covered.len() == TAGGED && covered.iter().all(|machine| machine["cover"] == "covered"), "{report:#}");
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

    fn a_second_night_copies_nothing_and_backs_every_machine_up_again(&self) {
        let night = self.ask(&["run", "--wait"], 0);
        let jobs = night["jobs"].as_array().unwrap();
        let (machines, copies): (Vec<_>, Vec<_>) =
            jobs.iter().partition(|job| job["spec"]["name"].as_str().unwrap().starts_with("servers."));
        assert_eq!((machines.len(), copies.len()), (TAGGED + 1, COPIES), "{jobs:#?}");
        assert!(copies.iter().all(|job| job["phase"]["outcome"] == "nothing-to-do"), "{jobs:#?}");
        assert!(machines.iter().all(|job| job["phase"]["outcome"] == "succeeded"), "{jobs:#?}");
    }

    /// `--yes` says yes to everything but to what nobody can ever take back; nothing at all is changed then.
    fn a_lock_for_ever_is_not_made_by_yes_alone(&self) {
        let plan = std::fs::read_to_string(&self.plan).unwrap();
        let locked = format!("{plan}vaults:\n  EC2: {{ lock: {{ mode: compliance, min_keep: 7d }} }}\n");
        std::fs::write(&self.plan, locked).unwrap();
        let refused = self.in_words(&["apply", "--yes"]);
        std::fs::write(&self.plan, plan).unwrap();
        assert!(refused.exit == 1 && refused.told.contains("--accept-vault-lock EC2"), "{}", refused.told);
        let vault = self.call(Ask::new(Method::GET, "backup", "/backup-vaults/EC2"));
        let vault: Value = serde_json::from_slice(&vault).unwrap();
        assert_ne!(vault["Locked"], true, "{vault:#}");
    }

    fn a_dry_run_shows_what_a_restore_would_ask_for(&self, told: &Value) {
        let machine = told["ways_back"][0]["instance_id"].as_str().unwrap();
        let restore = ["restore", "servers", "--instance", machine, "--dry-run"];
        let latest = self.ask(&[&restore[..], &["--type", "t3.large", "--no-tags"]].concat(), 0);
        let work = &latest["job"]["work"];
        assert_eq!((&work["metadata"]["InstanceType"], &work["copies_tags"]), (&"t3.large".into(), &false.into()));
        assert!(work["changes"].to_string().contains("NetworkInterfaces"), "{latest:#}");
        // The first night's point, asked for by a time just after it and by its name.
        let first = &told["ways_back"][0]["night"]["jobs"][0]["spec"]["work"];
        let at = told["ways_back"][0]["night"]["run"]["opened_at"].as_str().unwrap();
        let point = first["recovery_point"].as_str().unwrap();
        assert_ne!(work["recovery_point"], point, "the second night's point is the latest");
        for which in [["--at", at], ["--recovery-point", point]] {
            let asked = self.ask(&[&restore[..], &which].concat(), 0);
            assert_eq!(asked["job"]["work"]["recovery_point"], point, "{asked:#}");
        }
    }

    fn destroy_takes_our_statements_out_of_the_other_accounts() {
        for account in ["111111111111", "222222222222"] {
            let other = Self::read().owned_by(account);
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

    fn destroy_keeps_a_vault_that_holds_points_and_says_why(&self) {
        let _ = self.ask(&["destroy", "--yes"], 0);
        let left = self.ask(&["destroy", "--yes"], 0);
        assert_eq!(deleted(&left), Vec::<&str>::new(), "{left:#}");
        // Of two nights and a machine that was restored between them; one has gone after its time since.
        let points = TAGGED + TAGGED + 1 - 1;
        let note = note_of(&left, "vault", "EC2");
        assert!(note.contains(&format!("it holds {points} recovery points")), "{left:#}");
        assert!(note.contains("delete them by hand"), "{left:#}");
        let role = note_of(&left, "role", "nightferry-servers-backup");
        assert!(role.contains("AWS Backup deletes recovery points by it"), "{left:#}");
        let told = run(&["--file", &self.plan, "destroy", "--yes"], &self.variables);
        assert!(told.said.contains("left:") && told.said.contains("recovery points"), "{}\n{}", told.said, told.told);
    }

    /// As the note of the kept vault says: its access policy off, then point by point.
    fn destroy_leaves_nothing_once_the_points_are_deleted_by_hand(&self) {
        let call = |method: Method, path: String| {
            serde_json::from_slice::<Value>(&self.call(Ask::new(method, "backup", path))).unwrap_or_default()
        };
        let _ = call(Method::DELETE, "/backup-vaults/EC2/access-policy".to_owned());
        let points = call(Method::GET, "/backup-vaults/EC2/recovery-points/".to_owned());
        for point in points["RecoveryPoints"].as_array().unwrap() {
            let arn = point["RecoveryPointArn"].as_str().unwrap().replace(':', "%3A").replace('/', "%2F");
            let _ = call(Method::DELETE, format!("/backup-vaults/EC2/recovery-points/{arn}"));
        }
        let gone = self.ask(&["destroy", "--yes"], 0);
        assert_eq!(deleted(&gone), ["EC2", "nightferry-servers-backup"], "{gone:#}");
        assert_eq!(self.ask(&["destroy", "--yes"], 0)["changes"], serde_json::json!([]));
    }
}

/// What a destroying deletes, by name.
fn deleted(told: &Value) -> Vec<&str> {
    let changes = told["changes"].as_array().unwrap().iter();
    changes.filter(|change| change["action"] == "delete").map(|change| change["name"].as_str().unwrap()).collect()
}

/// Why something of this kind is kept.
fn note_of<'a>(told: &'a Value, kind: &str, name: &str) -> &'a str {
    let mut changes = told["changes"].as_array().unwrap().iter();
    let found = changes.find(|change| change["kind"] == kind && change["name"] == name && change["action"] == "keep");
    found.unwrap_or_else(|| panic!("no {kind} {name} is kept: {told:#}"))["note"].as_str().unwrap()
}
