//! What a scheduled drill of files needs: a second task that stands, beside the job's own and never taken for it.

use serde_json::Value;

use super::tests::stack;
use super::{
    Action, Desired, End, Kind, Location, Observed, ObservedLocation, ObservedRole, ObservedTask, Setup, Step,
    deployed, desired, diff, print,
};
use crate::back::drill_of;
use crate::ids::TaskArn;
use crate::job_spec::Work;
use crate::plan::{Plan, parse};

const PLAN: &str = r#"
version: 1
schedules:
  nightly: { cron: "0 6 * * ? *", timezone: Asia/Tokyo }
  weekly: { cron: "0 14 ? * SUN *", timezone: Asia/Tokyo }
jobs:
  homes:
    schedule: nightly
    datasync:
      from: { efs: fs-0123456789abcdef0, path: /homes, subnet: subnet-0a1b2c3d, security_groups: [sg-0a1b2c3d] }
      to: { s3: example-backups, prefix: /homes }
      include: [/projects*]
      transfer: changed
      overwrite: never
      verify: none
      drill: { schedule: weekly, to: /scratch }
  homes-drill:
    schedule: nightly
    datasync:
      from: { efs: fs-0123456789abcdef0, path: /other, subnet: subnet-0a1b2c3d, security_groups: [sg-0a1b2c3d] }
      to: { s3: example-backups, prefix: /other }
"#;

fn plan() -> Plan {
    parse(PLAN).unwrap_or_else(|errors| panic!("{errors}"))
}

fn wanted() -> Desired {
    desired(&plan(), &stack())
}

fn setup(job: &str) -> Setup {
    wanted().setups.into_iter().find(|setup| setup.job.as_str() == job).unwrap()
}

fn task_arn(number: usize) -> TaskArn {
    format!("arn:aws:datasync:ap-northeast-1:123456789012:task/task-000000000000000{number:02x}").parse().unwrap()
}

fn location_arn(number: usize, end: End) -> String {
    format!("arn:aws:datasync:ap-northeast-1:123456789012:location/loc-{number:016x}{}", u8::from(end == End::To))
}

/// All tasks and locations of these jobs, as `apply` made them.
fn there(setups: &[Setup]) -> Observed {
    let location = |(at, setup): (usize, &Setup)| {
        [End::From, End::To].map(|end| ObservedLocation {
            arn: location_arn(at, end),
            job: setup.job.clone(),
            location: setup.end(end).clone(),
        })
    };
    let task = |(at, setup): (usize, &Setup)| ObservedTask {
        arn: task_arn(at),
        job: setup.job.clone(),
        from: location_arn(at, End::From),
        to: location_arn(at, End::To),
        task: setup.task.clone(),
        is_busy: false,
    };
    Observed {
        locations: setups.iter().enumerate().flat_map(location).collect(),
        tasks: setups.iter().enumerate().map(task).collect(),
        ..Observed::default()
    }
}

#[test]
fn a_copy_that_is_rehearsed_by_schedule_has_a_second_task_from_it_into_the_scratch_folder() {
    let (night, drill) = (setup("homes"), setup("homes.drill"));
    assert_eq!(drill.from, night.to, "read where the night wrote it, by the same role");
    let Location::Efs(to) = &drill.to else { panic!("{:?}", drill.to) };
    let Location::Efs(from) = &night.from else { panic!("{:?}", night.from) };
    assert_eq!((to.subdirectory.as_str(), &to.subnet_arn), ("/scratch", &from.subnet_arn));
    assert_eq!(drill.roles().count(), 0, "no role is made for it");
    let options = &drill.task.options;
    let words =
        [&options.verify_mode, &options.transfer_mode, &options.overwrite_mode, &options.preserve_deleted_files];
    assert_eq!(words, ["ONLY_FILES_TRANSFERRED", "ALL", "ALWAYS", "PRESERVE"]);
    assert_eq!((&drill.task.includes, &drill.task.excludes), (&None, &None), "all of the copy");
    assert_eq!((options.uid.as_str(), options.posix_permissions.as_str()), ("INT_VALUE", "PRESERVE"));
    assert_ne!(drill.task.name, night.task.name);
    let entries: Vec<String> = wanted().schedules.iter().map(|entry| entry.name.clone()).collect();
    assert_eq!(entries, ["nightly", "drill.homes"]);
}

#[test]
fn applied_a_second_time_nothing_of_it_is_made_again_and_without_the_key_it_goes() {
    let all = wanted().setups;
    let changes = |plan: &Plan| diff::towards(plan, &desired(plan, &stack()), &there(&all)).unwrap();
    let kept = changes(&plan());
    let mut tasks = kept.changes().filter(|change| change.kind == Kind::Task || change.kind == Kind::Location);
    assert!(tasks.all(|change| change.action == Action::Keep), "{kept}");
    let without = parse(&PLAN.replace("      drill: { schedule: weekly, to: /scratch }\n", "")).unwrap();
    let gone = changes(&without);
    let steps = gone.steps();
    let deleted: Vec<_> =
        steps.iter().filter(|(_, step)| matches!(step, Step::DeleteTask(_) | Step::DeleteLocation(_))).collect();
    assert_eq!(deleted.len(), 3, "the task, then its locations: {gone}");
    assert!(matches!(&deleted[0].1, Step::DeleteTask(arn) if *arn == task_arn(1)), "{gone}");
}

