//! A good answer for each call, just full enough that the adapters go on to their next one.

mod ec2;

use serde_json::{Value, json};

use super::fixture::{AGENT, EXECUTION, ROLE, TASK, run, stack};

const FILE_SYSTEM: &str = "arn:aws:datasync:ap-northeast-1:123456789012:location/loc-0aaaaaaaaaaaaaaaa";
const SERVER: &str = "arn:aws:datasync:ap-northeast-1:123456789012:location/loc-0cccccccccccccccc";
const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:123456789012:trail/audit";
const BUCKET: &str = "arn:aws:datasync:ap-northeast-1:123456789012:location/loc-0bbbbbbbbbbbbbbbb";

/// The body of a reply with status 200.
pub(super) fn answer(service: &str, operation: &str) -> String {
    match service {
        "DataSync" => data_sync(operation).to_string(),
        "DynamoDB" => dynamo_db(operation).to_string(),
        "Step Functions" => step_functions(operation).to_string(),
        "CloudWatch Logs" => logs(operation).to_string(),
        "EventBridge Scheduler" => scheduler(operation).to_string(),
        "AWS Backup" => backup(operation).to_string(),
        "KMS" if operation == "GetKeyPolicy" => json!({"PolicyName": "default", "Policy": "{}"}).to_string(),
        "KMS" => json!({"KeyMetadata": {"KeyState": "Enabled"}}).to_string(),
        "Secrets Manager" => json!({"SecretString": json!({"user": "u", "password": "p"}).to_string()}).to_string(),
        "CloudTrail" => cloud_trail(operation).to_string(),
        "EC2" => ec2::answer(operation),
        "EFS" => efs(operation).to_string(),
        "S3" => s3(operation),
        "S3 Control" => s3_control(operation),
        "CloudWatch" => no_figures(),
        _ => format!(
            "<{operation}Response><{operation}Result>{}</{operation}Result></{operation}Response>",
            query(operation)
        ),
    }
}

fn data_sync(operation: &str) -> Value {
    match operation {
        "StartTaskExecution" => json!({"TaskExecutionArn": EXECUTION}),
        "DescribeTask" => json!({
            "TaskArn": TASK, "Status": "AVAILABLE", "Name": "nightferry-home", "Options": {},
            "CurrentTaskExecutionArn": EXECUTION,
            "SourceLocationArn": FILE_SYSTEM, "DestinationLocationArn": BUCKET,
        }),
        "DescribeTaskExecution" => json!({"TaskExecutionArn": EXECUTION, "Status": "TRANSFERRING"}),
        "ListTaskExecutions" => json!({"TaskExecutions": [
            {"TaskExecutionArn": EXECUTION, "Status": "TRANSFERRING"},
            {"TaskExecutionArn": format!("{TASK}/execution/exec-0f9e8d7c6b5a43202"), "Status": "QUEUED"},
        ]}),
        "ListTagsForResource" => json!({"Tags": [
            {"Key": "nightferry:attempt", "Value": format!("{}/home/2", run().id)},
            {"Key": "nightferry:stack", "Value": stack().name}, {"Key": "nightferry:job", "Value": "home"},
        ]}),
        "ListLocations" => json!({"Locations": [
            {"LocationArn": FILE_SYSTEM, "LocationUri": "efs://ap-northeast-1.fs-0123456789abcdef0/"},
            {"LocationArn": BUCKET, "LocationUri": "s3://example-backups/home/"},
            {"LocationArn": SERVER, "LocationUri": "nfs://mail.example/export/"},
            {"LocationArn": SERVER, "LocationUri": "smb://scans.example/share/"},
        ]}),
        "DescribeLocationNfs" => json!({
            "LocationUri": "nfs://mail.example/export/", "OnPremConfig": {"AgentArns": [AGENT]},
        }),
        "DescribeLocationSmb" => json!({"LocationUri": "smb://scans.example/share/", "AgentArns": [AGENT]}),
        "CreateLocationNfs" | "CreateLocationSmb" => json!({"LocationArn": SERVER}),
        "ListTasks" => json!({"Tasks": [{"TaskArn": TASK, "Status": "AVAILABLE"}]}),
        "ListAgents" => json!({"Agents": [{"AgentArn": AGENT, "Name": "osaka", "Status": "ONLINE"}]}),
        "DescribeAgent" => json!({"AgentArn": AGENT, "Name": "osaka", "Status": "ONLINE"}),
        "CreateAgent" => json!({"AgentArn": AGENT}),
        "CreateLocationEfs" => json!({"LocationArn": FILE_SYSTEM}),
        "CreateLocationS3" => json!({"LocationArn": BUCKET}),
        "CreateTask" => json!({"TaskArn": TASK}),
        _ => json!({}),
    }
}

