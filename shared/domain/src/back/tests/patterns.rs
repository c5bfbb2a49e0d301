//! Patterns, as DataSync takes them in includes.

use proptest::prelude::*;

use super::super::patterns::{PatternError, joined};

fn check(patterns: &[&str]) -> Result<Option<String>, PatternError> {
    joined(&patterns.iter().map(|&text| text.to_owned()).collect::<Vec<_>>())
}

#[test]
fn patterns_from_the_top_are_joined_into_one_filter() {
    assert_eq!(check(&[]), Ok(None), "everything");
    assert_eq!(check(&["/a"]), Ok(Some("/a".into())));
    assert_eq!(check(&["/a b/c.txt", "/logs*"]), Ok(Some("/a b/c.txt|/logs*".into())));
    assert_eq!(check(&["/what\\|ever", "/star\\*s"]), Ok(Some("/what\\|ever|/star\\*s".into())), "escaped");
}

#[test]
fn what_datasync_would_refuse_or_misunderstand_is_refused_before() {
    for (given, words) in [
        ("a/b", "write `/a/b`"),
        ("", "does not begin at the top"),
        ("*.txt", "does not begin at the top"),
        ("/a*/b", "only as the last character"),
        ("/a**", "only as the last character"),
        ("/a\\\\*b", "only as the last character"),
        ("/a|/b", "once for each pattern"),
    ] {
        let told = check(&[given]).expect_err(given).to_string();
        assert!(told.contains(words), "{given}: {told}");
    }
    let long = format!("/{}", "x".repeat(60_000));
    assert_eq!(check(&[&long]).map(drop), Ok(()));
    assert_eq!(check(&[&long, &long]), Err(PatternError::TooLong));
}

proptest! {
    #[test]
    fn a_filter_that_is_made_holds_each_pattern_and_nothing_else(only in prop::collection::vec("/[a-z/.]{0,8}[*]?", 1..6)) {
        let filter = joined(&only).unwrap().unwrap();
        prop_assert_eq!(filter.split('|').map(str::to_owned).collect::<Vec<_>>(), only);
    }

    #[test]
    fn no_text_makes_it_panic_and_a_taken_one_begins_at_the_top(text in ".*") {
        if joined(std::slice::from_ref(&text)).is_ok() {
            prop_assert!(text.starts_with('/'));
        }
    }
}
