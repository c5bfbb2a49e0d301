//! Cold starts compared: from a process's start to its first answer, against the floor and against the peers.

use std::time::Duration;

use serde::Serialize;

use crate::bench::{Run, Runs};
use crate::contender::{Contender, Kind};
use crate::figures::{Spread, ratio};
use crate::report::{Goal, Section, three, times};

/// Times the floor, at most, without a quota.
pub(crate) const TIMES_FLOOR_MAX: f64 = 3.0;
/// How often a function's time fits into a peer's, at least, under the smallest quota.
pub(crate) const TIMES_QUICKER_MIN: f64 = 10.0;
/// Calls of a function's shortest way: the goal is about starting, not about what a longer way has to ask.
const SHORT_WAY_CALLS_MAX: usize = 2;
/// Megabytes resident at most.
const PEAK_MB_MAX: f64 = 10.0;

/// One contender's cold starts, in milliseconds.
#[derive(Debug, Serialize)]
pub(crate) struct Cold {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    does: String,
    aws_calls: usize,
    init: Spread,
    first: Spread,
    pub(crate) total: Spread,
    cpu: Spread,
    pub(crate) peak_mb: Spread,
    /// Round by round: this contender's total by the floor's.
    pub(crate) times_floor: Option<Spread>,
    /// The same of the CPU time, which a busy machine hardly changes.
    pub(crate) cpu_times_floor: Option<Spread>,
    /// The SDK's defaults' total by this one's.
    pub(crate) sdk_defaults: Option<f64>,
    /// Python's total by this one's.
    pub(crate) python: Option<f64>,
    /// Node's total by this one's.
    pub(crate) node: Option<f64>,
}

/// The contenders' rows, in their order.
pub(crate) fn compare(contenders: &[Contender], runs: &Runs) -> Vec<Cold> {
    let floor = contenders.iter().find(|one| one.kind == Kind::Floor).and_then(|one| runs.get(&one.name));
    let mut rows: Vec<Cold> = contenders.iter().filter_map(|one| row(one, runs.get(&one.name)?, floor)).collect();
    let peers: Vec<(Kind, usize, f64)> = rows.iter().map(|row| (row.kind, row.aws_calls, row.total.median)).collect();
    for row in &mut rows {
        let of = |kind| peer(&peers, kind, row.aws_calls).and_then(|total| ratio(total, row.total.median));
        (row.sdk_defaults, row.python, row.node) = (of(Kind::SdkDefaults), of(Kind::Python), of(Kind::Node));
    }
    rows
}

/// A peer's median: of as much work, or else of the least; a peer that does less is no unfair measure.
fn peer(peers: &[(Kind, usize, f64)], kind: Kind, calls: usize) -> Option<f64> {
    let mut of_kind: Vec<_> = peers.iter().filter(|peer| peer.0 == kind && peer.1 <= calls).collect();
    of_kind.sort_by_key(|peer| peer.1);
    of_kind.last().map(|peer| peer.2)
}

