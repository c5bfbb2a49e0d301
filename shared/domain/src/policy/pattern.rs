//! Patterns: `*`, `?` and `${...}` as IAM reads them.
//!
//! A pattern is compiled to tokens before it is compared, so that a star which came out of a variable's value stays a
//! plain star, and a colon in one still parts an ARN.

use super::context::Context;

/// What `*` and `?` mean in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wildcards {
    /// Themselves.
    Literal,
    /// Any text, any character.
    Glob,
    /// As `Glob`, but inside one of an ARN's first five segments a star that does not end the segment stays within it.
    Arn,
}

/// What `${...}` means in a text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Variables<'a> {
    /// Itself: the language of 2008 has no variables.
    Literal,
    /// The value of a key of this context.
    From(&'a Context),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Char(char),
    One,
    Many,
    ManyWithinSegment,
}

/// A compiled pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Token>);

impl Pattern {
    /// Compiles `text`. `None` when it names a variable without a value: such a pattern matches nothing.
    pub(super) fn new(text: &str, wildcards: Wildcards, variables: Variables<'_>) -> Option<Self> {
        let mut tokens = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            let variable = match variables {
                Variables::From(context) => {
                    rest.strip_prefix("${").and_then(|rest| rest.split_once('}')).map(|v| (v, context))
                }
                Variables::Literal => None,
            };
            if let Some(((name, after), context)) = variable {
                tokens.extend(value_of(name, context)?.chars().map(Token::Char));
                rest = after;
            } else {
                tokens.push(token(next, wildcards));
                rest = rest.get(next.len_utf8()..).unwrap_or("");
            }
        }
        Some(Self(if wildcards == Wildcards::Arn { kept_within_segments(tokens) } else { tokens }))
    }

    /// Whether the whole of `text` fits, case and all.
    pub(super) fn matches(&self, text: &str) -> bool {
        matches(&self.0, text)
    }

    /// Whether the whole of `text` fits, whatever the case.
    pub(super) fn matches_any_case(&self, text: &str) -> bool {
        let lower: Vec<Token> = self.0.iter().flat_map(|token| lowered(*token)).collect();
        matches(&lower, &text.to_lowercase())
    }

    /// Whether `text` is an ARN each of whose six segments fits the pattern's.
    pub(super) fn matches_arn(&self, text: &str) -> bool {
        let wanted: Vec<&[Token]> = self.0.splitn(6, |token| *token == Token::Char(':')).collect();
        let found: Vec<&str> = text.splitn(6, ':').collect();
        wanted.len() == 6 && found.len() == 6 && wanted.iter().zip(found).all(|(tokens, part)| matches(tokens, part))
    }
}

/// The value behind `${name}`: a key's single value, else the default written behind the comma.
fn value_of<'a>(name: &'a str, context: &'a Context) -> Option<&'a str> {
    if matches!(name, "*" | "?" | "$") {
        return Some(name);
    }
    let (key, default) = name.split_once(',').map_or((name, None), |(key, default)| (key, Some(default)));
    let quoted = || default?.trim().strip_prefix('\'')?.strip_suffix('\'');
    match context.values(key.trim()) {
        [] => quoted(),
        [only] => Some(only),
        [_, _, ..] => None,
    }
}

fn token(next: char, wildcards: Wildcards) -> Token {
    match (next, wildcards) {
        ('*', Wildcards::Glob | Wildcards::Arn) => Token::Many,
        ('?', Wildcards::Glob | Wildcards::Arn) => Token::One,
        _ => Token::Char(next),
    }
}

fn kept_within_segments(mut tokens: Vec<Token>) -> Vec<Token> {
    let followers: Vec<Option<Token>> = tokens.iter().copied().skip(1).map(Some).chain([None]).collect();
    let mut colons = 0_usize;
    for (token, follower) in tokens.iter_mut().zip(followers) {
        match token {
            Token::Char(':') => colons = colons.saturating_add(1),
            Token::Many if colons < 5 && !matches!(follower, None | Some(Token::Char(':'))) => {
                *token = Token::ManyWithinSegment;
            }
            Token::Char(_) | Token::One | Token::Many | Token::ManyWithinSegment => {}
        }
    }
    tokens
}

fn lowered(token: Token) -> Vec<Token> {
    match token {
        Token::Char(char) => char.to_lowercase().map(Token::Char).collect(),
        Token::One | Token::Many | Token::ManyWithinSegment => vec![token],
    }
}

/// Walks all ways through the tokens at once, so that no pattern, however many stars it has, takes more than
/// tokens times characters.
fn matches(tokens: &[Token], text: &str) -> bool {
    let mut reached = vec![false; tokens.len()];
    let mut at_end = enter(tokens, &mut reached);
    for next in text.chars() {
        at_end = advance(tokens, &mut reached, next);
    }
    at_end
}

/// Marks the tokens before which a match can stand at the start; tells whether the end is one of those places.
fn enter(tokens: &[Token], reached: &mut [bool]) -> bool {
    let mut arrives = true;
    for (token, here) in tokens.iter().zip(reached) {
        *here = arrives;
        arrives = arrives && token.is_many();
    }
    arrives
}

/// Moves every place over one character; tells whether the end is reached.
fn advance(tokens: &[Token], reached: &mut [bool], next: char) -> bool {
    let mut arrives = false;
    for (token, here) in tokens.iter().zip(reached) {
        let was_here = *here;
        *here = arrives || (was_here && token.repeats_over(next));
        arrives = (was_here && token.is_one(next)) || (*here && token.is_many());
    }
    arrives
}

impl Token {
    fn is_many(self) -> bool {
        matches!(self, Self::Many | Self::ManyWithinSegment)
    }

    fn is_one(self, next: char) -> bool {
        self == Self::One || self == Self::Char(next)
    }

    fn repeats_over(self, next: char) -> bool {
        self == Self::Many || (self == Self::ManyWithinSegment && next != ':')
    }
}
