//! What hangs on an agent: the plan's jobs that go through it.

use super::activation::AgentSeen;
use super::network::ADDRESSES_A_TASK;
use crate::destination::FilesEnd;
use crate::plan::{AgentName, DataSync, Endpoint, JobName, Plan, Protection};
use crate::preflight::Obstacle;
use crate::stack::Stack;

/// What to do about an agent that is made and does not work.
pub(crate) const OFFLINE_FIX: &str =
    "Bring the agent's machine and its way to the VPC endpoint back; DataSync notices within minutes.";
/// What to do about an agent that is not there.
pub(crate) const MISSING_FIX: &str = "`nightferry agent activate` it, once everything else here is mended.";

/// The jobs that read or write through an agent, in the order of their names.
pub fn through<'a>(plan: &'a Plan, agent: &'a AgentName) -> impl Iterator<Item = &'a JobName> {
    plan.jobs
        .iter()
        .filter(|(_, job)| ends(&job.protection).any(|end| end.agent() == Some(agent)))
        .map(|(name, _)| name)
}

/// How many tasks have their interfaces in the agent's own subnet: those whose other end is a bucket. An EFS end has its
/// interfaces in the subnet that it names.
#[must_use]
pub fn tasks_in_its_subnet(plan: &Plan, agent: &AgentName) -> u32 {
    let is_with_bucket = |name: &&JobName| {
        plan.jobs.get(*name).is_some_and(|job| ends(&job.protection).any(|end| matches!(end, Endpoint::S3(_))))
    };
    u32::try_from(through(plan, agent).filter(is_with_bucket).count()).unwrap_or(u32::MAX)
}

/// The file systems that are written through the agent, each with the addresses that all tasks of its subnet take which
/// are still to be made.
#[must_use]
pub fn files_through(plan: &Plan, stack: &Stack, agent: &AgentName) -> Vec<(FilesEnd, u32)> {
    let of_job = |name: &JobName| match &plan.jobs.get(name)?.protection {
        Protection::DataSync(DataSync { to: Endpoint::Efs(to), .. }) => {
            Some(FilesEnd { folder: "/".to_owned(), ..FilesEnd::of(stack, to) })
        }
        Protection::DataSync(_) | Protection::Replicate(_) | Protection::Backup(_) => None,
    };
    let all: Vec<FilesEnd> = through(plan, agent).filter_map(of_job).collect();
    let mut each: Vec<FilesEnd> = vec![];
    for end in &all {
        if !each.contains(end) {
            each.push(end.clone());
        }
    }
    let tasks = |subnet: &str| u32::try_from(all.iter().filter(|end| end.subnet == subnet).count()).unwrap_or(u32::MAX);
    each.into_iter().map(|end| (end.clone(), tasks(&end.subnet).saturating_mul(ADDRESSES_A_TASK))).collect()
}

/// What an agent that does not work means: which jobs can't tonight.
#[must_use]
pub fn at_risk(plan: &Plan, agent: &AgentName, seen: Option<&AgentSeen>) -> Option<Obstacle> {
    let jobs: Vec<&str> = through(plan, agent).map(JobName::as_str).collect();
    unless_online(agent.as_str(), &jobs, seen)
}

/// As [`at_risk`], of an agent by whatever name and the jobs that go through it.
#[must_use]
pub fn unless_online(agent: &str, jobs: &[&str], seen: Option<&AgentSeen>) -> Option<Obstacle> {
    let jobs = if jobs.is_empty() {
        "no job of the plan needs it".to_owned()
    } else {
        format!("at risk tonight: {}", jobs.join(", "))
    };
    match seen {
        Some(seen) if seen.is_online() => None,
        Some(seen) => Some(Obstacle::new(
            "agent-offline",
            format!("The agent {agent} is {}; {jobs}", crate::printable::quoted(&seen.status)),
            OFFLINE_FIX.into(),
        )),
        None => Some(Obstacle::new(
            "agent-not-activated",
            format!("The agent {agent} is not activated; {jobs}"),
            MISSING_FIX.into(),
        )),
    }
}

