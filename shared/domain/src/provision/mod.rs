//! What a plan needs in AWS, how that differs from what is there, and the steps between the two.
//!
//! [`desired`] says what should be, [`diff::towards`] and [`diff::away`] compare it with an [`Observed`] and give a
//! [`Changeset`]: a value that can be printed, tested and refused before anything is done.

pub mod actions;
mod backup_roles;
mod backups;
mod canonical;
pub mod change;
mod creator;
pub mod deployed;
mod desired;
pub mod diff;
pub mod documents;
mod location;
pub mod marks;
pub mod names;
pub mod observed;
pub mod other_side;
pub mod print;
pub mod refusal;
mod replicas;
pub mod replication_rules;
mod resources;
mod scratch;
pub mod shared_policy;
mod show;
pub mod step;
mod task;

#[cfg(test)]
mod backup_tests;
#[cfg(test)]
mod diff_tests;
#[cfg(test)]
mod premises_tests;
#[cfg(test)]
mod premises_to_files_tests;
#[cfg(test)]
mod scratch_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod two_accounts_tests;

pub(crate) use backup_roles::ec2;
pub use backups::{
    BackupPlan, BackupRule, BackupSelection, BackupSetup, BackupVault, CopyAction, Lifecycle, SelectionCondition,
    VaultLock,
};
pub use change::{Action, Change, Changeset, FieldChange, Kind, Move};
pub use creator::Creator;
pub use desired::{Desired, End, LeftOut, Setup, desired};
pub use location::{EfsLocation, Location, NfsLocation, S3Location, SmbLocation, uri_parts};
pub use observed::{
    Hold, Observed, ObservedBucket, ObservedLocation, ObservedLock, ObservedPlan, ObservedRole, ObservedTask,
    ObservedVault,
};
pub use other_side::{OtherBucket, OtherSide, OtherVault, other_sides};
pub use refusal::Refusal;
pub use replicas::Replicas;
pub use resources::{LogGroup, LogPolicy, Role, ScheduleEntry, ScheduleTarget};
pub use step::{BucketOf, LocationRef, Phase, PlanRef, Step, VaultOf};
pub use task::{ReportDestination, Task, TaskOptions, TaskReport};
