//! `apply` and `destroy` over an account in memory: twice, broken off at every call, beside other people's things.

mod applying;
mod backups;
mod destroying;
mod fake;
mod fake_ports;
mod fake_vaults;
mod two_accounts;

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use nightferry_domain::plan::{Plan, parse};
use nightferry_domain::provision::{Action, Changeset, Kind};
use nightferry_domain::stack::Stack;

use super::{ProvisionError, apply, destroy, plan, plan_destroy};
use fake::{Break, Fake};

const PLAN: &str = r#"
version: 1
schedules:
  nightly: { cron: "0 6 * * ? *", timezone: Asia/Tokyo }
jobs:
  home:
    schedule: nightly
    datasync:
      from: { efs: fs-0123456789abcdef0, path: /, subnet: subnet-0a1b2c3d, security_groups: [sg-0a1b2c3d] }
      to: { s3: example-backups, prefix: /home }
  mail:
    schedule: nightly
    datasync:
      from: { efs: fs-0123456789abcdef1, path: /mail, subnet: subnet-0a1b2c3d, security_groups: [sg-0a1b2c3d] }
      to: { s3: example-backups, prefix: /mail }
"#;

fn plan_of(text: &str) -> Plan {
    parse(text).unwrap()
}

/// The plan above with one text in the place of another.
fn with(from: &str, to: &str) -> Plan {
    assert!(PLAN.contains(from), "{from}");
    plan_of(&PLAN.replacen(from, to, 1))
}

fn stack() -> Stack {
    Stack::in_region("123456789012", "ap-northeast-1", "nightferry")
}

/// Nothing in memory ever waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("an account in memory made somebody wait"),
    }
}

fn planned(fake: &Fake, wanted: &Plan) -> Changeset {
    now(plan(fake, &stack(), wanted)).unwrap()
}

fn applied(fake: &Fake, wanted: &Plan) -> Result<(), ProvisionError> {
    now(async {
        let changeset = plan(fake, &stack(), wanted).await?;
        apply(fake, &stack(), wanted, &changeset, &mut |_, _| {}).await
    })
}

fn destroyed(fake: &Fake) -> Result<(), ProvisionError> {
    now(async {
        let changeset = plan_destroy(fake, &stack()).await?;
        destroy(fake, &stack(), &changeset, &mut |_, _| {}).await
    })
}

/// An account to which the plan has been applied.
fn account() -> Fake {
    let fake = Fake::default();
    applied(&fake, &plan_of(PLAN)).unwrap();
    fake
}

/// What changes, without what stays.
fn changes(changeset: &Changeset) -> Vec<(Action, Kind, String)> {
    let changing = changeset.changes().filter(|change| change.action != Action::Keep);
    changing.map(|change| (change.action, change.kind, change.name.clone())).collect()
}
