//! Least privilege, proved: what each role of the stack and of `apply` grants is what the scenarios used, action by action and pattern by pattern.

use std::collections::{BTreeMap, BTreeSet};

use nightferry_domain::policy::{Document, Policies, Principal, Request, Resource, Statement, evaluate};
use nightferry_local::front_door::{CallRecord, Decision};
use nightferry_local::upstream::iam;
use serde_json::Value;

use crate::ask;
use crate::machines::Machines;
use crate::program::root;
use crate::replicated::Replicated;
use crate::scenario::Scenario;
use crate::stage::Stage;
use crate::{batch_faults, by_hand, lost_file, machine_drills, machine_faults, on_premises, under_faults as faults};

/// Every scenario: between them they reach each path on which a role is used.
static ALL: [&Scenario; 19] = [
    &faults::QUIET,
    &faults::DOUBLED,
    &faults::THROTTLED,
    &faults::START_JOB,
    &faults::START_JOB_AGAIN,
    &faults::VERIFY_JOB,
    &faults::RECORD_STATE,
    &faults::SWEEP_RUNS,
    &faults::WRITE_REPORT,
    &faults::EVERYTHING,
    &faults::FRONT_DOOR,
    &faults::MINISTACK,
    &by_hand::FOREIGN,
    &by_hand::DUPLICATE,
    &by_hand::CANCELLED,
    &by_hand::LOCKED,
    &by_hand::DENIED,
    &faults::DEAD,
    &lost_file::RESTORED,
];

/// The same of a replicated bucket, on their own stage.
static BATCH: [&Scenario<Replicated>; 8] = [
    &batch_faults::QUIET,
    &batch_faults::LOST,
    &batch_faults::DOUBLED,
    &batch_faults::START_JOB,
    &batch_faults::CONFIRM,
    &batch_faults::UNSAID,
    &batch_faults::THROTTLED,
    &batch_faults::DEAD,
];

/// The same of tagged machines: nights, restores and drills.
static MACHINES: [&Scenario<Machines>; 16] = [
    &machine_faults::QUIET,
    &machine_faults::UNHEARD,
    &machine_faults::START_JOB,
    &machine_faults::LOST,
    &machine_faults::DOUBLED,
    &machine_faults::RECORD_STATE,
    &machine_faults::EXPIRED,
    &machine_faults::PLANNED,
    &machine_faults::FOREIGN,
    &machine_faults::DEAD,
    &machine_faults::COPIED,
    &machine_faults::CANCELLED,
    &machine_faults::RESTORED,
    &machine_faults::DRILLED,
    &machine_faults::ORPHANED,
    &machine_drills::SCHEDULED,
];

/// What runs our state machines, in the record of calls: the interpreter does not say for which of them it calls.
const INTERPRETER: &str = "state-machine";
/// Both of them.
const STATE_MACHINES: [&str; 2] = ["nightly-run", "restore"];

/// The page with the exceptions and their reasons.
const PAGE: &str = "docs/permissions.md";
/// Its section.
const SECTION: &str = "## Granted, and not seen on the local AWS";

/// An action on a pattern of resources that a role is allowed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Grant {
    role: String,
    action: String,
    pattern: String,
}

/// Actions with what they were used on, by role.
pub(crate) type Uses = BTreeMap<String, BTreeSet<(String, String)>>;

#[test]
fn every_role_uses_all_that_it_is_granted_and_nothing_else() {
    let transfers: Vec<&Stage> = ALL.iter().map(|scenario| scenario.holds()).collect();
    let batches: Vec<&Stage> = BATCH.iter().map(|scenario| scenario.holds()).collect();
    let machines: Vec<&Stage> = MACHINES.iter().map(|scenario| scenario.holds()).collect();
    let stage = transfers[0];
    // What people attached is not what `apply` grants.
    stage.wait(ask::detach_policies(stage, &stage.first_role()));
    let (mut granted_to, mut uses_of) = (BTreeSet::new(), Uses::new());
    for stage in [stage, batches[0], machines[0]] {
        granted_to.extend(stage.wait(granted(stage)));
        for (role, used) in stage.wait(uses(stage)) {
            uses_of.entry(role).or_default().extend(used);
        }
    }
    let office = on_premises::seen();
    granted_to.extend(office.granted.iter().cloned());
    for (role, used) in &office.uses {
        uses_of.entry(role.clone()).or_default().extend(used.iter().cloned());
    }
    assert_equal(&granted_to, &uses_of);
}

