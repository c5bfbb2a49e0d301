use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::sample::{any_night, at, hostile, night};
use super::*;
use crate::job::Note;

fn tokyo() -> TimeZone {
    TimeZone::get("Asia/Tokyo").unwrap()
}

/// The night with `text` wherever a service, a file system or a person can put some.
fn night_saying(text: &str) -> Report {
    let mut report = night();
    let cause = Cause { id: text.into(), what: text.into(), fix: text.into(), said: Some(text.into()) };
    let item = FailedItem { path: text.into(), phase: text.into(), code: text.into(), reason: text.into() };
    report.run.plan_key = text.into();
    report.run.trigger = crate::run::Trigger::Person { jobs: vec![], note: format!("note {text}") };
    for job in &mut report.jobs {
        job.engine = text.into();
        (job.from, job.to) = (text.into(), text.into());
        job.cause = Some(cause.clone());
        job.failed_items = vec![item.clone()];
        job.notes = vec![Note { at: at(1), text: text.into() }];
        job.attempts.iter_mut().for_each(|attempt| attempt.cause = Some(cause.clone()));
    }
    report
}

#[test]
fn the_page_of_a_night_with_all_outcomes() {
    insta::assert_snapshot!(page(&night(), &tokyo()).unwrap());
}

#[test]
fn the_page_runs_and_fetches_nothing() {
    let page = page(&night(), &tokyo()).unwrap();
    for word in ["<script", "src=", "href=\"http", "@import", "url(", "onload="] {
        assert!(!page.contains(word), "{word}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn the_headline_says_how_many_jobs_are_not_safe() {
    assert!(page(&night(), &tokyo()).unwrap().contains("<h1>2 of 4 jobs are not safe</h1>"));
}

#[test]
fn the_worst_card_comes_first() {
    let page = page(&night(), &tokyo()).unwrap();
    let place = |text: &str| page.find(text).unwrap();
    assert!(place("id=\"job-partner-logs\"") < place("id=\"job-home-directories\""));
    assert!(!page.contains("id=\"job-wiki\""));
}

#[test]
fn jobs_without_a_card_are_counted() {
    let mut report = night();
    report.jobs = std::iter::repeat_n(report.jobs[0].clone(), CARDS_MAX + 2).collect();
    let page = page(&report, &TimeZone::UTC).unwrap();
    assert!(page.contains("2 more jobs are not safe"), "{page}");
}

#[test]
fn a_missing_cause_is_said_to_be_missing() {
    let mut report = night();
    report.jobs[0].cause = None;
    assert!(page(&report, &TimeZone::UTC).unwrap().contains("No cause was recorded"));
}

proptest! {
    #[test]
    fn text_of_others_adds_no_markup(text in hostile()) {
        let plain = page(&night_saying("plain"), &tokyo()).unwrap();
        let page = page(&night_saying(&text), &tokyo()).unwrap();
        for mark in ['<', '>', '"', '\''] {
            prop_assert_eq!(page.matches(mark).count(), plain.matches(mark).count(), "{}", mark);
        }
        let treacherous = page.chars().find(|c| *c != '\n' && (c.is_control() || ['\u{202e}', '\u{2066}', '\u{feff}'].contains(c)));
        prop_assert_eq!(treacherous, None);
    }

    #[test]
    fn every_job_is_on_the_page((run, jobs) in any_night()) {
        let report = Report::build(&run, &jobs, &BTreeMap::new(), at(2_000)).unwrap();
        let page = page(&report, &TimeZone::UTC).unwrap();
        for job in &report.jobs {
            let cell = format!("<th scope=\"row\">{}</th>", job.name);
            prop_assert_eq!(page.matches(&cell).count(), 1, "{}", job.name);
        }
    }
}

#[test]
fn a_count_of_zero_has_no_colour() {
    let mut report = night();
    assert_eq!(tiles(&report)[0], ("failed", "1".to_owned(), "failed"));
    report.counts.failed = 0;
    assert_eq!(tiles(&report)[0], ("failed", "0".to_owned(), ""));
}
