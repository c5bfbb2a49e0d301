//! The account as `apply` and `destroy` need it: what they make is found again as theirs and as it was made, what is made
//! or deleted twice is said, and what belongs to somebody else stays.

use nightferry_domain::plan::{JobName, Plan, parse};
use nightferry_domain::provision::{
    Action, BucketOf, Desired, LogPolicy, ObservedRole, Role, ScheduleEntry, desired, names,
};
use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;
use nightferry_workflow::provision::ports::{
    Account, Buckets as _, PlanShelf as _, Roles as _, Schedules as _, TransferLogs as _,
};
use nightferry_workflow::provision::{apply, destroy, plan, plan_destroy};
use serde_json::{Value, json};

use super::things::number;

/// An account with the stack's own bucket and schedule group, and a hand that makes buckets.
pub(crate) trait Bench {
    /// The ports.
    type Account: Account;
    /// The ports.
    fn account(&self) -> &Self::Account;
    /// A stack that no other check has.
    fn stack(&self) -> &Stack;
    /// A bucket of the account, of this name.
    async fn makes_bucket(&self, name: &str);
    /// The next making of a role is refused, or takes effect without anybody hearing of it.
    async fn breaks_the_next_role(&self, takes_effect: bool);
}

/// The plan of one bucket that is replicated within the account.
fn wanted(stack: &Stack) -> Plan {
    let name = &stack.name;
    let text = format!(
        "version: 1\nschedules: {{nightly: {{cron: '0 6 * * ? *', timezone: Asia/Tokyo}}}}\njobs:\n  assets:\n    \
         schedule: nightly\n    replicate:\n      from: {{s3: {name}-assets}}\n      to: {{s3: {name}-dr}}\n"
    );
    parse(&text).unwrap()
}

fn made_of(bench: &impl Bench) -> Desired {
    desired(&wanted(bench.stack()), bench.stack())
}

fn job() -> JobName {
    "assets".parse().unwrap()
}

fn role(bench: &impl Bench) -> Role {
    made_of(bench).replicas.remove(0).role
}

fn elsewhere(bench: &impl Bench) -> Stack {
    Stack { name: format!("{}-other", bench.stack().name), ..bench.stack().clone() }
}

async fn own(bench: &impl Bench, suffix: &str) -> BucketOf {
    let bucket = format!("{}-{suffix}", bench.stack().name);
    bench.makes_bucket(&bucket).await;
    BucketOf { bucket, owner: bench.stack().account.clone() }
}

async fn our_role(bench: &impl Bench) -> Option<ObservedRole> {
    let found = bench.account().roles(bench.stack()).await.unwrap().ours;
    assert!(found.len() <= 1, "{found:?}");
    found.into_iter().next()
}

async fn a_role_is_found_with_its_job_and_as_it_was_made(bench: &impl Bench) {
    let (account, role) = (bench.account(), role(bench));
    assert_eq!(our_role(bench).await, None);
    account.create_role(bench.stack(), &job(), &role).await.unwrap();
    let bare = Role { policy: None, ..role.clone() };
    assert_eq!(our_role(bench).await, Some(ObservedRole { job: job(), role: bare }), "its policy is a step of its own");
    for _ in 0..2 {
        account.put_role_policy(&role).await.unwrap();
        assert_eq!(our_role(bench).await.unwrap().role, role);
    }
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "datasync.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    let changed = Role { assume_role_policy_document: trust, ..role };
    account.set_trust(&changed).await.unwrap();
    assert_eq!(our_role(bench).await.unwrap().role, changed);
}

async fn a_role_is_made_once_and_deleted_once(bench: &impl Bench) {
    let (account, role) = (bench.account(), role(bench));
    account.create_role(bench.stack(), &job(), &role).await.unwrap();
    let again = account.create_role(bench.stack(), &job(), &role).await;
    assert!(matches!(again, Err(PortError::Rejected { .. })), "{again:?}");
    account.put_role_policy(&role).await.unwrap();
    account.delete_role(&role.role_name).await.unwrap();
    assert_eq!(our_role(bench).await, None);
    let gone = account.delete_role(&role.role_name).await;
    assert!(matches!(gone, Err(PortError::Missing { .. })), "{gone:?}");
}

async fn a_role_whose_making_broke_is_there_or_not_and_the_list_says_which(bench: &impl Bench) {
    let (account, role) = (bench.account(), role(bench));
    bench.breaks_the_next_role(false).await;
    let refused = account.create_role(bench.stack(), &job(), &role).await;
    assert!(matches!(refused, Err(PortError::Rejected { .. })), "{refused:?}");
    assert_eq!(our_role(bench).await, None);
    bench.breaks_the_next_role(true).await;
    let unheard = account.create_role(bench.stack(), &job(), &role).await;
    assert!(matches!(unheard, Err(PortError::Ambiguous { .. })), "{unheard:?}");
    assert_eq!(our_role(bench).await.unwrap().role.role_name, role.role_name);
}

