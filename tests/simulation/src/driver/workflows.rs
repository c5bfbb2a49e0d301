//! Step Functions: branches that walk through the state machine, tokens that are answered once.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use nightferry_domain::ids::RunId;
use serde_json::Value;

use super::Simulation;
use super::functions::{Call, Caller};
use super::queue::{What, Why};
use crate::machine::{Answer, Ask, Machine, Walker};

struct Branch {
    run: RunId,
    walker: Walker,
    /// Counts what it asked for; an answer to an earlier question is nobody's.
    epoch: u64,
    token: Option<String>,
    parent: Option<usize>,
    is_over: bool,
    /// Items of a map that wait for their turn.
    waiting: VecDeque<Value>,
    machine: Option<Rc<Machine>>,
    /// Items of a map that are on.
    running: usize,
}

#[derive(Default)]
pub(super) struct Workflows {
    branches: Vec<Branch>,
    tokens: BTreeMap<String, usize>,
    token_count: u64,
}

impl Workflows {
    pub(super) fn states_of(&self, run: &RunId) -> Vec<String> {
        let live = self.branches.iter().filter(|branch| &branch.run == run && !branch.is_over);
        live.map(|branch| branch.walker.state().to_owned()).collect()
    }

    /// Of each walk: the run's own, and one for each item of its map.
    pub(super) fn transitions(&self) -> impl Iterator<Item = u64> {
        self.branches.iter().map(|branch| branch.walker.transitions())
    }

    fn add(&mut self, run: RunId, walker: Walker, parent: Option<usize>) -> usize {
        self.branches.push(Branch {
            run,
            walker,
            epoch: 0,
            token: None,
            parent,
            is_over: false,
            waiting: VecDeque::new(),
            machine: None,
            running: 0,
        });
        self.branches.len() - 1
    }

    fn is_current(&self, branch: usize, epoch: u64) -> bool {
        let branch = &self.branches[branch];
        !branch.is_over && branch.epoch == epoch
    }
}

impl Simulation {
    pub(super) fn workflow_starts(&mut self, run: &RunId) {
        let input = self.fake.state.borrow().workflows[run].input.clone();
        let walker = Walker::new(Rc::clone(&self.machine), input);
        let branch = self.workflows.add(run.clone(), walker, None);
        self.advance(branch, Answer::GoOn);
    }

    /// Somebody stops a run's workflow: its branches end where they are.
    pub(super) fn workflow_is_aborted(&mut self, run: &RunId) {
        let ended: Vec<usize> = (0..self.workflows.branches.len())
            .filter(|at| &self.workflows.branches[*at].run == run && !self.workflows.branches[*at].is_over)
            .collect();
        for branch in ended {
            self.stops_waiting(branch);
            self.workflows.branches[branch].is_over = true;
        }
        if let Some(workflow) = self.fake.state.borrow_mut().workflows.get_mut(run) {
            workflow.is_going_on = false;
        }
    }

    pub(super) fn branch_goes_on(&mut self, branch: usize, epoch: u64, why: Why) {
        if !self.workflows.is_current(branch, epoch) {
            return;
        }
        match why {
            Why::Slept => self.advance(branch, Answer::GoOn),
            Why::TimedOut => self.advance(branch, Answer::Failed("States.Timeout".to_owned())),
        }
    }

    /// A function's answer ends a state, unless the state waits for a token; its failure always does.
    pub(super) fn function_answers(&mut self, branch: usize, epoch: u64, answer: Result<Value, String>) {
        if !self.workflows.is_current(branch, epoch) {
            return;
        }
        match answer {
            Ok(_) if self.workflows.branches[branch].token.is_some() => {}
            Ok(value) => self.advance(branch, Answer::Told(value)),
            Err(error) => self.advance(branch, Answer::Failed(error)),
        }
    }

    pub(super) fn token_is_answered(&mut self, token: &str) {
        if let Some(branch) = self.workflows.tokens.remove(token) {
            self.advance(branch, Answer::Told(Value::Null));
        }
    }

    fn stops_waiting(&mut self, branch: usize) {
        if let Some(token) = self.workflows.branches[branch].token.take() {
            let _ = self.workflows.tokens.remove(&token);
            self.fake.state.borrow_mut().waiting.retain(|waiting| *waiting != token);
        }
    }

    fn advance(&mut self, branch: usize, answer: Answer) {
        self.stops_waiting(branch);
        let number = self.workflows.token_count;
        self.workflows.token_count += 1;
        let share = self.chance.borrow_mut().share();
        let at = &mut self.workflows.branches[branch];
        at.epoch += 1;
        let epoch = at.epoch;
        let ask = at.walker.go_on(answer, || format!("token-{number}"), || share);
        if self.manner.is_traced {
            let line = format!("workflow {}/{branch} in {}", at.run, at.walker.state());
            self.told(|| line);
        }
        match ask {
            Ask::Invoke { function, payload, token, timeout_secs } => {
                self.put(self.now_ms + timeout_secs * 1_000, What::Branch { branch, epoch, why: Why::TimedOut });
                if let Some(token) = token {
                    self.fake.state.borrow_mut().waiting.push(token.clone());
                    let _ = self.workflows.tokens.insert(token.clone(), branch);
                    self.workflows.branches[branch].token = Some(token);
                }
                self.invoke(Call::Step(function, payload), Caller::Branch { branch, epoch });
            }
            Ask::Sleep { millis } => self.put(self.now_ms + millis, What::Branch { branch, epoch, why: Why::Slept }),
            Ask::Map { key, concurrency, machine } => self.map(branch, &key, concurrency, machine),
            Ask::End(error) => self.ends(branch, error.as_deref()),
        }
    }

    fn map(&mut self, branch: usize, key: &str, concurrency: usize, machine: Rc<Machine>) {
        let manifest = self.fake.state.borrow().documents.get(key).cloned();
        let manifest = manifest.expect("the manifest is written before the workflow is started");
        let items: VecDeque<Value> = serde_json::from_slice(&manifest).expect("the manifest is an array");
        let parent = &mut self.workflows.branches[branch];
        parent.waiting = items;
        parent.machine = Some(machine);
        for _ in 0..concurrency {
            self.next_item(branch);
        }
    }

    fn next_item(&mut self, branch: usize) {
        let parent = &mut self.workflows.branches[branch];
        let Some(item) = parent.waiting.pop_front() else { return };
        parent.running += 1;
        let (run, machine) = (parent.run.clone(), parent.machine.clone().expect("it maps"));
        let child = self.workflows.add(run, Walker::new(machine, item), Some(branch));
        self.advance(child, Answer::GoOn);
    }

    fn ends(&mut self, branch: usize, error: Option<&str>) {
        self.workflows.branches[branch].is_over = true;
        let run = self.workflows.branches[branch].run.clone();
        let Some(parent) = self.workflows.branches[branch].parent else {
            self.told(|| format!("the workflow of {run} ends: {}", error.unwrap_or("well")));
            if let Some(workflow) = self.fake.state.borrow_mut().workflows.get_mut(&run) {
                workflow.is_going_on = false;
            }
            return;
        };
        if self.workflows.branches[parent].is_over {
            return;
        }
        self.workflows.branches[parent].running -= 1;
        self.next_item(parent);
        if self.workflows.branches[parent].running == 0 {
            self.advance(parent, Answer::GoOn);
        }
    }
}
