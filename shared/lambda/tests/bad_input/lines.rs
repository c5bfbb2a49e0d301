//! The functions' own log lines, caught where CloudWatch would get them.

use std::io::Write;
use std::sync::{Arc, Mutex};

use nightferry_domain::printable::is_treacherous;
use nightferry_lambda::log_lines;
use serde_json::Value;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;

/// Longest line, in characters: two of them fit into one of CloudWatch's smallest billing units.
const LINE_CHARS_MAX: usize = 1_000;

/// What this thread logs from now on.
pub(crate) struct Lines {
    caught: Caught,
    _guard: DefaultGuard,
}

#[derive(Debug, Clone, Default)]
struct Caught(Arc<Mutex<Vec<u8>>>);

impl Write for Caught {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Caught {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

impl Lines {
    /// Begins to catch, in the form and at the level that the functions have in Lambda.
    pub(crate) fn catch() -> Self {
        let caught = Caught::default();
        let guard =
            tracing::subscriber::set_default(log_lines(caught.clone(), Targets::new().with_default(LevelFilter::INFO)));
        Self { caught, _guard: guard }
    }

    /// The lines since the last call, each short, on its line, and without these secrets.
    pub(crate) fn take(&self, secrets: &[String]) -> Vec<Value> {
        let bytes = std::mem::take(&mut *self.caught.0.lock().unwrap());
        let text = String::from_utf8(bytes).unwrap();
        for line in text.lines() {
            assert!(line.chars().count() <= LINE_CHARS_MAX, "{line}");
            assert!(!line.contains(is_treacherous), "{line:?}");
            assert!(!secrets.iter().any(|secret| line.contains(secret.as_str())), "{line}");
        }
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for (_, said) in lines.iter().filter_map(Value::as_object).flatten() {
            assert!(!said.as_str().is_some_and(|said| said.contains(is_treacherous)), "{said}");
        }
        lines
    }
}
