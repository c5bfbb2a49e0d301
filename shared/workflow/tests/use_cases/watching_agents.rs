//! An agent goes and comes back: each change is told once, whatever becomes of its events.

use nightferry_domain::ids::AgentArn;
use nightferry_domain::job_spec::{JobSpec, Work};
use nightferry_domain::state_change::Hint;
use nightferry_simulation::fake::{Fake, Fault, agent_of, at_every_await_point, crash_at, overtake, run, spec};
use nightferry_workflow::error::WorkflowError;
use nightferry_workflow::record_state::{Recorded, record_state};
use nightferry_workflow::watch_agent::Watched;

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
    state.metrics.iter().map(|document| document["JobsAtRisk"].as_u64().unwrap()).collect()
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
        assert_eq!(world.state.borrow().watches.get(TOKYO).is_none_or(|watch| watch.record.is_online), true);
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