fn row(contender: &Contender, runs: &[Run], floor: Option<&Vec<Run>>) -> Option<Cold> {
    let spread = |of: fn(&Run) -> f64| Spread::of(runs.iter().map(of));
    let times_floor =
        |of: fn(&Run) -> f64| Spread::of(runs.iter().zip(floor?).filter_map(|(run, floor)| ratio(of(run), of(floor))));
    Some(Cold {
        name: contender.name.clone(),
        kind: contender.kind,
        does: contender.scene.does.clone(),
        aws_calls: contender.scene.calls.len(),
        init: spread(|run| millis(run.init))?,
        first: spread(first)?,
        total: spread(total)?,
        cpu: spread(cpu)?,
        peak_mb: spread(|run| f64::from(run.usage.peak_kib) * 1_024.0 / 1e6)?,
        times_floor: times_floor(total),
        cpu_times_floor: times_floor(cpu),
        sdk_defaults: None,
        python: None,
        node: None,
    })
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn first(run: &Run) -> f64 {
    run.invocations.first().map_or(f64::NAN, |one| millis(one.took()))
}

fn cpu(run: &Run) -> f64 {
    millis(run.usage.cpu)
}

fn total(run: &Run) -> f64 {
    millis(run.init) + first(run)
}

/// The rows as a table.
pub(crate) fn section(title: String, rows: &[Cold]) -> Section {
    let columns = [
        "contender",
        "calls",
        "init ms",
        "first invocation ms",
        "total ms",
        "x floor",
        "SDK defaults / this",
        "Python / this",
        "Node / this",
        "CPU ms",
        "CPU x floor",
        "peak MB",
    ];
    let cells = |row: &Cold| {
        vec![
            row.name.clone(),
            row.aws_calls.to_string(),
            three(&row.init),
            three(&row.first),
            three(&row.total),
            times(row.times_floor.map(|ratio| ratio.median)),
            times(row.sdk_defaults),
            times(row.python),
            times(row.node),
            format!("{:.1}", row.cpu.median),
            times(row.cpu_times_floor.map(|ratio| ratio.median)),
            format!("{:.1}", row.peak_mb.median),
        ]
    };
    let values = rows.iter().filter_map(|row| serde_json::to_value(row).ok());
    Section { title, rows: values.collect(), columns: columns.into(), cells: rows.iter().map(cells).collect() }
}

/// What the issue asks of cold starts without a quota, of each function.
pub(crate) fn goals(rows: &[Cold]) -> Vec<Goal> {
    let ours = || rows.iter().filter(|row| row.kind == Kind::Ours);
    let floor = ours().filter(|row| row.aws_calls <= SHORT_WAY_CALLS_MAX).filter_map(|row| {
        Some(Goal::at_most("cold start, times the floor", &row.name, row.times_floor?.median, TIMES_FLOOR_MAX))
    });
    let peak = ours().map(|row| Goal::at_most("resident memory, MB", &row.name, row.peak_mb.median, PEAK_MB_MAX));
    floor.chain(peak).collect()
}

/// What it asks of them under the smallest quota.
pub(crate) fn quota_goals(rows: &[Cold]) -> Vec<Goal> {
    let ours = || rows.iter().filter(|row| row.kind == Kind::Ours);
    let quicker = |what: &'static str, of: fn(&Cold) -> Option<f64>| {
        ours().filter_map(move |row| Some(Goal::at_least(what, &row.name, of(row)?, TIMES_QUICKER_MIN)))
    };
    let defaults = quicker("cold start at 128 MB, the SDK's defaults by it", |row| row.sdk_defaults);
    defaults.chain(quicker("cold start at 128 MB, Python by it", |row| row.python)).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use serde_json::json;

    use super::*;
    use crate::play::Invocation;
    use crate::process::Usage;
    use crate::scene::{Call, Scene};

    fn contender(name: &str, kind: Kind, calls: usize) -> Contender {
        let call = Call { call: "GetItem".into(), answer: json!({}) };
        let scene = Scene { does: String::new(), event: json!({}), calls: vec![call; calls], answer: json!({}) };
        Contender { name: name.into(), kind, program: "x".into(), arguments: vec![], folder: None, scene }
    }

    fn run(init_ms: u64, first_ms: u64) -> Run {
        let sent = Instant::now();
        let answered = sent + Duration::from_millis(first_ms);
        let usage = Usage { peak_kib: 5_000, cpu: Duration::from_millis(2) };
        let invocations = vec![Invocation { sent, answered, service: Duration::ZERO }];
        Run { init: Duration::from_millis(init_ms), invocations, usage }
    }

    fn field() -> (Vec<Contender>, Runs) {
        let contenders = vec![
            contender("hello", Kind::Floor, 0),
            contender("record-state", Kind::Ours, 1),
            contender("record-state-wakes", Kind::Ours, 5),
            contender("python/one", Kind::Python, 1),
            contender("python/five", Kind::Python, 5),
        ];
        let runs = Runs::from([
            ("hello".to_owned(), vec![run(1, 1), run(2, 2), run(4, 4)]),
            ("record-state".to_owned(), vec![run(2, 2), run(4, 4), run(8, 16)]),
            ("record-state-wakes".to_owned(), vec![run(4, 16), run(4, 16)]),
            ("python/one".to_owned(), vec![run(60, 20)]),
            ("python/five".to_owned(), vec![run(60, 40)]),
        ]);
        (contenders, runs)
    }

    #[test]
    fn a_cold_start_is_held_against_the_floor_of_its_own_round() {
        let (contenders, runs) = field();
        let rows = compare(&contenders, &runs);
        assert_eq!(Some(rows[1].total.median), Some(8.0));
        let paired = rows[1].times_floor.unwrap();
        assert_eq!((paired.min, paired.median, paired.max), (2.0, 2.0, 3.0));
        assert_eq!(rows[1].cpu_times_floor.map(|ratio| ratio.median), Some(1.0));
    }

    #[test]
    fn a_function_is_held_against_the_peer_that_does_as_much() {
        let (contenders, runs) = field();
        let rows = compare(&contenders, &runs);
        assert_eq!((rows[1].python, rows[2].python), (Some(10.0), Some(5.0)));
        assert_eq!((rows[1].node, rows[1].sdk_defaults), (None, None));
        assert_eq!((rows[0].python, rows[3].python), (None, Some(1.0)));
    }

    #[test]
    fn goals_are_asked_of_our_functions_alone() {
        let (contenders, runs) = field();
        let rows = compare(&contenders, &runs);
        let told: Vec<_> = goals(&rows).into_iter().map(|goal| (goal.of, goal.value, goal.is_met)).collect();
        assert_eq!(told[..2], [("record-state".to_owned(), 2.0, true), ("record-state".to_owned(), 5.12, true)]);
        assert_eq!(told.len(), 3, "a longer way is not held against the floor, only its memory counts");
        let quota: Vec<_> = quota_goals(&rows).into_iter().map(|goal| (goal.value, goal.is_met)).collect();
        assert_eq!(quota, [(10.0, true), (5.0, false)]);
    }
}
