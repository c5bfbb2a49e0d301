//! What a restore may write over: nothing that nobody named, and never a copy.

use super::order::Ends;
use super::{Held, Refusal, Wish};
use crate::plan::JobName;

/// Each job whose live files would be written over has to be named, and no other.
pub(super) fn consented(store: &str, to: &str, ends: &Ends, wish: &Wish) -> Result<(), Refusal> {
    let struck: Vec<&JobName> =
        ends.live.iter().filter(|live| live.is_under(store, to)).map(|live| &live.job).collect();
    if let Some(idle) = wish.over_source.iter().find(|job| !struck.contains(job)) {
        return Err(Refusal::NothingToOverwrite { job: idle.clone() });
    }
    let missing = struck.into_iter().filter(|job| !wish.over_source.contains(job));
    let missing: Vec<JobName> = missing.cloned().collect();
    if missing.is_empty() { Ok(()) } else { Err(Refusal::LiveSource { to: wish.to.to_string(), jobs: missing }) }
}

/// A rehearsal writes over nothing that is alive, whoever consents.
pub(super) fn off_live(store: &str, to: &str, ends: &Ends, wish: &Wish) -> Result<(), Refusal> {
    let struck = ends.live.iter().filter(|live| live.is_under(store, to));
    let jobs: Vec<JobName> = struck.map(|live| live.job.clone()).collect();
    if jobs.is_empty() { Ok(()) } else { Err(Refusal::ScratchIsLive { to: wish.to.to_string(), jobs }) }
}

/// No consent lets a restore write where a copy lies: what is restored would be mixed with what it is restored from.
pub(super) fn off_copies(store: &str, to: &str, ends: &Ends, wish: &Wish) -> Result<(), Refusal> {
    let meets = |copy: &&Held| copy.is_under(store, to) || copy.holds(store, to);
    let jobs: Vec<JobName> = ends.copies.iter().filter(meets).map(|copy| copy.job.clone()).collect();
    if jobs.is_empty() { Ok(()) } else { Err(Refusal::OntoACopy { to: wish.to.to_string(), jobs }) }
}
