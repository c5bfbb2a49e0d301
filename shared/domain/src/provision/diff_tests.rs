//! From what is there to what should be: what stays, what is mended, what goes, and what nobody may touch.

use serde_json::json;

use super::deployed::Deployed;
use super::tests::{plan, stack, wanted};
use super::{
    Action, Change, Changeset, Desired, End, Kind, LocationRef, Move, Observed, ObservedLocation, ObservedRole,
    ObservedTask, Refusal, Step, deployed, desired, diff, names,
};
use crate::ids::TaskArn;

const FROM: &str = "arn:aws:datasync:ap-northeast-1:123456789012:location/loc-00000000000000001";
const TO: &str = "arn:aws:datasync:ap-northeast-1:123456789012:location/loc-00000000000000002";

fn task_arn(number: u8) -> TaskArn {
    format!("arn:aws:datasync:ap-northeast-1:123456789012:task/task-000000000000000{number:02x}").parse().unwrap()
}

fn there(arn: &str, end: End, wanted: &Desired) -> ObservedLocation {
    let setup = &wanted.setups[0];
    ObservedLocation { arn: arn.into(), job: setup.job.clone(), location: setup.end(end).clone() }
}

fn task(number: u8) -> ObservedTask {
    let setup = wanted().setups.remove(0);
    ObservedTask {
        arn: task_arn(number),
        job: setup.job,
        from: FROM.into(),
        to: TO.into(),
        task: setup.task,
        is_busy: false,
    }
}

/// Everything as the plan has it.
fn applied() -> Observed {
    let wanted = wanted();
    let setup = &wanted.setups[0];
    let tasks = [(setup.job.clone(), task_arn(1))].into();
    let plan = deployed::assemble(&plan(), &stack(), &tasks, jiff::Timestamp::UNIX_EPOCH);
    Observed {
        log_group: Some(wanted.log_group.clone()),
        log_policy: Some(wanted.log_policy.clone()),
        roles: vec![ObservedRole { job: setup.job.clone(), role: setup.role.clone().unwrap() }],
        locations: vec![there(FROM, End::From, &wanted), there(TO, End::To, &wanted)],
        tasks: vec![task(1)],
        schedules: wanted.schedules.clone(),
        deployed: Some(Deployed { key: deployed::key(&plan), plan: Some(plan) }),
        ..Observed::default()
    }
}

/// The difference after something in the account was changed.
fn after(change: impl FnOnce(&mut Observed)) -> Changeset {
    let mut observed = applied();
    change(&mut observed);
    diff::towards(&plan(), &wanted(), &observed).unwrap()
}

fn steps(changeset: &Changeset) -> Vec<&Step> {
    changeset.steps().into_iter().map(|(_, step)| step).collect()
}

/// What becomes of the things of a kind.
fn actions(changeset: &Changeset, kind: Kind) -> Vec<Action> {
    changeset.changes().filter(|change| change.kind == kind).map(|change| change.action).collect()
}

#[test]
fn a_second_apply_changes_nothing() {
    let changeset = after(|_| ());
    assert!(changeset.is_empty());
    assert!(changeset.changes().all(|change| change.action == Action::Keep), "{changeset}");
    assert!(changeset.to_string().ends_with("Nothing to change: 8 things are as they should be."), "{changeset}");
    assert_eq!(changeset.tasks, [("home".parse().unwrap(), task_arn(1))].into());
}

#[test]
fn what_is_missing_is_made_and_nothing_else() {
    let changeset = after(|there| there.log_group = None);
    assert!(!changeset.is_empty());
    assert!(matches!(steps(&changeset)[..], [Step::CreateLogGroup(_), Step::SetRetention(_)]));
    assert!(matches!(steps(&after(|there| there.log_policy = None))[..], [Step::PutLogPolicy(_)]));
    assert!(matches!(steps(&after(|there| there.schedules.clear()))[..], [Step::CreateSchedule(_)]));
    assert!(matches!(steps(&after(|there| there.roles.clear()))[..], [Step::CreateRole(..), Step::PutRolePolicy(_)]));
}

