//! An agent goes and comes back: each change is told once, whatever becomes of its events.

use nightferry_domain::agent::standing::Standing;
use nightferry_domain::ids::AgentArn;
use nightferry_domain::job_spec::{DeployedPlan, JobSpec, Work};
use nightferry_domain::report::Report;
use nightferry_domain::state_change::Hint;
use nightferry_simulation::fake::{Fake, Fault, agent_of, at_every_await_point, crash_at, moved, overtake, run, spec};
use nightferry_workflow::error::WorkflowError;
use nightferry_workflow::record_state::{Recorded, record_state};
use nightferry_workflow::watch_agent::Watched;
use nightferry_workflow::write_report::{Request, write_report};

const TOKYO: &str = "nightferry-tokyo";

fn through(name: &str, agent: &str) -> JobSpec {
    let mut job = spec(name);
    let Work::DataSync(transfer) = &mut job.work else { panic!("no transfer") };
    transfer.agent = Some(agent.to_owned());
    job
}

/// A plan with two jobs through tokyo, one through osaka and one through none; both agents are ONLINE.
fn world() -> (Fake, AgentArn) {
    let osaka = "nightferry-osaka";
    let world =
        Fake::with_plan(vec![through("mail", TOKYO), through("docs", TOKYO), through("scans", osaka), spec("home")]);
    let _ = world.agent_stands(2, osaka, "ONLINE");
    let tokyo = world.agent_stands(1, TOKYO, "ONLINE");
    (world, tokyo)
}

fn try_hear(world: &Fake, agent: &AgentArn) -> Result<Recorded, WorkflowError> {
    run(record_state(world, "test", Hint::LookAtAgent(agent.clone())))
}

fn hears(world: &Fake, agent: &AgentArn) -> Watched {
    let Ok(Recorded::Agent(watched)) = try_hear(world, agent) else { panic!("no agent") };
    watched
}

fn subjects(world: &Fake) -> Vec<String> {
    world.state.borrow().notices.iter().map(|(subject, _)| subject.clone()).collect()
}

fn measured(world: &Fake) -> Vec<u64> {
    let state = world.state.borrow();
    state.metrics.iter().filter_map(|document| document["JobsAtRisk"].as_u64()).collect()
}

/// More than a call of these use cases has.
const AWAIT_POINTS: usize = 30;
const GONE: &str = "[Nightferry] agent nightferry-tokyo is OFFLINE: 2 jobs at risk";
const BACK: &str = "[Nightferry] agent nightferry-tokyo is ONLINE again";

#[test]
fn an_agent_that_goes_is_told_with_its_jobs_and_their_next_night_and_so_is_its_return() {
    let (world, tokyo) = world();
    let _ = world.agent_stands(1, TOKYO, "OFFLINE");
    assert_eq!(hears(&world, &tokyo), Watched::Told { is_online: false });
    let text = world.state.borrow().notices[0].1.clone();
    for line in ["  docs, next run 2026-11-21 21:00 UTC", "  mail, next run 2026-11-21 21:00 UTC", "(agent-offline)"] {
        assert!(text.contains(line), "{text}");
    }
    assert!(!text.contains("scans") && !text.contains("home"), "{text}");
    let _ = world.agent_stands(1, TOKYO, "ONLINE");
    assert_eq!(hears(&world, &tokyo), Watched::Told { is_online: true });
    assert_eq!(subjects(&world), [GONE, BACK]);
    assert_eq!(measured(&world), [2, 0]);
}

#[test]
fn a_doubled_or_late_event_says_nothing_twice() {
    let (world, tokyo) = world();
    let _ = world.agent_stands(1, TOKYO, "OFFLINE");
    assert_eq!(hears(&world, &tokyo), Watched::Told { is_online: false });
    world.pass(86_400);
    assert_eq!(hears(&world, &tokyo), Watched::Unchanged);
    let _ = world.agent_stands(1, TOKYO, "ONLINE");
    assert_eq!(hears(&world, &tokyo), Watched::Told { is_online: true });
    assert_eq!(hears(&world, &tokyo), Watched::Unchanged);
    assert_eq!(subjects(&world), [GONE, BACK]);
}

#[test]
fn an_agent_that_is_back_before_anybody_looked_is_no_news() {
    let (world, tokyo) = world();
    assert_eq!(hears(&world, &tokyo), Watched::Unchanged);
    assert!(subjects(&world).is_empty() && measured(&world).is_empty());
}

