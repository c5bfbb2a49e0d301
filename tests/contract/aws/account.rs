//! `apply`'s own adapters, for a stack that has nothing but its bucket and its schedule group.

use hyper::Method;
use nightferry_aws::provision::AwsAccount;
use nightferry_domain::stack::Stack;
use nightferry_local::front_door::{CallEffect, Refusal};
use nightferry_local::upstream::{Ask, s3};
use serde_json::json;

use super::local::{caller, local, stack};
use crate::{account, things};

/// The account and the stack.
pub(crate) struct Applied {
    caller: String,
    account: AwsAccount,
    stack: Stack,
}

pub(crate) async fn account() -> Applied {
    let stack = Stack { name: format!("contract-{}", things::number()), ..stack() };
    let aws = local().await.aws();
    s3::create_bucket(&aws, &stack.records_bucket()).await.unwrap();
    let group = Ask::new(Method::POST, "scheduler", format!("/schedule-groups/{}", stack.schedule_group()));
    let group = group.header("content-type", "application/json").body(json!({"ClientToken": stack.name}).to_string());
    let _ = aws.read(group).await.unwrap();
    let (caller, config) = caller().await;
    Applied { caller, account: AwsAccount::new(&config), stack }
}

impl account::Bench for Applied {
    type Account = AwsAccount;

    fn account(&self) -> &AwsAccount {
        &self.account
    }

    fn stack(&self) -> &Stack {
        &self.stack
    }

    async fn makes_bucket(&self, name: &str) {
        s3::create_bucket(&local().await.aws(), name).await.unwrap();
    }

    async fn breaks_the_next_role(&self, takes_effect: bool) {
        let refusal = Refusal { status: 400, code: "InvalidInput".to_owned(), message: "on order".to_owned() };
        let effect = if takes_effect { CallEffect::LoseReply } else { CallEffect::Refuse(refusal) };
        super::local::break_once(&self.caller, "CreateRole", effect).await;
    }
}
