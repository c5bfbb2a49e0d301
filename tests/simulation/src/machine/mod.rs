//! Step Functions, as far as `statemachines/nightly-run.asl.json` uses it: the real file is read and followed.
//!
//! A word of the language that this interpreter does not know is an error when the file is read, never ignored.

mod document;
mod path;
mod walker;

pub use document::{Function, Machine};
pub use walker::{Answer, Ask, Walker};

#[cfg(test)]
mod tests;
