//! The command line of `restore` and `drill`.

use clap::{ArgGroup, Args};
use jiff::Timestamp;
use nightferry_domain::back::{Roles, To, Wish};
use nightferry_domain::copy_drill::OBJECTS_USUAL;
use nightferry_domain::plan::{FolderPath, InstanceId, JobName, RoleArn, SecurityGroupId, SubnetId};
use nightferry_workflow::open_restore::{Overrides, Wanted};

/// What to bring back: a machine, or a copy.
#[derive(Debug, Clone, Args)]
#[command(group(ArgGroup::new("what").required(true).args(["instance", "to"])))]
pub(crate) struct RestoreArgs {
    /// The plan's job that backs it up.
    pub(crate) job: JobName,
    /// The machine, of a `backup` job; a new one is made beside it.
    #[arg(long, value_name = "i-...")]
    pub(crate) instance: Option<InstanceId>,
    #[command(flatten)]
    pub(crate) copy: CopyArgs,
    /// The machine as it was at this time: the youngest point that is not younger. For example 2026-11-20T21:00:00Z.
    #[arg(long, value_name = "TIME", conflicts_with = "recovery_point")]
    pub(crate) at: Option<Timestamp>,
    /// This very recovery point.
    #[arg(long, value_name = "ARN")]
    pub(crate) recovery_point: Option<String>,
    /// Without the original's instance profile: nothing is passed on.
    #[arg(long)]
    pub(crate) no_profile: bool,
    /// Without the original's tags: no plan backs the new machine up then.
    #[arg(long)]
    pub(crate) no_tags: bool,
    /// With a metadata service that does not demand tokens (`IMDSv1`).
    #[arg(long)]
    pub(crate) allow_imdsv1: bool,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(flatten)]
    pub(crate) manner: MannerArgs,
}

/// What of a copy to bring back, and where to.
#[derive(Debug, Clone, Args)]
pub(crate) struct CopyArgs {
    /// Where the copy comes back to: a folder of the file system that it came from, which has to be there; or, of a copy
    /// between buckets, `s3://BUCKET/PREFIX`.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["at", "recovery_point", "no_profile", "no_tags", "allow_imdsv1",
        "subnet", "instance_type", "security_groups"])]
    pub(crate) to: Option<To>,
    /// Only what this names, from the top of the copy: /folder, /folder/file or /begins-so*. May be given several times.
    #[arg(long, value_name = "PATTERN", conflicts_with = "instance")]
    pub(crate) only: Vec<String>,
    /// Write over what this job backs up, live: its very folder, or one above it, is where the copy comes back to.
    #[arg(long, value_name = "JOB", conflicts_with = "instance")]
    pub(crate) overwrite_source: Vec<JobName>,
    /// The role by which DataSync writes the bucket that the copy comes back to. Without it, what it has to be is said.
    #[arg(long, value_name = "ROLE", conflicts_with = "instance")]
    pub(crate) write_role: Option<RoleArn>,
    /// The role by which DataSync reads a replica. Without it, what it has to be is said.
    #[arg(long, value_name = "ROLE", conflicts_with = "instance")]
    pub(crate) read_role: Option<RoleArn>,
}

impl CopyArgs {
    /// What is wished, where it is a copy.
    pub(crate) fn wish(&self) -> Option<Wish> {
        let (only, over_source) = (self.only.clone(), self.overwrite_source.clone());
        let roles = Roles { write: self.write_role.clone(), read: self.read_role.clone() };
        self.to.clone().map(|to| Wish { to, only, over_source, roles, is_drill: false })
    }
}

/// What to rehearse.
#[derive(Debug, Clone, Args)]
pub(crate) struct DrillArgs {
    /// The plan's job that backs it up.
    pub(crate) job: JobName,
    /// The machine; any of the job's if none is named.
    #[arg(long, value_name = "i-...")]
    pub(crate) instance: Option<InstanceId>,
    /// Any recovery point that can be restored, instead of the latest.
    #[arg(long)]
    pub(crate) random: bool,
    #[command(flatten)]
    pub(crate) scratch: ScratchArgs,
    #[command(flatten)]
    pub(crate) objects: ObjectsArgs,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(flatten)]
    pub(crate) manner: MannerArgs,
}

/// Where a copy of files is brought back for practice.
#[derive(Debug, Clone, Args)]
pub(crate) struct ScratchArgs {
    /// An empty folder of the file system that a `datasync` job copies from: the copy is brought back into it, and stays.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["instance", "random", "recovery_profile", "subnet", "instance_type",
        "security_groups"])]
    pub(crate) to: Option<FolderPath>,
    /// Only what this names, from the top of the copy. May be given several times.
    #[arg(long, value_name = "PATTERN", requires = "to")]
    pub(crate) only: Vec<String>,
}

