//! What a night copied comes back: a file that was lost, with its bytes, its owner and its mode, by the command that is printed.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::Path;

use nightferry_domain::outcome::Outcome;
use nightferry_domain::report::Report;
use serde_json::{Value, json};

use crate::ask;
use crate::scenario::Scenario;
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
    let notes: Vec<&str> = report.jobs[0].notes.iter().map(|note| note.text.as_str()).collect();
    let is_told = |words: &str| notes.iter().any(|note| note.contains(words));
    assert!(is_told("DRILL PASSED") && is_told("the restore took") && is_told("remove it by hand"), "{notes:?}");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_file_that_was_lost_after_the_night_comes_back_as_it_was_by_the_printed_command() {
    // What is open in a night that nobody carries is brought back only once the sweep has ended that.
    let _ = under_faults::DEAD.holds();
    let _ = RESTORED.holds();
}
