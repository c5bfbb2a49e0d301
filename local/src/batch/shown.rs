//! A job as the API shows it.

use jiff::Timestamp;

use super::asked::REPLICATE;
use super::faults::Faults;
use super::job::{Job, Why};
use super::xml::{around, element, optional, time};

/// What the service writes beside a suspended job. The text is not published.
pub(super) const AWAITING: &str = "AWAITING_CONFIRMATION";

/// `JobDescriptor`.
pub(super) fn described(job: &Job, faults: &Faults, now: Timestamp) -> String {
    let echoed = &job.wanted.echoed;
    let suspended = job.suspended.map(time);
    [
        element("JobId", &job.id),
        element("ConfirmationRequired", if job.wanted.needs_confirmation { "true" } else { "false" }),
        optional("Description", job.wanted.description.as_deref()),
        element("JobArn", &job.arn()),
        element("Status", status(job, faults)),
        echoed.manifest.clone(),
        echoed.operation.clone(),
        element("Priority", &job.priority.to_string()),
        progress(job, faults, now),
        optional("StatusUpdateReason", job.reason.as_deref()),
        failures(&job.failures),
        echoed.report.clone(),
        element("CreationTime", &time(job.created)),
        optional("TerminationDate", job.ended.map(time).as_deref()),
        element("RoleArn", &job.wanted.role),
        optional("SuspendedDate", suspended.as_deref()),
        optional("SuspendedCause", suspended.as_ref().map(|_| AWAITING)),
        echoed.generator.clone(),
        job.generated.as_ref().map(|(arn, etag)| generated(arn, etag)).unwrap_or_default(),
    ]
    .concat()
}

/// `JobListDescriptor`.
pub(super) fn listed(job: &Job, faults: &Faults, now: Timestamp) -> String {
    [
        element("JobId", &job.id),
        optional("Description", job.wanted.description.as_deref()),
        element("Operation", REPLICATE),
        element("Priority", &job.priority.to_string()),
        element("Status", status(job, faults)),
        element("CreationTime", &time(job.created)),
        optional("TerminationDate", job.ended.map(time).as_deref()),
        progress(job, faults, now),
    ]
    .concat()
}

fn status<'a>(job: &Job, faults: &'a Faults) -> &'a str {
    faults.status_text.as_deref().unwrap_or(job.status.word())
}

fn progress(job: &Job, faults: &Faults, now: Timestamp) -> String {
    let number = |name: &str, number: u64| element(name, &number.to_string());
    let timers = element("ElapsedTimeInActiveSeconds", &job.active_secs(now).to_string());
    let inner = [
        number("TotalNumberOfTasks", job.tasks.total),
        number("NumberOfTasksSucceeded", job.tasks.succeeded.saturating_sub(faults.uncounted_tasks)),
        number("NumberOfTasksFailed", job.tasks.failed),
        around("Timers", &timers),
    ];
    around("ProgressSummary", &inner.concat())
}

fn failures(failures: &[Why]) -> String {
    let member = |why: &Why| [element("FailureCode", why.code), element("FailureReason", &why.reason)].concat();
    let members = failures.iter().map(|why| around("member", &member(why))).collect::<String>();
    around("FailureReasons", &members)
}

fn generated(arn: &str, etag: &str) -> String {
    let location = [element("ObjectArn", arn), element("ETag", etag)].concat();
    let inner = element("Format", "S3InventoryReport_CSV_20211130") + &around("Location", &location);
    around("GeneratedManifestDescriptor", &inner)
}
