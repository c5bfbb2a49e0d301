//! The command line.

mod agent;
mod local;
mod restore;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use nightferry_domain::ids::RunId;
use nightferry_domain::plan::{AccountId, JobName};

pub(crate) use self::agent::AgentCommand;
pub(crate) use self::local::{DemoArgs, DemoFault, LocalCommand};
pub(crate) use self::restore::{DrillArgs, MannerArgs, RestoreArgs};
use crate::output::Format;

const EXIT_CODES: &str = "Exit codes: 0 ok, 1 failed, 2 usage or configuration, 3 partial, 4 verification mismatch, \
    5 temporary, 6 preflight or permission, 10 not found, 11 already running, 12 missed or late, 130 interrupted.";

/// Nightly backups on AWS that tell the truth in the morning.
#[derive(Debug, Parser)]
#[command(name = "nightferry", version, after_help = EXIT_CODES, propagate_version = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What holds for every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct Globals {
    /// The plan file.
    #[arg(long, short = 'f', global = true, default_value = "nightferry.yaml", value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// How to answer.
    #[arg(long, global = true, value_enum, default_value_t = Format::Human, value_name = "FORMAT")]
    pub(crate) output: Format,
    /// AWS profile.
    #[arg(long, global = true, env = "AWS_PROFILE", value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// AWS Region.
    #[arg(long, global = true, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// The CloudFormation stack.
    #[arg(long, global = true, env = "NIGHTFERRY_STACK", default_value = "nightferry", value_name = "NAME")]
    pub(crate) stack: String,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a commented nightferry.yaml.
    Init {
        /// Replace a file that is there.
        #[arg(long)]
        force: bool,
    },
    /// Check the plan file, offline, and show the next nights.
    Validate {
        /// How many fire times of each schedule to show.
        #[arg(long, default_value_t = 5, value_name = "N")]
        next: usize,
    },
    /// Print the plan file's JSON Schema, for editors.
    Schema,
    /// Show what `apply` would change.
    Plan {
        #[command(flatten)]
        side: SideArgs,
    },
    /// Make AWS as the plan says.
    Apply {
        /// Print the documents of both accounts' halves, and change nothing.
        #[arg(long, value_enum, num_args = 0..=1, default_missing_value = "json", value_name = "FORM")]
        print: Option<PrintForm>,
        /// Don't ask.
        #[arg(long, short)]
        yes: bool,
        /// Lock this vault in compliance mode, which nobody can ever take back. `--yes` does not say so.
        #[arg(long, value_name = "VAULT")]
        accept_vault_lock: Vec<String>,
        #[command(flatten)]
        side: SideArgs,
    },
    /// Remove what `apply` made, and nothing else. Backed-up data stays.
    Destroy {
        /// Don't ask.
        #[arg(long, short)]
        yes: bool,
        #[command(flatten)]
        side: SideArgs,
    },
    /// Preflight: prove that tonight can work.
    Check {
        /// Only this job.
        job: Option<JobName>,
        /// Judge the other account's side too, with this AWS profile of it.
        #[arg(long, value_name = "NAME")]
        other_profile: Option<String>,
        /// The Region of the other account's buckets, where it is not the stack's.
        #[arg(long, value_name = "REGION")]
        other_region: Option<String>,
    },
    /// DataSync agents: activate one, see whether it can work.
    Agent {
        #[command(subcommand)]
        command: AgentCommand,
    },
    /// Start a run now.
    Run {
        /// The jobs; all of the plan if none is named.
        jobs: Vec<JobName>,
        /// Wait for its end, with progress.
        #[arg(long, short)]
        wait: bool,
        /// Start even though a job of it is in an open run; its task is waited for.
        #[arg(long)]
        even_if_running: bool,
    },
    /// What is going on, what was last, and what was missed.
    Status,
    /// Which tagged machines have a good recovery point within the promise, which have not, and what costs money.
    Coverage {
        /// A job of the applied plan; all that back machines up if none is named.
        job: Option<JobName>,
    },
    /// The runs, latest first.
    List {
        /// At most so many.
        #[arg(long, default_value_t = 20, value_name = "N")]
        limit: usize,
    },
    /// One run and its jobs.
    Show {
        /// The run; the latest if none is named.
        run: Option<RunId>,
    },
    /// Why a job ended as it did, or did not run.
    Why {
        /// The job.
        job: JobName,
        /// The night: a date such as 2026-11-20, in UTC; the latest if none is named.
        #[arg(long, value_name = "DATE")]
        night: Option<jiff::civil::Date>,
    },
    /// End a run, or one job of it, now.
    Cancel {
        /// The run.
        run: RunId,
        /// Only this job.
        job: Option<JobName>,
        /// For the report.
        #[arg(long, default_value = "asked for on the command line")]
        reason: String,
    },
    /// Let a listed batch job through, or cancel it.
    Confirm {
        /// The run.
        run: RunId,
        /// Its job.
        job: JobName,
        /// Cancel it instead.
        #[arg(long)]
        cancel: bool,
        /// For the report.
        #[arg(long, default_value = "decided on the command line")]
        reason: String,
    },
    /// Run the jobs of an earlier run again.
    Rerun {
        /// The earlier run.
        run: RunId,
        /// Only jobs that are not safe.
        #[arg(long)]
        failed_only: bool,
        /// Wait for its end, with progress.
        #[arg(long, short)]
        wait: bool,
    },
    /// Make a machine again from its recovery point, beside the original.
    Restore(RestoreArgs),
    /// Rehearse a restore: make a machine apart, check it, say the verdict, remove it again; or read objects of a copied
    /// bucket and hold them against the source's. Exit code 4 when the drill failed, 3 when its check broke.
    Drill(DrillArgs),
    /// The morning report.
    Report {
        /// The run; the latest that has one if none is named.
        run: Option<RunId>,
        /// In which form.
        #[arg(long, value_enum, default_value_t = ReportFormat::Md)]
        format: ReportFormat,
        /// Open the HTML page in the browser.
        #[arg(long)]
        open: bool,
    },
    /// What a run cost, or what a month of the plan file will.
    Cost(CostArgs),
    /// What a service's message or code means, who has to act and how; offline.
    Explain {
        /// The message, the code, or the id of a cause; `-` reads standard input.
        #[arg(required = true, value_name = "WORDS")]
        words: Vec<String>,
    },
    /// What IAM policies say of a request, and why; offline.
    Policy {
        #[command(subcommand)]
        command: PolicyCommand,
    },
    /// A whole night on this machine: no AWS account, no Docker, real bytes.
    Demo(DemoArgs),
    /// The local AWS by itself.
    Local {
        #[command(subcommand)]
        command: LocalCommand,
    },
    /// Completion for a shell.
    Completion {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// The program's version.
    Version,
}