#[test]
fn an_agent_that_no_job_uses_or_that_is_deleted_says_nothing() {
    let (world, _) = world();
    let kyoto = world.agent_stands(3, "nightferry-kyoto", "OFFLINE");
    assert_eq!(hears(&world, &kyoto), Watched::Unneeded);
    assert_eq!(hears(&world, &agent_of(9)), Watched::Deleted);
    world.state.borrow_mut().plan = None;
    let tokyo = world.agent_stands(1, TOKYO, "OFFLINE");
    assert_eq!(hears(&world, &tokyo), Watched::Unneeded, "an agent is activated before the first plan is applied");
    assert!(subjects(&world).is_empty() && world.state.borrow().watches.is_empty());
}

#[test]
fn told_anywhere_in_between_it_is_told_after_all_and_then_no_more() {
    let _ = at_every_await_point(|n| {
        let (world, tokyo) = world();
        let _ = world.agent_stands(1, TOKYO, "OFFLINE");
        let first = crash_at(n, record_state(&world, "test", Hint::LookAtAgent(tokyo.clone())));
        // Lambda calls again after a minute.
        world.pass(60);
        let _ = hears(&world, &tokyo);
        let told = subjects(&world);
        // Between the message and its record nobody can know whether it went out: twice rather than never.
        assert!((1..=2).contains(&told.len()) && told.iter().all(|subject| subject == GONE), "{told:?}");
        assert_eq!(hears(&world, &tokyo), Watched::Unchanged);
        assert_eq!(subjects(&world), told);
        assert_eq!(measured(&world).last(), Some(&2));
        first.is_none()
    });
}

#[test]
fn two_events_at_once_tell_it_once() {
    for n in 1..AWAIT_POINTS {
        let (world, tokyo) = world();
        let _ = world.agent_stands(1, TOKYO, "OFFLINE");
        let hint = || Hint::LookAtAgent(tokyo.clone());
        let (first, second) = overtake(n, record_state(&world, "test", hint()), record_state(&world, "test", hint()));
        assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
        assert_eq!(subjects(&world), [GONE]);
        assert_eq!(hears(&world, &tokyo), Watched::Unchanged);
    }
}

#[test]
fn an_agent_that_is_back_while_its_absence_is_told_is_told_as_back() {
    for n in 1..AWAIT_POINTS {
        let (world, tokyo) = world();
        let _ = world.agent_stands(1, TOKYO, "OFFLINE");
        let returns = async {
            let _ = world.agent_stands(1, TOKYO, "ONLINE");
            record_state(&world, "test", Hint::LookAtAgent(tokyo.clone())).await
        };
        let (_, second) = overtake(n, record_state(&world, "test", Hint::LookAtAgent(tokyo.clone())), returns);
        assert!(second.is_ok(), "{second:?}");
        // Called again or not, nobody goes to bed with a wrong last word.
        world.pass(60);
        let _ = hears(&world, &tokyo);
        let told = subjects(&world);
        assert!(
            told.iter().filter(|it| *it == BACK).count() == told.iter().filter(|it| *it == GONE).count(),
            "{told:?}"
        );
        assert!(world.state.borrow().watches.get(TOKYO).is_none_or(|watch| watch.record.is_online));
    }
}

#[test]
fn a_save_whose_reply_was_lost_is_known_again_as_its_own() {
    let (world, tokyo) = world();
    let _ = world.agent_stands(1, TOKYO, "OFFLINE");
    world.breaks("save_watch", 1, Fault::LostAfter);
    assert!(try_hear(&world, &tokyo).is_err());
    assert_eq!(hears(&world, &tokyo), Watched::BeingTold);
    world.pass(60);
    assert_eq!(hears(&world, &tokyo), Watched::Told { is_online: false });
    assert_eq!(subjects(&world), [GONE]);
}

#[test]
fn a_message_that_sns_refused_is_sent_when_lambda_calls_again() {
    let (world, tokyo) = world();
    let _ = world.agent_stands(1, TOKYO, "OFFLINE");
    world.breaks("publish", 1, Fault::Throttled);
    assert!(try_hear(&world, &tokyo).is_err());
    world.pass(60);
    assert_eq!(hears(&world, &tokyo), Watched::Told { is_online: false });
    assert_eq!(subjects(&world), [GONE]);
}

#[test]
fn jobs_at_risk_are_measured_over_all_agents_and_never_as_none_while_one_is_unknown() {
    let (world, tokyo) = world();
    let _ = world.agent_stands(2, "nightferry-osaka", "OFFLINE");
    let _ = world.agent_stands(1, TOKYO, "OFFLINE");
    let _ = hears(&world, &tokyo);
    let _ = world.agent_stands(1, TOKYO, "ONLINE");
    let _ = hears(&world, &tokyo);
    assert_eq!(measured(&world), [3, 1], "osaka is still away");
    let _ = world.agent_stands(1, TOKYO, "OFFLINE");
    world.breaks("agents", 1, Fault::Throttled);
    assert_eq!(hears(&world, &tokyo), Watched::Told { is_online: false });
    let _ = world.agent_stands(1, TOKYO, "ONLINE");
    world.breaks("agents", 1, Fault::Throttled);
    assert_eq!(hears(&world, &tokyo), Watched::Told { is_online: true });
    assert_eq!(measured(&world), [3, 1, 2], "what a list does not tell does not keep the message from being sent");
}

