//! The front door: the one address of the local AWS. It knows each call's service, caller and permission, hands it on, and breaks it on order.

mod access;
pub(crate) mod action;
mod admin;
mod buckets;
mod caller;
mod events;
mod faults;
mod forward;
mod functions;
mod heading;
mod instances;
mod killing;
mod machines;
mod networks;
mod outage;
mod permission;
mod record;
mod replicating;
mod reply;
mod schedules;
mod server;
mod upheaval;

use std::{path::PathBuf, sync::Arc};

use tokio::sync::{Notify, mpsc};

pub(crate) use access::Accesses;
pub use access::Used;
pub use action::Need;
pub use admin::{EmulatorStatus, Status};
pub(crate) use events::Events;
pub use events::{Deliveries, Delivery, TargetDelivery};
pub use faults::{
    CallEffect, CallFault, CallMatch, EventEffect, EventFault, EventMatch, Fault, Often, OrderedFault, Refusal,
};
pub(crate) use forward::Forwarder;
pub(crate) use machines::Machines;
pub use outage::Outage;
pub(crate) use outage::{Outages, listen};
pub(crate) use permission::Permissions;
pub(crate) use record::Record;
pub use record::{CallRecord, Calls, Decision};
pub use schedules::{Fired, Firing};
pub use upheaval::{Killed, Restarted};

use crate::{
    account_block::AccountBlocks, backup::Backup, batch::Batch, datasync::DataSync, emulators::Standing,
    interfaces::Interfaces, replication::Replication, tokens::Tokens, upstream::Upstream,
};

/// Everything that a call may touch on its way.
pub(crate) struct FrontDoor {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) stack: String,
    pub(crate) dir: PathBuf,
    pub(crate) is_durable: bool,
    pub(crate) ministack: Arc<Standing>,
    pub(crate) moto: Arc<Standing>,
    /// MiniStack, as the front door itself calls it: unseen by the record, unhurt by faults.
    pub(crate) upstream: Upstream,
    pub(crate) datasync: Arc<DataSync>,
    pub(crate) batch: Arc<Batch>,
    pub(crate) backup: Arc<Backup>,
    /// Which instances demand tokens.
    pub(crate) tokens: Arc<Tokens>,
    /// What accounts block of public access.
    pub(crate) account_blocks: AccountBlocks,
    /// Interfaces of VPC endpoints, which the emulator makes none of.
    pub(crate) interfaces: Interfaces,
    /// S3's replication, which the emulator leaves to us.
    pub(crate) replication: Arc<Replication>,
    pub(crate) record: record::Record,
    /// What services did under the roles that they were given.
    pub(crate) accesses: Arc<access::Accesses>,
    pub(crate) faults: Arc<faults::Faults>,
    pub(crate) events: Arc<events::Events>,
    pub(crate) permissions: permission::Permissions,
    pub(crate) machines: machines::Machines,
    pub(crate) client: forward::Forwarder,
    /// Takes the order to be away for a while.
    pub(crate) outage: mpsc::UnboundedSender<Outage>,
    pub(crate) stop: Arc<Notify>,
}
