//! How much memory the local AWS's processes take, sampled from /proc while nights run.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::stage::Stage;

/// Pause between two samples.
const PAUSE: Duration = Duration::from_secs(1);
/// Growth that is no leak: what is kept of each night, and the interpreters' own breathing.
const BREATH_KIB: u64 = 64 << 10;

/// One of the figures of a sample.
type Member = fn(&Sample) -> u64;

/// Resident memory in KiB, by who takes it; of the functions all together, and how many processes these are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Sample {
    pub(crate) front_door: u64,
    pub(crate) ministack: u64,
    pub(crate) moto: u64,
    pub(crate) functions: u64,
    pub(crate) processes: u64,
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mib = |kib: u64| kib.div_ceil(1 << 10);
        let [door, ministack, moto, functions] = [self.front_door, self.ministack, self.moto, self.functions].map(mib);
        write!(
            f,
            "front door {door} MiB, MiniStack {ministack} MiB, moto {moto} MiB, {} functions {functions} MiB",
            self.processes
        )
    }
}

/// Who is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pids {
    front_door: u32,
    ministack: u32,
    moto: u32,
}

impl Pids {
    pub(crate) fn of(stage: &Stage) -> Self {
        let known = stage.local.state();
        Self { front_door: known.pid, ministack: known.children[0].pid, moto: known.children[1].pid }
    }

    /// One look.
    pub(crate) fn sample(self) -> Sample {
        let mut sample = Sample {
            front_door: resident(self.front_door),
            ministack: resident(self.ministack),
            moto: resident(self.moto),
            ..Sample::default()
        };
        for function in descendants(self.ministack) {
            sample.functions += resident(function);
            sample.processes += 1;
        }
        sample
    }
}

/// Looks every second until it is asked for the highest of everything.
pub(crate) struct Watch {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Sample>>,
}

impl Watch {
    pub(crate) fn start(pids: Pids) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let seen_over = Arc::clone(&is_over);
        let thread = std::thread::spawn(move || {
            let mut samples = vec![];
            while !seen_over.load(Ordering::Relaxed) {
                samples.push(pids.sample());
                std::thread::sleep(PAUSE);
            }
            samples
        });
        Self { is_over, thread }
    }

    /// The highest of each.
    pub(crate) fn peak(self) -> Sample {
        self.is_over.store(true, Ordering::Relaxed);
        let samples = self.thread.join().unwrap();
        let highest = |member: Member| samples.iter().map(member).max().unwrap_or_default();
        Sample {
            front_door: highest(|one| one.front_door),
            ministack: highest(|one| one.ministack),
            moto: highest(|one| one.moto),
            functions: highest(|one| one.functions),
            processes: highest(|one| one.processes),
        }
    }
}

/// Who took much more in the last third of the samples than in the first third, by the medians.
pub(crate) fn growing(samples: &[Sample]) -> Vec<String> {
    let members: [(&str, Member); 4] = [
        ("front door", |one| one.front_door),
        ("MiniStack", |one| one.ministack),
        ("moto", |one| one.moto),
        ("functions", |one| one.functions),
    ];
    let third = (samples.len() / 3).max(1);
    let grown = members.into_iter().filter_map(|(name, member)| {
        let first = median(samples.iter().take(third).map(member).collect());
        let last = median(samples.iter().rev().take(third).map(member).collect());
        (last > first.saturating_mul(3) / 2 + BREATH_KIB).then(|| format!("{name}: from {first} to {last} KiB"))
    });
    grown.collect()
}

fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values[values.len() / 2]
}

fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

fn descendants(ancestor: u32) -> Vec<u32> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let pid = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
        let stat = pid.and_then(|pid| std::fs::read_to_string(format!("/proc/{pid}/stat")).ok());
        let parent = stat.as_deref().and_then(|stat| stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok());
        if let (Some(pid), Some(parent)) = (pid, parent) {
            children.entry(parent).or_default().push(pid);
        }
    }
    let (mut found, mut next) = (vec![], vec![ancestor]);
    while let Some(pid) = next.pop() {
        let own = children.remove(&pid).unwrap_or_default();
        found.extend(&own);
        next.extend(own);
    }
    found
}

#[test]
fn a_process_that_grows_night_by_night_is_found_and_a_breathing_one_is_not() {
    let nights = |ministack: fn(u64) -> u64| {
        (0..12).map(|night| Sample { ministack: ministack(night), ..Sample::default() }).collect::<Vec<_>>()
    };
    assert_eq!(growing(&nights(|night| 100_000 + night % 3 * 20_000)), Vec::<String>::new());
    assert!(growing(&nights(|night| 100_000 + night * 40_000))[0].starts_with("MiniStack"));
}
