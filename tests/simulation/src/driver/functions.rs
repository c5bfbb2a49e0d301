//! Lambda: each function is a future that is polled, killed, hung, doubled and tried again.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use nightferry_domain::limits::{OPEN_FUNCTION_TIMEOUT_SECS, SWEEP_FUNCTION_TIMEOUT_SECS};
use nightferry_domain::state_change;
use nightferry_workflow::WorkflowError;
use nightferry_workflow::cancel_run::{self, cancel_run};
use nightferry_workflow::check_job::check_job;
use nightferry_workflow::confirm_batch_job::confirm_batch_job;
use nightferry_workflow::decide::{self, decide};
use nightferry_workflow::open_run::{self, open_run};
use nightferry_workflow::ports::TaskToken;
use nightferry_workflow::record_state::record_state;
use nightferry_workflow::start_job::{self, start_job};
use nightferry_workflow::sweep_runs::sweep_runs;
use nightferry_workflow::verify_job::verify_job;
use nightferry_workflow::write_report::write_report;
use serde::Serialize;
use serde_json::{Value, json};

use super::Simulation;
use super::queue::What;
use crate::faults::Kind;
use crate::machine::Function;
use crate::planted;
use crate::plants::Plant;
use crate::wiring::Wired;

/// A call of a function.
#[derive(Debug, Clone)]
pub enum Call {
    /// By the workflow.
    Step(Function, Value),
    /// By an event.
    RecordState(Value),
    /// By a schedule, or by a person.
    OpenRun(open_run::Request),
    /// By its schedule.
    Sweep,
    /// By a person.
    Cancel(cancel_run::Request),
    /// By a person.
    Decide(decide::Request),
}

impl Call {
    /// The function's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Step(Function::CheckJob, _) => "check-job",
            Self::Step(Function::StartJob, _) => "start-job",
            Self::Step(Function::ConfirmBatchJob, _) => "confirm-batch-job",
            Self::Step(Function::VerifyJob, _) => "verify-job",
            Self::Step(Function::WriteReport, _) => "write-report",
            Self::RecordState(_) => "record-state",
            Self::OpenRun(_) => "open-run",
            Self::Sweep => "sweep-runs",
            Self::Cancel(_) => "cancel-run",
            Self::Decide(_) => "decide",
        }
    }

    /// The function's timeout, as `template.yaml` has it.
    fn timeout_ms(&self) -> i64 {
        match self {
            Self::Step(Function::VerifyJob | Function::WriteReport, _) => 60_000,
            Self::Sweep => SWEEP_FUNCTION_TIMEOUT_SECS * 1_000,
            Self::OpenRun(_) => OPEN_FUNCTION_TIMEOUT_SECS * 1_000,
            Self::Step(Function::CheckJob | Function::StartJob | Function::ConfirmBatchJob, _)
            | Self::RecordState(_)
            | Self::Cancel(_)
            | Self::Decide(_) => 30_000,
        }
    }
}

/// Who waits for the answer.
#[derive(Debug, Clone)]
pub(super) enum Caller {
    /// A branch of a workflow, at this epoch.
    Branch { branch: usize, epoch: u64 },
    /// Nobody; but a failed call is made again, so often so far.
    Queue { tries: u32 },
    /// Nobody.
    Nobody,
}

type Answer = Result<Value, String>;

struct Invocation {
    call: Call,
    caller: Caller,
    future: Pin<Box<dyn Future<Output = Answer>>>,
    points: u64,
    dies_at: Option<u64>,
    hangs_at: Option<u64>,
}

#[derive(Default)]
pub(super) struct Invocations {
    running: BTreeMap<usize, Invocation>,
    count: usize,
    called: BTreeMap<&'static str, u64>,
}

impl Invocations {
    pub(super) fn called(&self) -> &BTreeMap<&'static str, u64> {
        &self.called
    }

    pub(super) fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    fn is_sweeping(&self) -> bool {
        self.running.values().any(|invocation| matches!(invocation.call, Call::Sweep))
    }
}

