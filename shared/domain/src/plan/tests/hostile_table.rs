//! Hostile files, one row each: what lies on the disk, and the line, the column and the words of its refusal.

use super::{EXAMPLE, taken};
use crate::plan::{MAX_FILE_BYTES, PROBLEMS_MAX, parse, parse_bytes};

/// What the file holds, where its first problem stands, and what is said of it.
type Row = (Vec<u8>, u64, u64, &'static str);

const TOO_LARGE_INSIDE: &str = "the file is larger inside than a plan can be";
const NEVER_ENDS: &str = "this alias stands inside its own anchor";
const NO_MERGE: &str = "merge keys (`<<`) are not part of a plan";
const NOT_DECIMAL: &str = "a whole number is written with the digits 0 to 9 only";
const NO_KEY: &str = "a key is a plain word here";

#[track_caller]
fn refused(rows: impl IntoIterator<Item = Row>) {
    for (file, line, column, words) in rows {
        let shown: String = String::from_utf8_lossy(&file).chars().take(60).collect();
        let Err(errors) = parse_bytes(&file) else { panic!("taken: {shown:?}") };
        let told = errors.to_string();
        let first = errors.problems.iter().find(|problem| problem.message.contains(words));
        let first = first.unwrap_or_else(|| panic!("{shown:?}: {told}"));
        assert_eq!((first.place.line, first.place.column), (line, column), "{shown:?}: {told}");
        assert!(told.len() < 30_000 && !told.contains(|c: char| c.is_control() && c != '\n'), "{shown:?}");
    }
}

fn row(file: impl Into<Vec<u8>>, line: u64, column: u64, words: &'static str) -> Row {
    (file.into(), line, column, words)
}

/// The rest of a plan behind one line of it.
fn plan_of(line: &str) -> String {
    format!("version: 1\n{line}\njobs: {{}}\nschedules: {{}}\n")
}

/// Levels of aliases, each `width` times the one below.
fn laughs(levels: usize, width: usize) -> String {
    let mut bomb = vec!["version: 1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]".to_owned()];
    for level in 1..levels {
        let below = format!("*a{}, ", level - 1).repeat(width);
        bomb.push(format!("a{level}: &a{level} [{below}]"));
    }
    bomb.join("\n")
}

#[test]
fn bombs_of_aliases_are_refused() {
    let doubling = |n: usize| format!("a{n}: &a{n} {{p: *a{}, q: *a{}}}\n", n - 1, n - 1);
    let maps = format!("version: 1\na0: &a0 {{x: 1}}\n{}", (1..30).map(doubling).collect::<String>());
    let texts = format!("version: 1\na: &a \"{}\"\nb: [{}]\n", "x".repeat(500_000), "*a, ".repeat(900));
    let aliases = format!("version: 1\na: &a x\nb: [{}]\n", "*a, ".repeat(1_500));
    refused([
        row(laughs(10, 10), 6, 20, TOO_LARGE_INSIDE),
        row(laughs(4, 200), 4, 105, TOO_LARGE_INSIDE),
        row(maps, 14, 24, TOO_LARGE_INSIDE),
        row(texts, 3, 33, TOO_LARGE_INSIDE),
        row(aliases, 3, 4_005, TOO_LARGE_INSIDE),
    ]);
}

#[test]
fn nesting_of_every_kind_is_refused_before_it_is_followed() {
    let blocks = (0..1_400).map(|n| format!("{}a:\n", " ".repeat(n))).collect::<Vec<_>>().concat();
    refused([
        row(format!("jobs: {}{}", "[".repeat(400_000), "]".repeat(400_000)), 1, 262, TOO_LARGE_INSIDE),
        row("[".repeat(1_000_000), 1, 256, TOO_LARGE_INSIDE),
        row("{a: ".repeat(200_000), 1, 1_021, TOO_LARGE_INSIDE),
        row("? {".repeat(300_000), 1, 768, TOO_LARGE_INSIDE),
        row("- ".repeat(500_000), 1, 33, TOO_LARGE_INSIDE),
        row("? ".repeat(500_000), 1, 33, TOO_LARGE_INSIDE),
        row(blocks, 17, 17, TOO_LARGE_INSIDE),
    ]);
}

#[test]
fn anchors_that_hold_themselves_are_refused() {
    refused([
        row("version: 1\njobs: &a\n  x: *a\n", 3, 6, NEVER_ENDS),
        row("version: 1\nx: &a [ &b [ *a ], *b ]\n", 2, 14, NEVER_ENDS),
        row("&a\nversion: 1\njobs: *a\n", 3, 7, NEVER_ENDS),
    ]);
}

#[test]
fn merge_keys_are_refused_at_every_level() {
    refused([
        row("a: &b { version: 1 }\n<<: *b\n", 2, 1, NO_MERGE),
        row("version: 1\njobs:\n  <<: { a: 1 }\n", 3, 3, NO_MERGE),
        row(EXAMPLE.replacen("    schedule:", "    <<: { overlap: skip }\n    schedule:", 1), 7, 5, NO_MERGE),
        row("version: 1\n\"<<\": { a: 1 }\n", 2, 1, "unknown key `<<`"),
    ]);
}

#[test]
fn keys_that_stand_twice_are_refused_at_every_level() {
    let in_a_job = EXAMPLE.replace("vault: EC2", "vault: EC2\n      \"vault\": Other");
    refused([
        row("version: 1\nversion: 2\n", 2, 1, "the key `version` stands here twice"),
        row("version: 1\n\"version\": 1\n", 2, 1, "the key `version` stands here twice"),
        row("version: 1\n\"v\\x65rsion\": 1\n", 2, 1, "the key `version` stands here twice"),
        row("version: 1\njobs: {a: {}, a: {}}\n", 2, 15, "the key `a` stands here twice"),
        row("version: 1\njobs: {a: {retry: {wait: 1m, wait: 2m}}}\n", 2, 30, "the key `wait` stands here twice"),
        row(in_a_job, 36, 7, "the key `vault` stands here twice"),
    ]);
}

#[test]
fn regression_a_number_and_its_text_are_one_key_and_the_second_does_not_win_silently() {
    refused([
        row("version: 1\njobs: {1: {}, \"1\": {}}\n", 2, 15, "the key `1` stands here twice"),
        row("version: 1\njobs:\n  true: {}\n  'true': {}\n", 4, 3, "the key `true` stands here twice"),
    ]);
}

#[test]
fn keys_that_are_no_words_are_refused() {
    refused([
        row("version: 1\njobs: {~: {}}\n", 2, 8, NO_KEY),
        row("version: 1\n? [a, b]\n: x\n", 2, 3, NO_KEY),
        row("version: 1\n? {a: b}\n: x\n", 2, 3, NO_KEY),
        row(": ".repeat(500_000), 1, 1, NO_KEY),
    ]);
}

#[test]
fn huge_words_are_refused_without_being_repeated() {
    let x = |count| "x".repeat(count);
    refused([
        row(plan_of(&format!("notify: {{ email: \"{}\" }}", x(1_000_000))), 2, 18, "is not an e-mail address"),
        row(plan_of(&format!("{}: 1", x(1_000))), 2, 1, "unknown key `xxxx"),
        row(plan_of(&format!("{}: 1", x(1_000_000))), 2, 1, "simple key expected ':'"),
        row(plan_of(&format!("concurrency: {}", "9".repeat(1_000_000))), 2, 14, "too large to be counted with"),
        row(plan_of(&format!("x: *{}", x(900_000))), 2, 4, "this alias (`*name`) has no anchor"),
        row(format!("version: !{} 1", x(900_000)), 1, 900_012, "unsupported tag `!xxx"),
    ]);
}

#[test]
fn what_hides_or_ends_a_line_in_secret_is_refused() {
    let invisible = "the invisible character U+";
    refused([
        row("version: 1\njobs: a\0b\n", 2, 8, "the invisible character U+0000"),
        row("version: 1\u{85}jobs: {}\n", 1, 11, "the invisible character U+0085"),
        row("version: 1\u{2028}jobs: {}\n", 1, 11, "the invisible character U+2028"),
        row("versi\u{200b}on: 1\n", 1, 6, "the invisible character U+200B"),
        row("version: 1\r\n\u{feff}jobs: {}\n", 2, 1, "the invisible character U+FEFF"),
        row("version: 1\rjobs:\r# \u{202e}\n", 3, 3, "the invisible character U+202E"),
        row("version: 1\n# \u{e0041}\n", 2, 3, invisible),
        row("version: 1\njobs: { \"a\\0b\": {} }\n", 2, 9, "`ab` is not a job name"),
        row("version: 1\njobs:\n\ta: b\n", 3, 2, "tabs disallowed"),
        row("v\u{435}rsion: 1\n", 1, 1, "unknown key `v\u{435}rsion`; did you mean".split(';').next().unwrap()),
    ]);
}

#[test]
fn bytes_that_are_no_text_are_refused_at_their_place() {
    refused([
        row(b"version: 1\nnotify: { email: m\xfcller@example.com }\n", 2, 19, "the byte 0xfc is not UTF-8 text"),
        row("version: 1\r\n# 夜".as_bytes().split_last().unwrap().1, 2, 3, "the byte 0xe5 is not UTF-8 text"),
        row(b"\xff\xfev\0e\0r\0", 1, 1, "the byte 0xff is not UTF-8 text"),
        row(b"version: 1\n\xc0\xaf\n", 2, 1, "the byte 0xc0 is not UTF-8 text"),
        row(b"version: 1\n\xed\xa0\x80\n", 2, 1, "the byte 0xed is not UTF-8 text"),
        row(b"\x1f\x8b\x08\x00", 1, 2, "the byte 0x8b is not UTF-8 text"),
    ]);
}

#[test]
fn marks_and_line_ends_of_other_editors_are_no_harm() {
    let plan = taken(EXAMPLE);
    for other in [format!("\u{feff}{EXAMPLE}"), EXAMPLE.replace('\n', "\r\n"), EXAMPLE.replace('\n', "\r")] {
        assert_eq!(parse_bytes(other.as_bytes()).unwrap(), plan);
        assert_eq!(taken(&other), plan);
    }
    let crlf = parse("version: 1\r\njobs: 3\r\nschedules: {}\r\nbad: 1\r\n").unwrap_err();
    assert_eq!(crlf.problems.last().unwrap().place.line, 4);
}

#[test]
fn more_than_one_document_is_refused() {
    let words = "a plan is one document";
    refused([
        row("version: 1\n---\nversion: 1\n", 3, 1, words),
        row("version: 1\n...\nversion: 1\n", 3, 1, words),
        row("---\na\n".repeat(10_000), 4, 1, words),
    ]);
}

#[test]
fn tags_are_refused() {
    let no_tags = "a plan's values have no tags, and this one has `tag:yaml.org,2002:";
    refused([
        row("version: !!binary aGVsbG8=\n", 1, 19, no_tags),
        row(plan_of("notify: { email: !!binary YUBiLmNvbQ== }"), 2, 27, no_tags),
        row(plan_of("notify: !<tag:yaml.org,2002:map> {}"), 2, 34, no_tags),
        row("version: !!int \"1\"\n", 1, 16, no_tags),
        row("version: !!python/object/apply:os.system [ls]\n", 1, 42, "unsupported tag `!!python/object"),
        row("version: 1\njobs: !ruby/object:Gem {}\n", 2, 24, "unsupported tag `!ruby/object:Gem`"),
        row("version: 1\njobs: !include /etc/passwd\n", 2, 16, "unsupported tag `!include`"),
        row("version: 1\njobs: !!set {a, b}\n", 2, 13, "unsupported tag `!!set`"),
        row("%TAG ! tag:evil,2000:\n---\nversion: !x 1\n", 3, 13, "unsupported tag `!x`"),
    ]);
    let text = taken(&EXAMPLE.replace("Asia/Tokyo", "!!str Asia/Tokyo"));
    assert_eq!(text, taken(EXAMPLE));
}

#[test]
fn numbers_that_only_a_program_would_write_are_refused() {
    let concurrency = |number: &str| plan_of(&format!("concurrency: {number}"));
    let odd = ["0o10", "0x8", "0b1000", "+8"].map(|number| row(concurrency(number), 2, 14, NOT_DECIMAL));
    let no_whole = ["010", "-1", "1.0", "1e2", "18446744073709551616", "-9223372036854775809", "yes", "1:30"];
    refused(odd);
    refused(no_whole.map(|number| row(concurrency(number), 2, 14, "a whole number is expected here")));
    let boundless = [".inf", "-.inf", ".nan", "1e400"];
    refused(boundless.map(|number| row(concurrency(number), 2, 14, "a number without bounds")));
    refused(["0", "1001"].map(|number| row(concurrency(number), 2, 1, "is outside 1 to 1000")));
    refused(
        ["0x1", "01", "1.0", "+1", "-1", "2", "1e0"]
            .map(|number| row(format!("version: {number}\n"), 1, 10, "reads version 1")),
    );
    let long = ["99999999999999999999d", "18446744073709551615d", "-1d", "1e3d"];
    refused(long.map(|days| row(plan_of(&format!("keep_records: {days}")), 2, 15, "is not a duration")));
    assert_eq!(taken(&format!("{EXAMPLE}\nconcurrency: 1_000\n")).concurrency, 1_000);
}

#[test]
fn a_file_of_ten_megabytes_and_a_quarter_of_a_million_jobs_are_refused() {
    let jobs = (0..250_000).map(|n| format!("  {n:x}:\n")).collect::<Vec<_>>().concat();
    refused([
        row("a".repeat(10 << 20), 1, 1, "larger than a plan can be"),
        row(vec![0xff; MAX_FILE_BYTES + 1], 1, 1, "larger than a plan can be"),
        row(format!("version: 1\nschedules: {{}}\njobs:\n{jobs}"), 250_000, 8, TOO_LARGE_INSIDE),
    ]);
}

#[test]
fn regression_a_thousand_problems_are_told_as_a_hundred() {
    let many = |line: &dyn Fn(usize) -> String| (0..1_000).map(line).collect::<String>();
    let files = [
        many(&|n| format!("k{n}: 1\n")),
        format!("version: 1\nschedules: {{}}\njobs:\n{}", many(&|n| format!("  j{n}: 1\n"))),
        format!("version: 1\nschedules: {{}}\njobs:\n  a:\n{}", many(&|n| format!("    k{n}: 1\n"))),
        format!("version: 1\njobs: {{}}\nagents:\n{}", many(&|n| format!("  A{n}: {{}}\n"))),
    ];
    for file in files {
        let errors = parse(&file).unwrap_err();
        assert_eq!(errors.problems.len(), PROBLEMS_MAX + 1);
        assert!(errors.to_string().ends_with("there are more problems from here on; mend these first"));
    }
}

/// Without bounds the search for the first fire went on to the year 5000, a quarter of a second for each schedule.
#[test]
fn regression_a_thousand_schedules_that_never_fire_are_refused_after_a_hundred() {
    let schedule = |n: usize| format!("  s{n}: {{ cron: \"0 6 31 2 ? *\", timezone: Asia/Tokyo }}\n");
    let schedules = (0..1_000).map(schedule).collect::<Vec<_>>().concat();
    let errors = parse(&format!("version: 1\njobs: {{}}\nschedules:\n{schedules}")).unwrap_err();
    assert_eq!(errors.problems.len(), PROBLEMS_MAX + 1);
    assert!(errors.to_string().contains("never fires: no day of any year fits it"));
}

#[test]
fn regression_a_plan_of_ten_thousand_transfers_is_taken_and_one_more_on_a_schedule_is_not() {
    let job = |n: usize| {
        format!(
            "  home-directory-of-a-department-{n:05}:\n    schedule: nightly\n    datasync:\n      from: {{ efs: \
             fs-0123456789abcdef0, path: /home/{n}, subnet: subnet-0123456789abcdef0, security_groups: \
             [sg-0123456789abcdef0] }}\n      to: {{ s3: example-backups, prefix: /home/{n:05} }}\n"
        )
    };
    let plan = |count: usize| {
        let jobs: String = (0..count).map(job).collect();
        format!("version: 1\nschedules:\n  nightly: {{ cron: \"0 6 * * ? *\", timezone: Asia/Tokyo }}\njobs:\n{jobs}")
    };
    assert_eq!(taken(&plan(10_000)).jobs.len(), 10_000);
    let refused = parse(&plan(10_001)).unwrap_err().to_string();
    assert!(refused.contains("10001 jobs on one schedule; a run has at most 10000"), "{refused}");
}
