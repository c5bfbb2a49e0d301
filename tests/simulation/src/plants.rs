//! Bugs that somebody could make, each behind a switch: the simulator has to find every one of them.

macro_rules! plants {
    ($($plant:ident $word:literal $what:literal),+ $(,)?) => {
        /// A planted bug.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Plant { $(#[doc = $what] $plant),+ }

        impl Plant {
            /// Every planted bug.
            pub const ALL: &'static [Self] = &[$(Self::$plant),+];

            /// Its name on the command line.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$plant => $word),+ }
            }

            /// What is wrong.
            #[must_use]
            pub fn what(self) -> &'static str {
                match self { $(Self::$plant => $what),+ }
            }
        }
    };
}

plants! {
    StartsWithoutLooking "start-without-looking" "An attempt is started without looking for its tag first.",
    TrustsTheEvent "trust-the-event" "A state-change event's own word is taken for the outcome.",
    WritesUnconditionally "unconditional-write" "A job is saved whatever version is stored.",
    ShortLease "short-lease" "A claimed attempt may be claimed again after a minute.",
    NoSweep "no-sweep" "Nobody looks for what the events missed.",
    SettlesTwice "settle-twice" "A settled job is judged again.",
    CompleteIsSuccess "complete-is-success" "An execution that ended in SUCCESS has carried everything, whatever its counts say.",
    IgnoresTaskReport "ignore-task-report" "What the task report names is not read.",
    UnknownIsSuccess "unknown-is-success" "A state that nobody knows is an end.",
    AbsentIsZero "absent-is-zero" "A count that the service leaves away is zero.",
    RetriesPermissionErrors "retry-permission-errors" "A refused start is tried again.",
    EndlessAttempts "endless-attempts" "The limit of attempts is not kept.",
    ReportsEarly "report-early" "The report is written while jobs are open.",
    TagsTheFirstAttempt "tag-first-attempt" "Every execution is tagged with the first attempt.",
    RetriesBlindly "blind-retry" "A start whose reply was lost is sent again at once.",
    IgnoresTheDeadline "ignore-deadline" "A job has all the time in the world.",
    ForgetsToCancel "forget-to-cancel" "What must end is settled, but goes on running.",
    DropsOverlap "drop-overlap" "A schedule that fires while a night is on is dropped.",
    SweepsOnePage "sweep-one-page" "The sweep reads one page of the index.",
    NamesRunsByNow "name-runs-by-now" "A run is named after the time of delivery.",
    SkipsPreflight "skip-preflight" "What stands in a job's way is not seen.",
    ForgetsTheMessage "forget-the-message" "The morning message is not sent.",
    OverwritesTheReport "overwrite-report" "A report that is there is written anew.",
    ConfirmsWithoutLooking "confirm-without-looking" "A listed batch job is let through whatever it lists.",
    NewTokenEachTime "new-token-each-time" "A repeated creation carries a new token, and the list is not looked at.",
    BatchCompleteIsSuccess "batch-complete-is-success" "A batch job that is Complete has copied everything, whatever its counts say.",
    ForgetsToConfirm "forget-to-confirm" "A list that is ready without an event is never noticed.",
    BelievesTheCounts "believe-the-counts" "Neither the completion report nor the copied objects are looked at.",
    BelievesBackups "believe-backups" "A backup job that is COMPLETED left a good recovery point and image, whatever vault and EC2 say.",
    BelievesInCopies "believe-in-copies" "A copy that was begun is there.",
    MissesTheExpected "miss-the-expected" "What AWS Backup's own schedule made is never seen, and told as not started.",
    StopsAtTheFirstFailure "stop-at-first-failure" "One record that can't be looked at ends the sweep.",
}
