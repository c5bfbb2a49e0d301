//! `simulate`: lives through nights drawn from seeds, and says which of them broke a promise.

use std::io::Write;
use std::process::ExitCode;

use nightferry_simulation::campaign::{self, Campaign, Found};
use nightferry_simulation::machine::Machine;
use nightferry_simulation::plants::Plant;
use nightferry_simulation::seeds;

const USAGE: &str = "\
usage: simulate --seeds N [--from S] [--secs T] [--plant NAME] [--jobs N]
       simulate --seed S [--plant NAME] [--trace]
       simulate --plant list

  --seeds N     so many nights, each from its own seed
  --from S      the first seed (0)
  --secs T      stop after so many seconds, whatever is left
  --plant NAME  with a planted bug: then it is a failure not to find it
  --jobs N      threads (as many as there are cores)
  --seed S      one night
  --trace       tell what happens in it

exit codes: 0 no promise broken (or the planted bug found), 1 otherwise, 2 usage";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match Arguments::read(&words) {
        Ok(Arguments { lists_plants: true, .. }) => list(),
        Ok(Arguments { seed: Some(seed), plant, is_traced, .. }) => one(seed, plant, is_traced),
        Ok(arguments) => many(&arguments),
        Err(what) => {
            say(&mut std::io::stderr(), &format!("{what}\n\n{USAGE}"));
            ExitCode::from(2)
        }
    }
}

#[derive(Default)]
struct Arguments {
    seeds: u64,
    from: u64,
    secs: Option<u64>,
    seed: Option<u64>,
    plant: Option<Plant>,
    jobs: Option<usize>,
    is_traced: bool,
    lists_plants: bool,
}

impl Arguments {
    fn read(words: &[String]) -> Result<Self, String> {
        let mut arguments = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if word == "--trace" {
                arguments.is_traced = true;
                continue;
            }
            let value = words.next().ok_or_else(|| format!("`{word}` needs a value"))?;
            arguments.take(word, value)?;
        }
        if arguments.seeds == 0 && arguments.seed.is_none() && !arguments.lists_plants {
            return Err("say how many seeds".to_owned());
        }
        Ok(arguments)
    }

    fn take(&mut self, word: &str, value: &str) -> Result<(), String> {
        let number = || value.parse().map_err(|_| format!("`{word} {value}`: not a number"));
        match word {
            "--seeds" => self.seeds = number()?,
            "--from" => self.from = number()?,
            "--secs" => self.secs = Some(number()?),
            "--seed" => self.seed = Some(number()?),
            "--jobs" => self.jobs = Some(usize::try_from(number()?).map_err(|error| error.to_string())?),
            "--plant" if value == "list" => self.lists_plants = true,
            "--plant" => {
                let known = Plant::ALL.iter().find(|plant| plant.word() == value);
                self.plant =
                    Some(*known.ok_or_else(|| format!("no planted bug `{value}`; `--plant list` names them"))?);
            }
            _ => return Err(format!("`{word}` is unknown")),
        }
        Ok(())
    }
}

fn list() -> ExitCode {
    for plant in Plant::ALL {
        out(&format!("{:26} {}", plant.word(), plant.what()));
    }
    ExitCode::SUCCESS
}

fn one(seed: u64, plant: Option<Plant>, is_traced: bool) -> ExitCode {
    let verdict = seeds::live(seed, &std::rc::Rc::new(Machine::nightly_run()), plant, is_traced);
    verdict.trace.iter().for_each(|line| out(line));
    verdict.violations.iter().for_each(|what| out(what));
    out(&format!("seed {seed}: {} promise(s) broken", verdict.violations.len()));
    if verdict.violations.is_empty() == plant.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn many(arguments: &Arguments) -> ExitCode {
    let campaign = Campaign {
        from: arguments.from,
        seeds: arguments.seeds,
        limit_secs: arguments.secs,
        plant: arguments.plant,
        threads: arguments.jobs.unwrap_or_else(campaign::cores),
        stops_at_first: false,
    };
    let found = campaign::run(&campaign, |done, secs| {
        say(&mut std::io::stderr(), &format!("{done} seeds in {secs} s"));
    });
    tell(&found);
    if found.failing.is_empty() == arguments.plant.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn tell(found: &Found) {
    out(&format!("{} seeds in {:.1} s: {:.0} seeds a second", found.seeds, found.secs, found.per_second()));
    for (kind, count) in found.faults() {
        out(&format!("{count:>12}  {}", kind.word()));
    }
    for (seed, violations) in found.failing.iter().take(20) {
        out(&format!("seed {seed}: {}", violations.join("\n    ")));
    }
    out(&format!("{} failing seed(s)", found.failing.len()));
}

fn out(line: &str) {
    say(&mut std::io::stdout(), line);
}

/// A reader that has gone away ends nothing.
fn say(to: &mut impl Write, line: &str) {
    let _ = writeln!(to, "{line}");
}
