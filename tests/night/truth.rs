//! The independent recount of a night: what DataSync itself says it did, what lies in the bucket, and what people were sent, held against the report.

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use http_body_util::BodyExt as _;
use nightferry_domain::ids::{AttemptId, RunId};
use nightferry_domain::outcome::Outcome;
use nightferry_domain::report::{JobReport, Report};
use nightferry_local::upstream::s3::Bucket;
use nightferry_workflow::World as _;
use nightferry_workflow::ports::Records as _;
use serde_json::{Value, json};

use crate::ask;
use crate::stage::{BUCKET, Stage};

/// What DataSync says of one execution that carries the tag of a run's attempt.
#[derive(Debug)]
pub(crate) struct Execution {
    pub(crate) arn: String,
    pub(crate) attempt: AttemptId,
    pub(crate) described: Value,
}

impl Execution {
    fn count(&self, member: &str) -> u64 {
        self.described[member].as_u64().unwrap_or_default()
    }
}

/// What the files of one job and their copies are like.
#[derive(Debug, Default)]
struct Copies {
    files: usize,
    equal: usize,
    unreadable: Vec<String>,
}

/// Reads the report and recounts everything in it: one execution an attempt, its own numbers, the bytes themselves, one report, one message.
pub(crate) fn assert_true(stage: &Stage, run: &RunId) -> Report {
    assert_true_but(stage, run, stage.jobs.len(), 0)
}

/// The same for a run of so many jobs, when somebody else started so many executions under its tags.
pub(crate) fn assert_true_but(stage: &Stage, run: &RunId, jobs: usize, doubles: usize) -> Report {
    let report = report(stage, run);
    let executions = stage.wait(executions(stage, run));
    assert_eq!(report.jobs.len(), jobs, "{run}: not every promised job is told");
    for job in &report.jobs {
        let own: Vec<&Execution> = executions.iter().filter(|one| one.attempt.job == job.name).collect();
        assert_counts(run, job, &own);
        assert_outcome(stage, run, job, &own);
    }
    let told: usize = report.jobs.iter().flat_map(|job| &job.attempts).filter(|one| one.execution.is_some()).count();
    assert_eq!(executions.len(), told + doubles, "{run}: executions that nobody tells of: {executions:#?}");
    assert_told_once(stage, run);
    report
}

/// The report as it was written.
pub(crate) fn report(stage: &Stage, run: &RunId) -> Report {
    let stored = stage.wait(stage.world.records().get(&format!("reports/{run}/report.json"))).unwrap();
    Report::read(&stored.unwrap_or_else(|| panic!("{run} has no report"))).unwrap()
}

/// Every execution of every task that carries the tag of one of the run's attempts.
pub(crate) async fn executions(stage: &Stage, run: &RunId) -> Vec<Execution> {
    let mut found = vec![];
    for task in ask::tasks(stage).await {
        for listed in ask::pages(stage, "ListTaskExecutions", &json!({"TaskArn": task}), "TaskExecutions").await {
            found.extend(of_run(stage, run, listed["TaskExecutionArn"].as_str().unwrap()).await);
        }
    }
    found
}

async fn of_run(stage: &Stage, run: &RunId, arn: &str) -> Option<Execution> {
    let tags = ask::pages(stage, "ListTagsForResource", &json!({"ResourceArn": arn}), "Tags").await;
    let tag = tags.iter().find(|tag| tag["Key"] == "nightferry:attempt")?;
    let attempt = tag["Value"].as_str()?.parse::<AttemptId>().ok().filter(|attempt| &attempt.run == run)?;
    let described = ask::datasync(stage, "DescribeTaskExecution", &json!({"TaskExecutionArn": arn})).await;
    Some(Execution { arn: arn.to_owned(), attempt, described })
}