fn assert_equal(granted: &BTreeSet<Grant>, uses: &Uses) {
    let silent: Vec<&str> = roles_of(granted).into_iter().filter(|role| !uses.contains_key(*role)).collect();
    assert_eq!(silent, Vec::<&str>::new(), "the record is incomplete: these roles were never used");
    let page = std::fs::read_to_string(root().join(PAGE)).unwrap();
    let excepted = exceptions(&page);
    let unused: BTreeSet<&Grant> = granted.iter().filter(|grant| !is_used(grant, uses)).collect();
    let unlisted: Vec<&&Grant> = unused.iter().filter(|grant| !excepted.iter().any(|one| covers(one, grant))).collect();
    // A slow machine may see the sweep do what else the workflow does: an exception that was used is no fault of the night.
    let idle: Vec<&(String, String)> =
        excepted.iter().filter(|one| !granted.iter().any(|grant| covers(one, grant))).collect();
    assert!(
        unlisted.is_empty() && idle.is_empty(),
        "granted, but never used, and not excepted in {PAGE}: {unlisted:#?}; excepted there, but not granted: {idle:#?}"
    );
}

fn roles_of(granted: &BTreeSet<Grant>) -> BTreeSet<&str> {
    granted.iter().map(|grant| grant.role.as_str()).collect()
}

/// Everything that the deployed roles allow: the template's by their short names, those that `apply` made as `apply`.
pub(crate) async fn granted(stage: &Stage) -> BTreeSet<Grant> {
    let mut granted = BTreeSet::new();
    for short in template_roles() {
        let name = format!("{}-{short}", stage.stack.name);
        granted.extend(grants(stage, &short, &name).await);
    }
    for made in apply_roles(stage).await {
        granted.extend(grants(stage, "apply", made.rsplit('/').next().unwrap()).await);
    }
    granted
}

async fn grants(stage: &Stage, short: &str, name: &str) -> Vec<Grant> {
    let role = iam::role(&stage.local.aws(), name).await.unwrap().unwrap_or_else(|| panic!("there is no role {name}"));
    // Jobs write below prefixes of their own; as grants they are the same.
    let job = stage.jobs.iter().find(|job| name.contains(job.as_str())).filter(|_| short == "apply");
    let statements = role.policies.iter().flat_map(|policy| items(&policy["Statement"]));
    let pairs = statements.flat_map(|statement| {
        assert_eq!(statement["Effect"], "Allow", "{name}: only allowing statements are compared");
        let patterns = items(&statement["Resource"]);
        items(&statement["Action"]).into_iter().flat_map(move |action| {
            patterns.clone().into_iter().map(move |pattern| (action.clone(), pattern.as_str().unwrap().to_owned()))
        })
    });
    let plain = |pattern: String| job.map_or_else(|| pattern.clone(), |job| pattern.replace(job.as_str(), "JOB"));
    pairs
        .map(|(action, pattern)| Grant {
            role: short.to_owned(),
            action: action.as_str().unwrap().to_owned(),
            pattern: plain(pattern),
        })
        .collect()
}

