//! Things of the outside world that a plan talks about and that the stack does not make: file systems, file servers, networks.

pub(crate) mod file_systems;
pub mod server_room;