async fn a_role_of_another_stack_is_told_as_in_the_way_and_is_not_ours(bench: &impl Bench) {
    let role = role(bench);
    bench.account().create_role(&elsewhere(bench), &job(), &role).await.unwrap();
    let found = bench.account().roles(bench.stack()).await.unwrap();
    assert_eq!(found.ours, []);
    assert!(found.foreign.contains(&role.role_name), "{:?}", found.foreign);
}

async fn the_log_group_is_made_bare_and_once_and_keeps_what_was_set(bench: &impl Bench) {
    let (account, group) = (bench.account(), made_of(bench).log_group);
    let told = async || account.log_group(bench.stack()).await.unwrap().ours;
    assert_eq!(told().await, []);
    account.create_log_group(bench.stack(), &group).await.unwrap();
    assert_eq!(told().await[0].retention_in_days, None);
    account.set_retention(&group).await.unwrap();
    assert_eq!(told().await, std::slice::from_ref(&group));
    let again = account.create_log_group(bench.stack(), &group).await;
    assert!(matches!(again, Err(PortError::Rejected { .. })), "{again:?}");
    account.delete_log_group(&group.log_group_name).await.unwrap();
    let gone = account.delete_log_group(&group.log_group_name).await;
    assert!(matches!(gone, Err(PortError::Missing { .. })), "{gone:?}");
}

async fn the_log_policy_is_made_or_replaced(bench: &impl Bench) {
    let (account, policy) = (bench.account(), made_of(bench).log_policy);
    let other = LogPolicy { policy_document: json!({"Version": "2012-10-17", "Statement": []}), ..policy.clone() };
    for put in [&other, &policy, &policy] {
        account.put_log_policy(put).await.unwrap();
        assert_eq!(account.log_policy(bench.stack()).await.unwrap().as_ref(), Some(put));
    }
    account.delete_log_policy(&policy.policy_name).await.unwrap();
    assert_eq!(account.log_policy(bench.stack()).await, Ok(None));
    let gone = account.delete_log_policy(&policy.policy_name).await;
    assert!(matches!(gone, Err(PortError::Missing { .. })), "{gone:?}");
}

async fn a_bucket_that_is_not_there_is_none_and_can_not_be_changed(bench: &impl Bench) {
    let bucket = BucketOf { bucket: format!("{}-nowhere", bench.stack().name), owner: bench.stack().account.clone() };
    assert_eq!(bench.account().bucket(&bucket).await, Ok(None));
    let told = bench.account().enable_versioning(&bucket).await;
    assert!(matches!(told, Err(PortError::Missing { .. })), "{told:?}");
}

async fn a_bucket_that_belongs_to_somebody_else_is_none_and_is_not_touched(bench: &impl Bench) {
    let bucket = own(bench, "assets").await;
    let theirs = BucketOf { owner: "222222222222".to_owned(), ..bucket.clone() };
    assert!(!matches!(bench.account().bucket(&theirs).await, Ok(Some(_))));
    assert!(bench.account().enable_versioning(&theirs).await.is_err());
    assert_eq!(bench.account().bucket(&bucket).await.unwrap().unwrap().versioning, None);
}

async fn what_is_set_of_a_bucket_is_what_it_is_like(bench: &impl Bench) {
    let (account, bucket) = (bench.account(), own(bench, "assets").await);
    let told = async || account.bucket(&bucket).await.unwrap().unwrap();
    assert_eq!((told().await.policy, told().await.versioning, told().await.replication), (None, None, None));
    for _ in 0..2 {
        account.enable_versioning(&bucket).await.unwrap();
        account.turn_acls_off(&bucket).await.unwrap();
        let like = told().await;
        assert_eq!(like.versioning.as_deref(), Some("Enabled"));
        assert_eq!(like.ownership.as_deref(), Some("BucketOwnerEnforced"));
    }
    for sid in ["One", "Two"] {
        let policy = theirs(&bucket, sid);
        account.put_bucket_policy(&bucket, &policy.to_string()).await.unwrap();
        let there: Value = serde_json::from_str(&told().await.policy.unwrap()).unwrap();
        assert_eq!(there, policy, "the new one stands in the place of the old");
    }
    account.delete_bucket_policy(&bucket).await.unwrap();
    assert_eq!(told().await.policy, None);
}

