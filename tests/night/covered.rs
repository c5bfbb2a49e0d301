//! What is protected, as people are told it: each gap is made by hand, told with its machine or its point, and gone once it is mended.

use hyper::Method;
use nightferry_local::backup::Tick;
use nightferry_local::upstream::Ask;
use serde_json::{Value, json};

use crate::good_night::Local;

/// The role by which the demo's recovery points are made and ended.
const ROLE: &str = "nightferry-servers-backup";
const VAULT: &str = "/backup-vaults/EC2";
/// Each look is a call of the program.
const LOOKS_MAX: u32 = 300;
/// A little longer than a point is kept whose time is cut down to a day.
const A_DAY_LATER_SECS: u64 = 90_000;

/// Played on a stage with a night and a second one, whose machines are all covered.
pub(crate) fn every_gap_is_told_and_gone_once_it_is_mended(local: &Local, demo: &Value) {
    let tagged: Vec<&Value> = machines(demo, true).collect();
    let whole = coverage(local, 0);
    assert!(whole["machines"].as_array().unwrap().iter().all(|it| it["cover"] == "covered"), "{whole:#}");
    for machine in &tagged {
        assert_eq!(cover_of(&whole, machine), "covered", "{whole:#}");
    }
    let untagged = machines(demo, false).next().unwrap();
    assert!(!whole.to_string().contains(untagged["instance_id"].as_str().unwrap()), "it was never selected: {whole:#}");
    assert_eq!(whole["stuck"], json!([]), "{whole:#}");
    a_machine_that_lost_its_tag(local, tagged[0]);
    a_point_that_nobody_may_delete(local, tagged[1]);
}

/// It has points, and no new ones will come.
fn a_machine_that_lost_its_tag(local: &Local, machine: &Value) {
    let id = machine["instance_id"].as_str().unwrap();
    let tagging = |action: &str, value: &str| {
        form(local, "ec2", &format!("Action={action}&Version=2016-11-15&ResourceId.1={id}&Tag.1.Key=AWSBackup{value}"));
    };
    tagging("DeleteTags", "");
    assert_eq!(cover_of(&coverage(local, 3), machine), "lost-the-tag");
    let words = local.in_words(&["coverage"]);
    let name = machine["name"].as_str().unwrap();
    assert_eq!(words.exit, 3);
    assert!(words.said.contains(&format!("LOST THE TAG {name} ({id}): 2 good recovery points")), "{}", words.said);
    tagging("CreateTags", "&Tag.1.Value=EC2");
    assert_eq!(cover_of(&coverage(local, 0), machine), "covered");
}

/// Past its time it is EXPIRED, and costs money, until the role that made it has its right back.
fn a_point_that_nobody_may_delete(local: &Local, machine: &Value) {
    let point = oldest_point(local, machine["instance_id"].as_str().unwrap());
    let deny = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Action": "ec2:DeregisterImage", "Resource": "*"}]});
    let named = format!("Version=2010-05-08&RoleName={ROLE}&PolicyName=by-a-person");
    form(local, "iam", &format!("Action=PutRolePolicy&{named}&PolicyDocument={deny}"));
    let policy = backup(local, Method::GET, &format!("{VAULT}/access-policy"), &Value::Null)["Policy"].clone();
    let _ = backup(local, Method::DELETE, &format!("{VAULT}/access-policy"), &Value::Null);
    let short = json!({"Lifecycle": {"DeleteAfterDays": 1}});
    let _ = backup(local, Method::POST, &format!("{VAULT}/recovery-points/{}", path(&point)), &short);
    let _ = backup(local, Method::PUT, &format!("{VAULT}/access-policy"), &json!({"Policy": policy}));
    local.moves_the_backup_clock(Tick { advance_secs: A_DAY_LATER_SECS, ..Tick::default() });
    until("the point is told as stuck", || coverage_of(local)["stuck"] != json!([]));

    let told = coverage(local, 3);
    let [stuck] = &told["stuck"].as_array().unwrap()[..] else { panic!("one point is stuck: {told:#}") };
    assert_eq!(stuck["arn"], point);
    assert!(stuck["bytes"].as_u64().unwrap() > 0 && stuck["since"].is_string(), "{told:#}");
    assert_eq!(cover_of(&told, machine), "covered", "its younger point is as good as before");
    let words = local.in_words(&["coverage"]).said;
    assert!(words.contains(&format!("STUCK {}", point.as_str().unwrap())), "{words}");
    assert!(words.contains("it costs money: give the role that made it back, or delete it by hand"), "{words}");

    form(local, "iam", &format!("Action=DeleteRolePolicy&{named}"));
    until("the point is gone", || coverage_of(local)["stuck"] == json!([]));
    let _ = coverage(local, 0);
}

/// What `nightferry coverage` says of the one job with machines.
fn coverage(local: &Local, exit: i32) -> Value {
    let told = local.ask(&["coverage"], exit);
    let [job] = &told.as_array().unwrap()[..] else { panic!("one job backs machines up: {told:#}") };
    job.clone()
}

/// The same, however it stands.
fn coverage_of(local: &Local) -> Value {
    local.answer(&["coverage"]).json()[0].clone()
}

fn cover_of<'a>(coverage: &'a Value, machine: &Value) -> &'a str {
    let mut machines = coverage["machines"].as_array().unwrap().iter();
    let found = machines.find(|it| it["id"] == machine["instance_id"]);
    found.unwrap_or_else(|| panic!("no {machine}: {coverage:#}"))["cover"].as_str().unwrap()
}

fn machines(demo: &Value, tagged: bool) -> impl Iterator<Item = &Value> {
    demo["machines"].as_array().unwrap().iter().filter(move |it| it["is_tagged"] == tagged)
}

fn oldest_point(local: &Local, machine: &str) -> Value {
    let listed = backup(local, Method::GET, &format!("{VAULT}/recovery-points/"), &Value::Null);
    let own = listed["RecoveryPoints"].as_array().unwrap().iter();
    let own = own.filter(|point| point["ResourceArn"].as_str().unwrap().ends_with(machine));
    let oldest = own.min_by_key(|point| point["CreationDate"].to_string());
    oldest.unwrap_or_else(|| panic!("no point of {machine}: {listed:#}"))["RecoveryPointArn"].clone()
}

fn path(arn: &Value) -> String {
    arn.as_str().unwrap().replace(':', "%3A").replace('/', "%2F")
}

fn backup(local: &Local, method: Method, path: &str, body: &Value) -> Value {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    serde_json::from_slice(&local.call(Ask::new(method, "backup", path).body(body))).unwrap_or_default()
}

fn form(local: &Local, service: &'static str, form: &str) {
    let ask = Ask::new(Method::POST, service, "/").header("content-type", "application/x-www-form-urlencoded");
    let _ = local.call(ask.body(form.to_owned()));
}

/// The service looks at its points when its clock tells it to: a moment later at most.
fn until(what: &str, is_so: impl Fn() -> bool) {
    assert!((0..LOOKS_MAX).any(|_| is_so()), "never so: {what}");
}
