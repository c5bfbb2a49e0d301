//! Bad input: whatever a function is sent, it settles nothing, starts nothing, and says in one clear line why.

#[cfg(test)]
mod events;
#[cfg(test)]
mod lines;
#[cfg(test)]
mod mutation;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod world;
