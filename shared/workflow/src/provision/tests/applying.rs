//! `apply`.

use nightferry_domain::provision::{Action, Kind};

use super::*;

#[test]
fn everything_that_a_transfer_needs_is_there_after_apply() {
    let state = account().state.into_inner();
    assert_eq!(state.roles.len(), 2);
    assert_eq!(state.locations.len(), 4);
    assert_eq!(state.tasks.len(), 2);
    assert_eq!(state.schedules.len(), 1);
    assert_eq!(state.log_groups["/aws/datasync/nightferry"].1.retention_in_days, Some(30));
    assert!(state.log_policies.contains_key("nightferry-datasync"));
    assert_eq!(state.deployed().unwrap().jobs.len(), 2);
}

#[test]
fn applying_twice_changes_nothing_the_second_time() {
    let fake = account();
    let (before, calls) = (fake.state.borrow().clone(), fake.calls.get());
    assert!(planned(&fake, &plan_of(PLAN)).is_empty());
    applied(&fake, &plan_of(PLAN)).unwrap();
    assert_eq!(*fake.state.borrow(), before);
    assert_eq!(fake.calls.get(), calls);
}

/// Runs `apply` of `wanted` on a copy of `start`, broken at each call in turn, then whole.
fn survives_a_break_at_every_call(start: &Fake, wanted: &Plan) {
    let whole = copy(start);
    applied(&whole, wanted).unwrap();
    let calls = whole.calls.get();
    assert!(calls > 0);
    for (at, how) in (0..calls).flat_map(|at| [(at, Break::Refused), (at, Break::ReplyLost)]) {
        let fake = copy(start);
        fake.break_at(at, how);
        assert!(applied(&fake, wanted).is_err(), "call {at} was to break");
        fake.mend();
        applied(&fake, wanted).unwrap();
        assert!(planned(&fake, wanted).is_empty(), "call {at} broken ({how:?}) leaves something to do");
        assert_eq!(sizes(&fake), sizes(&whole), "call {at} broken ({how:?}) doubles or loses something");
    }
}

fn copy(fake: &Fake) -> Fake {
    let copy = Fake::default();
    let _ = copy.state.replace(fake.state.borrow().clone());
    copy
}

fn sizes(fake: &Fake) -> [usize; 5] {
    let state = fake.state.borrow();
    [state.roles.len(), state.locations.len(), state.tasks.len(), state.schedules.len(), state.documents.len()]
}

#[test]
fn whatever_call_breaks_the_next_apply_completes_it_and_doubles_nothing() {
    survives_a_break_at_every_call(&Fake::default(), &plan_of(PLAN));
}

#[test]
fn a_replacement_that_breaks_at_any_call_is_completed_by_the_next_apply() {
    survives_a_break_at_every_call(&account(), &with("subnet-0a1b2c3d", "subnet-0a1b2c3e"));
}

#[test]
fn a_removal_that_breaks_at_any_call_is_completed_by_the_next_apply() {
    survives_a_break_at_every_call(&account(), &plan_of(PLAN.split("  mail:").next().unwrap()));
}

#[test]
fn a_changed_option_is_exactly_one_update_of_the_task_and_a_new_plan() {
    let fake = account();
    let wanted = with(
        "to: { s3: example-backups, prefix: /home }",
        "to: { s3: example-backups, prefix: /home }\n      verify: none",
    );
    let changeset = planned(&fake, &wanted);
    let task = (Action::Update, Kind::Task, "nightferry-home".to_owned());
    let plan = (Action::Update, Kind::DeployedPlan, "plan/current.json".to_owned());
    assert_eq!(changes(&changeset), [task, plan]);
    let detail = changeset.changes().find_map(|change| change.details.first()).unwrap();
    assert_eq!(detail.to_string(), "Options.VerifyMode: ONLY_FILES_TRANSFERRED -> NONE");
}

#[test]
fn another_time_of_day_updates_the_schedule_and_the_plan_only() {
    let fake = account();
    let kinds: Vec<_> = changes(&planned(&fake, &with("0 6", "30 5"))).into_iter().map(|(_, kind, _)| kind).collect();
    assert_eq!(kinds, [Kind::DeployedPlan, Kind::Schedule]);
}

