//! Warm invocations compared: what a function and its client take, without the service's own time.

use serde::Serialize;

use crate::bench::{Run, Runs};
use crate::contender::{Contender, Kind};
use crate::figures::{Spread, ratio};
use crate::report::{Goal, Section, times};

/// Invocations of each process that are not counted: connections and caches come into being.
pub(crate) const DROPPED: usize = 100;
/// Most microseconds of the median.
const MEDIAN_US_MAX: f64 = 500.0;
/// How often it fits into Python's, at least.
const PYTHON_MIN: f64 = 3.0;

/// One contender's warm invocations, in microseconds.
#[derive(Debug, Serialize)]
pub(crate) struct Warm {
    name: String,
    kind: Kind,
    aws_calls: usize,
    /// Of all processes together.
    took: Spread,
    /// The medians of the single processes: how far they are apart.
    medians: Spread,
    /// CPU of one invocation, the first ones and the process's start among them: what a busy machine hardly changes.
    cpu: Spread,
    /// What the stub itself took for one invocation's calls; it is not in the others.
    service: Spread,
    times_floor: Option<f64>,
    python: Option<f64>,
    node: Option<f64>,
}

/// The contenders' rows, in their order.
pub(crate) fn compare(contenders: &[Contender], runs: &Runs) -> Vec<Warm> {
    let mut rows: Vec<Warm> = contenders.iter().filter_map(|one| row(one, runs.get(&one.name)?)).collect();
    let all: Vec<_> = rows.iter().map(|row| (row.kind, row.aws_calls, row.took.median)).collect();
    for row in &mut rows {
        let of = |kind, calls| all.iter().find(|other| other.0 == kind && other.1 == calls).map(|other| other.2);
        row.times_floor = of(Kind::Floor, 0).and_then(|floor| ratio(row.took.median, floor));
        // Only beside a peer that makes as many calls: almost all of a warm invocation is its calls.
        let peer = |kind| of(kind, row.aws_calls).and_then(|took| ratio(took, row.took.median));
        (row.python, row.node) = (peer(Kind::Python), peer(Kind::Node));
    }
    rows
}

fn row(contender: &Contender, runs: &[Run]) -> Option<Warm> {
    let medians = runs.iter().filter_map(|run| Spread::of(own(run))).map(|spread| spread.median);
    let service = runs.iter().flat_map(|run| run.invocations.iter().skip(DROPPED)).map(|one| one.service);
    Some(Warm {
        name: contender.name.clone(),
        kind: contender.kind,
        aws_calls: contender.scene.calls.len(),
        took: Spread::of(runs.iter().flat_map(own))?,
        medians: Spread::of(medians)?,
        cpu: Spread::of(runs.iter().filter_map(cpu_of_one))?,
        service: Spread::of(service.map(|took| took.as_secs_f64() * 1e6))?,
        times_floor: None,
        python: None,
        node: None,
    })
}

/// Microseconds of CPU for each invocation.
fn cpu_of_one(run: &Run) -> Option<f64> {
    let invocations = u32::try_from(run.invocations.len()).ok()?;
    ratio(run.usage.cpu.as_secs_f64() * 1e6, f64::from(invocations))
}

/// What each counted invocation took, without the service's part of it.
fn own(run: &Run) -> impl Iterator<Item = f64> + '_ {
    let counted = run.invocations.iter().skip(DROPPED);
    counted.map(|one| one.took().saturating_sub(one.service).as_secs_f64() * 1e6)
}

/// The rows as a table.
pub(crate) fn section(title: String, rows: &[Warm]) -> Section {
    let columns = [
        "contender",
        "calls",
        "p50 us",
        "p99 us",
        "p50 of each process us",
        "CPU us",
        "stub us",
        "x floor",
        "Python / this",
        "Node / this",
    ];
    let cells = |row: &Warm| {
        vec![
            row.name.clone(),
            row.aws_calls.to_string(),
            format!("{:.0}", row.took.median),
            format!("{:.0}", row.took.p99),
            format!("{:.0}-{:.0}", row.medians.min, row.medians.max),
            format!("{:.0}", row.cpu.median),
            format!("{:.0}", row.service.median),
            times(row.times_floor),
            times(row.python),
            times(row.node),
        ]
    };
    let values = rows.iter().filter_map(|row| serde_json::to_value(row).ok());
    Section { title, rows: values.collect(), columns: columns.into(), cells: rows.iter().map(cells).collect() }
}

/// What the issue asks of warm invocations. Those that make several calls are shown, and held against Python alone.
pub(crate) fn goals(rows: &[Warm]) -> Vec<Goal> {
    let ours = || rows.iter().filter(|row| row.kind == Kind::Ours);
    let one_call = ours().filter(|row| row.aws_calls == 1);
    let median =
        one_call.map(|row| Goal::at_most("warm p50 of one call, us", &row.name, row.took.median, MEDIAN_US_MAX));
    let python =
        ours().filter_map(|row| Some(Goal::at_least("warm p50, Python by it", &row.name, row.python?, PYTHON_MIN)));
    median.chain(python).collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use serde_json::json;

    use super::*;
    use crate::play::Invocation;
    use crate::process::Usage;
    use crate::scene::{Call, Scene};

    fn contender(name: &str, kind: Kind, calls: usize) -> Contender {
        let calls = vec![Call { call: "GetItem".into(), answer: json!({}) }; calls];
        let scene = Scene { does: String::new(), event: json!({}), calls, answer: json!({}) };
        Contender { name: name.into(), kind, program: "x".into(), arguments: vec![], folder: None, scene }
    }

    fn run(warm_us: u64) -> Run {
        let one = |took_us: u64| {
            let sent = Instant::now();
            let answered = sent + Duration::from_micros(took_us);
            Invocation { sent, answered, service: Duration::from_micros(50) }
        };
        let mut invocations = vec![one(1_000_000); DROPPED];
        invocations.extend([one(warm_us + 50), one(warm_us + 50)]);
        Run { init: Duration::ZERO, invocations, usage: Usage { peak_kib: 1, cpu: Duration::ZERO } }
    }

    #[test]
    fn the_first_invocations_and_the_service_s_own_time_do_not_count() {
        let contenders = [contender("ours", Kind::Ours, 1), contender("python", Kind::Python, 1)];
        let runs = Runs::from([("ours".to_owned(), vec![run(300), run(500)]), ("python".to_owned(), vec![run(1_600)])]);
        let rows = compare(&contenders, &runs);
        assert_eq!(Some(rows[0].took.median.round()), Some(400.0));
        assert_eq!((rows[0].medians.min.round(), rows[0].medians.max.round()), (300.0, 500.0));
        assert_eq!(rows[0].python.map(f64::round), Some(4.0));
        assert!(goals(&rows).iter().all(|goal| goal.is_met));
    }

    #[test]
    fn nobody_is_held_against_a_peer_that_makes_fewer_calls() {
        let contenders = [contender("ours", Kind::Ours, 2), contender("python", Kind::Python, 1)];
        let runs = Runs::from([("ours".to_owned(), vec![run(300)]), ("python".to_owned(), vec![run(600)])]);
        let rows = compare(&contenders, &runs);
        assert_eq!(rows[0].python, None);
        assert!(goals(&rows).is_empty());
    }
}