impl ScratchArgs {
    /// What is wished, where a copy of files is rehearsed.
    pub(crate) fn wish(&self) -> Option<Wish> {
        let (only, over_source, roles) = (self.only.clone(), vec![], Roles::default());
        self.to.clone().map(|to| Wish { to: To::Folder(to), only, over_source, roles, is_drill: true })
    }
}

/// What to read of a copy between buckets, and as whom.
#[derive(Debug, Clone, Args)]
pub(crate) struct ObjectsArgs {
    /// How many objects to draw, of a `replicate` job or a `datasync` job between buckets.
    #[arg(long, value_name = "N", default_value_t = OBJECTS_USUAL, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub(crate) objects: u16,
    /// Read the copy as the role that would recover from it: an AWS profile that assumes it.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["instance", "random"])]
    pub(crate) recovery_profile: Option<String>,
    /// The Region of the copy, where it is not the stack's.
    #[arg(long, value_name = "REGION", requires = "recovery_profile")]
    pub(crate) recovery_region: Option<String>,
}

/// Where the new machine stands.
#[derive(Debug, Clone, Args)]
pub(crate) struct PlaceArgs {
    /// Another subnet than the plan's or the original's.
    #[arg(long, value_name = "subnet-...")]
    pub(crate) subnet: Option<SubnetId>,
    /// Another type than the original's.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) instance_type: Option<String>,
    /// Other security groups; may be given several times.
    #[arg(long = "security-group", value_name = "sg-...")]
    pub(crate) security_groups: Vec<SecurityGroupId>,
}

/// How far to go now.
#[derive(Debug, Clone, Args)]
pub(crate) struct MannerArgs {
    /// Show what would be asked for, and what stands in the way; change nothing.
    #[arg(long, conflicts_with = "wait")]
    pub(crate) dry_run: bool,
    /// Wait for its end, with progress.
    #[arg(long, short)]
    pub(crate) wait: bool,
}

impl RestoreArgs {
    /// Which point is meant.
    pub(crate) fn wanted(&self) -> Wanted {
        match (self.at, &self.recovery_point) {
            (Some(at), _) => Wanted::At(at),
            (None, Some(arn)) => Wanted::Given(arn.clone()),
            (None, None) => Wanted::Usual,
        }
    }

    /// What is to differ from the original.
    pub(crate) fn overrides(&self) -> Overrides {
        let (no_profile, no_tags, allows_imdsv1) = (self.no_profile, self.no_tags, self.allow_imdsv1);
        Overrides { no_profile, no_tags, allows_imdsv1, ..self.place.overrides() }
    }
}

