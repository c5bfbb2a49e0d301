//! Agents in each form of the report.

use super::super::sample::night;
use super::super::{html, junit, markdown, message, metrics};
use super::*;
use crate::agent::standing::AgentJob;

fn agent(name: &str, standing: Standing, jobs: &[&str]) -> AgentInUse {
    let next_run = Some("2026-11-21T21:00:00Z".parse().unwrap());
    let job = |name: &&str| AgentJob { name: name.parse().unwrap(), next_run };
    AgentInUse { agent: name.into(), standing, jobs: jobs.iter().map(job).collect() }
}

fn offline() -> AgentInUse {
    agent("nightferry-tokyo", Standing::NotOnline { status: "OFFLINE".into() }, &["mail", "scans"])
}

fn unknown() -> AgentInUse {
    agent("nightferry-osaka", Standing::Unknown { why: "DataSync refused ListAgents".into() }, &["docs"])
}

fn online() -> AgentInUse {
    agent("nightferry-kyoto", Standing::Online, &["photos"])
}

/// Every form of the night with these agents.
fn forms(agents: Vec<AgentInUse>) -> [String; 5] {
    let report = night().with_agents(agents);
    let page = html::page(&report, &TimeZone::UTC).unwrap();
    [message::message(&report), markdown::text(&report), page, junit::xml(&report).unwrap(), report.to_json()]
}

#[test]
fn every_form_names_the_jobs_at_risk_by_an_agent_and_their_next_night() {
    for form in forms(vec![offline(), online()]) {
        for word in ["nightferry-tokyo", "OFFLINE", "mail", "scans", "2026-11-21"] {
            assert!(form.contains(word), "{word} is not in {form}");
        }
    }
}

#[test]
fn no_form_for_people_tells_of_an_agent_that_is_online() {
    let without = forms(vec![]);
    for (with, without) in forms(vec![online()]).iter().zip(&without).take(3) {
        let plain = |form: &str| form.lines().filter(|line| !line.to_lowercase().contains("sha")).collect::<String>();
        assert!(!with.contains("nightferry-kyoto"), "{with}");
        assert_eq!(plain(with), plain(without));
    }
}

#[test]
fn what_nobody_could_say_is_told_as_not_known_and_never_as_well() {
    for form in &forms(vec![unknown()])[..4] {
        assert!(form.contains("NOT KNOWN") && form.contains("DataSync refused ListAgents"), "{form}");
        assert!(!form.contains("AT RISK"), "nor as at risk: {form}");
    }
}

#[test]
fn who_reads_the_subject_alone_knows_that_the_next_night_is_at_risk() {
    let subject = |agents| message::subject(&night().with_agents(agents));
    assert_eq!(subject(vec![offline()]), "[Nightferry] nightly 2026-11-20: 2 ok, 1 PARTIAL, 1 FAILED, 2 AT RISK");
    assert_eq!(subject(vec![unknown(), online()]), "[Nightferry] nightly 2026-11-20: 2 ok, 1 PARTIAL, 1 FAILED");
}

#[test]
fn an_agent_changes_no_outcome_and_is_read_back_with_the_report() {
    let (before, after) = (night(), night().with_agents(vec![offline(), unknown(), online()]));
    assert_eq!((before.counts, before.run.outcome), (after.counts, after.run.outcome));
    assert_ne!(before.digest, after.digest);
    assert_eq!(Report::read(after.to_json().as_bytes()).unwrap(), after);
}

#[test]
fn an_agent_that_is_not_there_is_told_with_what_to_do() {
    let told = lines(&[agent("nightferry-tokyo", Standing::Missing, &["mail"])], &TimeZone::UTC);
    assert_eq!(
        told,
        [
            "AT RISK: 1 job (mail, next run 2026-11-21 21:00 UTC); DataSync has no agent nightferry-tokyo (agent-not-activated). `nightferry agent activate` it."
        ]
    );
}

#[test]
fn jobs_and_agents_beyond_the_limits_are_counted() {
    let names: Vec<String> = (0..JOBS_NAMED_MAX + 3).map(|n| format!("job-{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let many = agent("nightferry-tokyo", Standing::Missing, &names);
    let told = lines(&vec![many; AGENTS_TOLD_MAX + 2], &TimeZone::UTC);
    assert!(told[0].contains("23 jobs (job-0") && told[0].contains("; and 3 more)"), "{}", told[0]);
    assert_eq!((told.len(), told.last().unwrap().as_str()), (21, "and 2 more agents: `nightferry agent list`"));
}

#[test]
fn jobs_at_risk_are_measured_only_where_there_are_agents_and_all_is_known() {
    let measured = |agents| {
        let documents = metrics::documents("nightferry", &night().with_agents(agents));
        documents.iter().filter_map(|document| document["JobsAtRisk"].as_u64()).collect::<Vec<_>>()
    };
    assert_eq!(measured(vec![]), Vec::<u64>::new());
    assert_eq!(measured(vec![online()]), [0]);
    assert_eq!(measured(vec![unknown()]), Vec::<u64>::new());
    assert_eq!(measured(vec![offline(), unknown()]), [2]);
}

#[test]
fn no_text_of_others_begins_a_line_or_becomes_markup() {
    let treacherous = "a\nBcc: b\u{202e}<script>|";
    let forged = agent(treacherous, Standing::NotOnline { status: treacherous.into() }, &["mail"]);
    let vague = agent("x", Standing::Unknown { why: treacherous.into() }, &["docs"]);
    let [message, markdown, page, xml, _] = forms(vec![forged, vague]);
    for form in [&message, &markdown, &page, &xml] {
        assert!(!form.contains("\nBcc:") && !form.contains('\u{202e}'), "{form}");
    }
    assert!(
        !page.contains("<script>") && !xml.contains("<script>") && !markdown.replace("\\<", "").contains("<script")
    );
}