#[test]
fn regression_a_drill_that_runs_keeps_its_role_when_its_job_has_left_the_plan() {
    let roles_deleted = |is_busy: bool| {
        let mut there = there(&wanted().setups);
        let drill = there.tasks.iter_mut().find(|task| task.job.as_str() == "homes.drill").unwrap();
        drill.is_busy = is_busy;
        let role = |role| ObservedRole { job: "homes".parse().unwrap(), role };
        there.roles = setup("homes").roles().cloned().map(role).collect();
        let (begin, rest) = PLAN.split_once("  homes:\n").unwrap();
        let (_, end) = rest.split_once("  homes-drill:\n").unwrap();
        let without = parse(&format!("{begin}  homes-drill:\n{end}")).unwrap();
        let changeset = diff::towards(&without, &desired(&without, &stack()), &there).unwrap();
        changeset.steps().iter().filter(|(_, step)| matches!(step, Step::DeleteRole(..))).count()
    };
    assert_eq!((roles_deleted(false), roles_deleted(true)), (1, 0));
}

#[test]
fn another_scratch_folder_is_another_task_and_the_nights_own_stays() {
    let moved = parse(&PLAN.replace("to: /scratch", "to: /elsewhere")).unwrap();
    let changeset = diff::towards(&moved, &desired(&moved, &stack()), &there(&wanted().setups)).unwrap();
    let made = changeset.steps().into_iter().filter(|(_, step)| matches!(step, Step::CreateTask(..)));
    assert_eq!(made.count(), 1, "{changeset}");
    assert_eq!(changeset.tasks.get(&"homes".parse().unwrap()), Some(&task_arn(0)));
}

#[test]
fn the_applied_plan_tells_open_run_what_a_drill_of_the_job_is() {
    let tasks = wanted().setups.iter().enumerate().map(|(at, setup)| (setup.job.clone(), task_arn(at))).collect();
    let applied = deployed::assemble(&plan(), &stack(), &tasks, jiff::Timestamp::UNIX_EPOCH);
    assert_eq!(applied.jobs.len(), 2, "a drill is no job of a night");
    let at = "2026-11-22T05:00:00Z".parse().unwrap();
    let due: Vec<String> = applied.runs_due(&"weekly".parse().unwrap(), at).iter().map(ToString::to_string).collect();
    assert_eq!(due, ["drill-2026-11-22T05-00-00Z-homes"]);
    let drill = drill_of(&applied.jobs[0]).unwrap();
    let Work::DataSync(back) = &drill.work else { panic!("{drill:?}") };
    assert_eq!((drill.name.as_str(), &back.task), ("homes", &task_arn(1)));
    assert_eq!(
        (back.from.as_str(), back.to.as_str()),
        ("s3://example-backups/homes/", "efs fs-0123456789abcdef0/scratch")
    );
    assert_eq!(back.task_reports.prefix, "task-reports/homes.drill/");
    let way = back.back.as_ref().unwrap();
    assert_eq!((way.is_drill, way.locations.len(), &way.standing), (true, 0, &Some(task_arn(0))));
    assert_eq!(drill_of(&applied.jobs[1]), None);
    assert_eq!(drill_of(&drill), None, "a drill is not rehearsed");
}

#[test]
fn no_two_things_of_a_printed_template_share_a_name_though_a_job_is_called_as_another_ones_drill() {
    let (wanted, none) = (wanted(), std::collections::BTreeMap::new());
    let formation = print::cloudformation(&wanted, &none);
    let resources = formation["ours"]["Resources"].as_object().unwrap();
    let of_kind = |kind: &str| resources.values().filter(|resource| resource["Type"] == kind).count();
    assert_eq!((of_kind("AWS::DataSync::Task"), of_kind("AWS::DataSync::LocationS3")), (3, 3), "{resources:#?}");
    let task = &resources["DrillTaskHomes"]["Properties"];
    assert_eq!(task["SourceLocationArn"]["Ref"], "DrillLocationHomesFrom");
    let terraform = print::terraform(&wanted, &none);
    let count = |kind: &str| count_of(&terraform, kind);
    assert_eq!((count("aws_datasync_task"), count("aws_datasync_location_s3")), (3, 3), "{terraform:#}");
}

/// How many resources of a kind a Terraform document has, wherever it keeps them.
fn count_of(document: &Value, kind: &str) -> usize {
    match document {
        Value::Object(members) => {
            let here = members.get(kind).and_then(Value::as_object).map_or(0, serde_json::Map::len);
            here + members.values().map(|value| count_of(value, kind)).sum::<usize>()
        }
        Value::Array(items) => items.iter().map(|item| count_of(item, kind)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}