#[test]
fn a_schedule_that_somebody_switched_off_is_switched_on_again() {
    let fake = account();
    fake.state.borrow_mut().schedules.get_mut("nightly").unwrap().state = "DISABLED".to_owned();
    let wanted = plan_of(PLAN);
    assert_eq!(changes(&planned(&fake, &wanted)), [(Action::Update, Kind::Schedule, "nightly".to_owned())]);
    applied(&fake, &wanted).unwrap();
    assert_eq!(fake.state.borrow().schedules["nightly"].state, "ENABLED");
}

#[test]
fn a_moved_source_gets_a_new_location_and_task_and_the_old_ones_go() {
    let fake = account();
    let old = fake.state.borrow().tasks.keys().next().unwrap().clone();
    applied(&fake, &with("subnet-0a1b2c3d", "subnet-0a1b2c3e")).unwrap();
    let state = fake.state.borrow();
    assert!(!state.tasks.contains_key(&old));
    assert_eq!((state.tasks.len(), state.locations.len()), (2, 4));
}

#[test]
fn a_task_that_is_being_executed_stays_with_its_locations_until_it_has_ended() {
    let fake = account();
    let old = fake.state.borrow().tasks.keys().next().unwrap().clone();
    fake.state.borrow_mut().tasks.get_mut(&old).unwrap().is_busy = true;
    let wanted = with("subnet-0a1b2c3d", "subnet-0a1b2c3e");
    applied(&fake, &wanted).unwrap();
    assert!(fake.state.borrow().tasks.contains_key(&old));
    let waiting = planned(&fake, &wanted);
    assert!(waiting.is_empty() && waiting.to_string().contains("being executed"), "{waiting}");
    fake.state.borrow_mut().tasks.get_mut(&old).unwrap().is_busy = false;
    applied(&fake, &wanted).unwrap();
    assert_eq!((fake.state.borrow().tasks.len(), fake.state.borrow().locations.len()), (2, 4));
}

#[test]
fn a_new_role_is_waited_for_until_datasync_sees_it() {
    let fake = Fake::default();
    fake.unseen_for.set(4);
    applied(&fake, &plan_of(PLAN)).unwrap();
    assert!(fake.paused_secs.get() > 0);
}

#[test]
fn a_role_that_is_never_seen_ends_the_apply_after_two_minutes_with_cause_and_fix() {
    let fake = Fake::default();
    fake.unseen_for.set(usize::MAX);
    let error = applied(&fake, &plan_of(PLAN)).unwrap_err();
    assert_eq!(fake.paused_secs.get(), 120);
    assert_eq!(error.cause().unwrap().id, "bucket-access-denied");
    assert!(error.to_string().starts_with("could not create the location home (to) (step 9 of "), "{error}");
}

#[test]
fn a_name_that_somebody_else_has_taken_is_refused_before_anything_is_done() {
    let fake = account();
    let mut state = fake.state.take();
    state.roles.get_mut("nightferry-home-bucket-access").unwrap().0 = None;
    let _ = fake.state.replace(state.clone());
    let error = now(plan(&fake, &stack(), &plan_of(PLAN))).unwrap_err();
    assert!(error.to_string().contains("the role nightferry-home-bucket-access is there"), "{error}");
    assert_eq!(*fake.state.borrow(), state);
}

#[test]
fn an_unreadable_pointer_is_written_anew() {
    let fake = account();
    let _ = fake.state.borrow_mut().documents.insert("plan/current.json".to_owned(), b"{\"key\": \"plan/x".to_vec());
    let found = now(crate::provision::observe(&fake, &stack(), &crate::provision::Wanted::default())).unwrap();
    assert!(found.deployed.unwrap().plan.is_none());
}

#[test]
fn a_missing_bucket_is_a_missing_stack_even_beside_its_schedules() {
    let fake = account();
    fake.lacks_bucket.set(true);
    let error = now(plan(&fake, &stack(), &plan_of(PLAN))).unwrap_err();
    assert!(error.to_string().contains("there is no stack nightferry"), "{error}");
}
