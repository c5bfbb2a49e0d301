//! Files that mean harm, or look as if they did.

use proptest::prelude::*;

use super::{EXAMPLE, refusal};
use crate::plan::{MAX_FILE_BYTES, parse};

#[test]
fn a_file_too_large_is_not_even_looked_at() {
    insta::assert_snapshot!(refusal(&"#".repeat(MAX_FILE_BYTES + 1)));
}

#[test]
fn a_bomb_of_aliases_is_refused() {
    let mut bomb = vec!["version: 1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]".to_owned()];
    for level in 1..10 {
        let below = format!("*a{}, ", level - 1).repeat(10);
        bomb.push(format!("a{level}: &a{level} [{below}]"));
    }
    insta::assert_snapshot!(refusal(&bomb.join("\n")));
}

#[test]
fn a_storm_of_anchors_is_refused() {
    let anchors: Vec<_> = (0..100).map(|n| format!("k{n}: &a{n} x")).collect();
    insta::assert_snapshot!(refusal(&anchors.join("\n")));
}

#[test]
fn deep_nesting_is_refused() {
    insta::assert_snapshot!(refusal(&format!("jobs: {}{}", "[".repeat(5_000), "]".repeat(5_000))));
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    insta::assert_snapshot!(refusal(&EXAMPLE.replace("vault: EC2", "vault: EC2\n      vault: Other")));
}

#[test]
fn a_job_that_stands_twice_is_refused() {
    insta::assert_snapshot!(refusal(&EXAMPLE.replace("  servers:", "  assets:")));
}

#[test]
fn merge_keys_are_refused() {
    insta::assert_snapshot!(refusal("base: &b { version: 1 }\n<<: *b\n"));
}

#[test]
fn an_alias_of_nothing_is_refused() {
    insta::assert_snapshot!(refusal("version: *one\n"));
}

#[test]
fn an_alias_of_itself_is_refused() {
    insta::assert_snapshot!(refusal("version: 1\njobs: &a { x: *a }\n"));
}

#[test]
fn foreign_tags_are_refused() {
    insta::assert_snapshot!(refusal("version: !!python/object/apply:os.system [ls]\n"));
}

#[test]
fn a_second_document_is_refused() {
    insta::assert_snapshot!(refusal("version: 1\n---\nversion: 1\n"));
}

#[test]
fn control_characters_are_refused() {
    insta::assert_snapshot!(refusal("version: 1\nnotify: { email: \"a\u{1b}[2J@example.com\" }\n"));
}

#[test]
fn reversed_writing_is_refused() {
    insta::assert_snapshot!(refusal("version: 1 # \u{202e}lla eteled\n"));
}

#[test]
fn escaped_control_characters_do_not_reach_the_terminal() {
    let text = EXAMPLE.replace("vault: EC2", "\"v\\x1b[2Jlt\": EC2").replace("Asia/Tokyo", "\"A\\x1b[2J\"");
    assert!(!refusal(&text).contains('\u{1b}'));
}

proptest! {
    #[test]
    fn arbitrary_text_is_answered(text in "\\PC*") {
        let _ = parse(&text);
    }

    #[test]
    fn arbitrary_bytes_as_text_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn yaml_like_text_is_answered(text in "([-:{}\\[\\]&*!|>?\"'#,% \n]|[a-z]{1,3}|[0-9]){0,80}") {
        let _ = parse(&text);
    }

    #[test]
    fn a_plan_with_some_text_put_in_is_answered(at in 0..EXAMPLE.len(), gone in 0..40_usize, text in "\\PC{0,12}") {
        let before = EXAMPLE.get(..at).unwrap_or_default();
        let after = EXAMPLE.get(at + gone..).unwrap_or_default();
        if let Err(errors) = parse(&format!("{before}{text}{after}")) {
            prop_assert!(!errors.problems.is_empty());
        }
    }
}
