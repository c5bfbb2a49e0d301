//! The `open-run` function.

fn main() {}
