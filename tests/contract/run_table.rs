//! The run table: versions, conflicts, tokens, pointers, and the index of what is open.

use jiff::SignedDuration;
use nightferry_domain::agent::standing::AgentState;
use nightferry_domain::agent::watch::AgentWatch;
use nightferry_domain::back::hold::Hold;
use nightferry_domain::copy_drill::{Asked, Begun, Ends, Folder};
use nightferry_domain::filters::Filters;
use nightferry_domain::plan::JobName;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{OpenRecord, RunTable, Saved, Versioned};
use secrecy::ExposeSecret as _;

use super::things::{closed, job, minute, number, run, settled, token, unknown_execution};

/// A table, and a hand on its connection.
pub(crate) trait Bench {
    /// The port.
    type Port: RunTable;
    /// The port.
    fn port(&self) -> &Self::Port;
    /// The next save takes effect, but its reply is lost.
    async fn loses_the_reply_of_the_next_save(&self);
}

async fn a_new_record_is_stored_at_version_one_and_read_as_it_was(bench: &impl Bench) {
    let table = bench.port();
    let run = run(0);
    let job = job(&run, "home");
    assert_eq!(table.create_run(&run).await, Ok(Saved::At(1)));
    assert_eq!(table.create_job(&job).await, Ok(Saved::At(1)));
    assert_eq!(table.load_run(&run.id).await, Ok(Some(Versioned { record: run.clone(), version: 1 })));
    let read = table.load_job(&run.id, &job.spec.name).await;
    assert_eq!(read, Ok(Some(Versioned { record: job, version: 1 })));
}

async fn a_second_record_of_one_name_is_a_conflict_and_changes_nothing(bench: &impl Bench) {
    let table = bench.port();
    let run = run(0);
    let job = job(&run, "home");
    assert_eq!(table.create_run(&run).await, Ok(Saved::At(1)));
    assert_eq!(table.create_job(&job).await, Ok(Saved::At(1)));
    assert_eq!(table.create_run(&closed(&run)).await, Ok(Saved::Conflict));
    assert_eq!(table.create_job(&settled(&job)).await, Ok(Saved::Conflict));
    assert_eq!(table.load_run(&run.id).await.unwrap().unwrap().record, run);
    assert_eq!(table.load_job(&run.id, &job.spec.name).await.unwrap().unwrap().record, job);
}

async fn of_many_new_jobs_those_that_are_there_stay_as_they_are(bench: &impl Bench) {
    let table = bench.port();
    let run = run(0);
    let jobs: Vec<_> = (0..11).map(|number| job(&run, &format!("job-{number:02}"))).collect();
    assert_eq!(table.create_job(&settled(&jobs[4])).await, Ok(Saved::At(1)));
    for _ in 0..2 {
        assert_eq!(table.create_jobs(&jobs).await, Ok(()));
        let stored = table.jobs_of(&run.id).await.unwrap();
        assert!(stored.iter().all(|job| job.version == 1));
        let stored: Vec<_> = stored.into_iter().map(|job| job.record).collect();
        assert_eq!(stored[4], settled(&jobs[4]));
        assert_eq!((&stored[..4], &stored[5..]), (&jobs[..4], &jobs[5..]));
    }
}

async fn a_save_over_somebody_elses_is_a_conflict_and_changes_nothing(bench: &impl Bench) {
    let table = bench.port();
    let run = run(0);
    assert_eq!(table.create_run(&run).await, Ok(Saved::At(1)));
    let read = table.load_run(&run.id).await.unwrap().unwrap();
    assert_eq!(table.save_run(&read).await, Ok(Saved::At(2)));
    assert_eq!(table.save_run(&Versioned { record: closed(&run), ..read }).await, Ok(Saved::Conflict));
    assert_eq!(table.load_run(&run.id).await, Ok(Some(Versioned { record: run, version: 2 })));
}

async fn a_save_of_what_was_never_stored_is_a_conflict(bench: &impl Bench) {
    let table = bench.port();
    let run = run(0);
    assert_eq!(table.save_run(&Versioned { record: run.clone(), version: 3 }).await, Ok(Saved::Conflict));
    assert_eq!(table.load_run(&run.id).await, Ok(None));
}

