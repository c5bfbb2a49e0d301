//! Orders, and what lets a listed batch job through.

use super::super::confirm::{Decision, Facts, RulesNow, Verdict, decide};
use super::super::order::{BatchOrder, DESCRIPTION_CHARS_MAX, TOKEN_CHARS_MAX, attempt_of, is_of};
use super::super::{BatchObservation, BatchState};
use super::{at, job, order, rules, seen};
use crate::replication::{DecidedBy, Replication, Unless, sample as plan};

#[test]
fn the_same_attempt_is_the_same_order_and_the_next_one_another() {
    let mut job = job();
    let first = BatchOrder::of(&job, 1).unwrap();
    job.note(at(50), "something happened".into());
    assert_eq!(BatchOrder::of(&job, 1).unwrap(), first);
    let _ = job.claim(1, at(5_000));
    assert_eq!(BatchOrder::of(&job, 1).unwrap(), first, "a second claim changes nothing of the order");
    assert_ne!(BatchOrder::of(&job, 2).unwrap().token, first.token);
    assert_eq!(first.account, "123456789012");
}

#[test]
fn regression_an_object_of_the_claims_own_second_is_not_left_out() {
    let mut job = job();
    job.attempts[0].claimed_at = at(50) + jiff::SignedDuration::from_millis(700);
    let order = BatchOrder::of(&job, 1).unwrap();
    // S3 would date an object written at second 50 and a half so, and lists what was created strictly before.
    assert!(at(50) < order.created_before);
    assert_eq!(order.created_before, at(51));
}

#[test]
fn a_token_never_exceeds_what_the_service_takes() {
    let mut job = job();
    for length in [1, 20, 80] {
        job.run = "r".repeat(length).parse().unwrap();
        let order = BatchOrder::of(&job, 1).unwrap();
        assert!((1..=TOKEN_CHARS_MAX).contains(&order.token.len()));
        assert!(order.description.len() <= DESCRIPTION_CHARS_MAX);
        assert_eq!(attempt_of(&order.description), Some(order.attempt));
    }
}

#[test]
fn a_description_tells_one_stacks_jobs_from_anothers() {
    let (order, mut other) = (order(), plan());
    assert!(is_of(&order.description, &plan()));
    other.batch_role.push_str("-staging");
    assert!(!is_of(&order.description, &other));
    assert_eq!(attempt_of("a colleague's migration"), None);
}

#[test]
fn every_documented_state_is_known_and_three_are_ends() {
    assert_eq!(BatchState::KNOWN.len(), 13);
    for state in BatchState::KNOWN {
        assert_eq!(&BatchState::of(&state.word().to_uppercase()), state);
    }
    let ends: Vec<_> = BatchState::KNOWN.iter().filter(|state| state.is_end()).map(BatchState::word).collect();
    assert_eq!(ends, ["Complete", "Failed", "Cancelled"]);
    assert!(!BatchState::of("Resting").is_end());
    assert!(!BatchState::of("Resting").is_let_through());
}

/// A decision about a list of so many objects, after a change of what it depends on.
fn decided(total: u64, change: impl FnOnce(&mut Replication, &mut BatchObservation, &mut RulesNow)) -> Verdict {
    let (mut plan, mut seen, mut rules) = (plan(), seen(BatchState::Suspended, total, 0, 0), rules());
    change(&mut plan, &mut seen, &mut rules);
    decide(&facts(&plan, &order(), &seen, &rules))
}

fn facts<'a>(
    replication: &'a Replication,
    order: &'a BatchOrder,
    seen: &'a BatchObservation,
    rules: &'a RulesNow,
) -> Facts<'a> {
    Facts {
        replication,
        order,
        seen,
        rules,
        bytes: None,
        largest: None,
        decision: None,
        asked_until: None,
        now: at(100),
    }
}

fn refusal(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::Cancel { cause, .. } => &cause.id,
        Verdict::NotWaiting | Verdict::Confirm { .. } | Verdict::AwaitPerson { .. } => panic!("{verdict:?}"),
    }
}

#[test]
fn what_the_plan_allows_is_confirmed_up_to_the_limit_and_not_beyond() {
    assert_eq!(decided(1_000, |_, _, _| {}), Verdict::Confirm { by: "guardrails".into() });
    assert_eq!(refusal(&decided(1_001, |_, _, _| {})), "batch-above-limit");
    assert_eq!(
        decided(5_000, |plan, _, _| plan.guardrails.objects_max = None),
        Verdict::Confirm { by: "guardrails".into() }
    );
}

#[test]
fn only_a_job_that_waits_is_decided_about() {
    for state in BatchState::KNOWN.iter().filter(|state| **state != BatchState::Suspended) {
        assert_eq!(decided(9_999, |_, seen, _| seen.state = state.clone()), Verdict::NotWaiting, "{state:?}");
    }
}