impl Simulation {
    /// A call that nobody waits for. The sweep never runs twice at once.
    pub(super) fn invoke_async(&mut self, call: Call, tries: u32) {
        if matches!(call, Call::Sweep) && self.invocations.is_sweeping() {
            self.told(|| "sweep-runs is throttled: one runs already".to_owned());
            return;
        }
        if self.manner.plant == Some(Plant::DropsOverlap) && planted::is_dropped(&self.fake, &call) {
            return;
        }
        self.invoke(call, Caller::Queue { tries });
    }

    pub(super) fn invoke(&mut self, call: Call, caller: Caller) {
        if self.chance.borrow_mut().strikes(Kind::FunctionDoubled) {
            self.spawn(call.clone(), Caller::Nobody);
        }
        self.spawn(call, caller);
    }

    fn spawn(&mut self, call: Call, caller: Caller) {
        let mut chance = self.chance.borrow_mut();
        let dies_at = chance.strikes(Kind::FunctionKilled).then(|| chance.roll() % 40);
        let hangs_at = chance.strikes(Kind::FunctionTimedOut).then(|| chance.roll() % 40);
        drop(chance);
        let id = self.invocations.count;
        self.invocations.count += 1;
        *self.invocations.called.entry(call.name()).or_default() += 1;
        self.told(|| format!("{} #{id} begins {}", call.name(), summary(&call)));
        self.put(self.now_ms + call.timeout_ms(), What::TimesOut(id));
        let future = future(Rc::clone(&self.world), call.clone());
        let invocation = Invocation { call, caller, future, points: 0, dies_at, hangs_at };
        let _ = self.invocations.running.insert(id, invocation);
        self.put(self.now_ms + self.pace(), What::Poll(id));
    }

    /// Milliseconds from one await point to the next.
    fn pace(&self) -> i64 {
        if self.manner.is_steady {
            return 5;
        }
        let mut chance = self.chance.borrow_mut();
        if chance.share() < 0.01 { chance.within(100..9_000) } else { chance.within(1..60) }
    }

    pub(super) fn poll(&mut self, id: usize) {
        let Some(invocation) = self.invocations.running.get_mut(&id) else { return };
        let mut context = Context::from_waker(Waker::noop());
        if let Poll::Ready(answer) = invocation.future.as_mut().poll(&mut context) {
            let Invocation { call, caller, .. } = self.invocations.running.remove(&id).expect("it was there");
            self.told(|| format!("{} #{id} ends: {}", call.name(), told(&answer)));
            self.repeat(&call, &caller);
            return self.answered(call, caller, answer);
        }
        invocation.points += 1;
        self.points += 1;
        let is_dead = invocation.dies_at == Some(invocation.points) || self.manner.deaths.contains(&self.points);
        let hangs = invocation.hangs_at == Some(invocation.points);
        if is_dead {
            self.drops(id, "is killed");
        } else if !hangs {
            self.put(self.now_ms + self.pace(), What::Poll(id));
        }
    }

    fn repeat(&mut self, call: &Call, caller: &Caller) {
        if self.manner.repeats && !matches!(caller, Caller::Nobody) {
            self.spawn(call.clone(), Caller::Nobody);
        }
    }

    pub(super) fn time_out(&mut self, id: usize) {
        self.drops(id, "times out");
    }

    fn drops(&mut self, id: usize, how: &str) {
        let Some(Invocation { call, caller, .. }) = self.invocations.running.remove(&id) else { return };
        self.told(|| format!("{} #{id} {how}", call.name()));
        self.answered(call, caller, Err("Lambda.Unknown".to_owned()));
    }

    fn answered(&mut self, call: Call, caller: Caller, answer: Answer) {
        match (caller, answer) {
            (Caller::Branch { branch, epoch }, answer) => self.function_answers(branch, epoch, answer),
            (Caller::Queue { tries }, Err(_)) if tries < 2 => {
                let wait_ms = if tries == 0 { 60_000 } else { 120_000 };
                self.put(self.now_ms + wait_ms, What::Call { call, tries: tries + 1 });
            }
            (Caller::Queue { .. }, Err(_)) => self.dead_letters.push(call),
            (Caller::Queue { .. } | Caller::Nobody, _) => {}
        }
    }
}

