//! Drills of machines by the plan's schedule, and with a person's own program that looks into the machine.

use nightferry_domain::ids::RunId;
use nightferry_domain::outcome::Outcome;
use nightferry_workflow::World as _;
use nightferry_workflow::ports::RunTable as _;
use serde_json::{Value, json};

use crate::machine_faults::with_a_point;
use crate::machines::{JOB, Machines};
use crate::scenario::Scenario;
use crate::truth;

pub(crate) static SCHEDULED: Scenario<Machines> = Scenario::new("a drill that the plan's schedule begins", |night| {
    with_a_point(night);
    let (stage, before, known) = (&night.stage, night.running(), night.restores().len());
    // Scheduler promises at least one delivery: two of one fire time are one drill.
    let at = stage.fire_entry(&format!("drill.{JOB}"), 2);
    let run = RunId::scheduled_drill(&JOB.parse().unwrap(), at);
    stage.until_closed(&run);
    let [job] = &stage.wait(stage.world.table().jobs_of(&run)).unwrap()[..] else { panic!("one machine a drill") };
    let drill = serde_json::to_value(&job.record.drill).unwrap();
    assert_eq!(drill["verdict"]["came_out"], "passed", "{drill:#}");
    assert_eq!(drill["content"], json!({"is": "passed", "said": "it was looked into"}), "{drill:#}");
    assert_eq!(night.restores().len(), known + 1, "one drill, one restore job");
    assert_eq!(night.running(), before, "a drill leaves nothing: {drill:#}");
    let report = truth::report(stage, &run);
    assert_eq!(report.run.outcome, Outcome::Succeeded, "{report:#?}");
    truth::assert_told_once(stage, &run);
});

#[test]
fn a_drill_by_schedule_is_opened_once_checked_by_the_users_function_told_and_tidied() {
    let _ = SCHEDULED.holds();
}

/// Notes down what it was told, and finds nothing in the second machine.
const LOOK: &str = r#"set -e; env | grep ^NIGHTFERRY_ >>"$0/told"; echo looked into $NIGHTFERRY_INSTANCE; test ! -e "$0/was-here" || exit 3; touch "$0/was-here""#;

pub(crate) static COMMANDED: Scenario<Machines> =
    Scenario::new("drills with a program of the caller's that says yes, then no", |night| {
        with_a_point(night);
        let folder = night.stage.folder.join("looked");
        std::fs::create_dir_all(&folder).unwrap();
        night.with_command(&["sh", "-c", LOOK, folder.to_str().unwrap()], || {
            let (exit, passed, left) = night.brought_back("drill");
            assert_eq!(
                (exit, &passed["drill"]["verdict"]["came_out"], left),
                (0, &json!("passed"), vec![]),
                "{passed:#}"
            );
            let said = format!("looked into {}", machine(&passed));
            assert_eq!(passed["drill"]["content"], json!({"is": "passed", "said": said}), "{passed:#}");
            assert_was_told(&std::fs::read_to_string(folder.join("told")).unwrap(), night, &passed);

            let (exit, failed, left) = night.brought_back("drill");
            assert_eq!(
                (exit, &failed["drill"]["verdict"]["came_out"], left),
                (4, &json!("failed"), vec![]),
                "{failed:#}"
            );
            let said = format!("it ended with 3; looked into {}", machine(&failed));
            assert_eq!(failed["drill"]["content"], json!({"is": "failed", "said": said}), "{failed:#}");
        });
    });

/// The machine that the drill's verdict is about.
fn machine(job: &Value) -> &str {
    job["drill"]["verdict"]["machine"].as_str().unwrap_or_else(|| panic!("no machine: {job:#}"))
}

fn assert_was_told(told: &str, night: &Machines, job: &Value) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    for (name, wanted) in [
        ("RUN", text(&job["run"])),
        ("JOB", text(&job["spec"]["name"])),
        ("INSTANCE", machine(job).to_owned()),
        ("ORIGINAL", night.tagged[0].clone()),
        ("RECOVERY_POINT", text(&job["drill"]["verdict"]["recovery_point"])),
    ] {
        let line = format!("NIGHTFERRY_{name}={wanted}");
        assert!(told.lines().any(|it| it == line), "no {line} in {told}");
    }
}

#[test]
fn a_drills_command_is_told_its_machine_and_its_no_fails_a_drill_that_is_tidied_up_all_the_same() {
    let _ = COMMANDED.holds();
}