async fn what_is_not_there_is_none(bench: &impl Bench) {
    let table = bench.port();
    let run = run(0);
    let name = job(&run, "home").spec.name;
    assert_eq!(table.load_run(&run.id).await, Ok(None));
    assert_eq!(table.load_job(&run.id, &name).await, Ok(None));
    assert!(table.task_token(&run.id, &name).await.unwrap().is_none());
    assert_eq!(table.jobs_of(&run.id).await, Ok(vec![]));
    assert_eq!(table.attempt_of(&unknown_execution()).await, Ok(None));
}

async fn the_jobs_of_a_run_come_by_name_and_without_those_of_others(bench: &impl Bench) {
    let table = bench.port();
    let (run, other) = (run(0), run(0));
    for name in ["mail", "archive", "home-2", "home"] {
        assert_eq!(table.create_job(&job(&run, name)).await, Ok(Saved::At(1)));
    }
    assert_eq!(table.create_job(&job(&other, "home")).await, Ok(Saved::At(1)));
    assert_eq!(table.create_run(&run).await, Ok(Saved::At(1)));
    let jobs = table.jobs_of(&run.id).await.unwrap();
    let names: Vec<&str> = jobs.iter().map(|job| job.record.spec.name.as_str()).collect();
    assert_eq!(names, ["archive", "home", "home-2", "mail"]);
}

async fn a_token_stays_until_another_replaces_it(bench: &impl Bench) {
    let table = bench.port();
    let run = run(0);
    let job = job(&run, "home");
    let version = |version| Versioned { record: job.clone(), version };
    assert_eq!(table.create_job(&job).await, Ok(Saved::At(1)));
    assert_eq!(table.save_job(&version(1), Some(&token(1, "first"))).await, Ok(Saved::At(2)));
    assert_eq!(table.save_job(&version(2), None).await, Ok(Saved::At(3)));
    assert_eq!(kept(table, &job).await, Some((1, "first".to_owned())));
    assert_eq!(table.save_job(&version(3), Some(&token(2, "second"))).await, Ok(Saved::At(4)));
    assert_eq!(kept(table, &job).await, Some((2, "second".to_owned())));
}

async fn a_save_that_conflicts_leaves_the_token_as_it_was(bench: &impl Bench) {
    let table = bench.port();
    let run = run(0);
    let job = job(&run, "home");
    assert_eq!(table.create_job(&job).await, Ok(Saved::At(1)));
    let first = Versioned { record: job.clone(), version: 1 };
    assert_eq!(table.save_job(&first, Some(&token(1, "first"))).await, Ok(Saved::At(2)));
    assert_eq!(table.save_job(&first, Some(&token(1, "late"))).await, Ok(Saved::Conflict));
    assert_eq!(kept(table, &job).await, Some((1, "first".to_owned())));
}

async fn a_settled_job_has_no_token(bench: &impl Bench) {
    let table = bench.port();
    let run = run(0);
    let job = job(&run, "home");
    assert_eq!(table.create_job(&job).await, Ok(Saved::At(1)));
    let waiting = Versioned { record: job.clone(), version: 1 };
    assert_eq!(table.save_job(&waiting, Some(&token(1, "first"))).await, Ok(Saved::At(2)));
    let over = Versioned { record: settled(&job), version: 2 };
    assert_eq!(table.save_job(&over, Some(&token(1, "second"))).await, Ok(Saved::At(3)));
    assert_eq!(kept(table, &job).await, None);
}

async fn an_execution_leads_to_the_attempt_that_it_was_last_pointed_to(bench: &impl Bench) {
    let table = bench.port();
    let job = job(&run(0), "home");
    let execution = unknown_execution();
    for number in [1, 2, 2] {
        assert_eq!(table.point(&execution, &job.attempt_id(number)).await, Ok(()));
        assert_eq!(table.attempt_of(&execution).await, Ok(Some(job.attempt_id(number))));
    }
}

async fn an_execution_is_claimed_by_one_attempt_however_often_it_asks(bench: &impl Bench) {
    let table = bench.port();
    let job = job(&run(0), "home");
    let execution = unknown_execution();
    for (number, is_its) in [(1, true), (2, false), (1, true)] {
        assert_eq!(table.claim_execution(&execution, &job.attempt_id(number)).await, Ok(is_its));
        assert_eq!(table.attempt_of(&execution).await, Ok(Some(job.attempt_id(1))));
    }
}