fn efs(operation: &str) -> Value {
    match operation {
        "DescribeMountTargets" => json!({"MountTargets": [{
            "MountTargetId": "fsmt-0123456789abcdef0", "AvailabilityZoneName": "ap-northeast-1a", "VpcId": "vpc-1",
        }]}),
        "DescribeMountTargetSecurityGroups" => json!({"SecurityGroups": ["sg-0fedcba9"]}),
        _ => json!({"AccessPoints": [{"RootDirectory": {"Path": "/data"}}]}),
    }
}

fn backup(operation: &str) -> Value {
    match operation {
        "StartBackupJob" => json!({"BackupJobId": "8F1D2C3B"}),
        "StartCopyJob" => json!({"CopyJobId": "9A"}),
        "ListBackupVaults" => json!({"BackupVaultList": [{
            "BackupVaultName": "EC2", "BackupVaultArn": "arn:aws:backup:ap-northeast-1:123456789012:backup-vault:EC2",
            "EncryptionKeyArn": "arn:aws:kms:ap-northeast-1:123456789012:key/own",
        }]}),
        "ListTags" => json!({"Tags": {"nightferry:stack": stack().name, "nightferry:job": "servers"}}),
        "ListBackupPlans" => json!({"BackupPlansList": [{"BackupPlanId": "id-1", "BackupPlanArn": "arn:plan"}]}),
        "CreateBackupPlan" => json!({"BackupPlanId": "id-1"}),
        "GetBackupPlan" => json!({"BackupPlan": {"BackupPlanName": "nightferry-servers", "Rules": []}}),
        "ListBackupSelections" => json!({"BackupSelectionsList": [{"SelectionId": "s-1"}]}),
        "DescribeRegionSettings" => json!({"ResourceTypeOptInPreference": {"EC2": true}}),
        "DescribeBackupJob" => json!({"BackupJobId": "8F1D2C3B", "State": "RUNNING", "PercentDone": "40.0"}),
        "StartRestoreJob" => json!({"RestoreJobId": "B4D6"}),
        "DescribeRestoreJob" => json!({"RestoreJobId": "B4D6", "Status": "RUNNING"}),
        "GetRecoveryPointRestoreMetadata" => json!({"RestoreMetadata": {"InstanceType": "t3.large"}}),
        "ListBackupJobs" => json!({"BackupJobs": [{"BackupJobId": "8F1D2C3B", "State": "RUNNING"}]}),
        _ => json!({}),
    }
}

/// Each question answered, with no figure.
fn no_figures() -> String {
    let answered = |id| format!("<member><Id>{id}</Id><StatusCode>Complete</StatusCode></member>");
    let results = ["failed", "operations", "bytes", "behind"].map(answered).concat();
    format!("<R><GetMetricDataResult><MetricDataResults>{results}</MetricDataResults></GetMetricDataResult></R>")
}

fn cloud_trail(operation: &str) -> Value {
    match operation {
        "DescribeTrails" => json!({"trailList": [{"Name": "audit", "TrailARN": TRAIL, "HomeRegion": "us-east-1"}]}),
        "GetTrailStatus" => json!({"IsLogging": true}),
        _ => json!({"TrailARN": TRAIL, "EventSelectors": [{"ReadWriteType": "WriteOnly"}]}),
    }
}

fn dynamo_db(operation: &str) -> Value {
    match operation {
        "Query" => json!({"Items": [], "Count": 0}),
        _ => json!({}),
    }
}

fn step_functions(operation: &str) -> Value {
    match operation {
        "StartExecution" => json!({"executionArn": "e", "startDate": 0}),
        "DescribeExecution" => {
            json!({"executionArn": "e", "stateMachineArn": "s", "startDate": 0, "status": "RUNNING"})
        }
        _ => json!({}),
    }
}

fn logs(operation: &str) -> Value {
    match operation {
        "DescribeLogGroups" => json!({"logGroups": [{"logGroupName": stack().transfer_log_group()}]}),
        "ListTagsForResource" => json!({"tags": {"nightferry:stack": stack().name}}),
        _ => json!({}),
    }
}

