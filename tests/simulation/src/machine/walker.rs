//! One walk through a machine: it goes on by itself until it needs something from outside.

use std::rc::Rc;

use serde_json::{Value, json};

use super::document::{Catcher, Choice, Function, Jitter, Machine, Resource, Retrier, Rule, State, Task, Test};
use super::path;

/// What a walk needs before it can go on.
#[derive(Debug)]
pub enum Ask {
    /// A function's answer; with a token, the answer to the token.
    Invoke {
        /// Which function.
        function: Function,
        /// What it is called with.
        payload: Value,
        /// The token that is waited with.
        token: Option<String>,
        /// The state's own limit.
        timeout_secs: i64,
    },
    /// Time.
    Sleep {
        /// How much.
        millis: i64,
    },
    /// All items of a map.
    Map {
        /// Where the items lie.
        key: String,
        /// How many at once.
        concurrency: usize,
        /// What is done with each.
        machine: Rc<Machine>,
    },
    /// Nothing: it is over; with the error's name if it failed.
    End(Option<String>),
}

/// What a walk was given.
#[derive(Debug)]
pub enum Answer {
    /// It begins, has slept enough, or its map is over.
    GoOn,
    /// The function's answer, or the token's.
    Told(Value),
    /// The error's name.
    Failed(String),
}

/// A walk.
#[derive(Debug)]
pub struct Walker {
    machine: Rc<Machine>,
    state: String,
    data: Value,
    /// Tries that each retrier of the present state has granted.
    granted: Vec<u32>,
    is_asking: bool,
    transitions: u64,
}

impl Walker {
    /// Stands before the first state.
    #[must_use]
    pub fn new(machine: Rc<Machine>, input: Value) -> Self {
        let state = machine.start_at.clone();
        Self { machine, state, data: input, granted: vec![], is_asking: false, transitions: 1 }
    }

    /// The state where it stands.
    #[must_use]
    pub fn state(&self) -> &str {
        &self.state
    }

    /// States entered so far, the first and the end among them, and tries made again: what Step Functions counts.
    #[must_use]
    pub fn transitions(&self) -> u64 {
        self.transitions
    }

    /// Goes on until something is needed. `token` makes a new token, `dice` a number from 0 to 1.
    pub fn go_on(&mut self, answer: Answer, token: impl FnOnce() -> String, dice: impl FnOnce() -> f64) -> Ask {
        let machine = Rc::clone(&self.machine);
        if self.is_asking {
            match (answer, &machine.states[&self.state]) {
                (Answer::GoOn, State::Wait(wait)) => self.enter(&wait.next),
                (Answer::GoOn, State::Map(map)) => self.enter(&map.next),
                (Answer::Told(told), State::Task(task)) => self.take(task, &told),
                (Answer::Failed(error), State::Task(task)) => {
                    if let Some(millis) = self.granted_again(task, &error, dice) {
                        self.is_asking = false;
                        self.transitions += 1;
                        return Ask::Sleep { millis };
                    }
                    self.catch(&task.catch, &error);
                }
                (answer, state) => panic!("{answer:?} is no answer to {state:?}"),
            }
        }
        self.walk(&machine, token)
    }

    fn walk(&mut self, machine: &Rc<Machine>, token: impl FnOnce() -> String) -> Ask {
        loop {
            match &machine.states[&self.state] {
                State::Pass(pass) => {
                    let filled = pass.parameters.as_ref().map(|template| path::fill(template, &self.data, None));
                    let value = filled.or_else(|| pass.result.clone()).unwrap_or(Value::Null);
                    path::set(&mut self.data, &pass.result_path, value);
                    self.enter(&pass.next);
                }
                State::Choice(choice) => self.enter(chosen(choice, &self.data)),
                State::Task(task) => return self.ask(task, token),
                State::Wait(wait) => {
                    self.is_asking = true;
                    return Ask::Sleep { millis: self.number(&wait.seconds_path) * 1_000 };
                }
                State::Map(map) => {
                    self.is_asking = true;
                    let key = path::get(&self.data, &map.item_reader.parameters.key).and_then(Value::as_str);
                    return Ask::Map {
                        key: key.expect("the manifest's key").to_owned(),
                        concurrency: usize::try_from(self.number(&map.max_concurrency_path)).expect("a count"),
                        machine: Rc::clone(&map.item_processor),
                    };
                }
                State::Succeed(_) => return Ask::End(None),
                State::Fail(fail) => return Ask::End(Some(fail.error.clone())),
            }
        }
    }

