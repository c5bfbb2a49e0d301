//! The `write-report` function.

fn main() {}
