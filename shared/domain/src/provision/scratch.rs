//! What the copy of a file system is rehearsed with by schedule: one more task, from the job's copy into the scratch folder, that
//! stands from `apply` to `destroy`, for no function may make one.

use super::{EfsLocation, Location, Setup, Task, names};
use crate::plan::{DataSync, Endpoint};
use crate::stack::Stack;

/// Nothing where no schedule rehearses the job. The copy is read by the role that writes it.
pub(super) fn setup(stack: &Stack, night: &Setup, datasync: &DataSync) -> Option<Setup> {
    let (drill, Endpoint::Efs(from), Location::S3(_)) = (datasync.drill.as_ref()?, &datasync.from, &night.to) else {
        return None;
    };
    let job = night.job.of_drill();
    let own = Task::of(stack, &job, datasync);
    Some(Setup {
        role: None,
        source_role: None,
        from: night.to.clone(),
        to: Location::Efs(EfsLocation { subdirectory: drill.to.to_string(), ..EfsLocation::of(stack, from) }),
        task: own.brought_back(names::task(stack, &job), None),
        job,
    })
}
