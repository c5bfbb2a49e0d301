//! Nightferry's local AWS: one address on this machine behind which the whole product runs, with no account, no Docker and real bytes.

mod access;
mod account_block;
pub mod admin;
pub mod backup;
pub mod batch;
pub mod datasync;
pub mod deploy;
mod emulators;
pub mod front_door;
mod interfaces;
pub mod local_aws;
mod replication;
mod scene;
pub mod serve;
pub mod stand_in;
mod state_file;
mod tokens;
pub mod upstream;
mod wire;

pub use admin::Admin;
pub use local_aws::LocalAws;
pub use scene::file_systems::FileSystem;
pub use scene::server_room::{self, ServerRoom};
pub use serve::{Settings, serve};
pub use state_file::State;
