//! New objects in the morning report: by the rule and CloudWatch's figures, and never green by their absence.

use jiff::{SignedDuration, Timestamp};
use nightferry_domain::batch::new_objects::{FIGURE_SECS, RuleFigures, RuleState};
use nightferry_domain::outcome::Outcome;
use nightferry_domain::report::{JobReport, Report};
use nightferry_simulation::fake::{Fake, Fault, replicated, run};
use nightferry_workflow::write_report::{Request, Written, write_report};

/// A night whose batch job has carried ten objects.
fn carried() -> Fake {
    let (world, job) = Fake::running_with(replicated("assets"));
    world.batch_job_lists(&job, 10);
    let _ = world.confirms("assets", 1).unwrap();
    world.batch_job_completes(&job, 10, 0);
    let _ = world.verifies("assets").unwrap();
    world
}

fn claimed_at(world: &Fake) -> Timestamp {
    world.job("assets").attempts[0].claimed_at
}

fn figures(world: &Fake, failed: Vec<(Timestamp, u64)>) {
    let rule = replicated("assets").work.replication().unwrap().rule.clone();
    let figures = RuleFigures { failed, operations_pending: Some(0), ..RuleFigures::default() };
    let _ = world.state.borrow_mut().rule_figures.insert(rule, figures);
}

/// The report, its only job, and the message's text.
fn told(world: &Fake) -> (Report, JobReport, String) {
    let request = Request { run_id: world.night() };
    let Written::Closed { report_key } = run(write_report(world, "test", &request)).unwrap() else {
        panic!("not closed")
    };
    let state = world.state.borrow();
    let report = Report::read(&state.documents[&report_key]).unwrap();
    let message = state.notices.last().unwrap().1.clone();
    (report.clone(), report.jobs[0].clone(), message)
}

#[test]
fn a_rule_that_fails_new_objects_makes_the_night_partial_and_the_message_says_so() {
    let world = carried();
    figures(&world, vec![(claimed_at(&world), 3)]);
    let (report, job, message) = told(&world);
    assert_eq!((report.run.outcome, job.outcome, job.files), (Outcome::Partial, Outcome::Partial, 10));
    assert_eq!(job.cause.unwrap().id, "new-objects-failing");
    assert!(message.contains("New objects: FAILING: 3 operations failed since"), "{message}");
    assert_eq!(world.settlement("assets").outcome, Outcome::Succeeded, "what the batch job proved stays proved");
    assert_eq!(job.attempts[0].outcome, Some(Outcome::Succeeded));
}

#[test]
fn what_failed_before_the_batch_job_was_claimed_went_with_it() {
    let world = carried();
    let before = claimed_at(&world) - SignedDuration::from_secs(FIGURE_SECS);
    figures(&world, vec![(before, 3)]);
    let (_, job, message) = told(&world);
    assert_eq!((job.outcome, job.new_objects.unwrap().carried), (Outcome::Succeeded, 3));
    assert!(
        message.contains("3 operations failed earlier, of which the latest batch job left none behind"),
        "{message}"
    );
}

#[test]
fn without_figures_the_report_says_that_nothing_is_known_and_keeps_what_was_proved() {
    let unasked = carried();
    let refused = carried();
    refused.breaks("figures", 1, Fault::Rejected("AccessDenied", "not authorized to perform cloudwatch:GetMetricData"));
    for (world, why) in [(unasked, "no figures"), (refused, "cloudwatch:GetMetricData")] {
        let (_, job, message) = told(&world);
        let new_objects = job.new_objects.unwrap();
        assert_eq!((job.outcome, new_objects.state), (Outcome::Succeeded, RuleState::Unknown));
        assert!(new_objects.why.unwrap().contains(why) && message.contains("New objects: NOT KNOWN"), "{message}");
    }
}

#[test]
fn regression_a_service_that_hangs_keeps_the_report_from_nobody() {
    let world = carried();
    figures(&world, vec![(claimed_at(&world), 3)]);
    world.breaks("rules", 1, Fault::Slow(20));
    let (_, job, message) = told(&world);
    assert_eq!((world.calls("figures"), job.new_objects.unwrap().state), (0, RuleState::Unknown));
    assert!(message.contains("not asked"), "{message}");
}

#[test]
fn a_rule_that_somebody_switched_off_since_is_found_though_the_batch_job_succeeded() {
    let world = carried();
    figures(&world, vec![(claimed_at(&world), 0)]);
    world.state.borrow_mut().rules.values_mut().for_each(|rules| rules.rules[0].is_enabled = false);
    let (_, job, _) = told(&world);
    assert_eq!((job.outcome, job.new_objects.unwrap().state), (Outcome::Partial, RuleState::Off));
}

#[test]
fn a_night_without_a_replicated_bucket_asks_nobody_for_figures() {
    let (world, execution) = Fake::running();
    world.ends(&execution, nightferry_simulation::fake::moved(3));
    let _ = world.verifies("home").unwrap();
    let (_, job, _) = told(&world);
    assert_eq!((job.new_objects, world.calls("figures"), world.calls("rules")), (None, 0, 0));
}
