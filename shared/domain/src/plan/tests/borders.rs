//! The last that is taken and the first that is refused.

use std::str::FromStr;

use super::{EXAMPLE, refusal, taken, with_job, with_options};
use crate::plan::problem::{nearest, suggest};
use crate::plan::schedule_error::ScheduleError;
use crate::plan::text_type::printable;
use crate::plan::{
    AgentName, ByteSize, ConfirmBy, EmailAddress, KeyArn, PlanDuration, Protection, Region, Schedule, SecretArn,
    ServerName, VaultName,
};

fn all_refused<T: FromStr>(texts: &[&str]) {
    for text in texts {
        assert!(text.parse::<T>().is_err(), "{text:?}");
    }
}

fn all_taken<T: FromStr>(texts: &[&str]) {
    for text in texts {
        assert!(text.parse::<T>().is_ok(), "{text:?}");
    }
}

#[test]
fn a_region_is_refused_for_any_one_part_that_does_not_fit() {
    all_taken::<Region>(&["ap-northeast-1", "us-gov-west-1", "eusc-de-east-12"]);
    all_refused::<Region>(&[
        "ap-northeast-123",
        "ap-northeast-",
        "ap-northeast-x",
        "abcde-northeast-1",
        "a-northeast-1",
        "AP-northeast-1",
        "ap-NORTHEAST-1",
        "us-gov--1",
    ]);
}

#[test]
fn an_arn_is_refused_for_any_one_part_that_does_not_fit() {
    all_taken::<KeyArn>(&["arn:aws-cn:kms:cn-north-1:123456789012:key/a-1"]);
    all_taken::<SecretArn>(&["arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:nas/a_b+c=d.e@f!-x"]);
    all_refused::<KeyArn>(&[
        "arn:awsX:kms:cn-north-1:123456789012:key/a",
        "arn:aws:s3:cn-north-1:123456789012:key/a",
        "arn:aws:kms::123456789012:key/a",
        "arn:aws:kms:CN-north-1:123456789012:key/a",
        "arn:aws:kms:cn-north-1:12345678901:key/a",
        "arn:aws:kms:cn-north-1:12345678901x:key/a",
        "arn:aws:kms:cn-north-1:123456789012:key/",
        &format!("arn:aws:kms:cn-north-1:123456789012:key/{}", "a".repeat(65)),
        "arn:aws:kms:cn-north-1:123456789012:key/a_b",
    ]);
}

#[test]
fn names_are_refused_for_any_one_part_that_does_not_fit() {
    let long = |count| "a".repeat(count);
    all_taken::<VaultName>(&["A-b_1", "ab", &long(50)]);
    all_refused::<VaultName>(&["a", &long(51), "a b"]);
    all_taken::<AgentName>(&["tokyo-1", &long(40)]);
    all_taken::<EmailAddress>(&["a@b", &format!("{}@b", long(64)), &format!("a@{}", long(255))]);
    all_refused::<EmailAddress>(&["ab", "@b", "a@", "a@b@c", "a b@c", "a@b\u{7}"]);
    all_refused::<EmailAddress>(&[&format!("{}@b", long(65)), &format!("a@{}", long(256))]);
    all_taken::<ServerName>(&["nas.example.internal", "10.0.0.5", "2001:db8::5", &long(255)]);
    all_refused::<ServerName>(&["", "-nas", "nas_1", &long(256)]);
}

#[test]
fn every_bound_of_a_plan_is_itself_allowed() {
    let whole = |lines: &str| with_options("").replace("version: 1", &format!("version: 1\n{lines}"));
    let job =
        |lines: &str| with_options("").replace("    schedule: nightly", &format!("    schedule: nightly\n{lines}"));
    let _ = taken(&whole("keep_records: 7d"));
    let _ = taken(&whole("keep_records: 8d"));
    assert!(refusal(&whole("keep_records: 6d")).contains("write 7d"));
    let _ = taken(&job("    complete_within: 15m"));
    let _ = taken(&job("    complete_within: 7d"));
    assert!(refusal(&job("    complete_within: 14m")).contains("outside 15m to 7d"));
    let _ = taken(&job("    retry: { attempts: 10, wait: 10s }"));
}

#[test]
fn the_wait_of_a_single_attempt_does_not_matter() {
    let job = |attempts: u8| {
        let lines =
            format!("    schedule: nightly\n    complete_within: 1h\n    retry: {{ attempts: {attempts}, wait: 1h }}");
        with_options("").replace("    schedule: nightly", &lines)
    };
    let _ = taken(&job(1));
    assert!(refusal(&job(2)).contains("leaves no time for a second attempt"));
}

#[test]
fn a_weekday_that_is_none_is_refused_wherever_it_stands() {
    for weekday in ["8L", "XYZL", "XYZ#1", "0#1", "MON-1"] {
        let schedule = Schedule { cron: format!("0 6 ? * {weekday} *"), timezone: "UTC".into() };
        let error = schedule.times().unwrap_err();
        assert!(matches!(&error, ScheduleError::Field { field: "day-of-week", .. }), "{weekday}: {error}");
    }
}

