//! AWS's rules of condition operators, a table each.
//!
//! AWS pages: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Set operators for multivalued context
//! keys".

use super::holds;

type Row<'a> = (&'a str, &'a [&'a str], bool);

/// Checks one operator against `wanted` for several values of the key `k`; no values means that the key is absent.
fn table(operator: &str, wanted: &str, rows: &[Row<'_>]) {
    let condition = format!(r#"{{"{operator}":{{"k":{wanted}}}}}"#);
    for (what, values, expected) in rows {
        let context: &[(&str, &[&str])] = &[("K", values)];
        assert_eq!(holds(&condition, context), *expected, "{condition} with {values:?}: {what}");
    }
}

#[test]
fn string_operators_compare_the_whole_text() {
    table(
        "StringEquals",
        r#"["a*","b"]"#,
        &[
            ("any of the values", &["b"], true),
            ("case counts", &["B"], false),
            ("a star is a star", &["ab"], false),
            ("a star is a star", &["a*"], true),
            ("missing key", &[], false),
        ],
    );
    table(
        "StringNotEquals",
        r#"["a","b"]"#,
        &[("none of them", &["c"], true), ("one of them", &["b"], false), ("missing key", &[], true)],
    );
    table(
        "StringEqualsIgnoreCase",
        r#""Ab""#,
        &[("case", &["aB"], true), ("text", &["ac"], false), ("missing key", &[], false)],
    );
    table(
        "StringNotEqualsIgnoreCase",
        r#""Ab""#,
        &[("case", &["aB"], false), ("text", &["ac"], true), ("missing key", &[], true)],
    );
    table(
        "StringLike",
        r#""a?c*""#,
        &[
            ("both wildcards", &["abcd"], true),
            ("a star may be empty", &["abc"], true),
            ("a question mark may not", &["ac"], false),
            ("case counts", &["Abc"], false),
        ],
    );
    table(
        "StringNotLike",
        r#""a*""#,
        &[("like", &["ab"], false), ("unlike", &["b"], true), ("missing key", &[], true)],
    );
}

#[test]
fn numeric_operators_compare_numbers_not_digits() {
    table(
        "NumericEquals",
        "10",
        &[
            ("same", &["10"], true),
            ("decimal", &["10.0"], true),
            ("other", &["1"], false),
            ("no number", &["ten"], false),
        ],
    );
    table("NumericNotEquals", "10", &[("same", &["10"], false), ("other", &["9"], true), ("missing key", &[], true)]);
    table("NumericLessThan", "10", &[("less", &["9"], true), ("equal", &["10"], false), ("missing key", &[], false)]);
    table("NumericLessThanEquals", r#""10""#, &[("equal", &["10"], true), ("more", &["10.5"], false)]);
    table("NumericGreaterThan", "9", &[("more", &["10"], true), ("equal", &["9"], false)]);
    table(
        "NumericGreaterThanEquals",
        "9223372036854775807",
        &[
            ("equal", &["9223372036854775807"], true),
            ("less by one, which a float would not see", &["9223372036854775806"], false),
        ],
    );
}

#[test]
fn date_operators_compare_instants() {
    let day = r#""2026-03-01T00:00:00Z""#;
    table(
        "DateEquals",
        day,
        &[
            ("the same instant elsewhere", &["2026-03-01T09:00:00+09:00"], true),
            ("epoch seconds", &["1772323200"], true),
            ("the day's first moment", &["2026-03-01"], true),
            ("the month's first moment", &["2026-03"], true),
            ("another", &["2026-03-01T00:00:01Z"], false),
            ("no date", &["soon"], false),
        ],
    );
    table("DateNotEquals", day, &[("another", &["2026"], true), ("missing key", &[], true)]);
    table("DateLessThan", day, &[("before", &["2026-02-28T23:59:59Z"], true), ("equal", &["2026-03-01"], false)]);
    table("DateLessThanEquals", day, &[("equal", &["2026-03-01"], true), ("missing key", &[], false)]);
    table("DateGreaterThan", day, &[("after", &["2026-03-01T00:00:01Z"], true), ("equal", &["2026-03-01"], false)]);
    table("DateGreaterThanEquals", day, &[("equal", &["2026-03-01"], true), ("before", &["2026-02"], false)]);
}

#[test]
fn bool_and_binary_compare_what_the_text_stands_for() {
    table(
        "Bool",
        "false",
        &[
            ("same", &["false"], true),
            ("any case", &["False"], true),
            ("other", &["true"], false),
            ("missing key", &[], false),
        ],
    );
    table("BinaryEquals", r#""QmluYXJ5""#, &[("same", &["QmluYXJ5"], true), ("case counts", &["qmluYXJ5"], false)]);
}

#[test]
fn ip_operators_know_ranges_of_both_families() {
    table(
        "IpAddress",
        r#"["203.0.113.0/24","2001:db8:1234:5678::/64","192.0.2.7"]"#,
        &[
            ("inside", &["203.0.113.200"], true),
            ("outside", &["203.0.114.1"], false),
            ("inside IPv6", &["2001:db8:1234:5678::9"], true),
            ("outside IPv6", &["2001:db8:1234:5679::9"], false),
            ("a single address", &["192.0.2.7"], true),
            ("its neighbour", &["192.0.2.8"], false),
            ("missing key", &[], false),
        ],
    );
    table(
        "NotIpAddress",
        r#""203.0.113.0/24""#,
        &[("inside", &["203.0.113.1"], false), ("outside", &["198.51.100.1"], true), ("missing key", &[], true)],
    );
    table(
        "IpAddress",
        r#""0.0.0.0/0""#,
        &[("every IPv4 address", &["8.8.8.8"], true), ("no IPv6 address", &["::1"], false)],
    );
    table("IpAddress", r#""::/0""#, &[("every IPv6 address", &["2001:db8::1"], true)]);
    table("IpAddress", r#""10.0.0.0/33""#, &[("an impossible range holds nothing", &["10.0.0.0"], false)]);
}

#[test]
fn arn_operators_compare_each_of_six_segments() {
    for operator in ["ArnEquals", "ArnLike"] {
        table(
            operator,
            r#""arn:aws:someservice:*:111122223333:finance/*""#,
            &[
                ("every segment fits", &["arn:aws:someservice:us-east-2:111122223333:finance/a:b"], true),
                (
                    "a star stays in its segment",
                    &["arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/d"],
                    false,
                ),
                ("case counts", &["arn:aws:someservice:us-east-2:111122223333:Finance/a"], false),
                ("no ARN", &["finance/a"], false),
                ("missing key", &[], false),
            ],
        );
    }
    for operator in ["ArnNotEquals", "ArnNotLike"] {
        table(
            operator,
            r#""arn:aws:iam::1:role/*""#,
            &[
                ("fits", &["arn:aws:iam::1:role/x"], false),
                ("does not", &["arn:aws:iam::2:role/x"], true),
                ("missing key", &[], true),
            ],
        );
    }
}

#[test]
fn if_exists_passes_only_where_the_key_is_missing() {
    table(
        "StringEqualsIfExists",
        r#""a""#,
        &[("missing key", &[], true), ("same", &["a"], true), ("other", &["b"], false)],
    );
    table(
        "ArnNotLikeIfExists",
        r#""arn:aws:iam::1:role/*""#,
        &[("missing key", &[], true), ("fits", &["arn:aws:iam::1:role/x"], false)],
    );
    table("ForAnyValue:StringEqualsIfExists", r#""a""#, &[("missing key", &[], true), ("other", &["b"], false)]);
}

#[test]
fn null_asks_whether_the_key_is_there() {
    table("Null", "true", &[("missing key", &[], true), ("present", &["a"], false)]);
    table("Null", "false", &[("missing key", &[], false), ("present", &["a"], true)]);
}

#[test]
fn for_all_values_needs_each_and_for_any_value_needs_one() {
    table(
        "ForAllValues:StringEquals",
        r#"["a","b"]"#,
        &[
            ("each listed", &["a", "b"], true),
            ("one not listed", &["a", "c"], false),
            ("missing key", &[], true),
            ("an empty text is an empty set", &[""], true),
        ],
    );
    table(
        "ForAnyValue:StringEquals",
        r#"["a","b"]"#,
        &[
            ("one listed", &["c", "a"], true),
            ("none listed", &["c"], false),
            ("missing key", &[], false),
            ("an empty text is an empty set", &[""], false),
        ],
    );
    table(
        "ForAllValues:StringNotEquals",
        r#"["a","b"]"#,
        &[("none listed", &["c", "d"], true), ("one listed", &["c", "a"], false)],
    );
    table(
        "ForAnyValue:StringNotEquals",
        r#"["a","b"]"#,
        &[("one not listed", &["a", "c"], true), ("each listed", &["a", "b"], false), ("missing key", &[], false)],
    );
}

#[test]
fn a_multivalued_key_without_set_operator_equals_by_one_and_differs_by_all() {
    table("StringEquals", r#""a""#, &[("one equals", &["a", "b"], true)]);
    table("StringNotEquals", r#""a""#, &[("one equals", &["a", "b"], false), ("none equals", &["c", "b"], true)]);
}

#[test]
fn all_operators_and_all_keys_must_hold_and_any_value_is_enough() {
    let condition = r#"{"StringEquals":{"x":["1","2"],"y":"3"},"Bool":{"z":"true"}}"#;
    let all: &[(&str, &[&str])] = &[("x", &["2"]), ("y", &["3"]), ("z", &["true"])];
    assert!(holds(condition, all));
    for left_out in 0..all.len() {
        let context: Vec<_> =
            all.iter().enumerate().filter(|(index, _)| *index != left_out).map(|(_, pair)| *pair).collect();
        assert!(!holds(condition, &context), "without {:?}", all[left_out]);
    }
}

#[test]
fn a_condition_without_values_equals_nothing() {
    assert!(!holds(r#"{"StringEquals":{"k":[]}}"#, &[("k", &["a"])]));
    assert!(holds(r#"{"StringNotEquals":{"k":[]}}"#, &[("k", &["a"])]));
}

#[test]
fn a_year_or_month_stands_for_its_first_moment() {
    let at = |wanted: &str, now: &str| {
        holds(&format!(r#"{{"DateEquals":{{"aws:CurrentTime":"{wanted}"}}}}"#), &[("aws:CurrentTime", &[now])])
    };
    assert!(at("2026", "2026-01-01T00:00:00Z") && !at("2026", "2027-01-01T00:00:00Z"));
    assert!(at("2026-03", "2026-03-01T00:00:00Z") && !at("2026-03", "2026-03-02T00:00:00Z"));
    assert!(at("10000", "1970-01-01T02:46:40Z"), "five digits are seconds");
}