async fn what_is_open_is_listed_oldest_first_over_all_pages(bench: &impl Bench) {
    let table = bench.port();
    let mut runs = [run(30), run(10), run(10)];
    runs[2].opened_at += SignedDuration::from_millis(500);
    let jobs = [job(&runs[0], "home"), job(&runs[1], "home"), job(&runs[1], "archive")];
    for run in &runs {
        assert_eq!(table.create_run(run).await, Ok(Saved::At(1)));
    }
    for job in &jobs {
        assert_eq!(table.create_job(job).await, Ok(Saved::At(1)));
    }
    let run = |n: usize| OpenRecord::Run(runs[n].id.clone());
    let listed = |n: usize| OpenRecord::Job(jobs[n].run.clone(), jobs[n].spec.name.clone());
    let mut open = open(table).await;
    open.retain(|record| runs.iter().any(|run| names(record, &run.id)));
    let order = |record: &OpenRecord| [1, 2, 0].into_iter().position(|n: usize| names(record, &runs[n].id));
    assert!(open.is_sorted_by_key(order), "{open:?}");
    open.sort();
    let mut expected = vec![run(0), run(1), run(2), listed(0), listed(1), listed(2)];
    expected.sort();
    assert_eq!(open, expected);
}

async fn what_has_ended_is_not_listed_as_open(bench: &impl Bench) {
    let table = bench.port();
    let run = run(0);
    let job = job(&run, "home");
    assert_eq!(table.create_run(&run).await, Ok(Saved::At(1)));
    assert_eq!(table.create_job(&job).await, Ok(Saved::At(1)));
    assert_eq!(table.save_run(&Versioned { record: closed(&run), version: 1 }).await, Ok(Saved::At(2)));
    assert_eq!(table.save_job(&Versioned { record: settled(&job), version: 1 }, None).await, Ok(Saved::At(2)));
    assert!(!open(table).await.iter().any(|record| names(record, &run.id)));
}

async fn every_page_of_what_is_open_leads_to_the_next(bench: &impl Bench) {
    let table = bench.port();
    let run = run(0);
    for number in 0..120 {
        assert_eq!(table.create_job(&job(&run, &format!("job-{number:03}"))).await, Ok(Saved::At(1)));
    }
    let open = open(table).await;
    assert_eq!(open.iter().filter(|record| names(record, &run.id)).count(), 120);
}

/// The adapter's SDK tries again and meets its own save, which then is no different from somebody else's.
async fn a_save_whose_reply_is_lost_is_stored_once_and_never_told_as_stored(bench: &impl Bench) {
    let table = bench.port();
    let run = run(0);
    assert_eq!(table.create_run(&run).await, Ok(Saved::At(1)));
    bench.loses_the_reply_of_the_next_save().await;
    let told = table.save_run(&Versioned { record: closed(&run), version: 1 }).await;
    assert!(
        !matches!(told, Ok(Saved::At(_)) | Err(PortError::Rejected { .. } | PortError::Missing { .. })),
        "{told:?}"
    );
    assert_eq!(table.load_run(&run.id).await, Ok(Some(Versioned { record: closed(&run), version: 2 })));
}

async fn what_was_told_of_an_agent_is_kept_by_its_version_and_is_nothing_open(bench: &impl Bench) {
    let table = bench.port();
    let seen = AgentState { name: format!("contract {}", number()), status: "OFFLINE".into() };
    let claimed = AgentWatch::claimed(&seen, u64::MAX, minute(0));
    assert_eq!(table.load_watch(&seen.name).await, Ok(None));
    let first = Versioned { record: claimed.clone(), version: 0 };
    assert_eq!(table.save_watch(&first).await, Ok(Saved::At(1)));
    assert_eq!(table.save_watch(&first).await, Ok(Saved::Conflict));
    assert_eq!(table.load_watch(&seen.name).await, Ok(Some(Versioned { record: claimed.clone(), version: 1 })));
    let told = Versioned { record: claimed.told(), version: 1 };
    assert_eq!(table.save_watch(&told).await, Ok(Saved::At(2)));
    assert_eq!(table.save_watch(&told).await, Ok(Saved::Conflict));
    assert_eq!(table.load_watch(&seen.name).await, Ok(Some(Versioned { version: 2, ..told })));
    let _ = open(table).await;
}

