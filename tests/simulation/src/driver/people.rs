//! People: they cancel, stop workflows, start tasks by hand, ask for runs, and forge events.

use nightferry_workflow::{cancel_run, decide};

use super::Simulation;
use super::functions::Call;
use super::queue::What;
use crate::night::{Act, task};

impl Simulation {
    pub(super) fn expect_people(&mut self) {
        let acts = self.night.acts.clone();
        for (at_secs, act) in acts {
            self.put(at_secs * 1_000, What::Person(act));
        }
    }

    pub(super) fn person(&mut self, act: Act) {
        self.told(|| format!("a person: {act:?}"));
        match act {
            Act::Cancels => {
                let run = self.fake.state.borrow().runs.keys().next().cloned();
                if let Some(run_id) = run {
                    let request = cancel_run::Request { run_id, job: None, reason: "the office burns".to_owned() };
                    self.put(self.now_ms, What::Call { call: Call::Cancel(request), tries: 0 });
                }
            }
            Act::AbortsWorkflow => {
                let run = self.fake.state.borrow().workflows.keys().next().cloned();
                if let Some(run) = run {
                    self.workflow_is_aborted(&run);
                }
            }
            Act::StartsTask(job) => {
                let task = task(job);
                let is_busy = self.fake.state.borrow().is_busy(&task);
                if !is_busy {
                    let _ = self.fake.starts_elsewhere(&task, None);
                }
            }
            Act::AsksForRun(request) => {
                self.put(self.now_ms, What::Call { call: Call::OpenRun(request), tries: 0 });
            }
            Act::Decides { job, is_yes } => self.decides(job, is_yes),
            Act::ChangesRule(job) => self.changes_rule(job),
            Act::LeavesBatchJob => drop(self.fake.batch_job_of_somebody_else()),
            Act::ForgesEvent => self.forged_event(),
        }
    }

    fn decides(&mut self, job: usize, is_yes: bool) {
        let run = self.fake.state.borrow().runs.keys().next().cloned();
        let Some(run_id) = run else { return };
        let request = decide::Request {
            run_id,
            job: self.night.jobs[job].name.clone(),
            is_yes,
            by: "mio".to_owned(),
            reason: "looked at it".to_owned(),
        };
        self.put(self.now_ms, What::Call { call: Call::Decide(request), tries: 0 });
    }

    /// Somebody lets the bucket's rule copy elsewhere.
    fn changes_rule(&mut self, job: usize) {
        let Some(replication) = self.night.jobs[job].work.replication() else { return };
        let (bucket, now) = (replication.bucket.clone(), self.now());
        let mut state = self.fake.state.borrow_mut();
        if let Some(rule) = state.rules.get_mut(&bucket).and_then(|rules| rules.rules.first_mut()) {
            "somebody-elses".clone_into(&mut rule.bucket);
        }
        let _ = state.rules_changed_at.insert(bucket, now);
    }
}
