//! State machines are made by CloudFormation in MiniStack and interpreted in moto: before a call that needs one, moto's copies are brought up to date.

use std::collections::BTreeMap;

use tokio::sync::Mutex;

use crate::upstream::{
    Upstream,
    states::{self, StateMachine},
};

/// Calls before which the copies have to be true.
const NEED_COPIES: [&str; 4] = ["StartExecution", "DescribeStateMachine", "ListStateMachines", "UpdateStateMachine"];

/// The copies, and moto.
pub(crate) struct Machines {
    moto: Upstream,
    copied: Mutex<BTreeMap<String, StateMachine>>,
}

impl Machines {
    /// Copies go to `moto`.
    pub(crate) fn new(moto: Upstream) -> Self {
        Self { moto, copied: Mutex::default() }
    }

    /// Brings the copies up to date if this operation needs them. What fails is logged: the call itself then says that there is no such machine.
    pub(crate) async fn follow(&self, ministack: &Upstream, operation: &str) {
        if !NEED_COPIES.contains(&operation) {
            return;
        }
        // Held over the whole of it, so that two calls at once do not create a machine twice.
        let mut copied = self.copied.lock().await;
        match states::machines(ministack).await {
            Ok(machines) => {
                for machine in machines {
                    self.copy(&mut copied, machine).await;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the state machines could not be read from MiniStack");
            }
        }
    }

    /// The interpreter was started anew and has no copies.
    pub(crate) async fn forget(&self) {
        self.copied.lock().await.clear();
    }

    async fn copy(&self, copied: &mut BTreeMap<String, StateMachine>, machine: StateMachine) {
        let there = copied.get(&machine.state_machine_arn);
        if there == Some(&machine) {
            return;
        }
        match states::put(&self.moto, &machine, there.is_some()).await {
            Ok(()) => {
                let _ = copied.insert(machine.state_machine_arn.clone(), machine);
            }
            Err(error) => {
                tracing::error!(%error, machine = machine.name, "the state machine could not be copied to its interpreter");
            }
        }
    }
}