#[test]
fn what_was_changed_by_hand_is_put_right() {
    let retention = after(|there| there.log_group.as_mut().unwrap().retention_in_days = None);
    assert!(matches!(steps(&retention)[..], [Step::SetRetention(_)]));
    let policy = after(|there| there.log_policy.as_mut().unwrap().policy_document = json!({}));
    assert!(matches!(steps(&policy)[..], [Step::PutLogPolicy(_)]));
    let schedule = after(|there| there.schedules[0].state = "DISABLED".into());
    assert!(matches!(steps(&schedule)[..], [Step::UpdateSchedule(_)]));
    let trust = after(|there| there.roles[0].role.assume_role_policy_document = json!({}));
    assert!(matches!(steps(&trust)[..], [Step::SetTrust(_)]));
    let unset = after(|there| there.roles[0].role.policy = None);
    assert!(matches!(steps(&unset)[..], [Step::PutRolePolicy(_)]));
    let verify = after(|there| there.tasks[0].task.options.verify_mode = "NONE".into());
    assert!(matches!(steps(&verify)[..], [Step::UpdateTask(..)]));
    assert_eq!(actions(&verify, Kind::Task), [Action::Update]);
    let told = verify.changes().find(|change| change.kind == Kind::Task).unwrap();
    assert_eq!(told.details[0].field, "Options.VerifyMode");
}

#[test]
fn another_jobs_role_is_not_this_jobs() {
    let changeset = after(|there| there.roles[0].role.role_name = "nightferry-mail-bucket-access".into());
    assert_eq!(actions(&changeset, Kind::Role), [Action::Create, Action::Delete]);
}

#[test]
fn another_schedule_is_not_this_one() {
    let changeset = after(|there| there.schedules[0].name = "hourly".into());
    assert_eq!(actions(&changeset, Kind::Schedule), [Action::Create, Action::Delete]);
}

#[test]
fn a_plan_in_force_is_written_anew_only_when_it_says_something_new() {
    let written = |change: fn(&mut Deployed)| {
        actions(&after(|there| change(there.deployed.as_mut().unwrap())), Kind::DeployedPlan)
    };
    assert_eq!(written(|_| ()), [Action::Keep]);
    assert_eq!(written(|there| there.key = "plan/other.json".into()), [Action::Update]);
    assert_eq!(written(|there| there.plan = None), [Action::Update]);
    let none = after(|there| there.deployed = None);
    assert_eq!(actions(&none, Kind::DeployedPlan), [Action::Create]);
    assert_eq!(steps(&none), [&Step::PublishPlan]);
}

#[test]
fn a_location_with_other_settings_is_replaced_and_its_task_with_it() {
    let changeset = after(|there| there.locations[1].location = there.locations[0].location.clone());
    assert_eq!(actions(&changeset, Kind::Location)[..2], [Action::Keep, Action::Replace]);
    assert_eq!(actions(&changeset, Kind::Task), [Action::Replace, Action::Delete]);
    let moved = after(|there| {
        let super::Location::S3(to) = &mut there.locations[1].location else { panic!("not a bucket") };
        to.subdirectory = "/elsewhere".into();
    });
    assert_eq!(actions(&moved, Kind::Location), [Action::Keep, Action::Replace, Action::Delete]);
    assert!(moved.to_string().contains("(a task's locations can't be changed"), "{moved}");
    let replaced = moved.changes().find(|change| change.action == Action::Replace).unwrap();
    assert_eq!(replaced.details[0].field, "Subdirectory");
    let created = steps(&moved).into_iter().find(|step| matches!(step, Step::CreateTask(..))).unwrap();
    let Step::CreateTask(job, _, from, to) = created else { panic!("{created:?}") };
    assert_eq!((from, to), (&LocationRef::There(FROM.into()), &LocationRef::Made(job.clone(), End::To)));
}

#[test]
fn a_source_with_other_settings_is_replaced_as_a_source() {
    let moved = after(|there| {
        let super::Location::Efs(from) = &mut there.locations[0].location else { panic!("not a file system") };
        from.subdirectory = "/elsewhere".into();
    });
    assert_eq!(actions(&moved, Kind::Location), [Action::Replace, Action::Keep, Action::Delete]);
    let names: Vec<_> = moved.changes().filter(|c| c.kind == Kind::Location).map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["home (from)", "home (to)", "home (from) loc-00000000000000001"]);
}

#[test]
fn locations_without_a_task_are_taken_up_by_the_new_task() {
    let changeset = after(|there| there.tasks.clear());
    assert_eq!(actions(&changeset, Kind::Location), [Action::Keep, Action::Keep]);
    assert_eq!(actions(&changeset, Kind::Task), [Action::Create]);
    let [Step::CreateTask(_, _, from, to), Step::PublishPlan] = steps(&changeset)[..] else {
        panic!("{changeset}");
    };
    assert_eq!((from, to), (&LocationRef::There(FROM.into()), &LocationRef::There(TO.into())));
}

