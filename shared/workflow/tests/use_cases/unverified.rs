//! An attempt that nobody is allowed to look at, for good.

use nightferry_domain::outcome::Outcome;
use nightferry_simulation::fake::{Fake, Fault, moved};
use nightferry_workflow::step::Next;

use super::verifying::refuses;

/// It waited for its deadline, hours after its execution had ended.
#[test]
fn regression_a_job_whose_proof_is_refused_for_good_ends_unverified_before_its_deadline() {
    let (world, execution) = Fake::running();
    world.ends(&execution, moved(3));
    refuses(&world, "failures");
    assert_eq!(world.verifies("home").unwrap_err().name(), "Nightferry.Rejected");
    assert_eq!(world.gives_up("home").unwrap().next, Next::Settled);
    let end = world.settlement("home");
    let cause = end.cause.unwrap();
    assert_eq!((end.outcome, end.tally.files, end.tally.unverified), (Outcome::Partial, 3, 3));
    assert!(cause.what.starts_with("The attempt could not be verified") && !cause.what.contains("may still run"));
    assert!(cause.said.unwrap().contains("AccessDeniedException"));
}

#[test]
fn a_job_whose_end_nobody_may_see_ends_unverified_and_says_that_it_may_still_run() {
    let (world, execution) = Fake::running();
    world.ends(&execution, moved(3));
    refuses(&world, "observe");
    assert_eq!(world.gives_up("home").unwrap().next, Next::Settled);
    let end = world.settlement("home");
    assert_eq!((end.outcome, end.tally.files), (Outcome::Failed, 0));
    assert!(end.cause.unwrap().what.contains("may still run"));
}

#[test]
fn the_last_look_judges_what_it_is_allowed_to_see() {
    let (world, execution) = Fake::running();
    world.ends(&execution, moved(3));
    assert_eq!(world.gives_up("home").unwrap().next, Next::Settled);
    assert_eq!(world.settlement("home").outcome, Outcome::Succeeded);
}

#[test]
fn a_service_that_is_only_busy_is_never_given_up() {
    let (world, execution) = Fake::running();
    world.ends(&execution, moved(3));
    let before = world.job("home");
    world.breaks("observe", 1, Fault::Throttled);
    assert_eq!(world.gives_up("home").unwrap_err().name(), "Nightferry.Retryable");
    assert_eq!(world.job("home"), before);
}
