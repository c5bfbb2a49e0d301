//! A stage with tagged machines: AWS Backup's and EC2's own word for what a night, a restore and a drill made of them.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use hyper::Method;
use nightferry_domain::backup::proof::KeptPoint;
use nightferry_domain::ids::RunId;
use nightferry_domain::outcome::Outcome;
use nightferry_domain::report::{JobReport, Report};
use nightferry_local::FileSystem;
use nightferry_local::upstream::ec2::{self, WantedInstance};
use nightferry_local::upstream::{Ask, Upstream, lambda};
use serde_json::{Value, json};

use crate::scenario::Shared;
use crate::stage::Stage;
use crate::{ask, scenery, truth};

/// The plan's job.
pub(crate) const JOB: &str = "servers";
/// Where recovery points lie, and where each has a copy.
const VAULT: &str = "EC2";
pub(crate) const COPIES: &str = "offsite";
/// Another account, and its vault.
pub(crate) const OTHER: &str = "222222222222";
pub(crate) const THEIRS: &str = "offsite-of-others";
/// The role behind the profile of the first machine.
const WEB: &str = "web-server";
/// The user's function that looks into a drill's machine.
const CHECK: &str = "look-into-machines";
/// What the machines are started from.
const IMAGE: &str = "ami-0123456789abcdef0";

static SHARED: OnceLock<Machines> = OnceLock::new();

/// The stage and the tagged machines' ids; the first has a profile.
pub(crate) struct Machines {
    pub(crate) stage: Stage,
    pub(crate) tagged: Vec<String>,
    place: FileSystem,
}

impl Shared for Machines {
    fn shared() -> &'static Self {
        SHARED.get_or_init(Self::up)
    }

    fn stage(&self) -> &Stage {
        &self.stage
    }
}

impl Machines {
    fn up() -> Self {
        let stage = Stage::bare("machines", &[JOB.to_owned()]);
        let place = stage.wait(stage.local.admin().file_system(stage.folder.join("files"))).unwrap();
        stage.wait(async {
            profile(&stage).await;
            check(&stage).await;
            let _ = backup(&stage, Method::PUT, &format!("/backup-vaults/{COPIES}"), &json!({})).await;
        });
        let tagged = [("web-1", Some(WEB)), ("db-1", None)];
        let tagged = tagged.map(|(name, profile)| stage.wait(start(&stage, &place, name, profile))).to_vec();
        stage.until("the user's check is there", || {
            stage.wait(lambda::role_arn(&stage.local.aws(), CHECK)).unwrap().is_some()
        });
        let night = Self { stage, tagged, place };
        night.apply("", &looked_into(&night.stage));
        night
    }

    /// Every backup job of the account, as AWS Backup itself lists them.
    pub(crate) fn jobs(&self) -> Vec<Value> {
        self.listed("/backup-jobs/", "BackupJobs")
    }

    /// Ids of the backup jobs that there are.
    pub(crate) fn job_ids(&self) -> BTreeSet<String> {
        self.jobs().iter().map(|job| text(job, "BackupJobId")).collect()
    }

    /// Every restore job of the account.
    pub(crate) fn restores(&self) -> Vec<Value> {
        self.listed("/restore-jobs/", "RestoreJobs")
    }

    /// Recovery points and their copies.
    fn points(&self, vault: &str) -> Vec<Value> {
        self.listed(&format!("/backup-vaults/{vault}/recovery-points/"), "RecoveryPoints")
    }

    /// Every page of a list of AWS Backup's.
    fn listed(&self, path: &str, member: &str) -> Vec<Value> {
        let (mut all, mut next) = (vec![], String::new());
        loop {
            let page = self.stage.wait(backup(&self.stage, Method::GET, &format!("{path}{next}"), &Value::Null));
            all.extend(page[member].as_array().cloned().unwrap_or_default());
            match page["NextToken"].as_str() {
                Some(token) => next = format!("?nextToken={token}"),
                None => return all,
            }
        }
    }

    /// Ids of the machines that EC2 has, terminated ones left out.
    pub(crate) fn running(&self) -> BTreeSet<String> {
        let all = self.stage.wait(ec2::instances(&self.stage.local.aws())).unwrap();
        all.into_iter().filter(|machine| machine.state != "terminated").map(|machine| machine.id).collect()
    }

    /// Ends a machine that a restore has made, so that no later night backs it up.
    pub(crate) fn end(&self, id: &str) {
        self.stage.wait(ec2::terminate(&self.stage.local.aws(), id)).unwrap();
    }

