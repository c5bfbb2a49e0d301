//! Which agents a plan uses, and how each stands.

use super::*;
use crate::job_spec::Work;
use crate::job_spec::tests::{plan, spec};
use crate::plan::Schedule;

/// Half past five in the evening in Tokyo.
pub(crate) fn evening() -> Timestamp {
    "2026-11-20T08:30:00Z".parse().unwrap()
}

/// A plan with jobs of these names, each through the agent beside it.
pub(crate) fn plan_through(jobs: &[(&str, Option<&str>)]) -> DeployedPlan {
    let job = |(name, agent): &(&str, Option<&str>)| {
        let mut job = spec(name, "nightly", 1);
        let Work::DataSync(transfer) = &mut job.work else { panic!("no transfer") };
        transfer.agent = agent.map(str::to_owned);
        job
    };
    let nightly = Schedule { cron: "0 6 * * ? *".into(), timezone: "Asia/Tokyo".into() };
    let schedules = BTreeMap::from([("nightly".parse().unwrap(), nightly)]);
    DeployedPlan { schedules, jobs: jobs.iter().map(job).collect(), ..plan() }
}

fn state(name: &str, status: &str) -> AgentState {
    AgentState { name: name.into(), status: status.into() }
}

fn names(jobs: &[AgentJob]) -> Vec<&str> {
    jobs.iter().map(|job| job.name.as_str()).collect()
}

#[test]
fn an_agents_jobs_are_those_of_the_applied_plan_each_with_its_next_night() {
    let plan =
        plan_through(&[("scans", Some("osaka")), ("mail", Some("tokyo")), ("home", None), ("docs", Some("tokyo"))]);
    let jobs = jobs_through(&plan, "tokyo", evening());
    assert_eq!(names(&jobs), ["docs", "mail"]);
    assert!(jobs.iter().all(|job| job.next_run == Some("2026-11-20T21:00:00Z".parse().unwrap())), "{jobs:?}");
    assert_eq!(jobs_through(&plan, "kyoto", evening()), []);
}

#[test]
fn a_job_whose_schedule_is_gone_is_at_risk_all_the_same() {
    let mut plan = plan_through(&[("mail", Some("tokyo"))]);
    plan.schedules.clear();
    let job = AgentJob { name: "mail".parse().unwrap(), next_run: None };
    assert_eq!(jobs_through(&plan, "tokyo", evening()), [job]);
}

#[test]
fn an_agent_is_online_only_if_datasync_says_so() {
    let plan = plan_through(&[("mail", Some("tokyo"))]);
    let stands = |listed: &[AgentState]| stand(&plan, &Ok(listed.to_vec()), evening()).remove(0).standing;
    assert_eq!(stands(&[state("osaka", "OFFLINE"), state("tokyo", "ONLINE")]), Standing::Online);
    assert_eq!(stands(&[state("tokyo", "OFFLINE")]), Standing::NotOnline { status: "OFFLINE".into() });
    assert_eq!(stands(&[state("tokyo", "RESTING")]), Standing::NotOnline { status: "RESTING".into() });
    assert_eq!(stands(&[state("tokyo", "")]), Standing::NotOnline { status: String::new() });
    assert_eq!(stands(&[state("osaka", "ONLINE")]), Standing::Missing);
    assert!(matches!(stands(&[state("tokyo", "ONLINE"), state("tokyo", "OFFLINE")]), Standing::Unknown { .. }));
    assert_eq!(stands(&[state("tokyo", "ONLINE"), state("tokyo", "ONLINE")]), Standing::Online);
}

#[test]
fn where_datasync_does_not_answer_no_agent_is_taken_for_online() {
    let plan = plan_through(&[("mail", Some("tokyo")), ("home", None)]);
    let told = stand(&plan, &Err("DataSync refused ListAgents".into()), evening());
    assert_eq!(told.len(), 1, "a job without an agent has none to be unknown");
    assert_eq!(told[0].standing, Standing::Unknown { why: "DataSync refused ListAgents".into() });
    assert_eq!(jobs_at_risk(&told), None, "no zero without proof");
}

#[test]
fn jobs_at_risk_are_counted_over_all_agents() {
    let plan = plan_through(&[("mail", Some("tokyo")), ("docs", Some("tokyo")), ("scans", Some("osaka"))]);
    let count = |listed: &[AgentState]| jobs_at_risk(&stand(&plan, &Ok(listed.to_vec()), evening()));
    let osaka = || state("osaka", "ONLINE");
    assert_eq!(count(&[osaka(), state("tokyo", "ONLINE")]), Some(0));
    assert_eq!(count(&[osaka(), state("tokyo", "OFFLINE")]), Some(2));
    assert_eq!(count(&[]), Some(3));
    let tokyo_twice = [state("tokyo", "ONLINE"), state("tokyo", "OFFLINE")];
    assert_eq!(count(&tokyo_twice), Some(1), "what is known to be at risk is told, whatever else is not known");
}
