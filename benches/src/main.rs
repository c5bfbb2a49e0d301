//! `nightferry-benches`: how quick and how small the functions are, beside the floor and peers that do the same work.
//!
//! Every figure is of real processes: a stub of Lambda's Runtime API hands out the event, a stub of AWS answers over TLS,
//! and a sample counts only if the answer and every call were right.

mod authority;
mod aws_endpoint;
mod bench;
mod cold;
mod contender;
mod figures;
mod http;
mod machine;
mod paths;
mod play;
mod process;
mod quota;
mod report;
mod runtime_api;
mod scene;
mod setup;
mod size;
mod stage;
mod warm;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};

use crate::bench::Bench;
use crate::contender::{Contender, Kind, NotMeasured};
use crate::machine::Machine;
use crate::paths::Paths;
use crate::quota::{Quota, Share};
use crate::report::{Goal, Output, Report, Section};
use crate::setup::Wanted;

/// Memory sizes whose share of the CPU is measured.
const MEMORY_MB: [u32; 3] = [128, 256, 512];
/// Bytes of a package at most, in MB.
const ZIP_MB_MAX: f64 = 2.5;

/// Measures the functions, side by side with the Lambda runtime alone, the SDK's defaults, Python and Node.js.
#[derive(Debug, Parser)]
#[command(name = "nightferry-benches")]
struct Arguments {
    /// What is measured.
    #[arg(value_enum, default_value = "all")]
    what: What,
    /// Rounds of cold starts; each contender starts once a round. One more warms the page cache.
    #[arg(long, default_value_t = 30)]
    rounds: usize,
    /// Rounds of warm invocations; each contender is one process a round.
    #[arg(long, default_value_t = 3)]
    warm_rounds: usize,
    /// Warm invocations of one process, after the first hundred.
    #[arg(long, default_value_t = 1_000)]
    invocations: usize,
    /// Only contenders with one of these in their name; the floor is always there.
    #[arg(long)]
    only: Vec<String>,
    /// How the figures are printed.
    #[arg(long, value_enum, default_value = "table")]
    output: Output,
}

/// Each is a table of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// All of them.
    All,
    /// From a process's start to its first answer.
    Cold,
    /// The same, with the CPU that goes with 128, 256 and 512 MB from the first event on.
    Quota,
    /// A process that is invoked again and again.
    Warm,
    /// The packages.
    Size,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let paths = Paths::find()?;
    let setup::Field { contenders, absent } = setup::field(&paths, &Wanted(&arguments.only))?;
    let any = contenders.first().context("nobody is left to be measured")?;
    let report = Report { machine: Machine::look(), sections: vec![], goals: vec![], not_measured: absent };
    let bench = Bench::new(&paths, any)?;
    let mut measuring = Measuring { arguments, contenders, bench, report };
    measuring.all()?;
    measuring.report.print(measuring.arguments.output)?;
    Ok(measuring.exit_code())
}

/// One call of the program.
struct Measuring {
    arguments: Arguments,
    contenders: Vec<Contender>,
    bench: Bench,
    report: Report,
}

impl Measuring {
    fn all(&mut self) -> Result<()> {
        let what = self.arguments.what;
        let is_asked = |one: What| what == What::All || what == one;
        if is_asked(What::Size) {
            self.size()?;
        }
        if is_asked(What::Cold) {
            self.cold();
        }
        if is_asked(What::Quota) {
            for memory_mb in MEMORY_MB {
                self.quota(Share { memory_mb });
            }
        }
        if is_asked(What::Warm) {
            self.warm();
        }
        Ok(())
    }

    fn size(&mut self) -> Result<()> {
        let packages = size::packages(&self.contenders)?;
        let goal = |package: &size::Package| Goal::at_most("zip, MB", &package.name, package.zip_mb(), ZIP_MB_MAX);
        self.report.goals.extend(packages.iter().map(goal));
        self.report.sections.push(size::section(&packages));
        Ok(())
    }

    fn cold(&mut self) {
        let (runs, failed) = self.bench.rounds(&self.contenders, self.arguments.rounds, 1, None);
        let rows = cold::compare(&self.contenders, &runs);
        let title = format!("Cold start, {} rounds, a whole CPU (min/median/max)", self.arguments.rounds);
        self.tell(cold::section(title, &rows), cold::goals(&rows), failed);
    }

    fn quota(&mut self, share: Share) {
        let quota = match Quota::new(share) {
            Ok(quota) => Arc::new(quota),
            Err(error) => {
                let why = format!("{error:#}");
                return self.report.not_measured.push(NotMeasured { name: format!("quota {share}"), why });
            }
        };
        let (runs, failed) = self.bench.rounds(&self.contenders, self.arguments.rounds, 1, Some(&quota));
        let rows = cold::compare(&self.contenders, &runs);
        let goals = if share.memory_mb == 128 { cold::quota_goals(&rows) } else { vec![] };
        let title =
            format!("Cold start, {} rounds, from the first event on {share} (min/median/max)", self.arguments.rounds);
        self.tell(cold::section(title, &rows), goals, failed);
    }

    fn warm(&mut self) {
        let invocations = self.arguments.invocations + warm::DROPPED;
        let (runs, failed) = self.bench.rounds(&self.contenders, self.arguments.warm_rounds, invocations, None);
        let rows = warm::compare(&self.contenders, &runs);
        let title = format!(
            "Warm, {} processes, {} invocations each, without the stub's time",
            self.arguments.warm_rounds, self.arguments.invocations
        );
        self.tell(warm::section(title, &rows), warm::goals(&rows), failed);
    }

    fn tell(&mut self, section: Section, goals: Vec<Goal>, failed: Vec<NotMeasured>) {
        self.report.sections.push(section);
        self.report.goals.extend(goals);
        self.report.not_measured.extend(failed);
    }

    /// A function of ours, or the floor, that could not be measured is a failure; a peer may be absent, and a goal missed.
    fn exit_code(&self) -> ExitCode {
        let is_ours = |name: &str| {
            self.contenders.iter().any(|one| one.name == name && matches!(one.kind, Kind::Floor | Kind::Ours))
        };
        let failed = self.report.not_measured.iter().any(|one| is_ours(&one.name));
        if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}
