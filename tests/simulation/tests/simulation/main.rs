//! Whole nights in virtual time: seeds, crashes at every point, planted bugs.

#[cfg(test)]
mod crashes;
#[cfg(test)]
mod differences;
#[cfg(test)]
mod many_jobs;
#[cfg(test)]
mod plants;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod seeds;