fn future(world: Rc<Wired>, call: Call) -> Pin<Box<dyn Future<Output = Answer>>> {
    Box::pin(async move {
        match call {
            Call::Step(function, payload) => step(&world, function, payload).await,
            Call::RecordState(event) => {
                if world.plant == Some(Plant::TrustsTheEvent) {
                    return answer(planted::believe(&*world, &event).await.map(|()| Value::Null));
                }
                let hint = state_change::read(&event, crate::night::ACCOUNT, crate::night::REGION);
                answer(record_state(&*world, "nightferry", hint).await.map(|recorded| json!(format!("{recorded:?}"))))
            }
            Call::OpenRun(request) if world.plant == Some(Plant::NamesRunsByNow) => {
                answer(open_run(&*world, &planted::renamed(&*world, request)).await)
            }
            Call::OpenRun(request) => answer(open_run(&*world, &request).await),
            Call::Sweep if world.plant == Some(Plant::StopsAtTheFirstFailure) => {
                answer(planted::sweep_until_failure(&*world).await.map(|()| Value::Null))
            }
            Call::Sweep => answer(sweep_runs(&*world, "nightferry").await),
            Call::Cancel(request) => answer(cancel_run(&*world, &request).await),
            // What a person is told, too late or too early, is no failure of the night.
            Call::Decide(request) => Ok(json!(format!("{:?}", decide(&*world, &request).await))),
        }
    })
}

async fn step(world: &Wired, function: Function, payload: Value) -> Answer {
    match function {
        Function::CheckJob => answer(check_job(world, &read(payload)).await),
        Function::StartJob => {
            answer(start_job(world, &start(&payload)).await.map(|started| json!(format!("{started:?}"))))
        }
        Function::ConfirmBatchJob if world.plant == Some(Plant::ConfirmsWithoutLooking) => {
            answer(planted::confirm_blindly(world, &start(&payload)).await.map(|()| Value::Null))
        }
        Function::ConfirmBatchJob => {
            let confirmed = confirm_batch_job(world, &start(&payload)).await;
            answer(confirmed.map(|confirmed| json!(format!("{confirmed:?}"))))
        }
        Function::VerifyJob => answer(verify_job(world, &read(payload)).await),
        Function::WriteReport => answer(write_report(world, "nightferry", &read(payload)).await),
    }
}

fn read<T: serde::de::DeserializeOwned>(payload: Value) -> T {
    serde_json::from_value(payload).expect("the state machine's input is the function's request")
}

fn start(payload: &Value) -> start_job::Request {
    let attempt = payload["attempt"].as_u64().and_then(|n| u32::try_from(n).ok()).expect("a number");
    let secret = payload["task_token"].as_str().expect("a token").to_owned();
    start_job::Request {
        run_id: read(payload["run_id"].clone()),
        job: read(payload["job"].clone()),
        token: TaskToken { attempt, secret: secret.into() },
    }
}

fn answer<T: Serialize>(answer: Result<T, WorkflowError>) -> Answer {
    match answer {
        Ok(value) => Ok(serde_json::to_value(value).expect("an answer is JSON")),
        Err(error) => Err(error.name().to_owned()),
    }
}

fn told(answer: &Answer) -> String {
    match answer {
        Ok(value) => value.to_string(),
        Err(name) => name.clone(),
    }
}

fn summary(call: &Call) -> String {
    match call {
        Call::Step(_, payload) => format!("{} {}", payload["job"], payload["attempt"]),
        Call::RecordState(event) => format!("{} {}", event["resources"], event["detail"]["State"]),
        Call::OpenRun(request) => format!("{request:?}"),
        Call::Sweep => String::new(),
        Call::Cancel(request) => format!("{request:?}"),
        Call::Decide(request) => format!("{request:?}"),
    }
}