    fn ask(&mut self, task: &Task, token: impl FnOnce() -> String) -> Ask {
        self.is_asking = true;
        self.granted.resize(task.retry.len(), 0);
        let token = (task.resource == Resource::InvokeAndWait).then(token);
        let payload = path::fill(&task.parameters.payload, &self.data, token.as_deref());
        let by_path = task.timeout_seconds_path.as_ref().map(|path| self.number(path));
        let timeout_secs = by_path.or(task.timeout_seconds).expect("every task has a limit");
        Ask::Invoke { function: task.parameters.function_name, payload, token, timeout_secs }
    }

    fn take(&mut self, task: &Task, told: &Value) {
        let selected = path::fill(&task.result_selector, &json!({ "Payload": told }), None);
        path::set(&mut self.data, &task.result_path, selected);
        self.enter(&task.next);
    }

    fn catch(&mut self, catchers: &[Catcher], error: &str) {
        let catcher = catchers.iter().find(|catcher| matches(&catcher.error_equals, error));
        let catcher = catcher.expect("every task catches everything");
        path::set(&mut self.data, &catcher.result_path, json!({ "Error": error, "Cause": "" }));
        self.enter(&catcher.next);
    }

    /// The wait before another try, if a retrier grants one.
    fn granted_again(&mut self, task: &Task, error: &str, dice: impl FnOnce() -> f64) -> Option<i64> {
        let at = task.retry.iter().position(|retrier| matches(&retrier.error_equals, error))?;
        let (retrier, granted) = (&task.retry[at], &mut self.granted[at]);
        if *granted >= retrier.max_attempts {
            return None;
        }
        *granted += 1;
        Some(wait_millis(retrier, *granted, dice))
    }

    fn enter(&mut self, next: &str) {
        next.clone_into(&mut self.state);
        self.granted.clear();
        self.transitions += 1;
        self.is_asking = false;
    }

    fn number(&self, path: &str) -> i64 {
        path::get(&self.data, path).and_then(Value::as_i64).unwrap_or_else(|| panic!("{path} in {}", self.data))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "waits are at most minutes")]
fn wait_millis(retrier: &Retrier, granted: u32, dice: impl FnOnce() -> f64) -> i64 {
    let doublings = i32::try_from(granted.saturating_sub(1)).unwrap_or(i32::MAX);
    let full = retrier.interval_seconds * retrier.backoff_rate.powi(doublings);
    let capped = retrier.max_delay_seconds.map_or(full, |cap| full.min(cap));
    let share = if retrier.jitter_strategy == Some(Jitter::Full) { dice() } else { 1.0 };
    (capped * share * 1_000.0) as i64
}

/// `States.ALL` stands for every error; only `States.DataLimitExceeded` and `States.Runtime` would not be meant.
fn matches(names: &[String], error: &str) -> bool {
    names.iter().any(|name| name == "States.ALL" || name == error)
}

fn chosen<'a>(choice: &'a Choice, data: &Value) -> &'a str {
    let rule = choice.choices.iter().find(|rule| holds(rule, data));
    rule.map_or(&choice.default, |rule| &rule.next)
}

fn holds(rule: &Rule, data: &Value) -> bool {
    match &rule.variable {
        Some(variable) => path::get(data, variable).and_then(Value::as_str) == rule.string_equals.as_deref(),
        None => rule.and.iter().all(|test| passes(test, data)),
    }
}

fn passes(test: &Test, data: &Value) -> bool {
    let Some(value) = path::get(data, &test.variable) else { return false };
    let equals = test.string_equals.as_deref().is_none_or(|text| value.as_str() == Some(text));
    let above = test.numeric_greater_than.is_none_or(|bound| value.as_i64().is_some_and(|n| n > bound));
    let below = test.numeric_less_than.is_none_or(|bound| value.as_i64().is_some_and(|n| n < bound));
    equals && above && below
}
