//! The front door: the one address of the local AWS. It knows each call's service, caller and permission, hands it on, and breaks it on order.

pub(crate) mod action;
mod admin;
mod caller;
mod events;
mod faults;
mod forward;
mod heading;
mod killing;
mod machines;
mod permission;
mod record;
mod reply;
mod schedules;
mod server;

use std::{path::PathBuf, sync::Arc};

use tokio::sync::Notify;

pub use action::Need;
pub use admin::{EmulatorStatus, Status};
pub(crate) use events::Events;
pub use events::{Deliveries, Delivery, TargetDelivery};
pub use faults::{
    CallEffect, CallFault, CallMatch, EventEffect, EventFault, EventMatch, Fault, Often, OrderedFault, Refusal,
};
pub(crate) use forward::Forwarder;
pub(crate) use machines::Machines;
pub(crate) use permission::Permissions;
pub(crate) use record::Record;
pub use record::{CallRecord, Calls, Decision};
pub use schedules::{Fired, Firing};
pub(crate) use server::listen;

use crate::{datasync::DataSync, emulators::Emulator, upstream::Upstream};

/// Everything that a call may touch on its way.
pub(crate) struct FrontDoor {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) stack: String,
    pub(crate) dir: PathBuf,
    pub(crate) ministack: Emulator,
    pub(crate) moto: Emulator,
    /// MiniStack, as the front door itself calls it: unseen by the record, unhurt by faults.
    pub(crate) upstream: Upstream,
    pub(crate) datasync: Arc<DataSync>,
    pub(crate) record: record::Record,
    pub(crate) faults: Arc<faults::Faults>,
    pub(crate) events: Arc<events::Events>,
    pub(crate) permissions: permission::Permissions,
    pub(crate) machines: machines::Machines,
    pub(crate) client: forward::Forwarder,
    pub(crate) stop: Arc<Notify>,
}