fn ends(protection: &Protection) -> impl Iterator<Item = &Endpoint> {
    let both = match protection {
        Protection::DataSync(work) => Some([&work.from, &work.to]),
        Protection::Replicate(_) | Protection::Backup(_) => None,
    };
    both.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = "
version: 1
schedules: { nightly: { cron: \"0 6 * * ? *\", timezone: Asia/Tokyo } }
jobs:
  mail:
    schedule: nightly
    datasync: { from: { nfs: mail.example, path: /mail, agent: tokyo }, to: { s3: example-mail } }
  scans:
    schedule: nightly
    datasync:
      from: { nfs: scans.example, path: /scans, agent: tokyo }
      to: { efs: fs-0123456789abcdef0, subnet: subnet-0a1b2c3d, security_groups: [sg-0a1b2c3d] }
  logs:
    schedule: nightly
    datasync: { from: { s3: example-logs }, to: { s3: example-copies } }
agents:
  tokyo: { address: 10.0.0.5, vpc_endpoint: vpce-0123456789abcdef0, subnet: subnet-0a1b2c3d, security_group: sg-0a1b2c3d }
  osaka: { address: 10.0.0.6, vpc_endpoint: vpce-0123456789abcdef0, subnet: subnet-0a1b2c3d, security_group: sg-0a1b2c3d }
";

    fn plan() -> Plan {
        crate::plan::parse(PLAN).unwrap()
    }

    fn agent(name: &str) -> AgentName {
        name.parse().unwrap()
    }

    fn seen(status: &str) -> AgentSeen {
        AgentSeen { arn: "arn".into(), name: "nightferry-tokyo".into(), status: status.into(), link: None }
    }

    #[test]
    fn an_agents_jobs_are_those_with_an_end_on_its_premises() {
        let tokyo = agent("tokyo");
        let plan = plan();
        let jobs: Vec<&str> = through(&plan, &tokyo).map(JobName::as_str).collect();
        assert_eq!(jobs, ["mail", "scans"]);
        assert_eq!(tasks_in_its_subnet(&plan, &tokyo), 1);
        assert_eq!(tasks_in_its_subnet(&plan, &agent("osaka")), 0);
    }

    #[test]
    fn file_systems_of_an_agents_jobs_are_looked_at_once_with_room_for_all_tasks_of_their_subnet() {
        let stack = Stack::in_region("123456789012", "ap-northeast-1", "nightferry");
        let more = plan();
        let scans = more.jobs[&"scans".parse::<JobName>().unwrap()].clone();
        let mut more = more;
        let _ = more.jobs.insert("faxes".parse().unwrap(), scans);
        let ends = files_through(&more, &stack, &agent("tokyo"));
        let [(end, addresses)] = ends.as_slice() else { panic!("{ends:?}") };
        assert_eq!((end.id(), end.subnet.as_str(), *addresses), ("fs-0123456789abcdef0", "subnet-0a1b2c3d", 8));
        assert_eq!(files_through(&more, &stack, &agent("osaka")), []);
    }

    #[test]
    fn an_agent_that_does_not_work_names_the_jobs_at_risk() {
        let told = |name: &str, seen: Option<&AgentSeen>| at_risk(&plan(), &agent(name), seen);
        assert_eq!(told("tokyo", Some(&seen("ONLINE"))), None);
        let offline = told("tokyo", Some(&seen("OFFLINE"))).unwrap();
        assert_eq!(offline.id, "agent-offline");
        assert!(offline.what.ends_with("at risk tonight: mail, scans"), "{}", offline.what);
        assert_eq!(told("tokyo", None).unwrap().id, "agent-not-activated");
        assert!(told("osaka", None).unwrap().what.contains("no job of the plan"));
    }
}
