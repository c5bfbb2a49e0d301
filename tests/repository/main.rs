//! The repository is tested, too: its size, its words, its events, its promises to the state machine.

#[cfg(test)]
mod events;
#[cfg(test)]
mod mutation;
#[cfg(test)]
mod one_build;
#[cfg(test)]
mod tidy;
