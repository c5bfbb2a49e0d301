//! One suite a port, held against each of its implementations: the simulation's world in memory, and the adapters over
//! the real SDK against the local AWS (our DataSync, MiniStack, moto). The same assertions for all of them, also for what
//! nobody likes: a second blind start makes a second execution, lists are late, a message sent twice arrives twice.
//!
//! `checks!` at the end of each suite makes one test of each check and implementation.

/// `checks!(bench of the fake, bench of the local AWS; check, check; not by aws "why": check ...)`: what stands behind
/// `not by` is held against the other implementation only, for a reason that `docs/local-aws.md` tells.
#[cfg(test)]
macro_rules! checks {
    (
        $fake:expr, $aws:expr; $($check:ident),+ $(,)?
        $(; not by fake $fake_why:literal: $not_fake:ident)*
        $(; not by aws $aws_why:literal: $not_aws:ident)*
    ) => {
        mod fake {
            $(checks!(@fake $fake, $check);)+
            $(checks!(@fake $fake, $not_aws);)*
        }
        mod aws {
            $(checks!(@aws $aws, $check);)+
            $(checks!(@aws $aws, $not_fake);)*
        }
        /// Each with the implementation that can't show it, and why.
        pub(crate) const EXCEPTIONS: &[(&str, &str, &str)] = &[
            $((stringify!($not_fake), "fake", $fake_why),)*
            $((stringify!($not_aws), "aws", $aws_why),)*
        ];
    };
    (@fake $bench:expr, $check:ident) => {
        #[test]
        fn $check() {
            nightferry_simulation::fake::run(super::$check(&$bench));
        }
    };
    (@aws $bench:expr, $check:ident) => {
        #[tokio::test]
        async fn $check() {
            super::$check(&$bench.await).await;
        }
    };
}

#[cfg(test)]
mod account;
#[cfg(test)]
mod agent_states;
#[cfg(test)]
mod aws;
#[cfg(test)]
mod backups;
#[cfg(test)]
mod batch_jobs;
#[cfg(test)]
mod exceptions;
#[cfg(test)]
mod fake;
#[cfg(test)]
mod fake_machines;
#[cfg(test)]
mod instances;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod preflight;
#[cfg(test)]
mod records;
#[cfg(test)]
mod restores;
#[cfg(test)]
mod run_table;
#[cfg(test)]
mod surroundings;
#[cfg(test)]
mod things;
#[cfg(test)]
mod transfers;
#[cfg(test)]
mod workflows;
