//! The service by the shapes of its API, over a small emulator in this process.

mod copies;
mod emulator;
mod jobs;
mod plans;
mod points;
mod restores;
mod shapes;
mod testing;
mod vaults;
mod world;
