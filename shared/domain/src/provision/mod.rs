//! What a plan needs in AWS, how that differs from what is there, and the steps between the two.
//!
//! [`desired`] says what should be, [`diff::towards`] and [`diff::away`] compare it with an [`Observed`] and give a
//! [`Changeset`]: a value that can be printed, tested and refused before anything is done.

mod canonical;
pub mod change;
pub mod deployed;
mod desired;
pub mod diff;
pub mod documents;
mod location;
pub mod names;
pub mod observed;
pub mod print;
pub mod refusal;
mod resources;
mod show;
pub mod step;
mod task;

#[cfg(test)]
mod diff_tests;
#[cfg(test)]
mod tests;

pub use change::{Action, Change, Changeset, FieldChange, Kind, Move};
pub use desired::{Desired, End, LeftOut, Setup, desired};
pub use location::{EfsLocation, Location, S3Location, uri_parts};
pub use observed::{Observed, ObservedLocation, ObservedRole, ObservedTask};
pub use refusal::Refusal;
pub use resources::{LogGroup, LogPolicy, Role, ScheduleEntry, ScheduleTarget};
pub use step::{LocationRef, Phase, Step};
pub use task::{ReportDestination, Task, TaskOptions, TaskReport};
