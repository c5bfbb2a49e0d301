//! Whole nights in virtual time: seeds, crashes at every point, planted bugs.

mod crashes;
mod differences;
mod plants;
mod promises;
mod seeds;
