//! Some twenty nights that are written down, not drawn: the ones that are lived through with a crash at every point.

use jiff::SignedDuration;
use nightferry_domain::backup::CopyPlace;
use nightferry_domain::job_spec::{Overlap, Verify, Work};
use nightferry_domain::replication::{DecidedBy, Guardrails};
use nightferry_workflow::open_run;

use crate::driver::{Manner, Simulation};
use crate::faults::{Chance, Kind};
use crate::machine::Machine;
use crate::night::{Act, Night, back_up, machine_of};
use crate::script::{Ending, Script};

/// A night with a name.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// A few words.
    pub name: &'static str,
    night: Night,
    /// Faults that always happen.
    faults: &'static [(Kind, f64)],
}

/// An execution that carries everything in two minutes.
#[must_use]
pub fn good() -> Script {
    Script {
        lasts_secs: Some(120),
        ending: Ending::Good,
        unknown_from_secs: None,
        vanishes_after_secs: None,
        report_after_secs: Some(0),
        cancel_takes_secs: 30,
        files: 10,
    }
}

fn ends(ending: Ending) -> Script {
    Script { ending, ..good() }
}

/// One job whose attempts live so, one after the other; further ones are good.
fn attempts(name: &'static str, scripts: &[Script]) -> Scenario {
    let mut night = Night::quiet(1);
    for (job, number) in [("job-00", 1_u32), ("job-00", 2), ("job-00", 3)] {
        let script = scripts.get(number as usize - 1).cloned().unwrap_or_else(good);
        let tag = format!("nightly-2026-11-20T21-00-00Z/{job}/{number}");
        let _ = night.scripted.insert(tag, script);
    }
    Scenario { name, night, faults: &[] }
}

fn with(mut scenario: Scenario, change: impl FnOnce(&mut Night)) -> Scenario {
    change(&mut scenario.night);
    scenario
}

fn faulty(mut scenario: Scenario, faults: &'static [(Kind, f64)]) -> Scenario {
    // The faults last as long as the job may.
    scenario.night.storm_secs = 7_200;
    scenario.faults = faults;
    scenario
}

/// Every scenario.
#[must_use]
pub fn all() -> Vec<Scenario> {
    let mut all = endings();
    all.extend(disturbances());
    all.extend(machines());
    all.extend(batch_jobs());
    all
}

/// One replicated bucket, whose jobs copy within a minute.
fn batches(name: &'static str, scripts: &[Script]) -> Scenario {
    let short = |script: &Script| Script { lasts_secs: script.lasts_secs.map(|_| 30), ..script.clone() };
    let scripts: Vec<Script> = scripts.iter().map(short).collect();
    with(attempts(name, &scripts), |night| night.jobs[0].work = crate::fake::replicated("job-00").work)
}

fn guarded(scenario: Scenario, change: impl FnOnce(&mut Guardrails)) -> Scenario {
    with(scenario, |night| {
        let Work::Replicate(replication) = &mut night.jobs[0].work else { panic!("a replicated bucket") };
        change(&mut replication.guardrails);
    })
}

fn batch_jobs() -> Vec<Scenario> {
    vec![
        batches("a good batch job", &[good()]),
        batches("nothing is left to replicate", &[ends(Ending::NothingToDo)]),
        batches("an object that failed is copied by the next attempt", &[ends(Ending::LeftBehind), good()]),
        guarded(batches("a list that is too large", &[good()]), |guardrails| guardrails.objects_max = Some(5)),
        with(
            guarded(batches("a person lets it through", &[good()]), |guardrails| {
                guardrails.decided_by = DecidedBy::Person;
            }),
            |night| night.acts.push((100, Act::Decides { job: 0, is_yes: true })),
        ),
        guarded(batches("nobody says anything", &[good()]), |guardrails| {
            guardrails.decided_by = DecidedBy::Person;
            guardrails.decide_within_secs = 60;
        }),
        with(batches("the rule is changed while it lists", &[good()]), |night| {
            night.acts.push((20, Act::ChangesRule(0)));
        }),
        with(batches("a batch job's workflow is stopped", &[good()]), |night| {
            night.acts.push((30, Act::AbortsWorkflow));
        }),
        faulty(batches("every event of a batch job is lost", &[good()]), &[(Kind::EventLost, 1.0)]),
        faulty(batches("every creation takes effect late", &[good()]), &[(Kind::StartLate, 1.0)]),
    ]
}

/// Who starts the backups of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StartedBy {
    Us,
    /// AWS Backup's own schedule, after so many seconds.
    PlanAfter(i64),
    PlanThatNeverFires,
}

/// One machine, whose backups end within a minute; by us, or by AWS Backup's own schedule after so many seconds.
fn backups(name: &'static str, scripts: &[Script], starter: StartedBy) -> Scenario {
    let short = |script: &Script| Script { lasts_secs: script.lasts_secs.map(|_| 30), ..script.clone() };
    let mut scenario = attempts(name, &[]);
    back_up(&mut scenario.night.jobs[0], 0, starter != StartedBy::Us);
    scenario.night.plan_fires = match starter {
        StartedBy::PlanAfter(secs) => vec![(0, secs)],
        StartedBy::Us | StartedBy::PlanThatNeverFires => vec![],
    };
    for (number, script) in (1..).zip(scripts) {
        let tag = format!("nightly-2026-11-20T21-00-00Z/job-00.{}/{number}", machine_of(0));
        let _ = scenario.night.scripted.insert(tag, short(script));
        let _ = scenario.night.scripted.insert(format!("{BACKUP_JOBS}:0000-{:08X}", number - 1), short(script));
    }
    if let Work::Backup(work) = &mut scenario.night.jobs[0].work {
        work.start_within_mins = 10;
    }
    scenario
}