fn items(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

/// What follows the stack's name in the names of the template's roles.
fn template_roles() -> Vec<String> {
    let text = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    let template: Value = serde_saphyr::from_str(&text).unwrap();
    let resources = template["Resources"].as_object().unwrap().values();
    let roles = resources.filter(|resource| resource["Type"] == "AWS::IAM::Role");
    roles
        .map(|role| role["Properties"]["RoleName"]["Fn::Sub"].as_str().unwrap().to_owned())
        .map(|name| name.strip_prefix("${AWS::StackName}-").unwrap().to_owned())
        .collect()
}

/// ARNs of the roles of `apply` by which DataSync and S3 were given buckets.
async fn apply_roles(stage: &Stage) -> BTreeSet<String> {
    let accesses = stage.local.admin().accesses().await.unwrap();
    accesses.into_iter().map(|access| access.role).filter(|role| role.contains(":role/nightferry/")).collect()
}

/// What the record of calls and the stand-in's own accesses tell.
pub(crate) async fn uses(stage: &Stage) -> Uses {
    let calls = stage.local.admin().calls().await.unwrap();
    assert_eq!(calls.forgotten, 0, "the record of calls is not whole");
    let mut uses = Uses::new();
    let denied: BTreeSet<(&str, &str, &str)> =
        calls.calls.iter().filter(|call| call.decision == Decision::Denied).map(named).collect();
    assert!(denied.is_empty(), "used, but not granted: {denied:#?}");
    for call in calls.calls.iter().filter(|call| call.decision == Decision::Allowed) {
        let needs: Vec<_> = call.needs.iter().map(|need| (need.action.clone(), need.resource.clone())).collect();
        for role in callers(call) {
            uses.entry(role.to_owned()).or_default().extend(needs.clone());
        }
    }
    for access in stage.local.admin().accesses().await.unwrap() {
        assert!(access.is_allowed, "used, but not granted: {access:#?}");
        let (role, resource) = short_access(stage, &access.role, &access.resource);
        let _ = uses.entry(role).or_default().insert((access.action, resource));
    }
    uses
}

/// Whose a call is, by the short names of roles.
fn callers(call: &CallRecord) -> Vec<&str> {
    match call.caller.as_str() {
        INTERPRETER => STATE_MACHINES.to_vec(),
        function => vec![function.trim_start_matches("nightferry-")],
    }
}

fn named(call: &CallRecord) -> (&str, &str, &str) {
    (&call.caller, &call.iam_action, &call.resource)
}

fn short_access(stage: &Stage, role: &str, resource: &str) -> (String, String) {
    let Some(made) = role.split_once(":role/nightferry/").map(|(_, name)| name) else {
        let name = role.rsplit('/').next().unwrap();
        return (name.trim_start_matches(&format!("{}-", stage.stack.name)).to_owned(), resource.to_owned());
    };
    // The role by which a bucket is replicated is the bucket's, whatever jobs it has.
    let job = stage.jobs.iter().find(|job| made.contains(job.as_str()));
    let plain = job.map_or_else(|| resource.to_owned(), |job| resource.replacen(&format!("/{job}/"), "/JOB/", 1));
    ("apply".to_owned(), plain)
}

fn is_used(grant: &Grant, uses: &Uses) -> bool {
    let of_role = uses.get(&grant.role).into_iter().flatten();
    of_role.filter(|(action, _)| action == &grant.action).any(|(_, resource)| matches(&grant.pattern, resource))
}

/// Whether a policy's resource pattern means this resource, by the product's own evaluator.
fn matches(pattern: &str, resource: &str) -> bool {
    let account = "123456789012";
    let identity = vec![Document::new([Statement::allow(["a:B"]).on([pattern])])];
    let someone = Principal::from_arn(&format!("arn:aws:iam::{account}:role/someone")).unwrap();
    let request = Request::new(someone, "a:B", Resource::new(resource, account));
    evaluate(&request, &Policies { identity, ..Policies::default() }).is_allowed()
}

/// The page's exceptions, as role (or `every function`) and action.
fn exceptions(page: &str) -> Vec<(String, String)> {
    let section = page.split_once(SECTION).unwrap_or_else(|| panic!("{PAGE} has no section {SECTION}")).1;
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_end_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        assert!(cells.len() == 3 && cells.iter().all(|cell| !cell.is_empty()), "an exception without a reason: {row}");
        (cells[0].to_owned(), cells[1].to_owned())
    })
    .collect()
}

fn covers((role, action): &(String, String), grant: &Grant) -> bool {
    let is_function = root().join("functions").join(&grant.role).is_dir();
    action == &grant.action && (role == &grant.role || (role == "every function" && is_function))
}

#[test]
fn a_use_proves_only_the_grant_whose_pattern_it_meets() {
    let grant = |pattern: &str| Grant { role: "a".into(), action: "s3:GetObject".into(), pattern: pattern.into() };
    let reads = BTreeSet::from([("s3:GetObject".to_owned(), "arn:aws:s3:::records/plan/current".to_owned())]);
    let uses = Uses::from([("a".to_owned(), reads)]);
    assert!(is_used(&grant("arn:aws:s3:::records/plan/*"), &uses));
    assert!(!is_used(&grant("arn:aws:s3:::records/runs/*"), &uses));
}

#[test]
fn an_exception_is_read_with_its_role_and_its_action() {
    let page =
        format!("{SECTION}\n\n| role | action | why |\n|---|---|---|\n| `a` | `logs:PutLogEvents` | because |\n");
    assert_eq!(exceptions(&page), [("a".to_owned(), "logs:PutLogEvents".to_owned())]);
}

#[test]
#[should_panic(expected = "an exception without a reason")]
fn an_exception_needs_its_reason() {
    let _ = exceptions(&format!("{SECTION}\n| `a` | `logs:PutLogEvents` | |\n"));
}
