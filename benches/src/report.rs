//! What is printed: tables for people, the same figures as JSON for programs.

use std::io::Write;

use anyhow::Result;
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use crate::contender::NotMeasured;
use crate::figures::Spread;
use crate::machine::Machine;

/// How the report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Output {
    /// For people, and for `docs/performance.md`.
    Table,
    /// For programs.
    Json,
}

/// Everything that one command measured.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) machine: Machine,
    pub(crate) sections: Vec<Section>,
    pub(crate) goals: Vec<Goal>,
    pub(crate) not_measured: Vec<NotMeasured>,
}

/// One table.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    pub(crate) title: String,
    /// The figures of each row, under names.
    pub(crate) rows: Vec<serde_json::Value>,
    #[serde(skip)]
    pub(crate) columns: Vec<&'static str>,
    #[serde(skip)]
    pub(crate) cells: Vec<Vec<String>>,
}

/// A goal, and how far the figure is from it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Goal {
    pub(crate) what: String,
    pub(crate) of: String,
    pub(crate) value: f64,
    pub(crate) limit: f64,
    pub(crate) is_met: bool,
}

impl Goal {
    /// At most so much.
    pub(crate) fn at_most(what: &str, of: &str, value: f64, limit: f64) -> Self {
        Self { what: what.to_owned(), of: of.to_owned(), value, limit, is_met: value <= limit }
    }

    /// At least so much.
    pub(crate) fn at_least(what: &str, of: &str, value: f64, limit: f64) -> Self {
        Self { what: what.to_owned(), of: of.to_owned(), value, limit, is_met: value >= limit }
    }
}

impl Report {
    /// Prints it.
    pub(crate) fn print(&self, output: Output) -> Result<()> {
        let text = match output {
            Output::Json => serde_json::to_string_pretty(self)?,
            Output::Table => self.as_text(),
        };
        Ok(writeln!(std::io::stdout().lock(), "{text}")?)
    }

    fn as_text(&self) -> String {
        let mut parts = vec![self.machine.to_string()];
        for section in &self.sections {
            parts.extend([section.title.clone(), table(&section.columns, &section.cells).to_string()]);
        }
        if !self.goals.is_empty() {
            parts.extend(["Goals: the function that is furthest off".to_owned(), goals(&self.goals).to_string()]);
        }
        let absent = self.not_measured.iter().map(|absent| format!("not measured: {}: {}", absent.name, absent.why));
        parts.into_iter().chain(absent).collect::<Vec<_>>().join("\n\n")
    }
}

/// A Markdown table.
fn table(columns: &[&str], rows: &[Vec<String>]) -> Table {
    let mut table = Table::new();
    let _ = table.load_style(presets::ASCII_MARKDOWN).set_header(columns.iter().copied()).add_rows(rows);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Of each goal the worst, and how many missed it.
fn goals(goals: &[Goal]) -> Table {
    let mut rows: Vec<Vec<String>> = vec![];
    let mut told: Vec<&str> = vec![];
    for goal in goals {
        if told.contains(&goal.what.as_str()) {
            continue;
        }
        told.push(&goal.what);
        let all: Vec<&Goal> = goals.iter().filter(|other| other.what == goal.what).collect();
        let missed = all.iter().filter(|goal| !goal.is_met).count();
        let worst = all.iter().max_by(|a, b| distance(a).total_cmp(&distance(b))).copied().unwrap_or(goal);
        let verdict = if missed == 0 { "met".to_owned() } else { format!("missed by {missed} of {}", all.len()) };
        let (value, limit) = (format!("{:.2}", worst.value), format!("{:.2}", worst.limit));
        rows.push(vec![goal.what.clone(), worst.of.clone(), value, limit, verdict]);
    }
    table(&["goal", "furthest off", "figure", "limit", ""], &rows)
}

/// Above 1 is missed, and the higher the further.
fn distance(goal: &Goal) -> f64 {
    let used = goal.value / goal.limit;
    if goal.is_met == (used <= 1.0) { used } else { 1.0 / used }
}

/// `min/median/max`.
pub(crate) fn three(spread: &Spread) -> String {
    format!("{:.2}/{:.2}/{:.2}", spread.min, spread.median, spread.max)
}

/// `12.3`, or a dash.
pub(crate) fn times(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.1}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_goal_the_one_that_is_furthest_off_is_shown() {
        let shown = goals(&[
            Goal::at_most("zip, MB", "a", 2.0, 2.5),
            Goal::at_most("zip, MB", "b", 2.6, 2.5),
            Goal::at_least("times quicker", "a", 40.0, 10.0),
            Goal::at_least("times quicker", "b", 20.0, 10.0),
        ]);
        let shown = shown.to_string();
        let lines: Vec<Vec<&str>> =
            shown.lines().skip(2).map(|line| line.split('|').map(str::trim).collect()).collect();
        assert_eq!(lines[0], ["", "zip, MB", "b", "2.60", "2.50", "missed by 1 of 2", ""]);
        assert_eq!(lines[1], ["", "times quicker", "b", "20.00", "10.00", "met", ""]);
    }
}
