//! Whole nights on the local AWS, from outside: the program, the deployed template, the real functions, real bytes.
//!
//! Each night starts its own local AWS, so they take turns.

mod good_night;
mod program;
mod with_faults;
