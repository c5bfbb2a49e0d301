//! What a night costs: the orchestration, which is ours, and the services, which any backup pays.
//!
//! Counts are exact where the state machine decides them; the test `night_cost` walks its definition and holds
//! [`steps`] to it. What only a bill can tell is an assumption, and named as one.

mod price;
pub mod steps;
#[cfg(test)]
mod tests;
mod work;

use serde::Serialize;

pub use price::{Item, Price};
pub use steps::{Polling, Steps};
pub use work::Done;

/// Every minute, and every third: what such loops are usually seen with.
const LOOKS_SECS: [u32; 2] = [60, 180];

/// What something costs, item by item.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Bill {
    /// Only what was used.
    pub lines: Vec<Line>,
    /// Sum of the lines, in US dollars, before tax and without any free tier.
    pub usd: f64,
}

/// One item of a bill.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// What was used.
    pub item: Item,
    /// For people.
    pub what: &'static str,
    /// How much of it.
    pub amount: f64,
    /// US dollars.
    pub usd: f64,
    /// Whether the price was compared with AWS's own page.
    pub is_price_verified: bool,
}

impl Bill {
    /// The bill of these amounts. Nothing is told of what was not used.
    #[must_use]
    pub fn of(amounts: &[(Item, f64)]) -> Self {
        let summed = Item::ALL.into_iter().map(|item| (item, sum_of(item, amounts)));
        let lines: Vec<_> =
            summed.filter(|(_, amount)| *amount > 0.0).map(|(item, amount)| line(item, amount)).collect();
        let usd = lines.iter().map(|line| line.usd).sum();
        Self { lines, usd }
    }
}

impl std::iter::Sum for Bill {
    fn sum<I: Iterator<Item = Self>>(bills: I) -> Self {
        let lines = bills.flat_map(|bill| bill.lines);
        Self::of(&lines.map(|line| (line.item, line.amount)).collect::<Vec<_>>())
    }
}

fn sum_of(item: Item, amounts: &[(Item, f64)]) -> f64 {
    amounts.iter().filter(|(of, _)| *of == item).map(|(_, amount)| amount).sum()
}

fn line(item: Item, amount: f64) -> Line {
    let price = item.price();
    Line { item, what: price.what, amount, usd: price.of(amount), is_price_verified: price.is_verified }
}

/// What a run, or a month of a plan, costs, and what it would cost in two other ways.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Ours: waiting costs nothing.
    pub orchestration: Bill,
    /// The services' own work, the same whoever starts it.
    pub services: Bill,
    /// The same jobs under workflows that look every so often.
    pub polling: Vec<Polled>,
}

/// The orchestration of the same jobs by a loop of waiting and looking.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Polled {
    /// Seconds between two looks.
    pub every_secs: u32,
    /// What it costs.
    pub orchestration: Bill,
}

impl Comparison {
    /// All of them together: one a schedule of a plan, say.
    #[must_use]
    pub fn sum(parts: &[Self]) -> Self {
        let polled = |every_secs: u32| Polled {
            every_secs,
            orchestration: parts
                .iter()
                .flat_map(|part| &part.polling)
                .filter(|polled| polled.every_secs == every_secs)
                .map(|polled| polled.orchestration.clone())
                .sum(),
        };
        Self {
            orchestration: parts.iter().map(|part| part.orchestration.clone()).sum(),
            services: parts.iter().map(|part| part.services.clone()).sum(),
            polling: LOOKS_SECS.map(polled).to_vec(),
        }
    }

    /// Of one run with these jobs.
    #[must_use]
    pub fn of_run(jobs: &[Done]) -> Self {
        Self::of_nights(jobs, 1, 0)
    }

    /// Of so many nights with these jobs, and of so many days on which the sweep looks for open runs.
    #[must_use]
    pub fn of_nights(jobs: &[Done], nights: u32, days: u32) -> Self {
        let times = |amounts: Vec<(Item, f64)>| {
            amounts.into_iter().map(|(item, amount)| (item, amount * f64::from(nights))).collect::<Vec<_>>()
        };
        let idle = steps::idle(days);
        let ours = times(steps::of_night(jobs)).into_iter().chain(idle).collect::<Vec<_>>();
        let services: Vec<_> = jobs.iter().flat_map(Done::service).collect();
        let polled = |every_secs: u32| Polled {
            every_secs,
            orchestration: Bill::of(&times(Polling { every_secs }.of_night(jobs))),
        };
        Self {
            orchestration: Bill::of(&ours),
            services: Bill::of(&times(services)),
            polling: LOOKS_SECS.map(polled).to_vec(),
        }
    }
}