/// Whose half of a plan between two accounts.
#[derive(Debug, Clone, Args)]
pub(crate) struct SideArgs {
    /// `other`: the other account's buckets, with that account's --profile.
    #[arg(long, value_enum, default_value_t = Side::Ours, value_name = "SIDE")]
    pub(crate) side: Side,
    /// The account that Nightferry runs in, where its own credentials are not at hand (--side other).
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) own_account: Option<AccountId>,
    /// Who makes the DataSync locations: the ARN that `aws sts get-caller-identity` gives for whoever runs `apply`.
    #[arg(long, value_name = "ARN")]
    pub(crate) creator: Option<String>,
    /// The Region of the other account's buckets, where it is not the stack's.
    #[arg(long, value_name = "REGION")]
    pub(crate) other_region: Option<String>,
}

/// A half of a plan between two accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Side {
    /// The account that Nightferry runs in.
    Ours,
    /// The account that owns the other end.
    Other,
}

/// Forms of the documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PrintForm {
    /// As the services are told them.
    Json,
    /// A CloudFormation template (JSON).
    Cloudformation,
    /// A Terraform configuration (`.tf.json`).
    Terraform,
}

/// What the cost is asked of.
#[derive(Debug, Clone, Args)]
pub(crate) struct CostArgs {
    /// The run; the plan file if none is named, offline.
    pub(crate) run: Option<RunId>,
    /// Hours that each job is assumed to take.
    #[arg(long, default_value_t = 1, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..=720))]
    pub(crate) hours: u32,
    /// GB (10^9 bytes) that each job is assumed to copy in a night.
    #[arg(long, default_value_t = 10, value_name = "GB")]
    pub(crate) gb: u32,
}

/// Questions to IAM's rules.
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Judge one request: allowed or not, by which statement, and what has to change on which side. Exit code 6 when it
    /// is not allowed.
    Explain {
        /// The request with its policies, as docs/policies.md describes it; `-` reads standard input.
        #[arg(long, value_name = "FILE")]
        request: PathBuf,
    },
}

/// Forms of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// One self-contained page.
    Html,
    /// The canonical document.
    Json,
    /// Markdown.
    Md,
    /// For CI systems.
    Junit,
}

impl ReportFormat {
    /// The ending of the stored document.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Json => "json",
            Self::Md => "md",
            Self::Junit => "xml",
        }
    }
}

#[cfg(test)]
mod tests;