/// Each attempt tells of the execution that carries its tag, with that execution's own numbers.
fn assert_counts(run: &RunId, job: &JobReport, executions: &[&Execution]) {
    let (mut files, mut bytes) = (0, 0);
    for attempt in &job.attempts {
        let Some(arn) = &attempt.execution else { continue };
        let own = executions.iter().find(|one| one.arn == arn.as_str());
        let own = own.unwrap_or_else(|| panic!("{run}: {} tells of {arn}, which is not its own", job.name));
        assert_eq!(own.attempt.number, attempt.number, "{run}: {}: {arn} is of another attempt", job.name);
        let seen = (own.count("FilesTransferred"), own.count("BytesWritten"));
        assert_eq!((attempt.files, attempt.bytes), seen, "{run}: {}: {:#}", job.name, own.described);
        files += seen.0;
        bytes += seen.1;
    }
    assert_eq!((job.files, job.bytes), (files, bytes), "{run}: the sums of {}", job.name);
}

/// Safe is what lies in the bucket byte for byte, and nothing else.
fn assert_outcome(stage: &Stage, run: &RunId, job: &JobReport, executions: &[&Execution]) {
    let copies = stage.wait(compare(stage, job.name.as_str()));
    let is_whole = copies.equal == copies.files;
    let words = format!("{run}: {} is told as {:?}: {:?}; {copies:?}", job.name, job.outcome, job.cause);
    match job.outcome {
        Outcome::Succeeded => assert!(is_whole && job.files > 0, "{words}"),
        Outcome::NothingToDo => assert!(is_whole && job.files == 0, "{words}"),
        Outcome::Partial => {
            let named: Vec<&str> = job.failed_items.iter().map(|item| item.path.trim_start_matches('/')).collect();
            assert!(!named.is_empty() && named == copies.unreadable && copies.equal > 0, "{words}");
        }
        Outcome::Failed => {
            assert!(executions.iter().all(|one| one.described["Status"] != "SUCCESS"), "{words}");
        }
    }
    assert_eq!(job.cause.is_some(), !job.outcome.is_safe(), "{words}");
}

async fn compare(stage: &Stage, job: &str) -> Copies {
    let bucket = Bucket::find(&stage.local.aws(), BUCKET).await.unwrap().unwrap();
    let mut copies = Copies::default();
    for (name, path) in files(&stage.tree(job)) {
        copies.files += 1;
        if std::fs::metadata(&path).unwrap().permissions().mode() & 0o444 == 0 {
            copies.unreadable.push(name);
            continue;
        }
        let copy = match bucket.get(&format!("{job}/{name}"), None).await {
            Ok(answer) => answer.into_body().collect().await.ok().map(http_body_util::Collected::to_bytes),
            Err(_) => None,
        };
        copies.equal += usize::from(copy.is_some_and(|copy| copy == std::fs::read(&path).unwrap()));
    }
    copies
}

/// Every regular file below a folder, by its path from there.
fn files(tree: &Path) -> BTreeMap<String, PathBuf> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![tree.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(tree).unwrap().to_string_lossy().into_owned();
                let _ = found.insert(name, path);
            }
        }
    }
    found
}

/// The same files with the same bytes and, where they came along, with owner, group and mode.
pub(crate) fn assert_equal_trees(source: &Path, copy: &Path, with_owner: bool) {
    let (originals, copies) = (files(source), files(copy));
    assert!(!originals.is_empty(), "{} is empty", source.display());
    assert_eq!(originals.keys().collect::<Vec<_>>(), copies.keys().collect::<Vec<_>>(), "{}", copy.display());
    for (original, copy) in originals.values().zip(copies.values()) {
        assert!(std::fs::read(original).unwrap() == std::fs::read(copy).unwrap(), "{}", copy.display());
        let looks = |path: &Path| {
            let seen = std::fs::metadata(path).unwrap();
            (seen.uid(), seen.gid(), seen.permissions().mode() & 0o7777)
        };
        assert!(!with_owner || looks(original) == looks(copy), "{}: {:?}", copy.display(), looks(copy));
    }
}

/// One report, one message.
pub(crate) fn assert_told_once(stage: &Stage, run: &RunId) {
    let key = format!("reports/{run}/report.json");
    let written = stage.wait(ask::versions(stage, &stage.stack.records_bucket(), &key));
    assert_eq!(written, 1, "{run}: the report was written {written} times");
    assert_eq!(stage.letters_about(run), 1, "{run}: messages");
}
