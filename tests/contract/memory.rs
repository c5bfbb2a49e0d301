//! The account in memory of `apply`'s own tests: the same file, so that what they believe of an account is held against a
//! real one here.

#[path = "../../shared/workflow/src/provision/tests/fake.rs"]
mod fake;
#[path = "../../shared/workflow/src/provision/tests/fake_ports.rs"]
mod fake_ports;
#[path = "../../shared/workflow/src/provision/tests/fake_vaults.rs"]
mod fake_vaults;

use nightferry_domain::provision::{BucketOf, ObservedBucket};
use nightferry_domain::stack::Stack;

use super::{account, things};
use fake::{Break, Fake};

/// An account in memory, with the one stack's bucket.
pub(crate) struct Applied {
    account: Fake,
    stack: Stack,
}

pub(crate) fn account() -> Applied {
    let name = format!("contract-{}", things::number());
    let (partition, region) = ("aws".into(), "ap-northeast-1".into());
    let stack = Stack { partition, account: "123456789012".into(), region, name };
    let applied = Applied { account: Fake::default(), stack };
    applied.makes(&applied.stack.records_bucket());
    applied
}

impl Applied {
    fn makes(&self, name: &str) {
        let bucket = BucketOf { bucket: name.to_owned(), owner: self.stack.account.clone() };
        let _ = self.account.state.borrow_mut().buckets.insert(bucket, ObservedBucket::default());
    }
}

impl account::Bench for Applied {
    type Account = Fake;

    fn account(&self) -> &Fake {
        &self.account
    }

    fn stack(&self) -> &Stack {
        &self.stack
    }

    async fn makes_bucket(&self, name: &str) {
        self.makes(name);
    }

    async fn breaks_the_next_role(&self, takes_effect: bool) {
        self.account.mend();
        self.account.break_at(0, if takes_effect { Break::ReplyLost } else { Break::Refused });
    }
}
