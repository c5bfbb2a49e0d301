//! What a DataSync task takes of its source: the plan's patterns, read as DataSync reads them.
//!
//! A pattern is held against the whole path from the top of the source (`/dir/file`), and what names a folder names all that is
//! in it. `*` stands for any characters; a backslash stands before one that means itself.

use serde::{Deserialize, Serialize};

/// Include and exclude patterns; without any, everything is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filters {
    /// Only what one of these names; everything where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// Nothing that one of these names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
}

impl Filters {
    /// Whether everything is taken, which then need not be written.
    #[must_use]
    pub fn is_unsaid(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }

    /// The patterns, taken apart once for many paths.
    #[must_use]
    pub fn read(&self) -> Filter {
        let read = |patterns: &[String]| patterns.iter().map(|pattern| Pattern::read(pattern)).collect();
        Filter { include: (!self.include.is_empty()).then(|| read(&self.include)), exclude: read(&self.exclude) }
    }
}

/// See [`Filters::read`].
#[derive(Debug, Clone)]
pub struct Filter {
    include: Option<Vec<Pattern>>,
    exclude: Vec<Pattern>,
}

impl Filter {
    /// Whether what lies at this path, from the top of the source, is taken.
    #[must_use]
    pub fn takes(&self, path: &str) -> bool {
        let named = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.names(path));
        self.include.as_deref().is_none_or(named) && !named(&self.exclude)
    }
}

/// What stands between the stars, literally; at least one part.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern(Vec<String>);

impl Pattern {
    fn read(text: &str) -> Self {
        let (mut parts, mut part, mut is_escaped) = (vec![], String::new(), false);
        for letter in text.chars() {
            match letter {
                '\\' if !is_escaped => {
                    is_escaped = true;
                    continue;
                }
                '*' if !is_escaped => parts.push(std::mem::take(&mut part)),
                _ => part.push(letter),
            }
            is_escaped = false;
        }
        // `/dir/` means the same as `/dir`; the root alone stays what it is.
        if part.ends_with('/') && (part.len() > 1 || !parts.is_empty()) {
            let _ = part.pop();
        }
        parts.push(part);
        Self(parts)
    }

    /// Whether it names the path, or a folder above it.
    fn names(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let above = path.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0);
        above.chain([path.len()]).any(|end| path.get(..end).is_some_and(|above| self.fits(above)))
    }

    fn fits(&self, text: &str) -> bool {
        let Some((first, rest)) = self.0.split_first() else { return false };
        let Some(mut left) = text.strip_prefix(first.as_str()) else { return false };
        let Some((last, between)) = rest.split_last() else { return left.is_empty() };
        for part in between {
            // The first place is as good as any: a star takes whatever stands before it.
            let Some((_, after)) = left.split_once(part.as_str()) else { return false };
            left = after;
        }
        left.ends_with(last.as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn takes(include: &[&str], exclude: &[&str], path: &str) -> bool {
        let owned = |patterns: &[&str]| patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        Filters { include: owned(include), exclude: owned(exclude) }.read().takes(path)
    }

    #[test]
    fn patterns_name_paths_and_what_lies_below_them_as_datasync_documents_them() {
        let cases: [(&[&str], &[&str], &str, bool); 19] = [
            (&[], &[], "/a", true),
            (&["/dir"], &[], "/dir/deep/file", true),
            (&["/dir/"], &[], "/dir/file", true),
            (&["/dir"], &[], "/directory", false),
            (&["/dir*"], &[], "/directory/file", true),
            (&["/a", "/b"], &[], "/b/file", true),
            (&["/Dir"], &[], "/dir", false),
            (&[], &["*.tmp", "*.temp"], "/x/y.temp", false),
            (&[], &["*.tmp"], "/x/y.tmp2", true),
            (&[], &["*/.snapshot"], "/x/.snapshot/file", false),
            (&[], &["/a*b*c"], "/aXbYbZc", false),
            (&[], &["/a*b*c"], "/aXcYb", true),
            (&[], &["/star\\*"], "/starry", true),
            (&[], &["/star\\*"], "/star*", false),
            (&[], &["/back\\\\slash"], "/back\\slash", false),
            (&["/dir"], &["/dir/skip"], "/dir/skip/file", false),
            (&[], &["*"], "/anything", false),
            (&[], &["/aa*aa"], "/aaaa", false),
            (&[], &["/aa*aa"], "/aaa", true),
        ];
        for (include, exclude, path, expected) in cases {
            assert_eq!(takes(include, exclude, path), expected, "{include:?} {exclude:?} {path}");
        }
    }

    proptest! {
        #[test]
        fn what_an_exclude_names_is_never_taken_and_a_path_is_named_by_itself(path in "(/[a-z]{1,3}){1,4}", other in "[a-z/*]{0,6}") {
            prop_assert!(!takes(&[], &[&other, &path], &path));
            prop_assert!(takes(&[&path], &[], &path));
            let below = format!("{path}/below");
            prop_assert!(takes(&[&path], &[], &below));
        }
    }
}
