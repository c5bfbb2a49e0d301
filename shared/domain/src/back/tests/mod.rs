//! What a restore of a copy asks for, refuses and counts.

mod between_buckets;
mod counting;
mod ordering;
mod patterns;
mod points;
