//! The `sweep-runs` function.

fn main() {}
