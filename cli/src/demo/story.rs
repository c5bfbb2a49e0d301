//! What a demo night tells at its end.

use std::path::PathBuf;

use nightferry_domain::job::Job;
use nightferry_domain::outcome::Outcome;
use serde::Serialize;
use serde_json::{Value, json};

use crate::commands::show;
use crate::demo::back::WayBack;
use crate::demo::office::Connected;
use crate::demo::proof::Proof;
use crate::demo::servers::MachineProof;
use crate::exit::Exit;
use crate::nights::Night;

/// Causes that a permission or another precondition mends.
const PREFLIGHT_CAUSES: [&str; 4] = ["denied", "assum", "missing", "policy"];

/// What comparing both ends of one of the other jobs gave.
#[derive(Serialize)]
pub(crate) struct BucketProof {
    pub(crate) job: &'static str,
    /// `objects`, or `versions and delete markers`.
    pub(crate) counts: &'static str,
    pub(crate) proof: Proof,
}

/// A night that has ended.
pub(crate) struct Told {
    pub(crate) night: Night,
    pub(crate) proof: Proof,
    /// The proofs of the jobs between two accounts and of the office, with what each counts.
    pub(crate) bucket_proofs: Vec<BucketProof>,
    /// The agent through which the office's files went.
    pub(crate) agent: Option<Connected>,
    /// Every machine that EC2 has, and what the night left of it.
    pub(crate) machines: Vec<MachineProof>,
    /// A machine brought back, and a drill.
    pub(crate) ways_back: Vec<WayBack>,
    /// How often the ordered fault struck.
    pub(crate) faults_injected: u64,
    pub(crate) report: PathBuf,
    pub(crate) endpoint: String,
    pub(crate) bucket: String,
    pub(crate) prefix: String,
}

impl Told {
    /// What kind of night it was. A job that failed in its preflight says so; a copy that differs outweighs all.
    pub(crate) fn exit(&self) -> Exit {
        match self.night.outcome() {
            Some(outcome) if outcome.is_safe() && !self.is_whole() => Exit::Mismatch,
            Some(Outcome::Failed) if self.failed_in_preflight() => Exit::Preflight,
            Some(outcome) => Exit::of_outcome(outcome),
            None => Exit::Failed,
        }
    }

    fn is_whole(&self) -> bool {
        self.proof.is_whole()
            && self.bucket_proofs.iter().all(|one| one.proof.is_whole())
            && self.machines.iter().all(MachineProof::is_as_promised)
            && self.ways_back.iter().all(WayBack::is_as_promised)
    }

    fn failed_in_preflight(&self) -> bool {
        self.night.jobs.iter().filter_map(Job::settlement).filter(|end| end.outcome == Outcome::Failed).all(|end| {
            let id = end.cause.as_ref().map_or("", |cause| cause.id.as_str());
            PREFLIGHT_CAUSES.iter().any(|word| id.contains(word))
        })
    }

    /// One JSON document.
    pub(crate) fn document(&self) -> Value {
        let outcome = self.night.outcome();
        json!({
            "run": {"id": self.night.run.id, "outcome": outcome, "opened_at": self.night.run.opened_at},
            "jobs": self.night.jobs.iter().map(job).collect::<Vec<_>>(),
            "endpoint": self.endpoint,
            "bucket": self.bucket,
            "prefix": self.prefix,
            "report": self.report,
            "proof": self.proof,
            "bucket_proofs": self.bucket_proofs,
            "agent": self.agent,
            "machines": self.machines,
            "ways_back": self.ways_back,
            "faults_injected": self.faults_injected,
            "exit_code": self.exit() as u8,
        })
    }

    /// The same in words.
    pub(crate) fn words(&self, keep: bool) -> String {
        let mut lines = vec![show::in_words(&self.night), self.proof.words("files")];
        lines.extend(self.bucket_proofs.iter().map(|one| format!("{}: {}", one.job, one.proof.words(one.counts))));
        lines.extend(self.agent.iter().map(Connected::words));
        lines.extend(self.machines.iter().map(MachineProof::words));
        lines.extend(self.ways_back.iter().map(WayBack::words));
        lines.push(format!("report: {}", self.report.display()));
        if keep {
            lines.push(format!(
                "s3://{}/{} at {}; `nightferry local env` points other clients there, `nightferry local down` ends it",
                self.bucket, self.prefix, self.endpoint
            ));
        }
        lines.join("\n")
    }
}

fn job(job: &Job) -> Value {
    let settlement = job.settlement();
    let tally = settlement.map(|end| end.tally).unwrap_or_default();
    json!({
        "name": job.spec.name,
        "outcome": settlement.map(|end| end.outcome),
        "files": tally.files,
        "bytes": tally.bytes,
        "failed": tally.failed,
        "attempts": job.attempts.len(),
        "cause": settlement.and_then(|end| end.cause.as_ref()),
    })
}