async fn a_drill_is_open_until_its_verdict_was_sent(bench: &impl Bench) {
    let table = bench.port();
    let drill = run(0).id;
    let folder = |bucket: &str| Folder { bucket: bucket.into(), prefix: String::new() };
    let ends = Ends { source: folder("assets"), copy: folder("assets-dr"), filters: Filters::default() };
    let job = "assets".parse().unwrap();
    let asked = Asked { drill: drill.clone(), job, ends, read_by: "somebody".into(), began_at: minute(0) };
    let begun = Versioned { record: Begun::new(asked), version: 0 };
    assert_eq!(table.load_drill(&drill).await, Ok(None));
    assert_eq!(table.save_drill(&begun).await, Ok(Saved::At(1)));
    assert_eq!(table.save_drill(&begun).await, Ok(Saved::Conflict));
    assert_eq!(table.load_drill(&drill).await, Ok(Some(Versioned { version: 1, ..begun.clone() })));
    assert_eq!(table.load_run(&drill).await, Ok(None), "it is no run");
    assert_eq!(table.jobs_of(&drill).await, Ok(vec![]));
    assert!(open(table).await.contains(&OpenRecord::CopyDrill(drill.clone())));
    let told = Versioned { record: begun.record.told(minute(1)), version: 1 };
    assert_eq!(table.save_drill(&told).await, Ok(Saved::At(2)));
    assert!(!open(table).await.contains(&OpenRecord::CopyDrill(drill)));
}

async fn the_restore_that_nights_wait_for_is_kept_by_its_version(bench: &impl Bench) {
    let table = bench.port();
    let held: JobName = format!("contract-{}", number()).parse().unwrap();
    assert_eq!(table.load_hold(&held).await, Ok(None));
    let first = Hold::of(held.clone(), run(0).id, "home".parse().unwrap(), minute(0));
    let first = Versioned { record: first, version: 0 };
    assert_eq!(table.save_hold(&first).await, Ok(Saved::At(1)));
    assert_eq!(table.save_hold(&first).await, Ok(Saved::Conflict), "of two restores at once one has it");
    let read = table.load_hold(&held).await.unwrap().unwrap();
    assert_eq!(read, Versioned { version: 1, ..first });
    let given_up = Versioned { record: read.record.given_up(), version: 1 };
    assert_eq!(table.save_hold(&given_up).await, Ok(Saved::At(2)));
    assert_eq!(table.load_hold(&held).await, Ok(Some(Versioned { version: 2, ..given_up })));
}

async fn kept(table: &impl RunTable, job: &nightferry_domain::job::Job) -> Option<(u32, String)> {
    let token = table.task_token(&job.run, &job.spec.name).await.unwrap();
    token.map(|token| (token.attempt, token.secret.expose_secret().to_owned()))
}

fn names(record: &OpenRecord, run: &nightferry_domain::ids::RunId) -> bool {
    match record {
        OpenRecord::Run(id) | OpenRecord::Job(id, _) | OpenRecord::CopyDrill(id) => id == run,
    }
}

async fn open(table: &impl RunTable) -> Vec<OpenRecord> {
    let (mut records, mut next) = (vec![], None);
    loop {
        let page = table.open_records(next).await.unwrap();
        records.extend(page.records);
        next = page.next;
        if next.is_none() {
            return records;
        }
    }
}

checks!(
    crate::fake::world(), crate::aws::run_table();
    a_new_record_is_stored_at_version_one_and_read_as_it_was,
    a_second_record_of_one_name_is_a_conflict_and_changes_nothing,
    of_many_new_jobs_those_that_are_there_stay_as_they_are,
    a_save_over_somebody_elses_is_a_conflict_and_changes_nothing,
    a_save_of_what_was_never_stored_is_a_conflict,
    what_is_not_there_is_none,
    the_jobs_of_a_run_come_by_name_and_without_those_of_others,
    a_token_stays_until_another_replaces_it,
    a_save_that_conflicts_leaves_the_token_as_it_was,
    a_settled_job_has_no_token,
    an_execution_leads_to_the_attempt_that_it_was_last_pointed_to,
    an_execution_is_claimed_by_one_attempt_however_often_it_asks,
    what_is_open_is_listed_oldest_first_over_all_pages,
    what_has_ended_is_not_listed_as_open,
    every_page_of_what_is_open_leads_to_the_next,
    a_save_whose_reply_is_lost_is_stored_once_and_never_told_as_stored,
    what_was_told_of_an_agent_is_kept_by_its_version_and_is_nothing_open,
    a_drill_is_open_until_its_verdict_was_sent,
    the_restore_that_nights_wait_for_is_kept_by_its_version,
);
