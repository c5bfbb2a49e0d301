//! When schedules fire, against AWS's dialect and the clocks of real zones.

use jiff::Timestamp;

use crate::plan::{Fire, Schedule, fire_times};

fn schedule(cron: &str, timezone: &str) -> Schedule {
    Schedule { cron: cron.to_owned(), timezone: timezone.to_owned() }
}

/// The next times of an expression in UTC after the beginning of 2026, a Thursday.
fn times(cron: &str, count: usize) -> Vec<String> {
    let after: Timestamp = "2025-12-31T23:59:59Z".parse().unwrap();
    let fires = fire_times(&schedule(cron, "UTC"), after, count).unwrap_or_else(|error| panic!("{cron}: {error}"));
    let shown = |fire: &Fire| fire.at().unwrap().strftime("%m-%d %H:%M").to_string();
    fires.iter().map(shown).collect()
}

#[test]
fn aws_cron_fields_mean_what_aws_says() {
    let table: &[(&str, &[&str])] = &[
        ("0 6 * * ? *", &["01-01 06:00", "01-02 06:00"]),
        ("0/20 6 * * ? *", &["01-01 06:00", "01-01 06:20", "01-01 06:40", "01-02 06:00"]),
        ("*/30 */12 * * ? *", &["01-01 00:00", "01-01 00:30", "01-01 12:00"]),
        ("5,35 14 * * ? *", &["01-01 14:05", "01-01 14:35"]),
        ("0 9-11 * * ? *", &["01-01 09:00", "01-01 10:00", "01-01 11:00", "01-02 09:00"]),
        ("15 10 ? * 6L *", &["01-30 10:15", "02-27 10:15"]),
        ("15 10 ? * FRIL *", &["01-30 10:15"]),
        ("0 0 ? * L *", &["01-03 00:00", "01-10 00:00"]),
        ("0 0 ? * 1 *", &["01-04 00:00"]),
        ("0 0 ? * SUN *", &["01-04 00:00"]),
        ("0 0 ? * 7 *", &["01-03 00:00"]),
        ("0 8 ? * MON-FRI *", &["01-01 08:00", "01-02 08:00", "01-05 08:00"]),
        ("0 8 ? * 2-6 *", &["01-01 08:00", "01-02 08:00", "01-05 08:00"]),
        ("0 8 ? * tue,thu *", &["01-01 08:00", "01-06 08:00"]),
        ("0 8 ? * 2#1 *", &["01-05 08:00", "02-02 08:00"]),
        ("0 8 ? * MON#5 *", &["03-30 08:00", "06-29 08:00"]),
        ("0 8 ? * 1/2 *", &["01-01 08:00", "01-03 08:00", "01-04 08:00"]),
        ("0 8 L * ? *", &["01-31 08:00", "02-28 08:00", "03-31 08:00"]),
        ("0 8 15W * ? *", &["01-15 08:00", "02-16 08:00", "03-16 08:00"]),
        ("0 8 1W 8 ? *", &["08-03 08:00"]),
        ("0 8 1 JAN,JUL ? *", &["01-01 08:00", "07-01 08:00"]),
        ("0 8 29 2 ? *", &["02-29 08:00"]),
        ("0 8 1 1 ? 2026-2027", &["01-01 08:00", "01-01 08:00"]),
    ];
    for (cron, expected) in table {
        assert_eq!(times(cron, expected.len()), *expected, "{cron}");
    }
}

#[test]
fn a_schedule_ends_with_its_last_year() {
    assert_eq!(times("0 8 1 1 ? 2026", 5).len(), 1);
    assert_eq!(times("0 8 1 1 ? 2020", 5).len(), 0);
    let after: Timestamp = "2198-06-01T00:00:00Z".parse().unwrap();
    assert_eq!(fire_times(&schedule("0 8 1 1 ? *", "UTC"), after, 5).unwrap().len(), 1);
}

#[test]
fn what_aws_refuses_is_refused_with_the_name_of_the_field() {
    let crons = [
        "60 6 * * ? *",
        "0 6-25 * * ? *",
        "0 6 0 * ? *",
        "0 6 32 * ? *",
        "0 6 * 13 ? *",
        "0 6 * FEBR ? *",
        "0 6 ? * 0 *",
        "0 6 ? * 8 *",
        "0 6 ? * MON#6 *",
        "0 6 ? * 2#1,3#1 *",
        "0 6 ? * FRI-MON *",
        "0 6 * * ? 1969",
        "0 6 * * ? 2200",
        "? 6 * * ? *",
        "0 6 1,,2 * ? *",
        "0 6 32W * ? *",
        "0 /5 * * ? *",
        "0 */0 * * ? *",
        "0 6 L-3 * ? *",
        "0 6 ? * +MON *",
        "@daily",
        "",
        "0 0 6 * * ? *",
        "0 +6 * * ? *",
    ];
    let told: Vec<_> =
        crons.iter().map(|cron| format!("{cron}\n  {}", schedule(cron, "UTC").times().unwrap_err())).collect();
    insta::assert_snapshot!(told.join("\n"));
}

/// The times of a schedule around an instant, in words.
fn words(cron: &str, zone: &str, after: &str, count: usize) -> String {
    let fires = fire_times(&schedule(cron, zone), after.parse().unwrap(), count).unwrap();
    fires.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_time_in_a_daylight_saving_gap_is_skipped_and_named() {
    insta::assert_snapshot!(words("30 2 * * ? *", "America/New_York", "2026-03-07T00:00:00Z", 3));
}

#[test]
fn a_time_in_a_daylight_saving_overlap_fires_once_and_is_named() {
    insta::assert_snapshot!(words("30 1 * * ? *", "America/New_York", "2026-10-31T12:00:00Z", 2));
}

#[test]
fn every_half_hour_of_an_overlap_fires_once() {
    insta::assert_snapshot!(words("0/30 * * * ? *", "Europe/Berlin", "2026-10-24T23:45:00Z", 6));
}

#[test]
fn the_second_round_of_an_overlap_fires_nothing_more() {
    // 02:15 for the second time (CET): the 02:30 of this night has fired an hour ago.
    insta::assert_snapshot!(words("30 2 * * ? *", "Europe/Berlin", "2026-10-25T01:15:00Z", 1));
}

#[test]
fn half_hour_gaps_are_known_too() {
    insta::assert_snapshot!(words("15 2 * * ? *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", 2));
}

#[test]
fn a_time_exactly_now_is_over() {
    let fires = fire_times(&schedule("0 6 * * ? *", "Asia/Tokyo"), "2026-11-20T21:00:00Z".parse().unwrap(), 1).unwrap();
    assert_eq!(fires[0].at().unwrap().timestamp().to_string(), "2026-11-21T21:00:00Z");
}