/// A statement of somebody else's.
fn theirs(bucket: &BucketOf, sid: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Sid": sid, "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": format!("arn:aws:s3:::{}/*", bucket.bucket),
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]})
}

async fn a_schedule_is_found_as_it_was_made_and_a_persons_own_is_not_ours(bench: &impl Bench) {
    let (account, stack) = (bench.account(), bench.stack());
    let entry = made_of(bench).schedules.remove(0);
    let by_hand =
        ScheduleEntry { name: "by-hand".to_owned(), description: "a person's own".to_owned(), ..entry.clone() };
    account.create_schedule(&entry).await.unwrap();
    account.create_schedule(&by_hand).await.unwrap();
    let found = account.schedules(stack).await.unwrap();
    assert_eq!((found.ours, found.foreign), (vec![entry.clone()], vec!["by-hand".to_owned()]));
    let again = account.create_schedule(&entry).await;
    assert!(matches!(again, Err(PortError::Rejected { .. })), "{again:?}");
    let later = ScheduleEntry { schedule_expression: "cron(0 7 * * ? *)".to_owned(), ..entry.clone() };
    account.update_schedule(&later).await.unwrap();
    assert_eq!(account.schedules(stack).await.unwrap().ours, [later]);
    account.delete_schedule(stack, &entry.name).await.unwrap();
    let gone = account.delete_schedule(stack, &entry.name).await;
    assert!(matches!(gone, Err(PortError::Missing { .. })), "{gone:?}");
}

async fn a_document_is_read_as_it_was_written_last_until_it_is_removed(bench: &impl Bench) {
    let (account, stack) = (bench.account(), bench.stack());
    let key = format!("plan/{}.json", number());
    assert_eq!(account.read(stack, &key).await, Ok(None));
    for body in ["{\"a\":1}", "{\"a\":2}"] {
        account.write(stack, &key, body.into()).await.unwrap();
        assert_eq!(account.read(stack, &key).await, Ok(Some(body.into())));
    }
    account.remove(stack, &key).await.unwrap();
    assert_eq!(account.read(stack, &key).await, Ok(None));
    assert_eq!(account.remove(stack, &key).await, Ok(()), "S3 does not say whether there was one");
}

async fn what_was_applied_needs_no_second_step_and_is_taken_out_beside_what_others_have(bench: &impl Bench) {
    let (account, stack, plan_file) = (bench.account(), bench.stack(), wanted(bench.stack()));
    let (source, _) = (own(bench, "assets").await, own(bench, "dr").await);
    let policy = theirs(&source, "Tls");
    account.put_bucket_policy(&source, &policy.to_string()).await.unwrap();
    let changes = plan(account, stack, &plan_file).await.unwrap();
    apply(account, stack, &plan_file, &changes, &mut |_, _| ()).await.unwrap();
    let again = plan(account, stack, &plan_file).await.unwrap();
    let changing: Vec<_> = again.changes().filter(|change| change.action != Action::Keep).collect();
    assert!(changing.is_empty(), "{changing:#?}");
    let by_hand =
        ScheduleEntry { name: "by-hand".into(), description: String::new(), ..made_of(bench).schedules.remove(0) };
    account.create_schedule(&by_hand).await.unwrap();
    let changes = plan_destroy(account, stack).await.unwrap();
    destroy(account, stack, &changes, &mut |_, _| ()).await.unwrap();
    let found = account.schedules(stack).await.unwrap();
    assert_eq!((found.ours, found.foreign), (vec![], vec!["by-hand".to_owned()]));
    assert_eq!(account.roles(stack).await.unwrap().ours, []);
    let like = account.bucket(&source).await.unwrap().unwrap();
    assert_eq!(serde_json::from_str::<Value>(&like.policy.unwrap()).unwrap(), policy);
    assert_eq!(
        (like.replication, like.versioning.as_deref()),
        (None, Some("Enabled")),
        "versions are never turned off"
    );
    assert_eq!(account.read(stack, names::CURRENT_PLAN_KEY).await, Ok(None));
}

async fn without_its_bucket_a_stack_has_no_documents_and_that_is_said(bench: &impl Bench) {
    let stack = elsewhere(bench);
    let told = bench.account().read(&stack, names::CURRENT_PLAN_KEY).await;
    assert!(matches!(told, Err(PortError::Missing { .. })), "{told:?}");
}

checks!(
    crate::memory::account(), crate::aws::account();
    a_role_is_found_with_its_job_and_as_it_was_made,
    a_role_is_made_once_and_deleted_once,
    a_role_whose_making_broke_is_there_or_not_and_the_list_says_which,
    a_role_of_another_stack_is_told_as_in_the_way_and_is_not_ours,
    the_log_group_is_made_bare_and_once_and_keeps_what_was_set,
    the_log_policy_is_made_or_replaced,
    a_bucket_that_is_not_there_is_none_and_can_not_be_changed,
    what_is_set_of_a_bucket_is_what_it_is_like,
    a_schedule_is_found_as_it_was_made_and_a_persons_own_is_not_ours,
    a_document_is_read_as_it_was_written_last_until_it_is_removed,
    what_was_applied_needs_no_second_step_and_is_taken_out_beside_what_others_have;
    not by fake "memory-has-one-stack": without_its_bucket_a_stack_has_no_documents_and_that_is_said;
    not by aws "nobody-asks-for-the-owner": a_bucket_that_belongs_to_somebody_else_is_none_and_is_not_touched
);
