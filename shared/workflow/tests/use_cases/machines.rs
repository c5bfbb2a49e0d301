//! Machines: which ones a night is about, who starts their backups, and when one is green.

use nightferry_domain::backup::{CopyPlace, Starter};
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::job::Phase;
use nightferry_domain::job_spec::{JobSpec, Work};
use nightferry_domain::limits::{COPIES_LOOK_SECS, COPY_APPEARS_SECS, EXPECTED_MARGIN_SECS, POINT_GRACE_SECS};
use nightferry_domain::outcome::Outcome;
use nightferry_domain::plan::InstanceId;
use nightferry_domain::report::Report;
use nightferry_domain::run::RunPhase;
use nightferry_domain::state_change::Hint;
use nightferry_simulation::fake::{Fake, Fault, at_every_await_point, backed_up, crash_at, machine, run};
use nightferry_workflow::open_run::{Opened, Request, open_run};
use nightferry_workflow::record_state::{Recorded, record_state};
use nightferry_workflow::start_job::Started;
use nightferry_workflow::step::{Next, Step};
use nightferry_workflow::sweep_runs::sweep_runs;
use nightferry_workflow::write_report::{self, write_report};

const PLAN: &str = "5a1f0c1e-2b3d";
const DR: &str = "arn:aws:backup:us-west-2:123456789012:backup-vault:DR";

fn name(id: &InstanceId) -> String {
    format!("servers.{id}")
}

/// The plan's tagged machines, and two of them.
fn two() -> Fake {
    with(backed_up("servers"))
}

fn with(spec: JobSpec) -> Fake {
    let world = Fake::with_plan(vec![spec]);
    world.has_machine(&machine(1), "web-1");
    world.has_machine(&machine(2), "web-2");
    world
}

fn changed(change: impl FnOnce(&mut nightferry_domain::backup::BackupWork)) -> JobSpec {
    let mut spec = backed_up("servers");
    let Work::Backup(work) = &mut spec.work else { panic!("machines") };
    change(work);
    spec
}

pub(crate) fn by_plan() -> JobSpec {
    changed(|work| work.start = Starter::AwsBackup { plan_id: PLAN.into() })
}

fn opens(world: &Fake) -> Opened {
    run(open_run(world, &world.request())).unwrap()
}

/// The night is open and the first machine checked.
pub(crate) fn ready(spec: JobSpec) -> (Fake, String) {
    let world = with(spec);
    let _ = opens(&world);
    let job = name(&machine(1));
    assert_eq!(world.checks(&job).unwrap().next, Next::Start);
    (world, job)
}

fn running(spec: JobSpec) -> (Fake, String, ExecutionArn) {
    let (world, job) = ready(spec);
    let Ok(Started::Running(execution)) = world.starts(&job, 1) else { panic!("it does not run") };
    (world, job, execution)
}

/// The job has made a recovery point, and EC2 has its image.
pub(crate) fn completes(world: &Fake, execution: &ExecutionArn) {
    world.backup_completes(execution, 8 << 30, 30);
    world.has_image_of(execution);
}

fn resource(world: &Fake, n: u32) -> String {
    world.state.borrow().instances[&machine(n)].arn.clone()
}

fn role() -> String {
    "arn:aws:iam::123456789012:role/nightferry-backup-servers".to_owned()
}

pub(crate) fn aws_backs_up(world: &Fake, n: u32) -> ExecutionArn {
    let resource = resource(world, n);
    world.plan_backs_up(PLAN, (&resource, "EC2", &role()))
}

#[test]
fn each_machine_that_carries_the_tag_is_a_job_of_the_night() {
    let world = two();
    world.has_machine(&machine(3), "web-3");
    let _ = world.state.borrow_mut().instances.get_mut(&machine(3)).unwrap().tags.remove("AWSBackup");
    assert_eq!(opens(&world).job_count, 2);
    let jobs: Vec<String> = world.state.borrow().jobs.keys().map(|(_, job)| job.to_string()).collect();
    assert_eq!(jobs, [name(&machine(1)), name(&machine(2))]);
}

#[test]
fn a_night_that_is_opened_again_promises_the_machines_of_the_first_time() {
    let points = at_every_await_point(|n| {
        let world = two();
        let first = crash_at(n, open_run(&world, &world.request()));
        let had_promised = !world.state.borrow().documents.is_empty();
        let _ = world.state.borrow_mut().instances.remove(&machine(2));
        let opened = opens(&world);
        assert_eq!(opened.job_count, if had_promised { 2 } else { 1 }, "died at point {n}");
        assert_eq!(world.run_record().phase, RunPhase::Open);
        let state = world.state.borrow();
        assert_eq!(state.jobs.len(), usize::try_from(opened.job_count).unwrap());
        first.is_none()
    });
    assert!(points > 12);
}

