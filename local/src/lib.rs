//! Nightferry's local AWS: stand-ins that do what the services do, on this machine.

pub mod datasync;
pub mod stand_in;
pub mod upstream;
