//! The names that the plan gives itself: schedules, jobs, agents, vaults, and where the morning message goes.

use super::InstanceId;
use super::text_type::text_type;

text_type!(
    /// A job's name, as every message, record and report calls it. In a run, a machine of a plan's job has that job's name,
    /// a dot and the machine's id: `servers.i-0123456789abcdef0`. A plan file may not name a job so.
    JobName, "a job name", "1 to 40 of a-z, 0-9 and -, beginning with a letter or digit",
    "^[a-z0-9][a-z0-9-]{0,39}$", read_job_name
);
text_type!(
    /// A schedule's name; EventBridge Scheduler's schedule carries it.
    ScheduleName, "a schedule name", "1 to 40 of a-z, 0-9 and -, beginning with a letter or digit",
    "^[a-z0-9][a-z0-9-]{0,39}$", read_name
);
text_type!(
    /// The plan's name of a DataSync agent.
    AgentName, "an agent name", "1 to 40 of a-z, 0-9 and -, beginning with a letter or digit",
    "^[a-z0-9][a-z0-9-]{0,39}$", read_name
);
text_type!(
    /// An AWS Backup vault's name.
    VaultName, "a vault name", "2 to 50 letters, digits, - and _",
    "^[a-zA-Z0-9_-]{2,50}$",
    |text| ((2..=50).contains(&text.len()) && text.bytes().all(is_vault_char)).then(|| text.to_owned())
);
text_type!(
    /// Where the morning message goes.
    EmailAddress, "an e-mail address", "one @ between a name and a domain, without spaces",
    "^[^@\\s]{1,64}@[^@\\s]{1,255}$", read_email
);
text_type!(
    /// A file server's host name or address.
    ServerName, "a server name", "a host name or an IP address: letters, digits, dots, - and :",
    "^[a-zA-Z0-9][a-zA-Z0-9.:-]{0,254}$", read_server
);

/// What follows the dot in [`JobName::of_drill`].
const DRILL: &str = "drill";

impl JobName {
    /// The name of a machine of this plan's job.
    #[must_use]
    pub fn of_machine(&self, machine: &InstanceId) -> Self {
        Self(format!("{}.{machine}", self.plan_job()))
    }

    /// The name under which `apply` makes what this plan's job is rehearsed with. No run and no plan has a job of it.
    #[must_use]
    pub fn of_drill(&self) -> Self {
        Self(format!("{}.{DRILL}", self.plan_job()))
    }

    /// Whether it is of [`JobName::of_drill`].
    #[must_use]
    pub fn is_of_drill(&self) -> bool {
        self.0.split_once('.').is_some_and(|(_, rest)| rest == DRILL)
    }

    /// The name of the plan's job.
    #[must_use]
    pub fn plan_job(&self) -> &str {
        self.0.split_once('.').map_or(&self.0, |(job, _)| job)
    }

    /// The machine's id, where this is one of a plan's job.
    #[must_use]
    pub fn machine(&self) -> Option<&str> {
        self.0.split_once('.').map(|(_, machine)| machine).filter(|rest| *rest != DRILL)
    }

    /// Whether someone who asks for this job means that one: the same, or a machine of it.
    #[must_use]
    pub fn means(&self, other: &Self) -> bool {
        self == other || (!self.as_str().contains('.') && self.plan_job() == other.plan_job())
    }
}

fn read_job_name(text: &str) -> Option<String> {
    match text.split_once('.') {
        None => read_name(text),
        Some((job, DRILL)) => read_name(job).map(|_| text.to_owned()),
        Some((job, machine)) => {
            let _ = (read_name(job)?, machine.parse::<InstanceId>().ok()?);
            Some(text.to_owned())
        }
    }
}

fn read_name(text: &str) -> Option<String> {
    let fits = (1..=40).contains(&text.len())
        && !text.starts_with('-')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    fits.then(|| text.to_owned())
}

const fn is_vault_char(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

fn read_email(text: &str) -> Option<String> {
    let (name, domain) = text.split_once('@')?;
    let fits = (1..=64).contains(&name.chars().count())
        && (1..=255).contains(&domain.chars().count())
        && !domain.contains('@')
        && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    fits.then(|| text.to_owned())
}

fn read_server(text: &str) -> Option<String> {
    let fits = (1..=255).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':'));
    fits.then(|| text.to_owned())
}
