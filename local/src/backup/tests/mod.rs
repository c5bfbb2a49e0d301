//! The service by the shapes of its API, over a small emulator in this process.

mod emulator;
mod jobs;
mod points;
mod vaults;
mod world;
