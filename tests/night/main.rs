//! Whole nights on the local AWS, from outside: the program, the deployed template, the real functions, real bytes.
//!
//! Each night starts its own local AWS, so they take turns.

#[cfg(test)]
mod good_night;
#[cfg(test)]
mod program;
#[cfg(test)]
mod with_faults;
