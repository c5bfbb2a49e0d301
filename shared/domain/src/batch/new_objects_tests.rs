//! What figures and rule come to, and what is never green.

use super::super::tests::rules;
use super::*;
use crate::replication::sample;

fn at(mins: i64) -> Timestamp {
    "2026-11-20T21:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(mins)
}

fn quiet() -> RuleFigures {
    RuleFigures {
        failed: vec![(at(-600), 0), (at(5), 0)],
        operations_pending: Some(3),
        bytes_pending: Some(1_024),
        behind_secs: Some(12),
    }
}

const DAY_SECS: i64 = 86_400;

/// Of a night whose batch job was claimed at 0 and carried everything.
fn judged(figures: Result<&RuleFigures, &str>) -> NewObjects {
    let (plan, rules) = (sample(), rules());
    judge(&Seen {
        replication: &plan,
        rules: Ok(&rules),
        figures,
        since: at(-1_440),
        promise_secs: DAY_SECS,
        carried_until: Some(at(0)),
    })
}

fn failing(failed: &[(i64, u64)]) -> NewObjects {
    let failed = failed.iter().map(|(mins, count)| (at(*mins), *count)).collect();
    judged(Ok(&RuleFigures { failed, ..quiet() }))
}

#[test]
fn a_rule_under_which_nothing_fails_is_healthy_whatever_still_waits() {
    let told = judged(Ok(&quiet()));
    assert_eq!((told.state, told.failed, told.carried, &told.why), (RuleState::Healthy, 0, 0, &None));
    assert_eq!((told.operations_pending, told.bytes_pending, told.behind_secs), (Some(3), Some(1_024), Some(12)));
    assert_eq!((told.rule.as_str(), told.since), ("nightferry-assets", at(-1_440)));
    assert!(told.is_safe());
}

#[test]
fn what_failed_before_the_batch_job_listed_it_was_carried_and_is_only_told() {
    let told = failing(&[(-600, 7), (-5, 2)]);
    assert_eq!((told.state, told.failed, told.carried), (RuleState::Healthy, 0, 9));
    assert!(told.is_safe());
}

#[test]
fn what_failed_since_was_on_no_list_and_the_night_is_not_clean() {
    let told = failing(&[(-600, 7), (5, 2)]);
    assert_eq!((told.state, told.failed, told.carried), (RuleState::Failing, 2, 7));
    let cause = told.cause().unwrap();
    assert_eq!(cause.id, "new-objects-failing");
    assert!(cause.what.starts_with("2 operation(s)") && !told.is_safe(), "{cause:?}");
}

#[test]
fn a_figure_that_reaches_over_the_claim_counts_as_failed() {
    assert_eq!(failing(&[(-4, 1)]).state, RuleState::Failing);
    assert_eq!(failing(&[(-5, 1)]).state, RuleState::Healthy, "it ends with the claim");
}

#[test]
fn where_no_batch_job_carried_everything_each_failure_counts() {
    let (plan, rules, figures) = (sample(), rules(), RuleFigures { failed: vec![(at(-600), 7)], ..quiet() });
    let seen = Seen {
        replication: &plan,
        rules: Ok(&rules),
        figures: Ok(&figures),
        since: at(-1_440),
        promise_secs: DAY_SECS,
        carried_until: None,
    };
    assert_eq!((judge(&seen).state, judge(&seen).failed), (RuleState::Failing, 7));
    assert_eq!(judge(&Seen { rules: Err("denied"), ..seen }).state, RuleState::Failing, "that much is known");
}

#[test]
fn no_figures_are_never_green_and_wake_nobody() {
    let none = judged(Ok(&RuleFigures::default()));
    assert_eq!(none.state, RuleState::Unknown);
    assert!(none.why.as_ref().is_some_and(|why| why.contains("no figures")), "{none:?}");
    let refused = judged(Err("CloudWatch refused GetMetricData: AccessDenied"));
    assert_eq!(
        (refused.state, refused.why.as_deref()),
        (RuleState::Unknown, Some("CloudWatch refused GetMetricData: AccessDenied"))
    );
    assert!(none.is_safe() && refused.is_safe());
}

#[test]
fn any_single_figure_shows_that_the_rule_reports() {
    let only = |figures: RuleFigures| judged(Ok(&figures)).state;
    assert_eq!(only(RuleFigures { failed: vec![(at(5), 0)], ..RuleFigures::default() }), RuleState::Healthy);
    assert_eq!(only(RuleFigures { bytes_pending: Some(0), ..RuleFigures::default() }), RuleState::Healthy);
    assert_eq!(only(RuleFigures { operations_pending: Some(0), ..RuleFigures::default() }), RuleState::Healthy);
}

#[test]
fn a_destination_that_is_behind_for_longer_than_the_promise_is_not_clean() {
    let behind = |secs: u64| judged(Ok(&RuleFigures { behind_secs: Some(secs), ..quiet() }));
    assert_eq!(behind(86_400).state, RuleState::Healthy);
    let late = behind(86_401);
    assert_eq!((late.state, late.cause().unwrap().id.as_str()), (RuleState::Behind, "new-objects-behind"));
    assert!(late.cause().unwrap().what.contains("86401 s"));
}

#[test]
fn a_rule_that_is_not_the_plans_any_more_is_off_whatever_the_figures_say() {
    let (plan, figures) = (sample(), quiet());
    let mut others = rules();
    others.rules[0].is_enabled = false;
    for rules in [RulesNow::default(), others] {
        let seen = Seen {
            replication: &plan,
            rules: Ok(&rules),
            figures: Ok(&figures),
            since: at(-1_440),
            promise_secs: DAY_SECS,
            carried_until: Some(at(0)),
        };
        let told = judge(&seen);
        assert_eq!(told.state, RuleState::Off);
        let cause = told.cause().unwrap();
        assert!(cause.id == "replication-rule-differs" && cause.what.contains("nightferry-assets"), "{cause:?}");
    }
}

#[test]
fn rules_that_nobody_could_read_are_unknown_where_nothing_worse_is_known() {
    let (plan, figures) = (sample(), quiet());
    let seen = Seen {
        replication: &plan,
        rules: Err("S3 refused GetBucketReplication"),
        figures: Ok(&figures),
        since: at(-1_440),
        promise_secs: DAY_SECS,
        carried_until: Some(at(0)),
    };
    let told = judge(&seen);
    assert_eq!((told.state, told.why.as_deref()), (RuleState::Unknown, Some("S3 refused GetBucketReplication")));
}