fn scheduler(operation: &str) -> Value {
    match operation {
        "ListSchedules" => json!({"Schedules": [{"Name": "nightly"}]}),
        "CreateSchedule" | "UpdateSchedule" => {
            json!({"ScheduleArn": "arn:aws:scheduler:::schedule/nightferry/nightly"})
        }
        _ => json!({}),
    }
}

fn s3(operation: &str) -> String {
    match operation {
        "ListObjectsV2" => "<ListBucketResult><Contents><Key>task-reports/home/r.json</Key><Size>2</Size></Contents>\
             </ListBucketResult>"
            .to_owned(),
        "GetObject" => json!({"key": "plan/1.json", "Transferred": []}).to_string(),
        "GetBucketPolicy" => "{}".to_owned(),
        "GetBucketVersioning" => {
            "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>".to_owned()
        }
        "GetBucketOwnershipControls" => {
            "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule>\
             </OwnershipControls>"
                .to_owned()
        }
        "GetBucketReplication" => "<ReplicationConfiguration><Role>r</Role><Rule><Status>Enabled</Status></Rule>\
             </ReplicationConfiguration>"
            .to_owned(),
        "GetBucketEncryption" => "<ServerSideEncryptionConfiguration/>".to_owned(),
        "GetPublicAccessBlock" => "<PublicAccessBlockConfiguration/>".to_owned(),
        "GetObjectLockConfiguration" => "<ObjectLockConfiguration/>".to_owned(),
        _ => String::new(),
    }
}

fn s3_control(operation: &str) -> String {
    match operation {
        "GetPublicAccessBlock" => "<PublicAccessBlockConfiguration/>".to_owned(),
        "CreateJob" => "<CreateJobResult><JobId>7d0f2c1e-8a4b</JobId></CreateJobResult>".to_owned(),
        "DescribeJob" => "<DescribeJobResult><Job><JobId>7d0f2c1e-8a4b</JobId><Status>Active</Status></Job>\
             </DescribeJobResult>"
            .to_owned(),
        "ListJobs" => "<ListJobsResult><Jobs><member><JobId>7d0f2c1e-8a4b</JobId><Status>Active</Status></member>\
             </Jobs></ListJobsResult>"
            .to_owned(),
        "UpdateJobStatus" => {
            "<UpdateJobStatusResult><JobId>7d0f2c1e-8a4b</JobId><Status>Ready</Status></UpdateJobStatusResult>"
                .to_owned()
        }
        _ => String::new(),
    }
}

fn query(operation: &str) -> String {
    let role = format!(
        "<RoleName>nightferry-home-bucket-access</RoleName><Path>/nightferry/</Path><RoleId>AROA</RoleId>\
         <Arn>{ROLE}</Arn><CreateDate>2026-11-20T21:00:00Z</CreateDate>"
    );
    match operation {
        "GetCallerIdentity" => {
            "<Arn>arn:aws:iam::123456789012:user/night</Arn><Account>123456789012</Account>".to_owned()
        }
        "DecodeAuthorizationMessage" => "<DecodedMessage>{}</DecodedMessage>".to_owned(),
        "GetRole" | "CreateRole" => format!("<Role>{role}</Role>"),
        "ListRoles" => format!("<Roles><member>{role}</member></Roles>"),
        "ListRoleTags" => "<Tags><member><Key>nightferry:stack</Key><Value>nightferry</Value></member>\
             <member><Key>nightferry:job</Key><Value>home</Value></member></Tags>"
            .to_owned(),
        "ListRolePolicies" => "<PolicyNames><member>bucket-access</member></PolicyNames>".to_owned(),
        "GetRolePolicy" => {
            "<RoleName>r</RoleName><PolicyName>p</PolicyName><PolicyDocument>{}</PolicyDocument>".to_owned()
        }
        "ListAttachedRolePolicies" => {
            "<AttachedPolicies><member><PolicyArn>arn:aws:iam::123456789012:policy/p</PolicyArn></member>\
             </AttachedPolicies>"
                .to_owned()
        }
        "GetInstanceProfile" => format!(
            "<InstanceProfile><Path>/</Path><InstanceProfileName>Web</InstanceProfileName><InstanceProfileId>A</InstanceProfileId>\
             <Arn>a</Arn><CreateDate>2026-11-20T21:00:00Z</CreateDate><Roles><member>{role}</member></Roles></InstanceProfile>"
        ),
        "GetPolicy" => "<Policy><DefaultVersionId>v1</DefaultVersionId></Policy>".to_owned(),
        "GetPolicyVersion" => "<PolicyVersion><Document>{}</Document></PolicyVersion>".to_owned(),
        _ => String::new(),
    }
}
