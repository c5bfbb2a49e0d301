//! What a night copied comes back: a file that was lost, with its bytes, its owner and its mode, by the command that is printed.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::Path;

use nightferry_domain::ids::RunId;
use nightferry_domain::job::{Job, Phase};
use nightferry_domain::outcome::Outcome;
use nightferry_domain::report::Report;
use nightferry_workflow::World as _;
use nightferry_workflow::ports::RunTable as _;
use serde_json::{Value, json};

use crate::ask;
use crate::scenario::{Scenario, hold};
use crate::stage::Stage;
use crate::{truth, under_faults};

/// Everything of a file that a restore has to bring back.
#[derive(Debug, PartialEq, Eq)]
struct Kept {
    bytes: Vec<u8>,
    mode: u32,
    owner: (u32, u32),
    changed_at: (i64, i64),
}

impl Kept {
    fn of(file: &Path) -> Self {
        let told = std::fs::metadata(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        Self {
            bytes: std::fs::read(file).unwrap(),
            mode: told.mode(),
            owner: (told.uid(), told.gid()),
            changed_at: (told.mtime(), told.mtime_nsec()),
        }
    }
}

fn shown_command(told: &Value) -> Vec<String> {
    told["command"].as_array().unwrap().iter().skip(1).map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// Does what `--dry-run` prints, and reads the report of it.
fn carry_out(stage: &Stage, arguments: &[&str]) -> Report {
    let asked = stage.program(&[arguments, &["--dry-run"]].concat());
    assert_eq!(asked.exit, 0, "{}\n{}", asked.said, asked.told);
    let told = asked.json();
    assert!(told["last_copied"]["files"].as_u64().unwrap() > 0, "{told:#}");
    let command = shown_command(&told);
    let done = stage.program(&command.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(done.exit, 0, "{}\n{}", done.said, done.told);
    truth::report(stage, &done.json()["run"]["id"].as_str().unwrap().parse().unwrap())
}

/// ARNs of all locations.
fn locations(stage: &Stage) -> Vec<String> {
    let listed = stage.wait(ask::pages(stage, "ListLocations", &json!({}), "Locations"));
    listed.iter().map(|location| location["LocationArn"].as_str().unwrap().to_owned()).collect()
}

pub(crate) static RESTORED: Scenario = Scenario::new("a file that was lost, and is brought back", |stage| {
    let job = stage.jobs[0].clone();
    let lost = stage.tree(&job).join("accounts/wages 2026.db");
    std::fs::create_dir_all(lost.parent().unwrap()).unwrap();
    std::fs::write(&lost, "wages".repeat(5_000)).unwrap();
    std::fs::set_permissions(&lost, std::fs::Permissions::from_mode(0o640)).unwrap();
    chown(&lost, Some(1_234), Some(4_321)).unwrap();
    stage.grow();
    let run = stage.fire(1);
    stage.until_closed(&run);
    let _ = truth::assert_true(stage, &run);
    let (kept, before) = (Kept::of(&lost), (stage.wait(ask::tasks(stage)), locations(stage)));
    std::fs::remove_file(&lost).unwrap();

    beside_the_live_tree(stage, &job, &kept);
    over_the_live_tree(stage, &job, &lost, &kept);
    what_is_not_in_the_copy(stage, &job);
    rehearsed(stage, &job, &kept);
    rehearsed_by_schedule(stage, &job, &kept);
    a_night_waits_for_a_restore_of_what_it_copies(stage, &job);
    assert_eq!((stage.wait(ask::tasks(stage)), locations(stage)), before, "what was made for a restore is gone");
});

/// Into a folder of its own: the named file comes, and nothing else.
fn beside_the_live_tree(stage: &Stage, job: &str, kept: &Kept) {
    let folder = stage.folder.join("files/brought back");
    std::fs::create_dir(&folder).unwrap();
    let report = carry_out(stage, &["restore", job, "--to", "/brought back", "--only", "/accounts/wages 2026.db"]);
    assert_eq!((report.run.outcome, report.jobs.len()), (Outcome::Succeeded, 1));
    assert_eq!(&Kept::of(&folder.join("accounts/wages 2026.db")), kept);
    let listed: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(listed, ["accounts"]);
    let notes: Vec<&str> = report.jobs[0].notes.iter().map(|note| note.text.as_str()).collect();
    assert!(notes.iter().any(|note| note.contains("deleted again")), "{notes:?}");
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Over what is alive: only with the job's name, and what is there besides stays.
fn over_the_live_tree(stage: &Stage, job: &str, lost: &Path, kept: &Kept) {
    let younger = lost.with_file_name("younger than the copy");
    std::fs::write(&younger, "stays").unwrap();
    let live = format!("/{job}");
    let asked = ["restore", job, "--to", live.as_str(), "--only", "/accounts*"];
    let refused = stage.program(&asked);
    assert!(refused.exit != 0 && refused.told.contains("--overwrite-source homes"), "{}", refused.told);
    assert!(!lost.exists());
    let report = carry_out(stage, &[&asked[..], &["--overwrite-source", job]].concat());
    assert_eq!(report.run.outcome, Outcome::Succeeded);
    assert_eq!(&Kept::of(lost), kept);
    assert_eq!(std::fs::read(&younger).unwrap(), b"stays");
}

/// A restore that finds nothing is not green.
fn what_is_not_in_the_copy(stage: &Stage, job: &str) {
    let folder = stage.folder.join("files/nothing");
    std::fs::create_dir(&folder).unwrap();
    let done = stage.program(&["restore", job, "--to", "/nothing", "--only", "/no such file", "--wait"]);
    assert_eq!(done.exit, 1, "{}\n{}", done.said, done.told);
    let report = truth::report(stage, &done.json()["run"]["id"].as_str().unwrap().parse().unwrap());
    assert_eq!(report.jobs[0].cause.as_ref().unwrap().id, "nothing-restored");
    std::fs::remove_dir(&folder).unwrap();
}

/// A drill brings the whole copy into a scratch folder, says its verdict, and leaves what came to a person.
fn rehearsed(stage: &Stage, job: &str, kept: &Kept) {
    let folder = stage.folder.join("files/scratch");
    std::fs::create_dir(&folder).unwrap();
    let live = format!("/{job}");
    let refused = stage.program(&["drill", job, "--to", &live]);
    assert!(refused.exit != 0 && refused.told.contains("nothing that is alive"), "{}", refused.told);
    let report = carry_out(stage, &["drill", job, "--to", "/scratch"]);
    assert_eq!(report.run.outcome, Outcome::Succeeded);
    assert_eq!(&Kept::of(&folder.join("accounts/wages 2026.db")), kept);
    for words in ["DRILL PASSED", "the restore took", "remove it by hand"] {
        assert!(told(&report, words), "{words}: {report:#?}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// The plan's schedule does the same: once for a fire time, after the night that still writes the copy, by a task that stays.
fn rehearsed_by_schedule(stage: &Stage, job: &str, kept: &Kept) {
    let folder = stage.folder.join("files/weekly");
    std::fs::create_dir(&folder).unwrap();
    let path = stage.folder.join("nightferry.yaml");
    let plan = std::fs::read_to_string(&path).unwrap();
    let weekly = "schedules:\n  weekly: { cron: \"0 14 ? * SUN *\", timezone: Asia/Tokyo }\n";
    let copied = format!("prefix: /{job} }}\n");
    let drill = format!("{copied}      drill: {{ schedule: weekly, to: /weekly }}\n");
    stage.write_plan(&plan.replace("schedules:\n", weekly).replace(&copied, &drill));
    stage.apply_as(None, &["apply", "--yes"]);

    stage.grow();
    hold(stage, Some("TRANSFERRING"));
    let night = stage.fire(1);
    stage.until("the night writes the copy", || is_running(stage, &night, job));
    let run = RunId::scheduled_drill(&job.parse().unwrap(), stage.fire_entry(&format!("drill.{job}"), 2));
    stage.until("the drill waits for the night", || is_noted(stage, &run, job, "which still wrote the copy"));
    hold(stage, None);
    stage.until_closed(&night);
    stage.until_closed(&run);
    let _ = truth::assert_true(stage, &night);
    let report = truth::report(stage, &run);
    assert_eq!((report.run.outcome, report.jobs[0].attempts.len()), (Outcome::Succeeded, 1), "{report:#?}");
    assert_eq!(&Kept::of(&folder.join("accounts/wages 2026.db")), kept);
    let live = std::fs::read_dir(stage.tree(job)).unwrap().count();
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), live, "what the night has just copied came back, too");
    for words in ["DRILL PASSED", "the restore took", "stays for the next one"] {
        assert!(told(&report, words), "{words}: {report:#?}");
    }
    truth::assert_told_once(stage, &run);

    stage.write_plan(&plan);
    stage.apply_as(None, &["apply", "--yes"]);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// It copies nothing before the restore has ended, and everything then; the other jobs do not wait.
fn a_night_waits_for_a_restore_of_what_it_copies(stage: &Stage, job: &str) {
    let folder = stage.folder.join("files/held");
    std::fs::create_dir(&folder).unwrap();
    hold(stage, Some("TRANSFERRING"));
    let opened = stage.program(&["restore", job, "--to", "/held"]);
    assert_eq!(opened.exit, 0, "{}\n{}", opened.said, opened.told);
    let restore: RunId = opened.json()["run_id"].as_str().unwrap().parse().unwrap();
    stage.until("the restore runs", || is_running(stage, &restore, job));
    stage.grow();
    let night = stage.fire(1);
    stage.until("the night waits", || is_noted(stage, &night, job, restore.as_str()));
    stage.until("the other jobs run", || stage.jobs[1..].iter().all(|other| is_running(stage, &night, other)));
    assert!(!is_running(stage, &night, job));
    hold(stage, None);
    stage.until_closed(&restore);
    stage.until_closed(&night);
    let report = truth::assert_true(stage, &night);
    assert_eq!(report.run.outcome, Outcome::Succeeded, "{report:#?}");
    assert!(report.jobs.iter().all(|told| told.attempts.len() == 1), "waiting is no attempt: {report:#?}");
    std::fs::remove_dir_all(&folder).unwrap();
}

fn job_of(stage: &Stage, run: &RunId, job: &str) -> Option<Job> {
    let found = stage.wait(stage.world.table().load_job(run, &job.parse().unwrap())).ok()?;
    found.map(|job| job.record)
}

fn is_running(stage: &Stage, run: &RunId, job: &str) -> bool {
    job_of(stage, run, job).is_some_and(|job| matches!(job.phase, Phase::Running { .. }))
}

fn is_noted(stage: &Stage, run: &RunId, job: &str, words: &str) -> bool {
    job_of(stage, run, job).is_some_and(|job| job.notes.iter().any(|note| note.text.contains(words)))
}

fn told(report: &Report, words: &str) -> bool {
    report.jobs[0].notes.iter().any(|note| note.text.contains(words))
}

#[test]
fn a_file_that_was_lost_after_the_night_comes_back_as_it_was_by_the_printed_command() {
    // What is open in a night that nobody carries is brought back only once the sweep has ended that.
    let _ = under_faults::DEAD.holds();
    let _ = RESTORED.holds();
}
