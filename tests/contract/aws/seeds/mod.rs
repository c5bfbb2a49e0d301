//! The errors that the articles behind three kinds of protection met, and those around them: each is made by a real
//! misconfiguration of what `apply` makes, said by the service in its own words, known to the catalogue, found by
//! preflight, mended by nothing but the patches that preflight prints, and then the same call succeeds.
//!
//! docs/seeds.md lists row by row what is reproduced here, and what can't be.

pub(super) mod machine;
mod machines;
mod mend;
mod replicated;
mod scene;
mod spoil;
mod transferred;
