//! Drills of copies between buckets: read at both ends, judged by the bytes, told whatever happens.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use nightferry_domain::copy_drill::{Asked, Begun, CopyVerdict, Digest, Ends, Folder, Object};
use nightferry_domain::ids::RunId;
use nightferry_domain::limits::COPY_DRILL_LONGEST_SECS;
use nightferry_domain::restore::drill::CameOut;
use nightferry_simulation::fake::{Fake, Fault, at_every_await_point, crash_at, replicated, run, spec};
use nightferry_workflow::WorkflowError;
use nightferry_workflow::drill_copy::{Extent, Objects, begin, drill_copy, post};
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::Versioned;
use nightferry_workflow::sweep_runs::sweep_runs;

/// A bucket in memory, to the eyes of one role.
#[derive(Default)]
struct Bucket {
    objects: BTreeMap<String, &'static str>,
    listing_refused: bool,
    refused: BTreeSet<String>,
    busy: BTreeSet<String>,
    read: RefCell<Vec<String>>,
}

fn refused(operation: &'static str) -> PortError {
    let (code, message) = ("AccessDenied".to_owned(), "Access Denied".to_owned());
    PortError::Rejected { service: "S3", operation, code, message }
}

impl Objects for Bucket {
    async fn listed(&self, folder: &Folder) -> Result<(Vec<Object>, bool), PortError> {
        if self.listing_refused {
            return Err(refused("ListObjectsV2"));
        }
        let below = self.objects.iter().filter(|(key, _)| key.starts_with(&folder.prefix));
        let listed = below.map(|(key, body)| Object {
            key: key.clone(),
            bytes: u64::try_from(body.len()).unwrap(),
            written_at: Timestamp::UNIX_EPOCH,
            is_archived: false,
        });
        Ok((listed.collect(), true))
    }

    async fn digest(&self, _: &str, key: &str) -> Result<Option<Digest>, PortError> {
        self.read.borrow_mut().push(key.to_owned());
        if self.refused.contains(key) {
            return Err(refused("GetObject"));
        }
        if self.busy.contains(key) {
            return Err(PortError::Retryable { service: "S3", operation: "GetObject", code: "SlowDown".to_owned() });
        }
        let digest =
            |body: &&str| Digest { bytes: u64::try_from(body.len()).unwrap(), sha256: format!("digest of {body}") };
        Ok(self.objects.get(key).map(digest))
    }
}

