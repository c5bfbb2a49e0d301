//! The `verify-job` function.

fn main() {}