/// The night of one job through tokyo, told while the agent is so; none is there under no status.
fn reported(status: Option<&str>, fault: Option<Fault>) -> (Fake, Report) {
    let world = Fake::ready_with(through("home", TOKYO));
    if let Some(status) = status {
        let _ = world.agent_stands(1, TOKYO, status);
    }
    let _ = world.starts("home", 1).unwrap();
    world.ends(&world.executions()[0].clone(), moved(3));
    let _ = world.verifies("home").unwrap();
    if let Some(fault) = fault {
        world.breaks("agents", 1, fault);
    }
    let _ = run(write_report(&world, "test", &Request { run_id: world.night() })).unwrap();
    let key = format!("reports/{}/report.json", world.night());
    let report = Report::read(&world.state.borrow().documents[&key]).unwrap();
    (world, report)
}

#[test]
fn the_report_names_jobs_whose_agent_is_not_online() {
    let (world, report) = reported(Some("OFFLINE"), None);
    assert_eq!(report.agents[0].standing, Standing::NotOnline { status: "OFFLINE".into() });
    assert_eq!((report.counts.succeeded, report.counts.jobs), (1, 1), "the night itself was good");
    let (subject, text) = world.state.borrow().notices[0].clone();
    assert!(subject.ends_with("1 ok, 1 AT RISK"), "{subject}");
    assert!(text.contains("AT RISK: 1 job (home, next run 2026-11-21 21:00 UTC)"), "{text}");
    assert_eq!(measured(&world), [1]);
}

#[test]
fn once_the_last_job_with_an_agent_has_left_the_plan_the_next_report_says_that_none_is_at_risk() {
    let (world, execution) = Fake::running();
    world.ends(&execution, moved(3));
    let _ = world.verifies("home").unwrap();
    let _ = run(write_report(&world, "test", &Request { run_id: world.night() })).unwrap();
    assert_eq!(measured(&world), [0]);
}

#[test]
fn a_night_of_an_older_plan_does_not_silence_what_the_plan_in_force_puts_at_risk() {
    for is_unreadable in [false, true] {
        let (world, execution) = Fake::running();
        world.ends(&execution, moved(3));
        let _ = world.verifies("home").unwrap();
        if is_unreadable {
            world.breaks("current_plan", 1, Fault::Throttled);
        } else {
            let plan = world.state.borrow().plan.clone().unwrap();
            world.applies(DeployedPlan { jobs: vec![through("mail", TOKYO)], ..plan });
        }
        let _ = run(write_report(&world, "test", &Request { run_id: world.night() })).unwrap();
        assert_eq!(measured(&world), Vec::<u64>::new(), "unreadable: {is_unreadable}");
    }
}

#[test]
fn the_report_of_a_night_whose_agents_are_online_says_nothing_of_them() {
    let (world, report) = reported(Some("ONLINE"), None);
    assert_eq!(report.agents[0].standing, Standing::Online);
    assert!(!world.state.borrow().notices[0].1.contains(TOKYO));
    assert_eq!(measured(&world), [0], "what an event that was lost left ringing falls silent");
}

#[test]
fn an_agent_that_nobody_could_ask_about_is_reported_as_not_known() {
    let (world, report) = reported(Some("ONLINE"), Some(Fault::Rejected("AccessDeniedException", "not authorized")));
    assert!(matches!(report.agents[0].standing, Standing::Unknown { .. }));
    let (subject, text) = world.state.borrow().notices[0].clone();
    assert!(
        text.contains("NOT KNOWN") && text.contains("AccessDeniedException") && !subject.contains("RISK"),
        "{text}"
    );
    assert!(measured(&world).is_empty());
    let (_, report) = reported(None, None);
    assert_eq!(report.agents[0].standing, Standing::Missing);
}

#[test]
fn a_plan_without_agents_asks_nobody_about_them() {
    let (world, execution) = Fake::running();
    world.ends(&execution, moved(1));
    let _ = world.verifies("home").unwrap();
    let _ = run(write_report(&world, "test", &Request { run_id: world.night() })).unwrap();
    assert_eq!((world.calls("agents"), world.calls("agent")), (0, 0));
}
