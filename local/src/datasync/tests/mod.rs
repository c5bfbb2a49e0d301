//! The stand-in as a whole: its API called as a client calls it, against an emulator in this process and real directories.

mod access;
mod agents;
mod api;
mod between_buckets;
mod emulator;
mod faults;
mod moves;
mod on_premises;
mod reports;
mod world;
