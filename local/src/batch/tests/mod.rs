//! The stand-in as a whole.
