//! The outside world in memory, and whole nights in it: every fault drawn from a seed, every promise checked.
#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test's world that breaks is a failed test")]

pub mod fake;
