//! What lies in the two accounts comes back to a third bucket: a copy by the role that wrote it, a replica by roles made for it.

use hyper::Method;
use nightferry_domain::outcome::Outcome;
use nightferry_local::upstream::{Ask, s3};
use serde_json::{Value, json};

use crate::ask;
use crate::truth;
use crate::two_accounts::{COPIES, OTHER, REPLICAS, Two, put};

const BACK: &str = "two-back";
const WRITES: &str = "two-back-write";
const READS: &str = "two-back-read";

/// Played between the night and the end of the two accounts' stage.
pub(crate) fn both_copies_come_back(two: &Two) {
    two.stage.wait(async { s3::create_bucket(&two.stage.local.aws(), BACK).await.unwrap() });
    let before = (two.stage.wait(ask::tasks(&two.stage)), locations(two));
    what_the_plan_leaves_out_is_not_drawn(two);
    refused_without_roles(two);
    let read = role(two, READS, &["restore", "assets", "--to", "s3://two-back/assets"], "--read-role");
    let asked = ["restore", "assets", "--to", "s3://two-back/assets", "--read-role", read.as_str()];
    let write = role(two, WRITES, &asked, "--write-role");
    // The role that the words describe writes that one folder; the copy comes back beside it.
    widen(two, WRITES);

    comes_back(two, &["restore", "pull", "--to", "s3://two-back/pull", "--write-role", &write]);
    assert_eq!(body(two, BACK, "pull/one.log").as_deref(), Some(&b"one"[..]));

    let theirs = two.policy(REPLICAS);
    open_replicas(two, &theirs, &read);
    comes_back(two, &[&asked[..], &["--write-role", &write]].concat());
    assert_eq!(body(two, BACK, "assets/old.txt").as_deref(), Some(&b"old"[..]));
    set_policy(two, &theirs);

    onto_a_copy(two, &write);
    what_is_not_there(two, &write);
    assert_eq!((two.stage.wait(ask::tasks(&two.stage)), locations(two)), before, "what was made for a restore is gone");
    assert_eq!(body(two, COPIES, "partner/one.log").as_deref(), Some(&b"one"[..]), "the copy is only read");
}

/// A drill of the copy holds nothing against it that the plan's `exclude` kept from it, and says so.
fn what_the_plan_leaves_out_is_not_drawn(two: &Two) {
    assert_eq!(body(two, COPIES, "near/left-out.tmp"), None, "it was never to be copied");
    let told = two.ours(&["drill", "near"], 0);
    assert_eq!((&told["came_out"], told["compared"].as_array().unwrap().len()), (&"passed".into(), 1), "{told:#}");
    let left_out = told["left_out"].to_string();
    assert!(
        left_out.contains("1 object(s) not drawn from: left out by the plan's `include` and `exclude`"),
        "{told:#}"
    );
}

/// No role of the house may write there, and the words say which one could.
fn refused_without_roles(two: &Two) {
    let refused = two.ask(None, &["restore", "pull", "--to", "s3://two-back/pull"]);
    assert!(refused.exit != 0 && refused.told.contains("--write-role"), "{}", refused.told);
    let owned = two.ask(None, &["restore", "pull", "--to", "/pull"]);
    assert!(owned.exit != 0 && owned.told.contains("s3://BUCKET/PREFIX"), "{}", owned.told);
}

/// Makes the role that the refusal asks for, out of its words alone; its ARN.
fn role(two: &Two, name: &str, asked: &[&str], option: &str) -> String {
    let refused = two.ask(None, asked);
    assert!(refused.exit != 0 && refused.told.contains(option), "{}", refused.told);
    let (_, words) = refused.told.split_once("It trusts DataSync: ").unwrap();
    let (trust, policy) = words.split_once("; and may: ").unwrap();
    let policy: Value = serde_json::Deserializer::from_str(policy).into_iter().next().unwrap().unwrap();
    let trust: Value = serde_json::from_str(trust).unwrap();
    two.stage.wait(async {
        let trust = encoded(&trust);
        let made = format!(
            "Action=CreateRole&Path=/nightferry/&RoleName={name}&AssumeRolePolicyDocument={trust}&Version=2010-05-08"
        );
        let _ = ask::form(&two.stage, "iam", &made).await;
        give(two, name, "asked-for", &policy).await;
    });
    format!("arn:aws:iam::{}:role/nightferry/{name}", two.stage.stack.account)
}

