//! Two runs back one machine up at the same time: neither takes the other's backup job for its own.

use nightferry_domain::backup::BackupState;
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::limits::LEASE_SECS;
use nightferry_simulation::fake::{Fake, Fault, backed_up, machine, run};
use nightferry_workflow::check_job;
use nightferry_workflow::open_run::{Request, open_run};
use nightferry_workflow::start_job::{self, Started, start_job};
use nightferry_workflow::verify_job::{self, verify_job};

use crate::machines::{aws_backs_up, by_plan, ready};

/// Opens a run of this one machine and lets it come to its first start.
fn a_person_asks_for(world: &Fake, job: &str) -> start_job::Request {
    let (jobs, requested_at) = (vec![job.parse().unwrap()], world.time());
    let asked = Request::Person { jobs: jobs.clone(), note: String::new(), requested_at, nonce: 1 };
    let run_id = run(open_run(world, &asked)).unwrap().run_id;
    let check = check_job::Request { run_id: run_id.clone(), job: jobs[0].clone(), item: check_job::Item::default() };
    let _ = run(check_job::check_job(world, &check)).unwrap();
    start_job::Request { run_id, ..world.waits(job, 1) }
}

#[test]
fn regression_who_waits_for_the_end_of_a_backup_job_takes_it_from_nobody() {
    let (world, job) = ready(by_plan());
    let Ok(Started::Expected(_)) = world.starts(&job, 1) else { panic!("it is expected") };
    let theirs = aws_backs_up(&world, 1);
    world.backup_becomes(&theirs, |seen| seen.state = BackupState::Running);
    // A person's run of the same machine meets the job before the night that expects it has seen it.
    let persons = a_person_asks_for(&world, &job);
    assert_eq!(run(start_job(&world, &persons)).unwrap(), Started::Blocked(theirs.clone()));
    assert_eq!(world.starts(&job, 1).unwrap(), Started::Running(theirs));
}

#[test]
fn regression_a_backup_job_whose_start_was_not_answered_is_never_adopted_by_another_run() {
    let (world, job) = ready(backed_up("servers"));
    world.breaks("start_backup", 1, Fault::LostAfter);
    assert!(world.starts(&job, 1).is_err());
    let persons = a_person_asks_for(&world, &job);
    let Ok(Started::Running(persons_own)) = run(start_job(&world, &persons)) else { panic!("it does not run") };
    let Ok(Started::Running(nights_own)) = world.starts(&job, 1) else { panic!("it does not run") };
    assert_ne!(persons_own, nights_own);
    assert_eq!(world.backups_made().len(), 2, "{:?}", machine(1));
}

/// Somebody's backup of the machine, which is at work when the runs meet it.
fn a_foreign_backup(world: &Fake) -> ExecutionArn {
    let theirs = aws_backs_up(world, 1);
    world.backup_becomes(&theirs, |seen| seen.state = BackupState::Running);
    world.pass(LEASE_SECS);
    theirs
}

#[test]
fn regression_who_waited_longer_than_a_token_is_remembered_adopts_nothing_that_another_run_has_just_begun() {
    let (world, job) = ready(backed_up("servers"));
    let theirs = a_foreign_backup(&world);
    assert_eq!(world.starts(&job, 1).unwrap(), Started::Blocked(theirs.clone()));
    let persons = a_person_asks_for(&world, &job);
    assert_eq!(run(start_job(&world, &persons)).unwrap(), Started::Blocked(theirs.clone()));
    world.pass(LEASE_SECS + 1);
    world.backup_becomes(&theirs, |seen| seen.state = BackupState::Completed);
    for run_id in [world.night(), persons.run_id.clone()] {
        let verify = verify_job::Request { run_id, job: job.parse().unwrap(), gives_up: false };
        let _ = run(verify_job(&world, &verify)).unwrap();
    }
    world.breaks("start_backup", 1, Fault::LostAfter);
    assert!(world.starts(&job, 1).is_err(), "the night's own is begun, and it does not know");
    let Ok(Started::Running(persons_own)) = run(start_job(&world, &persons)) else { panic!("it does not run") };
    let Ok(Started::Running(nights_own)) = world.starts(&job, 1) else { panic!("it does not run") };
    assert_ne!(persons_own, nights_own);
}
