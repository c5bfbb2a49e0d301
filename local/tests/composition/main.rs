//! The composition as a whole, from its first start to its clean end. On the first run it installs the emulators, which takes minutes and a package index.

mod deployed;
mod faults;
mod lifetime;
mod support;
