use super::*;
use crate::plan::{self, Protection};

fn protections() -> Vec<Protection> {
    let text = include_str!("../plan/tests/example.yaml");
    plan::parse(text).unwrap().jobs.into_values().map(|job| job.protection).collect()
}

/// A job of so many hours and GB, of the kind that the example plan has under this key.
fn assumed(key: &str, hours: u32, gb: u32) -> Done {
    let protection = protections().into_iter().find(|protection| protection.key() == key).unwrap();
    Done::assumed(&protection, hours * 3_600, gb)
}

fn amount(bill: &Bill, item: Item) -> f64 {
    bill.lines.iter().find(|line| line.item == item).map_or(0.0, |line| line.amount)
}

fn is_near(left: f64, right: f64) -> bool {
    (left - right).abs() <= right.abs() * 1e-9
}

#[test]
fn every_item_has_one_price_and_every_price_an_item() {
    for item in Item::ALL {
        assert!(item.price().usd.is_finite() && item.price().per > 0.0, "{item:?}");
    }
    let named = include_str!("prices.tsv").lines().skip(1).map(|line| line.split('\t').next().unwrap());
    assert_eq!(named.collect::<Vec<_>>(), Item::ALL.map(Item::name));
}

#[test]
fn a_price_that_nobody_compared_with_the_page_says_so() {
    let bill = Bill::of(&[(Item::Transitions, 1_000.0)]);
    assert!(is_near(bill.usd, 0.025));
    assert!(!bill.lines[0].is_price_verified, "no price was compared with AWS's page when this was written");
}

#[test]
fn waiting_costs_nothing_so_a_job_of_eight_hours_costs_what_a_short_one_costs() {
    let of = |hours| Comparison::of_run(&[assumed("datasync", hours, 0)]).orchestration;
    assert_eq!(of(8), of(1));
    assert!(is_near(amount(&of(8), Item::Transitions), 13.0));
    assert!(is_near(amount(&of(8), Item::Calls), 6.0));
}

#[test]
fn a_loop_that_looks_each_minute_pays_three_transitions_for_each_look() {
    let polled = Comparison::of_run(&[assumed("datasync", 8, 0)]).polling;
    let transitions: Vec<_> = polled.iter().map(|it| amount(&it.orchestration, Item::Transitions)).collect();
    assert!(
        is_near(transitions[0], 3.0 + 480.0 * 3.0) && is_near(transitions[1], 3.0 + 160.0 * 3.0),
        "{transitions:?}"
    );
}

#[test]
fn a_confirmed_batch_job_costs_its_confirmation_too() {
    let comparison = Comparison::of_run(&[assumed("replicate", 1, 0)]);
    assert!(is_near(amount(&comparison.orchestration, Item::Transitions), 16.0));
    assert!(is_near(amount(&comparison.services, Item::BatchJobs), 1.0));
}

#[test]
fn a_month_is_its_nights_and_the_sweeps_of_its_days() {
    let jobs = [assumed("datasync", 1, 100)];
    let (night, month) = (Comparison::of_run(&jobs), Comparison::of_nights(&jobs, 30, 30));
    assert!(is_near(month.services.usd, 30.0 * night.services.usd));
    assert!(is_near(month.services.usd, 30.0 * 100.0 * 0.0125));
    let sweeps = 30.0 * 288.0;
    assert!(is_near(amount(&month.orchestration, Item::Calls), 30.0 * 6.0 + sweeps));
}

#[test]
fn each_further_attempt_costs_its_wait_and_itself() {
    assert_eq!(Steps::of_job(1, 0).and(steps::NIGHT), Steps { transitions: 13, calls: 6 });
    assert_eq!(Steps::of_job(3, 0).and(steps::NIGHT), Steps { transitions: 21, calls: 12 });
    assert_eq!(Steps::of_job(0, 0).and(steps::NIGHT), Steps { transitions: 10, calls: 3 });
}

#[test]
fn schedules_are_added_item_by_item() {
    let jobs = [assumed("datasync", 1, 10)];
    let twice = Comparison::sum(&[Comparison::of_run(&jobs), Comparison::of_run(&jobs)]);
    let both = Comparison::of_nights(&jobs, 2, 0);
    assert!(is_near(twice.orchestration.usd, both.orchestration.usd) && is_near(twice.services.usd, both.services.usd));
    assert!(twice.polling.iter().zip(&both.polling).all(|(a, b)| is_near(a.orchestration.usd, b.orchestration.usd)));
}
