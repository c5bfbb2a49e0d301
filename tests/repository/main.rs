//! The repository is tested, too: its size, its words, its events, its promises to the state machine.

mod events;
mod tidy;