#[test]
fn what_was_listed_for_other_settings_is_cancelled() {
    let others: [fn(&mut BatchObservation); 8] = [
        |seen| seen.terms.role = Some("arn:aws:iam::123456789012:role/admin".into()),
        |seen| seen.terms.is_replication = Some(false),
        |seen| seen.terms.source_bucket = Some("payroll".into()),
        |seen| seen.terms.is_eligible_only = None,
        |seen| seen.terms.prefix = Some("logs/".into()),
        |seen| seen.terms.report = None,
        |seen| seen.description = Some("nightferry other/assets/1 0".into()),
        |seen| seen.created_at = Some(at(-100_000)),
    ];
    for (at, change) in others.into_iter().enumerate() {
        assert_eq!(refusal(&decided(1, |_, seen, _| change(seen))), "batch-job-differs", "{at}");
    }
}

#[test]
fn a_rule_that_is_not_the_plans_any_more_cancels_and_says_how() {
    let others: [fn(&mut RulesNow); 6] = [
        |now| now.rules.clear(),
        |now| now.rules[0].is_enabled = false,
        |now| now.rules[0].bucket = "elsewhere".into(),
        |now| now.rules[0].account = Some("999999999999".into()),
        |now| now.rules[0].prefix = None,
        |now| now.role = "arn:aws:iam::123456789012:role/other".into(),
    ];
    for (at, change) in others.into_iter().enumerate() {
        assert_eq!(refusal(&decided(1, |_, _, rules| change(rules))), "replication-rule-differs", "{at}");
    }
}

#[test]
fn objects_that_nobody_counted_are_never_confirmed() {
    let verdict = decided(1, |plan, seen, _| {
        plan.guardrails.objects_max = None;
        seen.counts.total = None;
    });
    assert_eq!(refusal(&verdict), "batch-objects-uncounted");
}

#[test]
fn bytes_that_nobody_summed_up_are_a_persons_to_decide_and_too_many_are_nobodys() {
    let (mut plan, seen, rules, order) = (plan(), seen(BatchState::Suspended, 10, 0, 0), rules(), order());
    plan.guardrails.bytes_max = Some(1_000);
    let facts = facts(&plan, &order, &seen, &rules);
    assert!(matches!(decide(&facts), Verdict::AwaitPerson { .. }));
    assert!(matches!(decide(&Facts { bytes: Some(1_000), ..facts }), Verdict::Confirm { .. }));
    assert_eq!(refusal(&decide(&Facts { bytes: Some(1_001), ..facts })), "batch-above-limit");
}

#[test]
fn a_night_much_larger_than_the_last_ones_asks_a_person() {
    let mut plan = plan();
    plan.guardrails.objects_max = None;
    let (rules, order) = (rules(), order());
    let decide_of = |listed, largest| {
        let seen = seen(BatchState::Suspended, listed, 0, 0);
        decide(&Facts { largest, ..facts(&plan, &order, &seen, &rules) })
    };
    assert!(matches!(decide_of(20_001, Some(2_000)), Verdict::AwaitPerson { .. }));
    assert!(matches!(decide_of(20_000, Some(2_000)), Verdict::Confirm { .. }));
    assert!(matches!(decide_of(9_000, Some(1)), Verdict::Confirm { .. }), "small nights vary");
    assert!(matches!(decide_of(9_000_000, None), Verdict::Confirm { .. }), "the first night has everything to copy");
}

#[test]
fn a_person_is_asked_decides_and_is_not_waited_for_forever() {
    let (mut plan, seen, rules, order) = (plan(), seen(BatchState::Suspended, 10, 0, 0), rules(), order());
    plan.guardrails.decided_by = DecidedBy::Person;
    let asked = facts(&plan, &order, &seen, &rules);
    assert!(matches!(decide(&asked), Verdict::AwaitPerson { until, .. } if until == at(100 + 3_600)));
    let word = |is_yes| Decision { attempt: 1, is_yes, by: "mio".into(), at: at(90), reason: "checked".into() };
    let (yes, no) = (word(true), word(false));
    assert_eq!(decide(&Facts { decision: Some(&yes), ..asked }), Verdict::Confirm { by: "mio".into() });
    assert_eq!(refusal(&decide(&Facts { decision: Some(&no), ..asked })), "batch-job-declined");
    let late = Facts { asked_until: Some(at(50)), ..asked };
    assert_eq!(refusal(&decide(&late)), "batch-job-undecided");
    let mut plan = plan.clone();
    plan.guardrails.unless_decided = Unless::Confirm;
    assert_eq!(decide(&Facts { replication: &plan, ..late }), Verdict::Confirm { by: "nobody in time".into() });
    plan.guardrails.objects_max = Some(9);
    let too_large = Facts { replication: &plan, decision: Some(&yes), ..asked };
    assert_eq!(refusal(&decide(&too_large)), "batch-above-limit", "limits stand above a person");
}