#[test]
fn a_location_of_another_job_is_never_taken_up() {
    let changeset = after(|there| {
        there.tasks.clear();
        there.locations[0].job = "mail".parse().unwrap();
    });
    assert_eq!(actions(&changeset, Kind::Location), [Action::Create, Action::Keep, Action::Delete]);
}

#[test]
fn a_task_of_another_job_or_mode_is_never_taken_up() {
    let other_job = after(|there| there.tasks[0].job = "mail".parse().unwrap());
    assert_eq!(actions(&other_job, Kind::Task), [Action::Create, Action::Delete]);
    let other_mode = after(|there| there.tasks[0].task.task_mode = "ENHANCED".into());
    assert_eq!(actions(&other_mode, Kind::Task), [Action::Replace, Action::Delete]);
    let swapped = after(|there| there.tasks[0].to = FROM.into());
    assert_eq!(actions(&swapped, Kind::Task), [Action::Replace, Action::Delete]);
    let elsewhere = after(|there| there.tasks[0].from = TO.into());
    assert_eq!(actions(&elsewhere, Kind::Task), [Action::Replace, Action::Delete]);
}

#[test]
fn of_two_fitting_tasks_the_one_in_the_plan_in_force_stays() {
    for (others, stays) in [(vec![2], 1), (vec![0, 2], 1)] {
        let changeset = after(|there| there.tasks.extend(others.into_iter().map(task)));
        assert_eq!(changeset.tasks.get(&"home".parse().unwrap()), Some(&task_arn(stays)));
    }
    let unnamed = after(|there| {
        there.deployed = None;
        there.tasks.push(task(0));
    });
    assert_eq!(unnamed.tasks.get(&"home".parse().unwrap()), Some(&task_arn(0)), "without a plan, always the same one");
}

#[test]
fn what_the_plan_no_longer_has_is_deleted_after_everything_else() {
    let (start, servers) = super::tests::PLAN.split_once("  home:").unwrap();
    let servers = servers.split_once("  servers:").unwrap().1;
    let empty = crate::plan::parse(&format!("{start}  servers:{servers}")).unwrap();
    let changeset = diff::towards(&empty, &desired(&empty, &stack()), &applied()).unwrap();
    let gone: Vec<_> = changeset.changes().filter(|c| c.action == Action::Delete).map(|c| c.kind).collect();
    assert_eq!(gone, [Kind::Schedule, Kind::Task, Kind::Location, Kind::Location, Kind::Role]);
    let kinds: Vec<_> = changeset.steps().into_iter().map(|(_, step)| step.words()).collect();
    assert_eq!(kinds[..3], ["delete the schedule", "write the deployed plan", "delete the task"]);
}

#[test]
fn a_task_that_is_being_executed_stays_with_all_that_it_needs() {
    let changeset = after(|there| {
        let old = |arn: &str, from: &ObservedLocation| ObservedLocation {
            arn: arn.into(),
            job: "mail".parse().unwrap(),
            location: from.location.clone(),
        };
        let ends = [old("loc-a", &there.locations[0]), old("loc-b", &there.locations[1])];
        there.locations.extend(ends);
        let mut role = there.roles[0].clone();
        role.job = "mail".parse().unwrap();
        role.role.role_name = "nightferry-mail-bucket-access".into();
        there.roles.push(role);
        let mail = ObservedTask { job: "mail".parse().unwrap(), from: "loc-a".into(), to: "loc-b".into(), ..task(9) };
        there.tasks.push(ObservedTask { is_busy: true, ..mail });
    });
    assert!(changeset.is_empty(), "{changeset}");
    assert!(changeset.to_string().contains("being executed: the next apply deletes it"), "{changeset}");
}

#[test]
fn a_name_that_somebody_else_has_taken_stops_everything() {
    let wanted = wanted();
    let names = [
        (Kind::Role, wanted.setups[0].role.as_ref().unwrap().role_name.clone()),
        (Kind::Schedule, "nightly".to_owned()),
        (Kind::LogGroup, wanted.log_group.log_group_name.clone()),
    ];
    for (kind, name) in names {
        let observed = Observed { foreign: vec![(kind, name.clone())], ..Observed::default() };
        let refusals = diff::towards(&plan(), &wanted, &observed).unwrap_err();
        assert_eq!(refusals, [Refusal::Foreign { kind, name }]);
    }
    let elsewhere = Observed { foreign: vec![(Kind::Role, "somebody".into())], ..Observed::default() };
    assert!(diff::towards(&plan(), &wanted, &elsewhere).is_ok(), "a name that is not ours to have is nobody's concern");
}