#[test]
fn a_list_that_gives_no_answer_opens_nothing_and_is_asked_again() {
    let world = two();
    world.breaks("tagged", 1, Fault::Throttled);
    assert!(run(open_run(&world, &world.request())).is_err());
    assert!(world.state.borrow().runs.is_empty());
    assert_eq!(opens(&world).job_count, 2);
}

#[test]
fn a_night_without_a_machine_is_open_and_not_green() {
    for (refusal, cause) in [
        (None, "no-instances"),
        (Some(Fault::Rejected("UnauthorizedOperation", "You are not authorized")), "instances-not-listed"),
    ] {
        let world = Fake::with_plan(vec![backed_up("servers")]);
        if let Some(fault) = refusal {
            world.breaks("tagged", 1, fault);
        }
        assert_eq!(opens(&world).job_count, 1);
        assert_eq!(world.checks("servers").unwrap().next, Next::Settled);
        assert_eq!((world.settlement("servers").outcome, world.cause("servers").as_str()), (Outcome::Failed, cause));
    }
}

#[test]
fn a_person_may_ask_for_one_machine() {
    let world = two();
    let ask = |job: &str| Request::Person {
        jobs: vec![job.parse().unwrap()],
        note: String::new(),
        requested_at: world.time(),
        nonce: 1,
    };
    assert_eq!(run(open_run(&world, &ask(&name(&machine(2))))).unwrap().job_count, 1);
    let jobs: Vec<String> = world.state.borrow().jobs.keys().map(|(_, job)| job.to_string()).collect();
    assert_eq!(jobs, [name(&machine(2))]);
    let world = two();
    assert!(run(open_run(&world, &ask("other.i-00000000000000001"))).is_err());
}

#[test]
fn a_backup_is_green_by_what_it_left_and_is_reported_with_machine_size_and_end() {
    let (world, job, execution) = running(backed_up("servers"));
    completes(&world, &execution);
    assert_eq!(world.verifies(&job).unwrap().next, Next::Settled);
    assert_eq!(world.settlement(&job).outcome, Outcome::Succeeded);
    let _ = world.checks(&name(&machine(2))).unwrap();
    let Ok(Started::Running(second)) = world.starts(&name(&machine(2)), 1) else { panic!("it does not run") };
    world.backup_becomes(&second, |seen| seen.state = nightferry_domain::backup::BackupState::Aborted);
    let _ = world.verifies(&name(&machine(2))).unwrap();
    let _ = run(write_report(&world, "test", &write_report::Request { run_id: world.night() })).unwrap();
    let key = format!("reports/{}/report.json", world.night());
    let report = Report::read(&world.state.borrow().documents[&key]).unwrap();
    assert_eq!(report.jobs[1].recovery_point.as_ref().unwrap().bytes, Some(8 << 30));
    assert!(!report.coverage[0].is_whole());
    let (subject, text) = world.state.borrow().notices[0].clone();
    assert!(subject.contains("1 ok, 1 FAILED"), "{subject}");
    assert!(text.contains("OK  servers: web-1 (i-00000000000000001): 1 recovery point, 8.0 GiB"), "{text}");
    assert!(text.contains("NOT COVERED web-2 (i-00000000000000002)"), "{text}");
}

#[test]
fn a_report_is_written_whatever_becomes_of_its_coverage() {
    let (world, job, execution) = running(backed_up("servers"));
    let _ = world.state.borrow_mut().instances.remove(&machine(2));
    completes(&world, &execution);
    let _ = world.verifies(&job).unwrap();
    let other = name(&machine(2));
    let _ = world.state.borrow_mut().backup_refusals.insert(
        format!("arn:aws:ec2:ap-northeast-1:123456789012:instance/{}", machine(2)),
        ("AccessDeniedException", "not authorized to perform: backup:StartBackupJob"),
    );
    let _ = world.checks(&other).unwrap();
    let _ = world.starts(&other, 1).unwrap();
    assert_eq!(world.cause(&other), "backup-denied");
    world.breaks("tagged", 1, Fault::Rejected("UnauthorizedOperation", "no"));
    let _ = run(write_report(&world, "test", &write_report::Request { run_id: world.night() })).unwrap();
    let text = world.state.borrow().notices[0].1.clone();
    assert!(
        text.contains("servers: not known what is covered: Fake refused tagged: UnauthorizedOperation: no"),
        "{text}"
    );
}