/// The whole bucket, for every restore of this test.
fn widen(two: &Two, name: &str) {
    let on = |place: &str| format!("arn:aws:s3:::{BACK}{place}");
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": [on(""), on("/*")]}]});
    two.stage.wait(give(two, name, "whole-bucket", &policy));
}

async fn give(two: &Two, role: &str, name: &str, policy: &Value) {
    let policy = encoded(policy);
    let put =
        format!("Action=PutRolePolicy&RoleName={role}&PolicyName={name}&PolicyDocument={policy}&Version=2010-05-08");
    let _ = ask::form(&two.stage, "iam", &put).await;
}

/// As a form takes it.
fn encoded(document: &Value) -> String {
    document.to_string().bytes().fold(String::new(), |encoded, byte| encoded + &format!("%{byte:02X}"))
}

/// What `--dry-run` prints is carried out, and is told as a good end.
fn comes_back(two: &Two, asked: &[&str]) {
    let told = two.ours(&[asked, &["--dry-run"]].concat(), 0);
    let notes = told["notes"].to_string();
    assert!(notes.contains("delete markers") && notes.contains("owner"), "{notes}");
    let words: Vec<&str> = told["command"].as_array().unwrap().iter().skip(1).map(|it| it.as_str().unwrap()).collect();
    let done = two.ours(&words, 0);
    let report = truth::report(&two.stage, &done["run"]["id"].as_str().unwrap().parse().unwrap());
    assert_eq!((report.run.outcome, report.jobs.len()), (Outcome::Succeeded, 1));
    assert!(report.jobs[0].files > 0, "{report:?}");
}

fn onto_a_copy(two: &Two, write: &str) {
    for to in ["s3://two-copies", "s3://two-assets-dr/public/a"] {
        let refused = two.ask(None, &["restore", "pull", "--to", to, "--write-role", write]);
        assert!(refused.exit != 0 && refused.told.contains("no restore writes there"), "{}", refused.told);
    }
    let refused = two.ask(None, &["restore", "assets", "--to", "s3://two-assets/public", "--write-role", write]);
    assert!(refused.exit != 0 && refused.told.contains("--overwrite-source assets"), "{}", refused.told);
}

/// A restore that finds nothing is not green.
fn what_is_not_there(two: &Two, write: &str) {
    let to = ["restore", "pull", "--to", "s3://two-back/none", "--write-role", write, "--only", "/no such", "--wait"];
    let done = two.ours(&to, 1);
    let report = truth::report(&two.stage, &done["run"]["id"].as_str().unwrap().parse().unwrap());
    assert_eq!(report.jobs[0].cause.as_ref().unwrap().id, "nothing-restored");
}

/// The other account lets the role read its replicas, and whoever makes the location list them, beside what it allowed before.
fn open_replicas(two: &Two, before: &Value, role: &str) {
    let on = |place: &str| format!("arn:aws:s3:::{REPLICAS}{place}");
    let mut policy = before.clone();
    policy["Statement"].as_array_mut().unwrap().push(json!({"Sid": "Recovery", "Effect": "Allow",
        "Principal": {"AWS": role}, "Action": ["s3:GetObject*", "s3:GetBucketLocation", "s3:List*"],
        "Resource": [on(""), on("/*")]}));
    let creator = format!("arn:aws:iam::{}:root", two.stage.stack.account);
    policy["Statement"].as_array_mut().unwrap().push(json!({"Sid": "Creator", "Effect": "Allow",
        "Principal": {"AWS": creator}, "Action": "s3:ListBucket", "Resource": on("")}));
    set_policy(two, &policy);
}

fn set_policy(two: &Two, policy: &Value) {
    let own = two.stage.local.aws();
    let theirs = own.seen_from(OTHER, own.region());
    two.stage.wait(put(&theirs, &format!("/{REPLICAS}?policy"), &policy.to_string()));
}

/// An object's bytes, as the stack's own account reads them.
fn body(two: &Two, bucket: &str, key: &str) -> Option<Vec<u8>> {
    let ask = Ask::new(Method::GET, "s3", format!("/{bucket}/{key}"));
    two.stage.wait(two.stage.local.aws().read(ask)).ok().map(|bytes| bytes.to_vec())
}

/// ARNs of all locations.
fn locations(two: &Two) -> Vec<String> {
    let listed = two.stage.wait(ask::pages(&two.stage, "ListLocations", &json!({}), "Locations"));
    listed.iter().map(|location| location["LocationArn"].as_str().unwrap().to_owned()).collect()
}
