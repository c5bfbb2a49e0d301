//! The `check-job` function.

fn main() {}
