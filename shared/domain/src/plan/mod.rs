//! The plan file: what is protected, when, and within which limits.
