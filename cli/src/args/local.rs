//! What runs on this machine: the demo and the local AWS.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// What the demo may be told.
#[derive(Debug, Clone, Args)]
pub(crate) struct DemoArgs {
    /// The content of the file system; made up if absent.
    #[arg(long, value_name = "DIR")]
    pub(crate) files: Option<PathBuf>,
    /// Leave the local AWS up; `nightferry local down` ends it.
    #[arg(long)]
    pub(crate) keep: bool,
    /// What is to go wrong.
    #[arg(long, value_enum, value_name = "NAME")]
    pub(crate) fault: Option<DemoFault>,
}

/// What can go wrong in a demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DemoFault {
    /// No state-change event arrives: the sweep carries the night.
    LoseEvents,
    /// Every event and the schedule itself arrive twice.
    DoubleEvents,
    /// start-job is killed after its start took effect, before it heard of it.
    KillStartJob,
    /// DataSync throttles the first calls.
    Throttle,
    /// One file can't be read.
    UnreadableFile,
    /// The destination bucket denies the writing role.
    DenyBucket,
}

/// The local AWS by itself.
#[derive(Debug, Subcommand)]
pub(crate) enum LocalCommand {
    /// Start it, with the stack deployed.
    Up {
        /// The front door's port; any free one if 0.
        #[arg(long, default_value_t = 0)]
        port: u16,
        /// Only the services, without the stack.
        #[arg(long)]
        bare: bool,
    },
    /// End it.
    Down,
    /// Whether it runs.
    Status,
    /// `export` lines that point other clients at it.
    Env,
    /// Run it in this process.
    #[command(hide = true)]
    Serve {
        /// The front door's port; any free one if 0.
        #[arg(long, default_value_t = 0)]
        port: u16,
        /// End when standard input ends.
        #[arg(long)]
        lifeline: bool,
        /// Folder for logs and state, so that several can run side by side.
        #[arg(long)]
        dir: Option<PathBuf>,
        /// Keep on disk what a restart of MiniStack has to find again.
        #[arg(long)]
        durable: bool,
    },
}