#[test]
fn a_recovery_point_or_image_that_lags_is_looked_for_again_before_it_is_doubted() {
    let (world, job, execution) = running(backed_up("servers"));
    world.backup_completes(&execution, 8 << 30, 30);
    let step = world.verifies(&job).unwrap();
    assert_eq!((step.next, step.wait_secs > 0), (Next::Start, true));
    assert!(matches!(world.phase(&job), Phase::Running { .. }));
    world.pass(POINT_GRACE_SECS + 1);
    let _ = world.verifies(&job).unwrap();
    let last = world.job(&job).attempts[0].judgement.clone().unwrap();
    assert_eq!((last.outcome, last.cause.unwrap().id.as_str()), (Outcome::Partial, "image-unusable"));
}

#[test]
fn a_start_that_was_cut_off_is_repeated_with_its_token_and_makes_one_job() {
    for fault in [Fault::LostBefore, Fault::LostAfter] {
        let (world, job) = ready(backed_up("servers"));
        world.breaks("start_backup", 1, fault);
        // Whether it took effect, no list tells for sure.
        assert!(world.starts(&job, 1).is_err());
        assert!(matches!(world.starts(&job, 1).unwrap(), Started::Running(_)));
        assert_eq!(world.backups_made().len(), 1);
    }
}

#[test]
fn another_backup_of_the_same_machine_is_waited_for_and_ours_starts_after_it() {
    let (world, job) = ready(backed_up("servers"));
    let resource = resource(&world, 1);
    let by_hand = world.somebody_backs_up((&resource, "Default", "arn:aws:iam::123456789012:role/somebody"));
    world.backup_becomes(&by_hand, |seen| seen.state = nightferry_domain::backup::BackupState::Running);
    assert_eq!(world.starts(&job, 1).unwrap(), Started::Blocked(by_hand.clone()));
    completes(&world, &by_hand);
    assert_eq!(run(sweep_runs(&world, "test")).unwrap().woken_count, 1);
    assert_eq!(world.verifies(&job).unwrap().next, Next::Start);
    assert!(matches!(world.starts(&job, 1).unwrap(), Started::Running(_)));
}

#[test]
fn a_declared_copy_is_begun_awaited_and_told() {
    let copy = CopyPlace { vault_arn: DR.into(), keep_days: 30 };
    let (world, job, execution) = running(changed(|work| work.copies = vec![copy]));
    completes(&world, &execution);
    for _ in 0..2 {
        assert_eq!(world.verifies(&job).unwrap().wait_secs, COPIES_LOOK_SECS);
        assert_eq!(world.state.borrow().copies.len(), 1, "begun once");
    }
    world.copy_completes(0);
    assert_eq!(world.verifies(&job).unwrap().next, Next::Settled);
    assert_eq!(world.settlement(&job).outcome, Outcome::Succeeded);
    let point = world.job(&job).attempts[0].judgement.clone().unwrap().point.unwrap();
    assert_eq!(point.copy_count(), 1);
}

#[test]
fn a_copy_that_is_refused_leaves_the_night_partial() {
    let copy = CopyPlace { vault_arn: DR.into(), keep_days: 30 };
    let (world, job, execution) = running(changed(|work| work.copies = vec![copy]));
    completes(&world, &execution);
    let words = "Both source and destination account must be a member of the same organization";
    world.breaks("copy", 1, Fault::Rejected("InvalidRequestException", words));
    let _ = world.verifies(&job).unwrap();
    assert_eq!(
        (world.settlement(&job).outcome, world.cause(&job).as_str()),
        (Outcome::Partial, "recovery-point-copy-missing")
    );
}

#[test]
fn what_aws_backup_starts_is_adopted_and_never_started_by_us() {
    let (world, job) = ready(by_plan());
    let Ok(Started::Expected(_)) = world.starts(&job, 1) else { panic!("it is expected") };
    assert!(world.backups_made().is_empty());
    world.pass(600);
    let theirs = aws_backs_up(&world, 1);
    let swept = run(sweep_runs(&world, "test")).unwrap();
    assert_eq!((swept.woken_count, world.waiting_count()), (1, 0));
    assert_eq!(world.verifies(&job).unwrap().next, Next::Start);
    assert_eq!(world.starts(&job, 1).unwrap(), Started::Running(theirs.clone()));
    completes(&world, &theirs);
    let _ = world.verifies(&job).unwrap();
    assert_eq!(world.settlement(&job).outcome, Outcome::Succeeded);
    assert_eq!(world.state.borrow().backup_calls.len(), 0);
}

