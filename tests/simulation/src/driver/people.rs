//! People: they cancel, stop workflows, start tasks by hand, ask for runs, and forge events.

use nightferry_workflow::cancel_run;

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
            Act::ForgesEvent => self.forged_event(),
        }
    }
}
