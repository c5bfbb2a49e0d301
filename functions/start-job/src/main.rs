//! The `start-job` function.

fn main() {}
