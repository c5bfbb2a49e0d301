//! Each function of each adapter, played once.

mod agents;
mod backup;
mod batch;
mod night;
mod provision;
mod restores;
mod servers;
mod vaults;
mod ways_back;

use std::future::Future;
use std::pin::Pin;

use aws_types::SdkConfig;
use nightferry_workflow::error::PortError;

pub(super) use agents::*;
pub(super) use backup::*;
pub(super) use batch::*;
pub(super) use night::*;
pub(super) use provision::*;
pub(super) use restores::*;
pub(super) use servers::*;
pub(super) use vaults::*;
pub(super) use ways_back::*;

/// How a scene ends.
pub(super) type Outcome = Pin<Box<dyn Future<Output = Result<(), PortError>>>>;

/// Plays one function of one adapter with these settings.
pub(super) type Play = fn(SdkConfig) -> Outcome;

/// A function of an adapter, with a name for its snapshot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene {
    pub(super) name: &'static str,
    pub(super) play: Play,
}

/// `scene!(NAME, |config| expression)`: the expression is a port's result.
macro_rules! scene {
    ($constant:ident, |$config:ident| $body:expr) => {
        pub(in crate::wire_tests) const $constant: crate::wire_tests::scenes::Scene =
            crate::wire_tests::scenes::Scene {
                name: stringify!($constant),
                play: |$config| Box::pin(async move { $body.map(drop) }),
            };
    };
}
use scene;

/// Every scene.
pub(super) fn all() -> Vec<Scene> {
    [NIGHT, BATCH, BACKUP, PROVISION, VAULT_SCENES, AGENT_SCENES, RESTORE_SCENES, SERVER_SCENES, WAY_SCENES].concat()
}