#[test]
fn what_aws_backup_does_not_start_is_told_and_started_by_us() {
    let (world, job) = ready(by_plan());
    let _ = world.starts(&job, 1).unwrap();
    assert!(matches!(world.starts(&job, 1).unwrap(), Started::Expected(_)), "asking again changes nothing");
    world.pass(3_600 + EXPECTED_MARGIN_SECS);
    let swept = run(sweep_runs(&world, "test")).unwrap();
    assert_eq!(swept.woken_count, 1);
    let step: Step = world.verifies(&job).unwrap();
    assert_eq!((step.next, step.attempt), (Next::Start, 1));
    assert_eq!(world.starts(&job, 1).unwrap(), Started::Over);
    let first = world.job(&job).attempts[0].judgement.clone().unwrap();
    assert_eq!(first.cause.unwrap().id, "backup-not-started");
    world.pass(3_600);
    assert!(matches!(world.starts(&job, 2).unwrap(), Started::Running(_)));
}

#[test]
fn what_is_only_expected_ends_at_once_when_a_person_cancels() {
    let (world, job) = ready(by_plan());
    let _ = world.starts(&job, 1).unwrap();
    let request = nightferry_workflow::cancel_run::Request { run_id: world.night(), job: None, reason: "x".into() };
    let _ = run(nightferry_workflow::cancel_run::cancel_run(&world, &request)).unwrap();
    assert_eq!(world.verifies(&job).unwrap().next, Next::Settled);
    assert_eq!(world.cause(&job), "cancelled");
}

#[test]
fn the_end_of_a_job_that_a_night_expects_wakes_that_night() {
    let (world, job) = ready(by_plan());
    let _ = world.starts(&job, 1).unwrap();
    let theirs = aws_backs_up(&world, 1);
    completes(&world, &theirs);
    let recorded = run(record_state(&world, "test", Hint::LookAt(theirs))).unwrap();
    assert!(matches!(recorded, Recorded::Woken(_)), "{recorded:?}");
    let _ = world.verifies(&job).unwrap();
    assert_eq!(world.settlement(&job).outcome, Outcome::Succeeded);
}

#[test]
fn a_failed_job_of_our_backup_plan_that_no_night_expects_opens_a_re_run_of_its_machine() {
    let world = with(by_plan());
    world.pass(7 * 3_600);
    let theirs = aws_backs_up(&world, 2);
    world.backup_becomes(&theirs, |seen| seen.state = nightferry_domain::backup::BackupState::Failed);
    for is_new in [true, false] {
        let recorded = run(record_state(&world, "test", Hint::LookAt(theirs.clone()))).unwrap();
        let Recorded::Rerun(opened) = recorded else { panic!("{recorded:?}") };
        assert_eq!((opened.job_count, opened.is_new), (1, is_new));
    }
    let state = world.state.borrow();
    let (_, job) = state.jobs.keys().next().unwrap();
    assert_eq!(job.to_string(), name(&machine(2)));
    let work = state.jobs.values().next().unwrap().record.spec.work.backup().unwrap();
    assert_eq!(work.start, Starter::Nightferry);
}

#[test]
fn a_job_that_somebody_made_by_hand_or_that_ended_well_opens_nothing() {
    let world = with(by_plan());
    world.pass(7 * 3_600);
    let resource = resource(&world, 1);
    let by_hand = world.somebody_backs_up((&resource, "EC2", &role()));
    world.backup_becomes(&by_hand, |seen| seen.state = nightferry_domain::backup::BackupState::Failed);
    let well = aws_backs_up(&world, 2);
    completes(&world, &well);
    for job in [by_hand, well] {
        assert_eq!(run(record_state(&world, "test", Hint::LookAt(job))).unwrap(), Recorded::Foreign);
    }
    assert!(world.state.borrow().runs.is_empty());
}

#[test]
fn copies_of_aws_backups_own_rule_are_waited_for_before_we_begin_any() {
    let copy = CopyPlace { vault_arn: DR.into(), keep_days: 30 };
    let mut spec = by_plan();
    if let Work::Backup(work) = &mut spec.work {
        work.copies = vec![copy];
    }
    let (world, job) = ready(spec);
    let _ = world.starts(&job, 1).unwrap();
    let theirs = aws_backs_up(&world, 1);
    completes(&world, &theirs);
    assert_eq!(world.verifies(&job).unwrap().wait_secs, COPIES_LOOK_SECS);
    assert!(world.state.borrow().copies.is_empty());
    world.pass(COPY_APPEARS_SECS + 1);
    let _ = world.verifies(&job).unwrap();
    assert_eq!(world.state.borrow().copies.len(), 1);
}