impl PlaceArgs {
    /// What is to differ from the original.
    pub(crate) fn overrides(&self) -> Overrides {
        Overrides {
            subnet: self.subnet.as_ref().map(ToString::to_string),
            instance_type: self.instance_type.clone(),
            security_groups: self.security_groups.iter().map(ToString::to_string).collect(),
            ..Overrides::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Cli, Command};

    const ID: &str = "i-0123456789abcdef0";

    fn parse(words: &[&str]) -> Result<Command, clap::Error> {
        Cli::try_parse_from([&["nightferry"], words].concat()).map(|cli| cli.command)
    }

    fn restore(words: &[&str]) -> RestoreArgs {
        let given = [&["restore", "servers", "--instance", ID], words].concat();
        let Ok(Command::Restore(args)) = parse(&given) else { panic!("{words:?}") };
        args
    }

    #[test]
    fn the_latest_point_is_meant_unless_a_time_or_a_point_is_named() {
        assert_eq!(restore(&[]).wanted(), Wanted::Usual);
        let at = restore(&["--at", "2026-11-20T21:00:00Z"]).wanted();
        assert_eq!(at, Wanted::At("2026-11-20T21:00:00Z".parse().unwrap()));
        assert_eq!(restore(&["--recovery-point", "arn:x"]).wanted(), Wanted::Given("arn:x".into()));
    }

    #[test]
    fn every_override_reaches_the_request() {
        let words = ["--subnet", "subnet-0a1b2c3d", "--type", "t3.small", "--security-group", "sg-0a1b2c3d"];
        let rest = ["--security-group", "sg-0a1b2c3e", "--no-profile", "--no-tags", "--allow-imdsv1"];
        let asked = restore(&[&words[..], &rest[..]].concat()).overrides();
        let wanted = Overrides {
            subnet: Some("subnet-0a1b2c3d".into()),
            instance_type: Some("t3.small".into()),
            security_groups: vec!["sg-0a1b2c3d".into(), "sg-0a1b2c3e".into()],
            no_profile: true,
            allows_imdsv1: true,
            no_tags: true,
        };
        assert_eq!(asked, wanted);
        assert_eq!(restore(&[]).overrides(), Overrides::default());
    }

    #[test]
    fn a_copy_comes_back_to_the_named_folder_whole_or_in_part() {
        let words =
            ["restore", "homes", "--to", "/restored/", "--only", "/a", "--only", "/b*", "--overwrite-source", "mail"];
        let Ok(Command::Restore(args)) = parse(&words) else { panic!("{words:?}") };
        let wanted = Wish {
            to: "/restored".parse().unwrap(),
            only: vec!["/a".into(), "/b*".into()],
            over_source: vec!["mail".parse().unwrap()],
            roles: Roles::default(),
            is_drill: false,
        };
        assert_eq!(args.copy.wish(), Some(wanted));
        assert_eq!(restore(&[]).copy.wish(), None);
    }

    #[test]
    fn a_copy_between_buckets_comes_back_to_a_bucket_by_roles_that_are_named() {
        let (write, read) = ("arn:aws:iam::123456789012:role/back", "arn:aws:iam::123456789012:role/look");
        let to = ["restore", "assets", "--to", "s3://assets/restored", "--write-role", write, "--read-role", read];
        let Ok(Command::Restore(args)) = parse(&to) else { panic!("{to:?}") };
        let wish = args.copy.wish().unwrap();
        assert_eq!(wish.to.to_string(), "s3://assets/restored/");
        let roles = Roles { write: Some(write.parse().unwrap()), read: Some(read.parse().unwrap()) };
        assert_eq!(wish.roles, roles);
    }

    #[test]
    fn a_copy_of_files_is_rehearsed_in_a_scratch_folder() {
        let words = ["drill", "homes", "--to", "/scratch", "--only", "/a"];
        let Ok(Command::Drill(args)) = parse(&words) else { panic!("{words:?}") };
        let wish = args.scratch.wish().unwrap();
        assert_eq!((wish.to.to_string().as_str(), wish.only.len(), wish.is_drill), ("/scratch", 1, true));
        let Ok(Command::Drill(args)) = parse(&["drill", "homes"]) else { panic!("a drill") };
        assert_eq!(args.scratch.wish(), None);
    }

    #[test]
    fn what_contradicts_itself_or_names_no_machine_is_refused() {
        for words in [
            &["restore", "servers"][..],
            &["restore", "servers", "--instance", "web-1"],
            &["restore", "servers", "--instance", ID, "--dry-run", "--wait"],
            &["restore", "servers", "--instance", ID, "--at", "2026-11-20T21:00:00Z", "--recovery-point", "arn:x"],
            &["restore", "servers", "--instance", ID, "--subnet", "x"],
            &["restore", "homes"],
            &["restore", "homes", "--to", "restored"],
            &["restore", "homes", "--to", "s3://"],
            &["restore", "homes", "--to", "s3://assets//a"],
            &["restore", "servers", "--instance", ID, "--write-role", "arn:aws:iam::123456789012:role/back"],
            &["restore", "homes", "--to", "s3://assets/a", "--write-role", "back"],
            &["restore", "homes", "--to", "/restored", "--instance", ID],
            &["restore", "homes", "--to", "/restored", "--type", "t3.small"],
            &["restore", "servers", "--instance", ID, "--only", "/a"],
            &["drill"],
            &["drill", "servers", "--no-profile"],
            &["drill", "homes", "--only", "/a"],
            &["drill", "homes", "--to", "s3://assets/a"],
            &["drill", "homes", "--to", "/scratch", "--overwrite-source", "homes"],
            &["drill", "homes", "--to", "/scratch", "--random"],
            &["drill", "assets", "--objects", "0"],
            &["drill", "assets", "--objects", "1001"],
            &["drill", "assets", "--recovery-region", "eu-west-1"],
            &["drill", "servers", "--instance", ID, "--recovery-profile", "recovery"],
        ] {
            assert!(parse(words).is_err(), "{words:?}");
        }
        assert!(matches!(parse(&["drill", "servers", "--random", "-w"]), Ok(Command::Drill(args)) if args.random));
    }
}
