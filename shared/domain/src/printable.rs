//! Text from outside, made fit to be quoted in a log line, an error or on a terminal.

/// Most characters of one value that an error quotes: enough to know it again, too few to fill a log.
pub const QUOTED_CHARS_MAX: usize = 80;

/// The text without treacherous characters, cut after [`QUOTED_CHARS_MAX`] with `...` in place of the rest.
#[must_use]
pub fn quoted(text: &str) -> String {
    printable(text, QUOTED_CHARS_MAX)
}

/// The text without treacherous characters, cut after so many with `...` in place of the rest.
#[must_use]
pub fn printable(text: &str, chars_max: usize) -> String {
    let mut plain = text.chars().filter(|c| !is_treacherous(*c));
    let mut shown: String = plain.by_ref().take(chars_max).collect();
    if plain.next().is_some() {
        shown.push_str("...");
    }
    shown
}

/// Whether a character could move a cursor, break a line, reverse the reading direction or hide.
#[must_use]
pub fn is_treacherous(c: char) -> bool {
    let is_direction =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_invisible = matches!(
        c,
        '\u{ad}' | '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{2060}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}'
    );
    c.is_control() || is_direction || is_invisible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_short_and_stays_on_its_line() {
        assert_eq!(quoted("a\u{1b}[2J\u{202e}b\u{2028}c\n"), "a[2Jbc");
        assert_eq!(quoted(&"x".repeat(80)), "x".repeat(80));
        assert_eq!(quoted(&"é".repeat(300_000)), format!("{}...", "é".repeat(80)));
        assert_eq!(quoted("レポート 夜"), "レポート 夜");
    }
}
