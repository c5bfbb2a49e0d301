//! What a restore of a copy asks for, refuses and counts.

mod counting;
mod ordering;
mod patterns;
