//! The one place that writes: what was asked for goes to standard output, everything else to standard error.
#![expect(clippy::print_stderr, reason = "this module is where the program speaks")]

use std::io::{IsTerminal as _, Write as _};

use serde::Serialize;

/// How the program speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Tables and sentences.
    Human,
    /// One JSON document.
    Json,
}

/// The program's voice.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    format: Format,
}

impl Output {
    /// A voice of this format.
    pub(crate) fn new(format: Format) -> Self {
        Self { format }
    }

    /// Whether one JSON document is wanted.
    pub(crate) fn is_json(self) -> bool {
        self.format == Format::Json
    }

    /// Whether a person looks at standard error.
    pub(crate) fn is_terminal() -> bool {
        std::io::stderr().is_terminal()
    }

    /// The answer: as JSON, or in words.
    pub(crate) fn answer<T: Serialize>(self, document: &T, words: impl FnOnce() -> String) -> anyhow::Result<()> {
        match self.format {
            Format::Json => Self::text(&serde_json::to_string_pretty(document)?),
            Format::Human => Self::text(&words()),
        }
        Ok(())
    }

    /// Text to standard output, ended with a line break. A reader that has gone away is no error.
    pub(crate) fn text(text: &str) {
        let _ = writeln!(std::io::stdout().lock(), "{}", text.trim_end_matches('\n'));
    }

    /// A word to the person.
    pub(crate) fn say(text: &str) {
        eprintln!("{text}");
    }
}
