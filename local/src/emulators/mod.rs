//! The two emulators behind the front door: unpatched packages in their own virtual environment, each one process on a loopback port.

mod child;
mod ministack;
mod moto;
mod ports;
mod standing;
mod venv;

pub(crate) use child::{Emulator, end_group, is_ours};
pub(crate) use ministack::{S3_CONTROL_URL, spawn as spawn_ministack};
pub(crate) use moto::{ENGINE_ACCESS_KEY, spawn as spawn_moto};
pub(crate) use standing::{Spawn, Standing};
pub(crate) use venv::{Venv, ensure};

use std::path::PathBuf;

/// What both emulators are started with.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    /// Programs of the virtual environment.
    pub venv: Venv,
    /// Folder for their logs and scratch files.
    pub dir: PathBuf,
    /// Port of the front door, where their own calls have to go.
    pub front_door_port: u16,
    /// Twelve digits.
    pub account: String,
    /// For example `ap-northeast-1`.
    pub region: String,
    /// Whether MiniStack keeps on disk what a restart has to find again.
    pub is_durable: bool,
}
