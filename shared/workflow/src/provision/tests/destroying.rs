//! `destroy`.

use nightferry_domain::provision::ScheduleEntry;

use super::fake::State;
use super::*;

/// An account with things of others beside ours, and those things alone.
fn shared_account() -> (Fake, State) {
    let fake = account();
    let mut foreign = State::default();
    {
        let mut state = fake.state.borrow_mut();
        let other = || Some(("other-stack".to_owned(), "home".parse().unwrap()));
        let (_, role) = state.roles.values().next().unwrap().clone();
        let (_, location) = state.locations.values().next().unwrap().clone();
        let mut task = state.tasks.values().next().unwrap().clone();
        (task.owner, task.from, task.to) = (None, "a".to_owned(), "b".to_owned());
        let mine = state.schedules["nightly"].clone();
        let schedule = ScheduleEntry { name: "theirs".to_owned(), description: "made by hand".to_owned(), ..mine };
        let _ = foreign.roles.insert("their-role".to_owned(), (other(), role));
        let _ = foreign.locations.insert("arn:a".to_owned(), (other(), location.clone()));
        let _ = foreign.locations.insert("arn:b".to_owned(), (None, location));
        let arn = "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0a1b2c3d4e5f60718";
        let _ = foreign.tasks.insert(arn.parse().unwrap(), task);
        let _ = foreign.schedules.insert("theirs".to_owned(), schedule);
        let _ = foreign.documents.insert("reports/2026.json".to_owned(), b"{}".to_vec());
        state.roles.extend(foreign.roles.clone());
        state.locations.extend(foreign.locations.clone());
        state.tasks.extend(foreign.tasks.clone());
        state.schedules.extend(foreign.schedules.clone());
        state.documents.extend(foreign.documents.clone());
    }
    (fake, foreign)
}

/// The account without the plans that stay for the sake of old reports.
fn left(fake: &Fake) -> State {
    let mut state = fake.state.borrow().clone();
    state.documents.retain(|key, _| !key.starts_with("plan/") || key == "plan/current.json");
    state.made = 0;
    state
}

#[test]
fn destroy_removes_what_apply_made_and_nothing_else() {
    let (fake, foreign) = shared_account();
    destroyed(&fake).unwrap();
    assert_eq!(left(&fake), foreign);
}

#[test]
fn apply_beside_things_of_others_touches_none_of_them() {
    let (fake, _) = shared_account();
    assert!(planned(&fake, &plan_of(PLAN)).is_empty());
}

#[test]
fn a_destroy_that_breaks_at_any_call_is_completed_by_the_next() {
    let (whole, _) = shared_account();
    let before = whole.calls.get();
    destroyed(&whole).unwrap();
    for (at, how) in (0..whole.calls.get() - before).flat_map(|at| [(at, Break::Refused), (at, Break::ReplyLost)]) {
        let (fake, foreign) = shared_account();
        fake.break_at(at, how);
        assert!(destroyed(&fake).is_err(), "call {at} was to break");
        fake.mend();
        destroyed(&fake).unwrap();
        assert_eq!(left(&fake), foreign, "call {at} broken ({how:?})");
    }
}

#[test]
fn destroying_twice_is_no_error() {
    let fake = account();
    destroyed(&fake).unwrap();
    destroyed(&fake).unwrap();
}

#[test]
fn nothing_is_destroyed_while_a_task_is_being_executed() {
    let fake = account();
    fake.state.borrow_mut().tasks.values_mut().next().unwrap().is_busy = true;
    let before = fake.state.borrow().clone();
    assert!(matches!(destroyed(&fake), Err(ProvisionError::Refused(_))));
    assert_eq!(*fake.state.borrow(), before);
}