fn bucket(objects: &[(&str, &'static str)]) -> Bucket {
    Bucket { objects: objects.iter().map(|(key, body)| ((*key).to_owned(), *body)).collect(), ..Bucket::default() }
}

const OBJECTS: [(&str, &str); 4] = [("a", "one"), ("b", "two"), ("c", "three"), ("d", "four")];

fn asked(world: &Fake) -> Asked {
    let job = replicated("assets");
    Asked {
        drill: RunId::restore(world.time(), 7, true),
        job: job.name.clone(),
        ends: Ends::of(&job.work).unwrap(),
        read_by: "arn:aws:iam::222222222222:role/recovery".into(),
        began_at: world.time(),
    }
}

fn drilled(world: &Fake, source: &Bucket, copy: &Bucket, objects: u16) -> CopyVerdict {
    run(drill_copy(world, source, copy, asked(world), Extent { objects, promised_until: world.time() }))
}

/// All that the program does.
async fn carries_out(world: &Fake) -> Result<(), WorkflowError> {
    let begun = begin(world, asked(world)).await?;
    let extent = Extent { objects: 20, promised_until: world.time() };
    let said = drill_copy(world, &bucket(&OBJECTS), &bucket(&OBJECTS), asked(world), extent).await;
    post(world, &said, begun).await
}

fn sweeps_a_day_later(world: &Fake) {
    world.pass(COPY_DRILL_LONGEST_SECS);
    let swept = run(sweep_runs(world, "nightferry")).expect("it sweeps");
    assert_eq!(swept.failed_count, 0);
}

fn subjects(world: &Fake) -> Vec<String> {
    world.state.borrow().notices.iter().map(|(subject, _)| subject.clone()).collect()
}

#[test]
fn a_drill_that_is_killed_anywhere_is_told_once_it_must_be_lost() {
    let mut killed = 0;
    let points = at_every_await_point(|n| {
        let world = Fake::with_plan(vec![replicated("assets")]);
        let died = crash_at(n, carries_out(&world)).is_none();
        let (was_begun, before) = (!world.state.borrow().drills.is_empty(), subjects(&world));
        sweeps_a_day_later(&world);
        let told = subjects(&world);
        assert_eq!(!told.is_empty(), was_begun, "{n}: what was begun is told, and nothing else");
        if died && was_begun && before.is_empty() {
            killed += 1;
            let is_kept = before.is_empty() && told[0].ends_with("PASSED");
            assert!(is_kept || told[0].ends_with("CHECK BROKE"), "{n}: {told:?}");
        }
        sweeps_a_day_later(&world);
        assert_eq!(subjects(&world), told, "{n}: and then no more");
        died
    });
    assert!(points > 4 && killed > 1, "{points} {killed}");
}

#[test]
fn a_verdict_that_was_kept_and_not_sent_is_sent_as_it_was() {
    let world = Fake::with_plan(vec![replicated("assets")]);
    world.breaks("publish", 1, Fault::LostBefore);
    assert!(run(carries_out(&world)).is_err());
    assert_eq!(subjects(&world), Vec::<String>::new());
    sweeps_a_day_later(&world);
    assert_eq!(subjects(&world), ["[Nightferry] drill of assets: PASSED"]);
}

#[test]
fn a_drill_that_still_reads_is_left_alone_by_the_sweep() {
    let world = Fake::with_plan(vec![replicated("assets")]);
    let begun = run(begin(&world, asked(&world))).expect("it is written down");
    world.pass(COPY_DRILL_LONGEST_SECS - 1);
    assert_eq!(run(sweep_runs(&world, "nightferry")).unwrap().carried_count, 0);
    let said = drilled(&world, &bucket(&OBJECTS), &bucket(&OBJECTS), 20);
    assert_eq!(run(post(&world, &said, begun)), Ok(()));
    sweeps_a_day_later(&world);
    assert_eq!(subjects(&world).len(), 1);
}

#[test]
fn a_drill_reads_as_many_objects_as_were_asked_for_and_passes_where_they_are_equal() {
    let world = Fake::with_plan(vec![replicated("assets")]);
    let (source, copy) = (bucket(&OBJECTS), bucket(&OBJECTS));
    let said = drilled(&world, &source, &copy, 3);
    assert_eq!((said.came_out, said.compared.len()), (CameOut::Passed, 3));
    assert_eq!(*source.read.borrow(), *copy.read.borrow(), "each object is read at both ends");
    assert_eq!(copy.read.borrow().len(), 3);
}

#[test]
fn one_changed_missing_or_unreadable_replica_fails_it_and_is_named() {
    let world = Fake::with_plan(vec![replicated("assets")]);
    let mut changed = bucket(&OBJECTS);
    let _ = changed.objects.insert("c".into(), "thrEe");
    let mut missing = bucket(&OBJECTS);
    let _ = missing.objects.remove("c");
    let mut unreadable = bucket(&OBJECTS);
    let _ = unreadable.refused.insert("c".into());
    for (copy, words) in [(changed, "SHA-256"), (missing, "not there"), (unreadable, "AccessDenied")] {
        let said = drilled(&world, &bucket(&OBJECTS), &copy, 20);
        assert_eq!(said.came_out, CameOut::Failed, "{}", said.why);
        assert!(said.why.contains("1 of 4") && said.why.contains("`c`") && said.why.contains(words), "{}", said.why);
    }
}

#[test]
fn regression_a_copy_that_gives_no_answer_for_now_breaks_the_check_and_fails_no_drill() {
    let world = Fake::with_plan(vec![replicated("assets")]);
    let copy = Bucket { busy: ["c".to_owned()].into(), ..bucket(&OBJECTS) };
    let said = drilled(&world, &bucket(&OBJECTS), &copy, 20);
    assert_eq!(said.came_out, CameOut::CheckBroke, "{}", said.why);
    assert!(said.why.contains("`c`") && said.why.contains("SlowDown"), "{}", said.why);
}

#[test]
fn a_source_that_can_not_be_looked_at_breaks_the_check_and_that_is_told_and_is_no_pass() {
    let world = Fake::with_plan(vec![replicated("assets")]);
    let unlisted = Bucket { listing_refused: true, ..bucket(&OBJECTS) };
    let unread = Bucket { refused: ["b".to_owned()].into(), ..bucket(&OBJECTS) };
    for source in [unlisted, unread, bucket(&[])] {
        let said = drilled(&world, &source, &bucket(&OBJECTS), 20);
        assert_eq!(said.came_out, CameOut::CheckBroke, "{}", said.why);
        assert_eq!(run(post(&world, &said, Versioned { record: Begun::new(said.asked.clone()), version: 0 })), Ok(()));
        world.state.borrow_mut().drills.clear();
    }
    let told = world.state.borrow().notices.clone();
    assert_eq!(told.len(), 3);
    assert!(told.iter().all(|(subject, _)| subject.ends_with("CHECK BROKE")), "{told:?}");
}

#[test]
fn a_verdict_is_kept_and_sent_and_sent_also_when_it_can_not_be_kept() {
    let world = Fake::with_plan(vec![replicated("assets")]);
    let said = drilled(&world, &bucket(&OBJECTS), &bucket(&OBJECTS), 20);
    let begun = run(begin(&world, said.asked.clone())).expect("it is written down");
    assert_eq!(run(post(&world, &said, begun.clone())), Ok(()));
    let kept: CopyVerdict = serde_json::from_slice(&world.state.borrow().documents[&said.asked.key()]).unwrap();
    assert_eq!(kept, said);
    world.breaks("put", 1, Fault::Rejected("AccessDenied", "no"));
    assert!(run(post(&world, &said, begun)).is_err());
    assert_eq!(world.state.borrow().notices.len(), 2);
}

#[test]
fn time_is_measured_and_only_copies_between_buckets_have_two_ends() {
    let world = Fake::with_plan(vec![replicated("assets")]);
    assert_eq!(drilled(&world, &bucket(&OBJECTS), &bucket(&OBJECTS), 1).took_secs, SignedDuration::ZERO.as_secs());
    assert_eq!(Ends::of(&spec("home").work), None, "a file system is not read so");
}