const BACKUP_JOBS: &str = "arn:aws:backup:ap-northeast-1:123456789012:backup-job";

fn copied(scenario: Scenario) -> Scenario {
    with(scenario, |night| {
        let Work::Backup(work) = &mut night.jobs[0].work else { panic!("a job of machines") };
        let vault_arn = "arn:aws:backup:us-west-2:123456789012:backup-vault:DR".to_owned();
        work.copies = vec![CopyPlace { vault_arn, keep_days: 30 }];
    })
}

fn machines() -> Vec<Scenario> {
    let hangs = Script { lasts_secs: None, ..good() };
    vec![
        backups("a machine is backed up", &[good()], StartedBy::Us),
        backups("a backup that fails, then succeeds", &[ends(Ending::Broken), good()], StartedBy::Us),
        backups("an image that never shows", &[ends(Ending::Unverified), good()], StartedBy::Us),
        copied(backups("a copy that we begin", &[good()], StartedBy::Us)),
        backups("AWS Backup's own schedule backs up", &[good()], StartedBy::PlanAfter(60)),
        backups(
            "AWS Backup's own job fails, and ours does not",
            &[ends(Ending::Broken), good()],
            StartedBy::PlanAfter(60),
        ),
        backups("AWS Backup's own schedule does not fire", &[good(), good()], StartedBy::PlanThatNeverFires),
        with(backups("a person cancels a backup", std::slice::from_ref(&hangs), StartedBy::Us), |night| {
            night.acts.push((60, Act::Cancels));
        }),
        with(backups("a person cancels what is only expected", &[good()], StartedBy::PlanThatNeverFires), |night| {
            night.acts.push((60, Act::Cancels));
        }),
        faulty(
            backups("every event of a backup is lost", &[good()], StartedBy::PlanAfter(60)),
            &[(Kind::EventLost, 1.0)],
        ),
        faulty(
            backups("every start of a backup takes effect late", &[good()], StartedBy::Us),
            &[(Kind::StartLate, 1.0)],
        ),
    ]
}

fn endings() -> Vec<Scenario> {
    vec![
        attempts("one good job", &[]),
        attempts("nothing to do", &[ends(Ending::NothingToDo)]),
        attempts("a file left behind, then carried", &[ends(Ending::LeftBehind)]),
        attempts(
            "partial three times",
            &[ends(Ending::CountedFailed), ends(Ending::CountedFailed), ends(Ending::CountedFailed)],
        ),
        attempts("an error, then well", &[ends(Ending::Broken)]),
        attempts("a permission that is missing", &[ends(Ending::Denied)]),
        attempts("a count that is missing", &[ends(Ending::CountMissing)]),
        attempts("files that nobody verified", &[ends(Ending::Unverified)]),
        attempts("a task report that comes late", &[Script { report_after_secs: Some(90), ..good() }]),
        attempts("a task report that never comes", &[Script { report_after_secs: None, ..good() }]),
        attempts("an unknown state on the way", &[Script { unknown_from_secs: Some(30), ..good() }]),
        with(attempts("verification switched off", &[]), |night| {
            let Work::DataSync(transfer) = &mut night.jobs[0].work else { panic!("a DataSync job") };
            transfer.verify = Verify::None;
        }),
    ]
}

fn disturbances() -> Vec<Scenario> {
    let hangs = Script { lasts_secs: None, ..good() };
    vec![
        with(attempts("it never ends and is cut off at the deadline", std::slice::from_ref(&hangs)), |night| {
            night.jobs[0].complete_within_secs = 600;
        }),
        with(attempts("a person cancels", std::slice::from_ref(&hangs)), |night| night.acts.push((60, Act::Cancels))),
        with(attempts("a person stops the workflow", &[]), |night| night.acts.push((60, Act::AbortsWorkflow))),
        with(attempts("the task is busy with a foreign execution", &[]), |night| {
            night.fires[0].0 = 5;
            night.acts.push((0, Act::StartsTask(0)));
        }),
        with(attempts("busy, and the plan says skip", &[]), |night| {
            night.fires[0].0 = 5;
            night.jobs[0].overlap = Overlap::Skip;
            night.acts.push((0, Act::StartsTask(0)));
        }),
        with(attempts("the next night begins while this one is on", &[]), |night| {
            night.fires.push((60, night.begins_at + SignedDuration::from_secs(60)));
        }),
        with(attempts("a start that is refused", &[]), |night| night.refused.push(0)),
        with(attempts("an obstacle in the way", &[]), |night| night.obstructed.push(0)),
        faulty(attempts("every event is lost", &[]), &[(Kind::EventLost, 1.0)]),
        faulty(attempts("every start takes effect late", &[]), &[(Kind::StartLate, 1.0)]),
        faulty(attempts("every list is stale", &[]), &[(Kind::ListStale, 1.0)]),
        with(attempts("a person asks for a run besides", &[]), |night| {
            let requested_at = night.begins_at;
            let request = open_run::Request::Person { jobs: vec![], note: "again".to_owned(), requested_at, nonce: 1 };
            night.acts.push((30, Act::AsksForRun(request)));
        }),
    ]
}

impl Scenario {
    /// Stands before the scenario's night.
    #[must_use]
    pub fn begin(&self, machine: &std::rc::Rc<Machine>, manner: Manner) -> Simulation {
        let manner = Manner { is_steady: true, ..manner };
        let chance = Chance::with_only(1, self.faults);
        Simulation::new(self.night.clone(), chance, std::rc::Rc::clone(machine), manner)
    }
}
