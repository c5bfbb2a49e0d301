//! DataSync: executions that live as their scripts say, and their events.

use nightferry_domain::job::Phase;
use nightferry_domain::observation::ExecutionState;

use super::Simulation;
use super::queue::{Step, What};
use crate::script::{self, Script};

impl Simulation {
    pub(super) fn execution_starts(&mut self, at: usize) {
        let name = {
            let state = self.fake.state.borrow();
            let execution = &state.executions[at];
            execution.tag.as_ref().map_or_else(|| execution.seen.execution.to_string(), ToString::to_string)
        };
        let script = self.night.script(&name, &mut self.chance.borrow_mut());
        self.told(|| format!("execution {at} of {name} begins: {script:?}"));
        for (secs, step) in [(script.unknown_from_secs, Step::BecomesUnknown), (script.lasts_secs, Step::Ends)] {
            if let Some(secs) = secs {
                self.put(self.now_ms + secs * 1_000, What::Execution { at, epoch: 0, step });
            }
        }
        let _ = self.scripts.insert(at, (script, 0));
    }

    pub(super) fn execution_is_cancelled(&mut self, at: usize) {
        let Some((script, epoch)) = self.scripts.get_mut(&at) else { return };
        if *epoch > 0 {
            return;
        }
        *epoch = 1;
        let ends_ms = self.now_ms + script.cancel_takes_secs * 1_000;
        self.put(ends_ms, What::Execution { at, epoch: 1, step: Step::EndsCancelled });
    }

    pub(super) fn execution_goes_on(&mut self, at: usize, epoch: u32, step: Step) {
        let Some((script, now_epoch)) = self.scripts.get(&at).cloned() else { return };
        if epoch != now_epoch {
            return;
        }
        self.told(|| format!("execution {at}: {step:?}"));
        match step {
            // A task lists nothing.
            Step::Lists => {}
            Step::BecomesUnknown => self.becomes_unknown(at),
            Step::Ends | Step::EndsCancelled => self.execution_ends(at, &script, step),
            Step::Reports => self.report_arrives(at),
            Step::Vanishes => self.vanishes(at),
        }
    }

    fn report_arrives(&mut self, at: usize) {
        let named = self.reports.remove(&at).unwrap_or_default();
        let mut state = self.fake.state.borrow_mut();
        let seen = &mut state.executions[at].seen;
        script::deliver(seen);
        let execution = seen.execution.clone();
        let _ = state.failures.insert(execution, named);
    }

    /// A history goes with its task, or after 30 days: never while somebody may still be looking for what was started.
    fn vanishes(&mut self, at: usize) {
        let mut state = self.fake.state.borrow_mut();
        let arn = state.executions[at].seen.execution.clone();
        let is_known = state
            .jobs
            .values()
            .any(|job| matches!(&job.record.phase, Phase::Running { execution, .. } if *execution == arn));
        state.executions[at].is_gone = is_known;
    }

    fn becomes_unknown(&mut self, at: usize) {
        let seen = &mut self.fake.state.borrow_mut().executions[at].seen;
        if !seen.state.is_end() {
            seen.state = ExecutionState::Unrecognised("SETTLING_DOWN".to_owned());
        }
    }

    fn execution_ends(&mut self, at: usize, script: &Script, step: Step) {
        let now = self.now();
        // From here on nothing of the earlier life counts.
        let _ = self.scripts.insert(at, (script.clone(), 2));
        {
            let mut state = self.fake.state.borrow_mut();
            let seen = &mut state.executions[at].seen;
            let named = if step == Step::Ends {
                script::end(script, seen, now)
            } else {
                script::end_cancelled(seen, now);
                nightferry_domain::observation::TransferFailures::default()
            };
            let _ = self.reports.insert(at, named);
        }
        if script.report_after_secs == Some(0) {
            self.report_arrives(at);
        }
        let later = [(script.report_after_secs, Step::Reports), (script.vanishes_after_secs, Step::Vanishes)];
        for (secs, step) in later {
            if let Some(secs) = secs {
                self.put(self.now_ms + secs * 1_000, What::Execution { at, epoch: 2, step });
            }
        }
        self.event(at);
    }
}
