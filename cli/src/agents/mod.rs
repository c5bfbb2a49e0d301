//! The program's own way to an agent: the one request to a host that a person names. No Lambda has this code.

mod fetch;
#[cfg(test)]
mod fetch_tests;
pub(crate) mod world;

pub(crate) use fetch::Fetcher;
