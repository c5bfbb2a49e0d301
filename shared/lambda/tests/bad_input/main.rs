//! Bad input: whatever a function is sent, it settles nothing, starts nothing, and says in one clear line why.

mod events;
mod lines;
mod mutation;
mod requests;
mod world;
