//! The `record-state` function.

fn main() {}
