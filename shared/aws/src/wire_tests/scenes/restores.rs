//! What the functions of a restore ask.

use nightferry_workflow::World as _;
use nightferry_workflow::ports::{Preflight as _, Restores as _};

use super::{Scene, scene};
use crate::wire_tests::fixture::{POINT, attempt, restore, restore_job, restored, run, world};

/// The machine's id.
const ID: &str = "i-0123456789abcdef0";

scene!(PROPOSED_METADATA, |config| world(&config).restores().proposed("EC2", POINT).await);
scene!(START_RESTORE, |config| world(&config).restores().restore(&restore(), &attempt(1)).await);
scene!(OBSERVE_RESTORE, |config| world(&config).restores().restored(&restore_job()).await);
scene!(RESTORES_BEGUN, |config| world(&config).restores().begun_since(run().opened_at).await);
scene!(DECODE_REFUSAL, |config| world(&config).restores().decoded("c2VjcmV0").await);
scene!(RESTORED_MACHINE, |config| world(&config).restores().machine(ID).await);
scene!(MARK_MACHINE, |config| world(&config).restores().mark(ID, &run().id).await);
scene!(REMOVE_MACHINE, |config| world(&config).restores().remove(ID).await);
scene!(PREFLIGHT_RESTORE, |config| world(&config).preflight().obstacles(&restored()).await);

/// All of them.
pub(super) const RESTORE_SCENES: &[Scene] = &[
    PROPOSED_METADATA,
    START_RESTORE,
    OBSERVE_RESTORE,
    RESTORES_BEGUN,
    DECODE_REFUSAL,
    RESTORED_MACHINE,
    MARK_MACHINE,
    REMOVE_MACHINE,
    PREFLIGHT_RESTORE,
];
