//! Nightferry.
