//! Which jobs a run has, by who asks and what EC2 lists.

use super::*;
use crate::backup::sample;
use crate::job_spec::tests::spec;
use crate::run::RunPhase;

fn servers() -> (JobSpec, BackupWork) {
    let start = Starter::AwsBackup { plan_id: "p-1".into() };
    let work = BackupWork { start, ..sample() };
    let name = "servers".parse().unwrap();
    (JobSpec { name, work: Work::Backup(work.clone()), ..spec("servers", "nightly", 1) }, work)
}

fn machine(n: u8) -> Machine {
    let id: InstanceId = format!("i-{n:017x}").parse().unwrap();
    Machine {
        arn: format!("arn:aws:ec2:ap-northeast-1:123456789012:instance/{id}"),
        id,
        name: Some(format!("web-{n}")),
    }
}

fn name(n: u8) -> String {
    format!("servers.{}", machine(n).id)
}

fn run(trigger: Trigger) -> Run {
    let opened_at = "2026-11-20T21:00:00Z".parse().unwrap();
    Run { id: "r".parse().unwrap(), trigger, opened_at, plan_key: "p".into(), job_count: 0, phase: RunPhase::Opening }
}

fn person(jobs: &[&str]) -> Run {
    run(Trigger::Person { jobs: jobs.iter().map(|job| job.parse().unwrap()).collect(), note: String::new() })
}

fn scheduled() -> Run {
    run(Trigger::Schedule { schedule: "nightly".parse().unwrap(), at: "2026-11-20T21:00:00Z".parse().unwrap() })
}

fn names(run: &Run, listed: &Listed) -> Vec<String> {
    let (spec, work) = servers();
    expand(run, &spec, &work, listed).iter().map(|job| job.name.to_string()).collect()
}

fn two() -> Listed {
    Listed::Machines(vec![machine(1), machine(2)])
}

#[test]
fn each_machine_is_a_job_with_its_own_name_and_arn() {
    let (spec, work) = servers();
    let jobs = expand(&scheduled(), &spec, &work, &two());
    assert_eq!(names(&scheduled(), &two()), [name(1), name(2)]);
    let first = jobs[0].work.backup().unwrap();
    assert_eq!(first.machine.as_ref(), Some(&machine(1)));
    assert_eq!(first.from, "web-1 (i-00000000000000001)");
    assert_eq!(first.start, work.start);
    assert_eq!(lacks_machine(&jobs[0].name, first), None);
}

#[test]
fn a_night_without_a_machine_promises_the_plans_job_and_says_why() {
    let (spec, work) = servers();
    for (run, listed, id) in [
        (scheduled(), Listed::Machines(vec![]), "no-instances"),
        (person(&[]), Listed::Machines(vec![]), "no-instances"),
        (scheduled(), Listed::Refused("UnauthorizedOperation".into()), "instances-not-listed"),
    ] {
        let jobs = expand(&run, &spec, &work, &listed);
        let [job] = jobs.as_slice() else { panic!("one job") };
        assert_eq!(job.name.as_str(), "servers");
        assert_eq!(lacks_machine(&job.name, job.work.backup().unwrap()).unwrap().id, id);
    }
}

#[test]
fn who_asks_for_one_machine_gets_that_one_and_starts_it_at_once() {
    let (spec, work) = servers();
    let jobs = expand(&person(&[&name(2)]), &spec, &work, &two());
    let [job] = jobs.as_slice() else { panic!("one job") };
    assert_eq!((job.name.to_string(), &job.work.backup().unwrap().start), (name(2), &Starter::Nightferry));
    assert_eq!(names(&person(&["servers"]), &two()), [name(1), name(2)]);
}

#[test]
fn a_machine_that_was_asked_for_and_is_not_selected_is_told() {
    let (spec, work) = servers();
    let execution = "arn:aws:backup:ap-northeast-1:123456789012:backup-job:8F".parse().unwrap();
    let failure = run(Trigger::ForeignFailure { execution, job: name(3).parse().unwrap() });
    for run in [person(&[&name(3)]), failure] {
        let jobs = expand(&run, &spec, &work, &two());
        let [job] = jobs.as_slice() else { panic!("one job") };
        assert_eq!(lacks_machine(&job.name, job.work.backup().unwrap()).unwrap().id, "instance-not-selected");
    }
    assert_eq!(names(&person(&[&name(1), &name(3)]), &two()), [name(1), name(3)]);
}

#[test]
fn an_instances_arn_names_its_machine() {
    assert_eq!(machine_of(&machine(1).arn), Some(machine(1).id));
    assert_eq!(machine_of("arn:aws:ec2:ap-northeast-1:123456789012:volume/vol-1"), None);
}
