//! `SIMPLE_PATTERN` filters: patterns joined by `|`, `*` as the wildcard, a backslash before a literal `*`, `|` or `\`.
//!
//! A pattern is matched against the whole path below the source location (`/dir/file`). `/dir` and `/dir/` mean the same:
//! the folder and everything in it. Includes take the wildcard only as a pattern's last character.

use serde_json::Value;

use super::refusal::Refusal;

/// The patterns of one filter rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Patterns(Vec<Vec<Piece>>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(char),
    Any,
}

/// What an execution takes: everything an include names (or everything) that no exclude names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filter {
    includes: Option<Patterns>,
    excludes: Patterns,
}

impl Filter {
    /// Reads `Includes` and `Excludes` as they came on the wire.
    pub(super) fn read(includes: &Value, excludes: &Value) -> Result<Self, Refusal> {
        let includes = rule(includes).map(Patterns::parse).transpose()?;
        if let Some(patterns) = &includes {
            patterns.check_includes()?;
        }
        let excludes = rule(excludes).map(Patterns::parse).transpose()?.unwrap_or_default();
        Ok(Self { includes, excludes })
    }

    /// Whether the item at `path` (`/dir/file`) takes part.
    pub(super) fn takes(&self, path: &str) -> bool {
        self.includes.as_ref().is_none_or(|patterns| patterns.name(path)) && !self.excludes.name(path)
    }
}

fn rule(list: &Value) -> Option<&str> {
    list.get(0).and_then(|rule| rule.get("Value")).and_then(Value::as_str)
}

impl Patterns {
    fn parse(text: &str) -> Result<Self, Refusal> {
        let mut patterns = vec![Vec::new()];
        let mut escaped = false;
        for letter in text.chars() {
            match (escaped, letter) {
                (false, '\\') => {
                    escaped = true;
                    continue;
                }
                (false, '|') => patterns.push(Vec::new()),
                (false, '*') => push(&mut patterns, Piece::Any),
                _ => push(&mut patterns, Piece::Literal(letter)),
            }
            escaped = false;
        }
        if patterns.iter().any(Vec::is_empty) {
            return Err(Refusal::coded("InvalidFilter", format!("Invalid filter: '{text}' has an empty pattern.")));
        }
        Ok(Self(patterns.into_iter().map(without_last_slash).collect()))
    }

    fn check_includes(&self) -> Result<(), Refusal> {
        let in_the_middle = |pattern: &Vec<Piece>| pattern.iter().rev().skip(1).any(|piece| *piece == Piece::Any);
        if self.0.iter().any(in_the_middle) {
            let message = "Invalid filter: include filters support the wildcard (*) only as the rightmost character of a pattern.";
            return Err(Refusal::coded("InvalidFilter", message));
        }
        Ok(())
    }

    /// Whether a pattern names the path or a folder above it.
    fn name(&self, path: &str) -> bool {
        let letters: Vec<char> = path.trim_end_matches('/').chars().collect();
        let ends = letters.iter().enumerate().skip(1).filter(|(_, letter)| **letter == '/').map(|(at, _)| at);
        let ends: Vec<usize> = ends.chain([letters.len()]).collect();
        self.0.iter().any(|pattern| ends.iter().any(|end| letters.get(..*end).is_some_and(|part| fits(pattern, part))))
    }
}

fn push(patterns: &mut [Vec<Piece>], piece: Piece) {
    if let Some(last) = patterns.last_mut() {
        last.push(piece);
    }
}

fn without_last_slash(mut pattern: Vec<Piece>) -> Vec<Piece> {
    if pattern.len() > 1 && pattern.last() == Some(&Piece::Literal('/')) {
        let _ = pattern.pop();
    }
    pattern
}

fn fits(pattern: &[Piece], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((Piece::Literal(letter), rest)) => {
            text.split_first().is_some_and(|(first, text)| first == letter && fits(rest, text))
        }
        Some((Piece::Any, rest)) => (0..=text.len()).any(|skip| text.get(skip..).is_some_and(|text| fits(rest, text))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn list(value: Option<&str>) -> Value {
        value.map_or_else(|| json!([]), |value| json!([{"FilterType": "SIMPLE_PATTERN", "Value": value}]))
    }

    fn takes(includes: Option<&str>, excludes: Option<&str>, path: &str) -> bool {
        Filter::read(&list(includes), &list(excludes)).expect("the filter reads").takes(path)
    }

    #[test]
    fn patterns_name_paths_as_the_service_documents_them() {
        let cases = [
            (None, None, "/a", true),
            (Some("/dir"), None, "/dir", true),
            (Some("/dir/"), None, "/dir/deep/file", true),
            (Some("/dir"), None, "/directory", false),
            (Some("/dir*"), None, "/directory/file", true),
            (Some("/a|/b"), None, "/b/file", true),
            (Some("/a"), None, "/b", false),
            (Some("/Dir"), None, "/dir", false),
            (None, Some("*.tmp|*.temp"), "/x/y.temp", false),
            (None, Some("*.tmp"), "/x/y.tmp2", true),
            (None, Some("*/.snapshot"), "/x/.snapshot/file", false),
            (None, Some("/data\\|b"), "/data|b", false),
            (None, Some("/star\\*"), "/starry", true),
            (Some("/dir"), Some("/dir/skip"), "/dir/skip/file", false),
        ];
        for (includes, excludes, path, expected) in cases {
            assert_eq!(takes(includes, excludes, path), expected, "{includes:?} {excludes:?} {path}");
        }
    }

    #[test]
    fn an_include_with_a_wildcard_in_the_middle_is_refused() {
        let refusal = Filter::read(&list(Some("/a*b")), &list(None)).expect_err("refused");
        assert!(refusal.to_string().contains("rightmost"), "{refusal}");
    }
}