#[test]
fn an_end_reads_back_with_every_key_that_it_can_have() {
    let key = "arn:aws:kms:ap-northeast-1:123456789012:key/a";
    let secret = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:nas";
    let efs = "efs: fs-0123456789abcdef0, path: /a, subnet: subnet-0a1b2c3d, security_groups: [sg-0a1b2c3d], access_point: fsap-0123456789abcdef0, encryption: tls";
    let s3 =
        format!("s3: example-x, prefix: /p, account: \"111111111111\", storage_class: GLACIER, kms_key: \"{key}\"");
    let smb = format!("smb: nas.example.internal, path: /b, agent: tokyo, credentials: \"{secret}\"");
    let nfs = "nfs: nas.example.internal, path: /c, agent: tokyo";
    for from in [efs, &smb, nfs] {
        let agents = EXAMPLE.split_once("agents:").unwrap().1;
        let job = with_job(&format!("datasync:\n  from: {{ {from} }}\n  to: {{ {s3} }}"));
        let plan = taken(&format!("{job}\nagents:{agents}"));
        let json = serde_json::to_string(&plan).unwrap();
        assert_eq!(taken(&json), plan);
        for value in
            from.split(", ").chain(s3.split(", ")).filter_map(|pair| pair.split_once(": ")?.1.split('"').next_back())
        {
            assert!(json.contains(value.trim_matches(['[', ']'])), "{value} is lost in {json}");
        }
    }
}

#[test]
fn a_bucket_of_another_account_is_carried_as_a_destination() {
    let with = |account: &str| {
        let plan = taken(&with_options("").replace("prefix: /home", &format!("prefix: /home{account}")));
        plan.jobs.values().next().unwrap().protection.carried().is_ok()
    };
    assert!(with("") && with(", account: \"111111111111\""));
}

#[test]
fn a_section_that_is_missing_is_told_unless_it_is_only_misspelt() {
    assert!(refusal("version: 1\nschedules: {}\n").contains("the key `jobs` is missing"));
    assert!(!refusal("version: 1\nschedules: {}\njbos: {}\n").contains("is missing"));
}

#[test]
fn a_word_is_corrected_up_to_sixty_characters() {
    let word = |count| "a".repeat(count);
    assert_eq!(nearest(&word(59), ["b", &word(60)]), Some(word(60).as_str()));
    assert_eq!(nearest(&word(60), ["b", &word(59)]), Some(word(59).as_str()));
    assert_eq!(nearest(&word(61), ["b", &word(60)]), None);
}

#[test]
fn a_word_near_to_none_is_answered_with_all_there_are() {
    assert_eq!(suggest("moon", &[]), None);
    assert_eq!(suggest("moon", &["from", "schedule"]).as_deref(), Some("known are `from`, `schedule`"));
}

#[test]
fn eighty_characters_are_shown_whole_and_more_are_cut() {
    assert_eq!(printable(&"a".repeat(80)), "a".repeat(80));
    assert_eq!(printable(&"a".repeat(81)), format!("{}...", "a".repeat(80)));
}

#[test]
fn a_missing_key_is_told_unless_it_is_only_misspelt() {
    let missing = refusal(&with_options("").replace("    schedule: nightly\n", ""));
    assert!(missing.contains("the key `schedule` is missing"), "{missing}");
    let misspelt = refusal(&with_options("").replace("    schedule: nightly", "    schedul: nightly"));
    assert_eq!(misspelt.lines().count(), 1, "{misspelt}");
    let both = refusal(&with_options("").replace("    schedule: nightly", "    colour: red"));
    assert_eq!(both.lines().count(), 2, "a stray key does not hide a missing one: {both}");
}

#[test]
fn a_misspelt_key_hides_no_problem_of_another_job() {
    let two =
        EXAMPLE.replace("verify: transferred", "verfy: transferred").replace("{ s3: partner-logs,", "{ prefix: /,");
    let told = refusal(&two);
    assert_eq!(told.lines().count(), 2, "{told}");
}

#[test]
fn one_limit_is_enough_to_decide_by_limits() {
    for (limit, decides) in [("max_objects: 5", ConfirmBy::Limits), ("max_bytes: 5GiB", ConfirmBy::Limits)] {
        let lines =
            format!("replicate:\n  from: {{ s3: one-bucket }}\n  to: {{ s3: other-bucket }}\n  confirm: {{ {limit} }}");
        let plan = taken(&with_job(&lines));
        let Protection::Replicate(replicate) = &plan.jobs.values().next().unwrap().protection else {
            panic!("{plan:?}")
        };
        assert_eq!(replicate.confirm.decided_by(), decides, "{limit}");
    }
}

#[test]
fn a_backup_kept_for_less_than_a_week_is_worth_a_second_look() {
    let warned = |keep: &str| {
        let plan = taken(&EXAMPLE.replace("keep: 30d", &format!("keep: {keep}")));
        plan.warnings().iter().any(|warning| warning.path == "jobs.servers.backup.keep")
    };
    assert!(warned("6d") && !warned("7d") && !warned("8d"));
}

#[test]
fn amounts_are_counted_in_their_units() {
    assert_eq!(PlanDuration::from_days(30).whole_days(), Some(30));
    assert_eq!(PlanDuration::from_hours(25).whole_days(), None);
    assert_eq!(ByteSize::from_bytes(0).to_string(), "0B");
    let bytes = |text: &str| text.parse::<ByteSize>().unwrap().bytes();
    let binary = ["KiB", "MiB", "GiB", "TiB", "PiB"].map(|unit| bytes(&format!("1{unit}")));
    assert_eq!(binary, [1 << 10, 1 << 20, 1 << 30, 1 << 40, 1 << 50]);
    let most = 100 * 366 * 86_400;
    assert_eq!([0, 1, u64::MAX].map(|secs| PlanDuration::from_secs(secs).secs()), [1, 1, most]);
    assert!(
        format!("{most}s").parse::<PlanDuration>().is_ok() && format!("{}s", most + 1).parse::<PlanDuration>().is_err()
    );
}

#[test]
fn a_file_may_have_four_mebibytes_and_not_a_byte_more() {
    let plan = format!("{}\n#", with_options(""));
    let filled = |bytes: usize| format!("{plan}{}", "x".repeat(bytes - plan.len()));
    let _ = taken(&filled(4 << 20));
    assert!(refusal(&filled((4 << 20) + 1)).contains("larger than a plan can be, which is 4194304 bytes"));
}