#[test]
fn taking_it_all_away_leaves_nothing_and_waits_for_what_runs() {
    let changeset = diff::away(&stack(), &applied()).unwrap();
    let words: Vec<_> = changeset.changes().map(|change| (change.action, change.kind)).collect();
    let kinds = [
        Kind::Schedule,
        Kind::Task,
        Kind::Location,
        Kind::Location,
        Kind::Role,
        Kind::DeployedPlan,
        Kind::LogPolicy,
        Kind::LogGroup,
    ];
    assert_eq!(words, kinds.map(|kind| (Action::Delete, kind)));
    assert!(diff::away(&stack(), &Observed::default()).unwrap().is_empty());
    let mut busy = applied();
    busy.tasks[0].is_busy = true;
    assert!(matches!(diff::away(&stack(), &busy).unwrap_err()[..], [Refusal::Busy { .. }]));
}

/// A difference of so many things of each kind of change.
fn counted(of: &[(Action, usize)]) -> String {
    let change = |action| Change::plain(action, Kind::Role, "a");
    let moves = of.iter().flat_map(|(action, count)| std::iter::repeat_n(*action, *count));
    let moves = moves.map(|action| Move { change: change(action), steps: vec![] }).collect();
    Changeset { moves, left_out: vec![], tasks: deployed::Tasks::new() }.to_string()
}

#[test]
fn the_last_line_counts_each_kind_of_change() {
    let last = |of: &[(Action, usize)]| counted(of).lines().last().unwrap_or_default().to_owned();
    assert_eq!(counted(&[]), "Nothing to change: nothing of the stack is there.");
    assert_eq!(counted(&[(Action::Keep, 2)]), "Nothing to change: 2 things are as they should be.");
    for action in [Action::Create, Action::Update, Action::Replace, Action::Delete] {
        assert!(last(&[(action, 1)]).ends_with("; 0 stay."), "{action:?}");
    }
    let of = |counts: [usize; 4]| {
        let [create, update, replace, delete] = counts;
        format!("{create} to create, {update} to update, {replace} to replace, {delete} to delete; 1 stay.")
    };
    assert_eq!(last(&[(Action::Keep, 1), (Action::Create, 1)]), of([1, 0, 0, 0]));
    assert_eq!(last(&[(Action::Keep, 1), (Action::Update, 1)]), of([0, 1, 0, 0]));
    assert_eq!(last(&[(Action::Keep, 1), (Action::Replace, 1)]), of([0, 0, 1, 0]));
    assert_eq!(last(&[(Action::Keep, 1), (Action::Delete, 1)]), of([0, 0, 0, 1]));
    assert_eq!(last(&[(Action::Keep, 1), (Action::Create, 1), (Action::Delete, 1)]), of([1, 0, 0, 1]));
}

#[test]
fn statements_that_share_a_sid_are_compared_as_a_whole() {
    let (one, other) = (json!({"Sid": "A", "Action": "x"}), json!({"Sid": "A", "Action": "y"}));
    let changes = super::change::field_changes(&json!([one, other]), &json!([other]));
    assert_eq!(changes.len(), 1, "the statement that is gone is a difference");
    assert_eq!(super::change::field_changes(&json!([]), &json!([one]))[0].from, json!([]));
}

#[test]
fn a_role_name_is_cut_only_beyond_what_iam_takes() {
    let name = |chars: usize| {
        let stack = crate::stack::Stack { name: "s".repeat(chars - "-home".len()), ..stack() };
        names::bucket_access_role(&stack, &"home".parse().unwrap())
    };
    assert_eq!(name(50), format!("{}-home-bucket-access", "s".repeat(45)));
    assert_eq!((name(50).len(), name(51).len()), (64, 64));
}

#[test]
fn a_schedule_is_ours_by_its_mark() {
    let mut entry = wanted().schedules.remove(0);
    assert!(entry.is_ours(&stack()));
    entry.description = "made by hand".into();
    assert!(!entry.is_ours(&stack()));
}

#[test]
fn a_transfer_without_a_ceiling_is_unlimited_to_datasync() {
    let plan = crate::plan::parse(&super::tests::PLAN.replace("      bandwidth: 100MiB/s\n", "")).unwrap();
    assert_eq!(desired(&plan, &stack()).setups[0].task.options.bytes_per_second, -1);
}
