//! The use cases over a world in memory: what they promise, kept under every fault and at every moment of death.

mod cancelling;
mod checking;
mod events;
mod opening;
mod overtaking;
mod starting;
mod sweeping;
mod telling;
mod verifying;
