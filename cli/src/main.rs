//! The `nightferry` program.

fn main() {}
