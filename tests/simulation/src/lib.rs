//! The outside world in memory, and whole nights in it: every fault drawn from a seed, every promise checked.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::indexing_slicing,
    reason = "a test's world that breaks is a failed test"
)]

pub mod campaign;
pub mod driver;
pub mod fake;
pub mod faults;
pub mod machine;
pub mod night;
pub mod oracle;
mod planted;
pub mod plants;
pub mod scale;
pub mod scenarios;
pub mod script;
pub mod seeds;
mod wiring;
