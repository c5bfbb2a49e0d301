//! Broken plans and the words for them, one snapshot each.

use super::{EXAMPLE, refusal, with_job, with_options};
use crate::plan::parse;

/// Declares a test that refuses a plan in the snapshot's words.
macro_rules! refused {
    ($($name:ident: $text:expr;)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(refusal(&$text));
        }
    )*};
}

refused! {
    an_empty_file: "";
    a_file_of_comments: "# later\n";
    a_list: "- version: 1\n";
    a_later_version: EXAMPLE.replace("version: 1", "version: 2");
    a_misspelt_key: EXAMPLE.replace("from: { s3: partner", "fom: { s3: partner");
    a_misspelt_key_at_the_top: EXAMPLE.replace("schedules:", "shedules:");
    two_misspelt_keys_in_two_jobs: EXAMPLE.replace("verify:", "verfy:").replace("vault:", "volt:");
    a_misspelt_choice: EXAMPLE.replace("verify: transferred", "verify: transfered");
    a_schedule_that_is_not_there: EXAMPLE.replacen("    schedule: nightly", "    schedule: nightl", 1);
    an_agent_that_is_not_there: EXAMPLE.replace("agent: tokyo", "agent: osaka");
    a_job_without_a_kind: with_job("overlap: skip");
    a_job_with_two_kinds: with_options("").replace("    datasync:", "    backup: { select: { resource: ec2, tag: { A: b } }, vault: EC2, keep: 7d }\n    datasync:");
    a_key_of_another_kind_of_end: EXAMPLE.replace("{ s3: partner-logs,", "{ s3: partner-logs, subnet: subnet-0a1b2c3d,");
    an_end_without_its_keys: with_job("datasync:\n  from: { efs: fs-0123456789abcdef0 }\n  to: { s3: example-backups }");
    an_end_of_no_kind: with_job("datasync:\n  from: { path: / }\n  to: { s3: example-backups }");
    an_account_id_without_quotes: EXAMPLE.replace("\"111111111111\"", "111111111111");
    an_account_id_without_quotes_that_begins_with_zero: EXAMPLE.replace("\"111111111111\"", "012345678901");
    an_account_id_that_is_too_short: EXAMPLE.replace("\"111111111111\"", "\"11111111111\"");
    a_duration_without_a_unit: EXAMPLE.replace("wait: 10m", "wait: 600");
    a_size_without_a_unit: EXAMPLE.replace("5TiB", "5T");
    bounds_of_retry_and_time: with_options("").replace("    schedule: nightly", "    schedule: nightly\n    retry: { attempts: 11, wait: 1s }\n    complete_within: 8d");
    attempts_that_are_no_number: EXAMPLE.replace("attempts: 3", "attempts: many");
    a_wait_that_leaves_no_time: EXAMPLE.replace("complete_within: 8h", "complete_within: 2h").replace("wait: 10m", "wait: 3h");
    enhanced_mode_with_efs: with_options("mode: enhanced");
    deleting_without_the_second_word: with_options("deleted: remove");
    deleting_without_looking: with_options("deleted: remove\nallow_delete: true\ntransfer: all");
    many_problems_at_once: with_options("mode: enhanced\nverify: point-in-time\ndeleted: remove\ninclude: ['/a|/b']").replace("Asia/Tokyo", "Asia/Tokio");
    a_copy_of_its_own_copies: with_job("datasync:\n  from: { s3: one-bucket, prefix: /a }\n  to: { s3: one-bucket, prefix: a/b/ }");
    an_access_point_without_tls: with_options("").replace("subnet:", "access_point: fsap-0123456789abcdef0, encryption: none, subnet:");
    two_jobs_that_write_over_each_other: EXAMPLE.replace("prefix: /plant", "prefix: /home/plant");
    a_replica_over_a_copy: EXAMPLE.replace("example-assets-dr", "example-copies");
    no_jobs: "version: 1\nschedules: {}\njobs: {}\n";
    a_bad_name: EXAMPLE.replace("  servers:", "  Servers_1:");
    a_bucket_as_an_address: EXAMPLE.replace("s3: example-copies", "s3: \"s3://example-copies\"");
    a_window_below_aws_minimum: EXAMPLE.replace("start_within: 1h", "start_within: 30m").replace("keep: 30d", "keep: 36h");
    a_cron_of_five_fields: EXAMPLE.replace("0 6 * * ? *", "0 6 * * *");
    a_cron_with_two_stars_for_days: EXAMPLE.replace("0 6 * * ? *", "0 6 * * * *");
    a_cron_with_its_word: EXAMPLE.replace("0 6 * * ? *", "cron(0 6 * * ? *)");
    a_rate: EXAMPLE.replace("0 6 * * ? *", "rate(1 day)");
    an_hour_that_no_clock_shows: EXAMPLE.replace("0 6 * * ? *", "0 24 * * ? *");
    a_day_that_never_comes: EXAMPLE.replace("0 6 * * ? *", "0 6 31 2 ? *");
    a_zone_that_is_not_there: EXAMPLE.replace("Asia/Tokyo", "Asia/Tokoy");
    something_that_is_no_yaml: "version: 1\njobs: {a: b\n";
    a_tab_for_indentation: "version: 1\njobs:\n\ta: b\n";
}

#[test]
fn errors_are_also_a_document() {
    let errors = parse(&EXAMPLE.replace("fs-0123", "fx-0123")).unwrap_err();
    insta::assert_json_snapshot!(errors);
}

#[test]
fn errors_carry_the_name_that_the_user_gave() {
    let errors = parse("").unwrap_err().in_file("plans/tokyo.yaml");
    assert!(errors.to_string().starts_with("plans/tokyo.yaml:1:1: "));
}

#[test]
fn a_misspelt_key_of_an_end_is_told_once() {
    let told = refusal(&EXAMPLE.replacen("subnet:", "subne:", 1));
    assert_eq!(told.lines().count(), 1, "{told}");
}
