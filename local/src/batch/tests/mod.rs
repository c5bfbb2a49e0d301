//! The API of jobs, without any bucket: what is refused, which states lead where, who goes first.

mod api;
mod states;
mod world;
