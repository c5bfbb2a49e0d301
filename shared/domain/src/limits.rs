//! Every limit has a name; beyond it stands a reported failure, never a silent cut.

/// Seconds in which a claimed attempt belongs to the invocation that claimed it.
///
/// The rule, found by simulation: a lease must outlast the invocation that holds it, the longest time that the service
/// may take to make an accepted start visible, and the longest time that its lists may be stale.
pub const LEASE_SECS: i64 = 900;
/// Timeout of the functions that start executions, in seconds. `template.yaml` says the same, a test compares them.
pub const START_FUNCTION_TIMEOUT_SECS: i64 = 30;
/// Longest time between an accepted start and its first appearance in a Describe or List answer, in seconds (assumed).
pub const SERVICE_DELAY_MAX_SECS: i64 = 420;
/// Longest staleness of a list answer, in seconds (assumed).
pub const LIST_STALENESS_MAX_SECS: i64 = 420;
const _: () = assert!(LEASE_SECS >= START_FUNCTION_TIMEOUT_SECS + SERVICE_DELAY_MAX_SECS + LIST_STALENESS_MAX_SECS);

/// Seconds in which the message about an agent belongs to the invocation that claimed it: longer than that may live, and
/// over before Lambda tries a failed one again, which it does after a minute.
pub const AGENT_TELLING_LEASE_SECS: i64 = 45;
const _: () = assert!(AGENT_TELLING_LEASE_SECS > START_FUNCTION_TIMEOUT_SECS && AGENT_TELLING_LEASE_SECS < 60);

/// Timeout of `open-run`, in seconds: it writes down every job of a run, and ten thousand take it half of that.
pub const OPEN_FUNCTION_TIMEOUT_SECS: i64 = 120;
/// Timeout of `sweep-runs`, in seconds: it asks about a thousand executions one by one, and ends before the next is due.
pub const SWEEP_FUNCTION_TIMEOUT_SECS: i64 = 240;

/// Most attempts that a plan may ask for.
pub const ATTEMPTS_MAX: u32 = 10;
/// Longest wait between two attempts, in seconds.
pub const BACK_OFF_CAP_SECS: i64 = 3_600;
/// First wait for a service that refuses to start anything for now, in seconds; it doubles with each refusal.
pub const BUSY_BASE_SECS: i64 = 5;
/// Longest of these waits, in seconds.
pub const BUSY_CAP_SECS: i64 = 900;
/// How long a cancelled execution may take to reach its end before the job is settled without it, in seconds.
pub const CANCEL_GRACE_SECS: i64 = 600;
/// How long past a job's end a service may go on giving no answer, before the job is settled unproved, in seconds.
pub const UNSEEN_GRACE_SECS: i64 = 3_600;
/// How long a finished execution may take to deliver its task report, in seconds.
pub const TASK_REPORT_GRACE_SECS: i64 = 300;
/// How long copied objects may take to arrive at their destination after their batch job, in seconds.
pub const REPLICAS_GRACE_SECS: i64 = 900;
/// Seconds between two looks at copied objects that are still on their way.
pub const REPLICAS_LOOK_SECS: i64 = 180;
/// Objects whose listed sizes are summed up for the report alone, in about ten megabytes of list; a limit of the plan's
/// reads on.
pub const SUMMED_OBJECTS_MAX: u64 = 100_000;
/// How long a batch job that Nightferry did not create may wait for its confirmation before the report says so, in seconds.
pub const FOREIGN_WAIT_SECS: i64 = 86_400;
/// How long a recovery point and its image may take to show after the end of their backup job, in seconds.
pub const POINT_GRACE_SECS: i64 = 900;
/// How long AWS Backup's own rule may take to begin the copies of a recovery point before we begin them, in seconds.
pub const COPY_APPEARS_SECS: i64 = 900;
/// Seconds between two looks at copies that are under way: their events are best effort, too, and a copy takes long.
pub const COPIES_LOOK_SECS: i64 = 900;
/// How long after the end of its start window AWS Backup's own job may become visible before a run starts one, in seconds.
pub const EXPECTED_MARGIN_SECS: i64 = 600;
/// How long before the opening of its run AWS Backup's own schedule may have made a job: both fire within one minute, and a
/// call of the Scheduler that failed at first is repeated.
pub const EXPECTED_EARLY_SECS: i64 = 900;
/// How far AWS Backup's clock may be behind ours, in seconds.
pub const BACKUP_CLOCK_SKEW_SECS: i64 = 60;
/// Age up to which a backup job of the same machine may still be at work, in seconds.
pub const BACKUP_LONGEST_SECS: i64 = 172_800;
/// Seconds between two looks at something that gives no event.
pub const LOOK_AGAIN_SECS: i64 = 30;
/// Failed items named one by one in a record and a report; the rest is counted.
pub const FAILED_ITEMS_NAMED_MAX: usize = 20;
/// Jobs in one run.
pub const JOBS_PER_RUN_MAX: usize = 10_000;
/// Jobs of one run that are written down with one call of the run table.
pub const JOBS_WRITTEN_AT_ONCE: usize = 100;
/// Names of jobs in the request of a person, in bytes of its record: DynamoDB takes items of 400 KB.
pub const REQUEST_BYTES_MAX: usize = 300_000;
/// Executions begun in one second when a run begins. DataSync tells nobody how many calls it allows; five to ten a second
/// are known to be well.
pub const STARTS_PER_SEC: u32 = 5;
/// Open jobs of one run that the sweep looks at one by one; of more it reads the whole run, and looks at those under way.
pub const JOBS_SWEPT_SINGLY_MAX: usize = 10;
/// After so many seconds in which nobody has claimed an attempt that was due, its branch of the workflow has ended: a
/// branch that lives claims within the state machine's own retries, which take 29 minutes at most.
pub const SILENCE_MAX_SECS: i64 = 2_400;
/// How long a run may take to be opened completely before the sweep opens the rest, in seconds.
pub const OPENING_GRACE_SECS: i64 = 120;
const _: () = assert!(OPENING_GRACE_SECS >= OPEN_FUNCTION_TIMEOUT_SECS);
/// How long a restore of a copy may take to open its run, before the nights that wait for it go on, in seconds: DataSync is
/// waited for while it makes the way.
pub const HOLD_OPENS_SECS: i64 = 900;
/// How long a closed workflow may leave its run open before the sweep closes it, in seconds.
pub const CLOSING_GRACE_SECS: i64 = 120;
/// How long a restored machine may take to be listed and to pass EC2's status checks, in seconds.
pub const MACHINE_CHECKS_GRACE_SECS: i64 = 1_800;
/// How long a drill's restore may go on after its job was settled, before what it may still make is left to a person, in
/// seconds: AWS Backup can't be told to stop a restore.
pub const TIDY_GRACE_SECS: i64 = 86_400;
/// How long a drill of a copy between buckets may owe its verdict before the sweep says that nothing is proved, in seconds.
pub const COPY_DRILL_LONGEST_SECS: i64 = 86_400;
/// Seconds between two looks at a drill's machine that is being removed.
pub const TIDY_LOOK_SECS: i64 = 20;
