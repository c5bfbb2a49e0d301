//! Things of the outside world that a plan talks about and that the stack does not make: file systems, subnets.

pub(crate) mod file_systems;
