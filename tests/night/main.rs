//! Whole nights on the local AWS, from outside: the program, the deployed template, the real functions, real bytes.
//!
//! Each demo night starts its own local AWS; the nights under faults share one, and those of a replicated bucket another, and
//! those of machines a third; file servers behind an agent have their own. They take turns.

#[cfg(test)]
mod agent_checked;
#[cfg(test)]
mod ask;
#[cfg(test)]
mod batch_faults;
#[cfg(test)]
mod by_hand;
#[cfg(test)]
mod covered;
#[cfg(test)]
mod dead_nights;
#[cfg(test)]
mod drilled;
#[cfg(test)]
mod event_latency;
#[cfg(test)]
mod good_night;
#[cfg(test)]
mod lost_file;
#[cfg(test)]
mod machine_drills;
#[cfg(test)]
mod machine_faults;
#[cfg(test)]
mod machines;
#[cfg(test)]
mod many;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod on_premises;
#[cfg(test)]
mod permissions_used;
#[cfg(test)]
mod program;
#[cfg(test)]
mod replicated;
#[cfg(test)]
mod scenario;
#[cfg(test)]
mod scenery;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod truth;
#[cfg(test)]
mod two_accounts;
#[cfg(test)]
mod two_back;
#[cfg(test)]
mod under_faults;
#[cfg(test)]
mod with_faults;