    /// Reads a night's report and recounts everything in it: one backup job an attempt and none beside them, of each machine
    /// a recovery point that is an image, its copies, one report, one message. `before` are the jobs of earlier nights.
    pub(crate) fn assert_true(&self, run: &RunId, before: &BTreeSet<String>) -> Report {
        let report = truth::report(&self.stage, run);
        let made: Vec<Value> =
            self.jobs().into_iter().filter(|job| !before.contains(&text(job, "BackupJobId"))).collect();
        let names: BTreeSet<String> = report.jobs.iter().map(|job| job.name.to_string()).collect();
        let wanted = self.tagged.iter().map(|id| format!("{JOB}.{id}")).collect();
        assert_eq!(names, wanted, "{run}: one job a tagged machine");
        for job in &report.jobs {
            let machine = format!("instance/{}", job.name.machine().unwrap());
            let own: Vec<&Value> = made.iter().filter(|one| text(one, "ResourceArn").ends_with(&machine)).collect();
            self.assert_attempts(run, job, &own);
        }
        let told: usize = report.jobs.iter().map(|job| job.attempts.len()).sum();
        assert_eq!(made.len(), told, "{run}: backup jobs that nobody tells of: {made:#?}");
        truth::assert_told_once(&self.stage, run);
        report
    }

    fn assert_attempts(&self, run: &RunId, job: &JobReport, own: &[&Value]) {
        let words = format!("{run}: {} is told as {:?}: {:?}; {own:#?}", job.name, job.outcome, job.cause);
        assert_eq!(own.len(), job.attempts.len(), "{words}");
        for attempt in &job.attempts {
            let id = attempt.execution.as_ref().unwrap_or_else(|| panic!("{words}")).id();
            let one = own.iter().find(|one| text(one, "BackupJobId") == id);
            let state = text(one.unwrap_or_else(|| panic!("{words}")), "State");
            assert_eq!(state == "COMPLETED", attempt.outcome == Some(Outcome::Succeeded), "{words}");
        }
        match (job.outcome, &job.recovery_point) {
            (Outcome::Succeeded, Some(kept)) => self.assert_kept(kept, &words),
            (Outcome::Succeeded, None) => panic!("safe without a recovery point: {words}"),
            (_, kept) => assert!(kept.is_none() && job.cause.is_some(), "{words}"),
        }
    }

    /// The point lies in its vault, its image is in EC2, and each of its copies in the other vault.
    fn assert_kept(&self, kept: &KeptPoint, words: &str) {
        let image = kept.arn.rsplit('/').next().unwrap();
        assert!(self.stage.wait(ec2::has_image(&self.stage.local.aws(), image)).unwrap(), "no {image}: {words}");
        assert!(self.holds(VAULT, &kept.arn), "{} is not in its vault: {words}", kept.arn);
        for copied in &kept.copies {
            let copy = copied.copy.as_ref().unwrap_or_else(|| panic!("told as safe without its copy: {words}"));
            let is_theirs = copied.vault_arn.ends_with(&format!(":{OTHER}:backup-vault:{THEIRS}"));
            let is_held = if is_theirs { self.they_hold(copy) } else { self.holds(COPIES, copy) };
            assert!(is_held, "{copy} is not in {}: {words}", copied.vault_arn);
        }
    }

    /// What the other account itself sees in its vault.
    fn they_hold(&self, arn: &str) -> bool {
        let path = format!("/backup-vaults/{THEIRS}/recovery-points/");
        let listed = self.stage.wait(self.theirs().read(Ask::new(Method::GET, "backup", path))).unwrap();
        let listed: Value = serde_json::from_slice(&listed).unwrap();
        is_whole_in(listed["RecoveryPoints"].as_array().unwrap(), arn)
    }

    fn theirs(&self) -> Upstream {
        let own = self.stage.local.aws();
        own.seen_from(OTHER, own.region())
    }

    /// The other account makes its vault, with a key of its own: no copy comes into one without.
    pub(crate) fn their_vault(&self) {
        let key = format!("arn:aws:kms:{}:{OTHER}:key/11111111-2222-3333-4444-555555555555", self.stage.stack.region);
        let make = Ask::new(Method::PUT, "backup", format!("/backup-vaults/{THEIRS}"));
        let make = make.body(json!({"EncryptionKeyArn": key}).to_string());
        let _ = self.stage.wait(self.theirs().read(make)).unwrap();
    }

    fn holds(&self, vault: &str, arn: &str) -> bool {
        is_whole_in(&self.points(vault), arn)
    }

    /// Adds a line to the job's `backup` while something is played.
    pub(crate) fn with(&self, line: &str, act: impl FnOnce()) {
        self.apply(&format!("      {line}\n"), &looked_into(&self.stage));
        act();
        self.apply("", &looked_into(&self.stage));
    }

    /// Lets a program look into a drill's machine, and no schedule rehearse, while something is played.
    pub(crate) fn with_command(&self, command: &[&str], act: impl FnOnce()) {
        self.apply("", &format!("        check: {{ command: {} }}\n", json!(command)));
        act();
        self.apply("", &looked_into(&self.stage));
    }

    fn apply(&self, line: &str, drill: &str) {
        self.stage.write_plan(&plan(&self.place, line, drill));
        self.stage.apply_as(None, &["apply", "--yes"]);
    }

