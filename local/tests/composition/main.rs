//! The composition as a whole, from its first start to its clean end. On the first run it installs the emulators, which takes minutes and a package index.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod backups;
#[cfg(test)]
mod deployed;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod lifetime;
#[cfg(test)]
mod restarts;
#[cfg(test)]
mod support;
