//! EventBridge and the Scheduler: best effort, in any order, more than once, or never.

use nightferry_domain::observation::ExecutionState;
use nightferry_workflow::open_run;
use serde_json::{Value, json};

use super::Simulation;
use super::functions::Call;
use super::queue::What;
use crate::faults::Kind;
use crate::night::{ACCOUNT, REGION};

impl Simulation {
    /// The event of an execution's end sets out.
    pub(super) fn event(&mut self, at: usize) {
        let (execution, state) = {
            let state = self.fake.state.borrow();
            let seen = &state.executions[at].seen;
            (seen.execution.to_string(), if seen.state == ExecutionState::Success { "SUCCESS" } else { "ERROR" })
        };
        self.sets_out(&event(&execution, state));
    }

    /// The event of a batch job's change sets out.
    pub(super) fn batch_event(&mut self, at: usize) {
        let (job, word) = {
            let seen = &self.fake.state.borrow().batch_jobs[at].seen;
            (seen.execution.to_string(), seen.state.word().to_owned())
        };
        self.sets_out(&batch_event(&job, &word));
    }

    /// The event of a backup job's end sets out.
    pub(super) fn backup_event(&mut self, at: usize) {
        let (id, word) = {
            let seen = &self.fake.state.borrow().backups[at].seen;
            (seen.execution.id().to_owned(), seen.state.word().to_owned())
        };
        self.sets_out(&backup_event(&id, &word));
    }

    fn sets_out(&mut self, event: &Value) {
        let mut chance = self.chance.borrow_mut();
        let is_lost = chance.strikes(Kind::EventLost);
        let copies = if is_lost { 0 } else { 1 + usize::from(chance.strikes(Kind::EventDoubled)) };
        drop(chance);
        for _ in 0..copies {
            let delay_ms = self.event_delay_ms();
            self.put(self.now_ms + delay_ms, What::Deliver(event.clone()));
        }
    }

    fn event_delay_ms(&self) -> i64 {
        if self.manner.is_steady {
            return 500;
        }
        let mut chance = self.chance.borrow_mut();
        if chance.strikes(Kind::EventLate) {
            chance.within(60_000..3_600_000)
        } else if chance.strikes(Kind::EventReordered) {
            chance.within(1_000..20_000)
        } else {
            chance.within(100..1_000)
        }
    }

    /// Somebody claims that an execution that exists has ended, well or badly, or names one that does not exist.
    pub(super) fn forged_event(&mut self) {
        let roll = self.chance.borrow_mut().roll();
        let named = {
            let state = self.fake.state.borrow();
            let count = u64::try_from(state.executions.len()).unwrap_or(0);
            let at = usize::try_from(roll % (count + 1)).unwrap_or(0);
            state.executions.get(at).map(|execution| execution.seen.execution.to_string())
        };
        let nobody =
            "arn:aws:datasync:ap-northeast-1:123456789012:task/task-00000000000000000/execution/exec-00000000000000000";
        let claim = if roll & 1 == 0 { "SUCCESS" } else { "ERROR" };
        let event = event(named.as_deref().unwrap_or(nobody), claim);
        self.put(self.now_ms, What::Deliver(event));
    }

    pub(super) fn expect_schedules(&mut self) {
        for (at_secs, scheduled_time) in self.night.fires.clone() {
            let schedule = self.night.schedule();
            let call = Call::OpenRun(open_run::Request::Schedule { schedule, scheduled_time });
            let mut chance = self.chance.borrow_mut();
            let late_ms = if chance.strikes(Kind::ScheduleLate) { chance.within(1_000..3_600_000) } else { 0 };
            let again_ms = chance.strikes(Kind::ScheduleDoubled).then(|| chance.within(0..120_000));
            drop(chance);
            let at_ms = at_secs * 1_000 + late_ms;
            self.put(at_ms, What::Call { call: call.clone(), tries: 0 });
            if let Some(again_ms) = again_ms {
                self.put(at_ms + again_ms, What::Call { call, tries: 0 });
            }
        }
    }
}

fn event(execution: &str, state: &str) -> Value {
    json!({
        "version": "0", "source": "aws.datasync", "detail-type": "DataSync Task Execution State Change",
        "account": ACCOUNT, "region": REGION, "resources": [execution], "detail": {"State": state}
    })
}

fn backup_event(id: &str, state: &str) -> Value {
    json!({
        "version": "0", "source": "aws.backup", "detail-type": "Backup Job State Change",
        "account": ACCOUNT, "region": REGION, "resources": [], "detail": {"backupJobId": id, "state": state}
    })
}

fn batch_event(job: &str, state: &str) -> Value {
    json!({
        "version": "0", "source": "aws.s3", "detail-type": "AWS Service Event via CloudTrail",
        "account": ACCOUNT, "region": REGION, "resources": [],
        "detail": {
            "eventSource": "s3.amazonaws.com", "eventName": "JobStatusChanged",
            "serviceEventDetails": {"jobArn": job, "status": state}
        }
    })
}