    /// Fires our plan of AWS Backup as its own schedule would.
    pub(crate) fn fire_backup_plan(&self) {
        let plans = self.listed("/backup/plans/", "BackupPlansList");
        let [plan] = plans.as_slice() else { panic!("one plan of AWS Backup is ours: {plans:#?}") };
        let _ = self.stage.wait(self.stage.local.admin().fire_backup_plan(&text(plan, "BackupPlanId"))).unwrap();
    }

    /// How many copy jobs there are.
    pub(crate) fn copy_count(&self) -> usize {
        self.listed("/copy-jobs/", "CopyJobs").len()
    }

    /// Restores or rehearses the first machine to its end: the exit code, the job as its run keeps it, and what EC2 has more
    /// than before.
    pub(crate) fn brought_back(&self, what: &str) -> (i32, Value, Vec<String>) {
        let before = self.running();
        let answer = self.stage.program(&[what, JOB, "--instance", &self.tagged[0], "--wait"]);
        assert!(answer.said.starts_with('{'), "{}\n{}", answer.said, answer.told);
        let job = answer.json()["jobs"][0].clone();
        (answer.exit, job, self.running().difference(&before).cloned().collect())
    }
}

fn is_whole_in(points: &[Value], arn: &str) -> bool {
    points.iter().any(|point| text(point, "RecoveryPointArn") == arn && text(point, "Status") == "COMPLETED")
}

/// One call of AWS Backup.
pub(crate) async fn backup(stage: &Stage, method: Method, path: &str, body: &Value) -> Value {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let answer = stage.local.aws().read(Ask::new(method, "backup", path).body(body)).await;
    serde_json::from_slice(&answer.unwrap_or_else(|error| panic!("{path}: {error}"))).unwrap_or_default()
}

/// A member's text; nothing where there is none.
pub(crate) fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_default().to_owned()
}

async fn start(stage: &Stage, place: &FileSystem, name: &str, profile: Option<&str>) -> String {
    let tags = [("Name", name), ("AWSBackup", "EC2")];
    let wanted = WantedInstance {
        image_id: IMAGE.to_owned(),
        instance_type: "t3.micro".to_owned(),
        subnet_id: Some(place.subnet_id.clone()),
        security_groups: vec![place.security_group_id.clone()],
        profile: profile.map(str::to_owned),
        tags: tags.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec(),
        ..WantedInstance::default()
    };
    ec2::run_instance(&stage.local.aws(), &wanted).await.unwrap()
}

/// An instance profile, and a role of the same name behind it.
async fn profile(stage: &Stage) {
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    for call in [
        format!("Action=CreateRole&RoleName={WEB}&AssumeRolePolicyDocument={trust}"),
        format!("Action=CreateInstanceProfile&InstanceProfileName={WEB}"),
        format!("Action=AddRoleToInstanceProfile&InstanceProfileName={WEB}&RoleName={WEB}"),
    ] {
        let _ = ask::form(stage, "iam", &format!("{call}&Version=2010-05-08")).await;
    }
}

/// A function of the user's that is content with any machine, with the tag by which the workflow may call it.
async fn check(stage: &Stage) {
    let code = "def handler(event, context):\n    return {'passed': event['machine'].startswith('i-'), 'said': 'it was looked into'}\n";
    let role = format!("arn:aws:iam::{}:role/{WEB}", stage.stack.account);
    let template = json!({"Resources": {"Check": {"Type": "AWS::Lambda::Function", "Properties": {
        "FunctionName": CHECK, "Runtime": "python3.12", "Handler": "index.handler", "Role": role,
        "Code": {"ZipFile": code}, "Tags": [{"Key": "nightferry", "Value": "drill-check"}],
    }}}});
    let create = format!("Action=CreateStack&Version=2010-05-15&StackName=checks&TemplateBody={template}");
    let _ = ask::form(stage, "cloudformation", &create).await;
}

/// How a drill is checked as a rule: by the user's function, also where a schedule rehearses.
fn looked_into(stage: &Stage) -> String {
    let (region, account) = (&stage.stack.region, &stage.stack.account);
    format!(
        r#"        check: {{ lambda: "arn:aws:lambda:{region}:{account}:function:{CHECK}" }}
        schedule: weekly
"#
    )
}

fn plan(place: &FileSystem, line: &str, drill: &str) -> String {
    let FileSystem { subnet_id, security_group_id, .. } = place;
    let schedule = scenery::SCHEDULE;
    format!(
        r#"version: 1
schedules:
  {schedule}: {{ cron: "0 6 * * ? *", timezone: Asia/Tokyo }}
  weekly: {{ cron: "0 9 ? * MON *", timezone: Asia/Tokyo }}
jobs:
  {JOB}:
    schedule: {schedule}
    backup:
      select: {{ resource: ec2, tag: {{ AWSBackup: EC2 }} }}
      vault: {VAULT}
      start_within: 1h
      keep: 30d
{line}      restore: {{ instance_roles: [{WEB}] }}
      drill:
        subnet: {subnet_id}
        security_group: {security_group_id}
{drill}    retry: {{ attempts: 2, wait: 10s }}
    complete_within: 8h
"#
    )
}
