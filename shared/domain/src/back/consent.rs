//! What a restore may write over: nothing that nobody named, and never a copy.

use super::order::Ends;
use super::{Held, Refusal, Spot, Wish};
use crate::plan::JobName;

/// Each job whose live files would be written over, or may be, has to be named, and no other.
pub(super) fn consented(to: &Spot, ends: &Ends, wish: &Wish) -> Result<(), Refusal> {
    let is_struck = |live: &&Held| live.is_under(to) || live.may_be_under(to);
    let struck: Vec<&Held> = ends.live.iter().filter(is_struck).collect();
    if let Some(idle) = wish.over_source.iter().find(|job| struck.iter().all(|live| live.job != **job)) {
        return Err(Refusal::NothingToOverwrite { job: idle.clone() });
    }
    let missing: Vec<&Held> = struck.into_iter().filter(|live| !wish.over_source.contains(&live.job)).collect();
    let shown = wish.to.to_string();
    match told(&missing, |live| live.is_under(to)) {
        Some(jobs) => Err(Refusal::LiveSource { to: shown, jobs }),
        None => told(&missing, |live| live.may_be_under(to))
            .map_or(Ok(()), |jobs| Err(Refusal::RootUnknown { to: shown, jobs, is_drill: false })),
    }
}

/// A rehearsal writes over nothing that is alive, or may be, whoever consents.
pub(super) fn off_live(to: &Spot, ends: &Ends, wish: &Wish) -> Result<(), Refusal> {
    let live: Vec<&Held> = ends.live.iter().collect();
    let shown = wish.to.to_string();
    match told(&live, |live| live.is_under(to)) {
        Some(jobs) => Err(Refusal::ScratchIsLive { to: shown, jobs }),
        None => told(&live, |live| live.may_be_under(to))
            .map_or(Ok(()), |jobs| Err(Refusal::RootUnknown { to: shown, jobs, is_drill: true })),
    }
}

/// No consent lets a restore write where a copy lies: what is restored would be mixed with what it is restored from.
pub(super) fn off_copies(to: &Spot, ends: &Ends, wish: &Wish) -> Result<(), Refusal> {
    let copies: Vec<&Held> = ends.copies.iter().collect();
    let shown = wish.to.to_string();
    match told(&copies, |copy| copy.is_under(to) || copy.holds(to)) {
        Some(jobs) => Err(Refusal::OntoACopy { to: shown, jobs }),
        None => told(&copies, |copy| copy.may_be_under(to))
            .map_or(Ok(()), |jobs| Err(Refusal::RootUnknown { to: shown, jobs, is_drill: true })),
    }
}

/// The jobs of those that meet it; nothing where none does.
fn told(held: &[&Held], meets: impl Fn(&Held) -> bool) -> Option<Vec<JobName>> {
    let jobs: Vec<JobName> = held.iter().filter(|held| meets(held)).map(|held| held.job.clone()).collect();
    (!jobs.is_empty()).then_some(jobs)
}
