//! What `apply` and `destroy` ask.

use nightferry_domain::provision::{BucketOf, Role, names};
use nightferry_workflow::provision::ports::{
    Buckets as _, PlanShelf as _, Roles as _, Schedules as _, TransferLogs as _, TransferTasks as _,
};

use serde_json::{Value, json};

use super::{Scene, scene};
use crate::wire_tests::fixture::{account, setup, spec, stack, task, wanted};

const FROM: &str = "arn:aws:datasync:ap-northeast-1:123456789012:location/loc-0aaaaaaaaaaaaaaaa";
const TO: &str = "arn:aws:datasync:ap-northeast-1:123456789012:location/loc-0bbbbbbbbbbbbbbbb";

scene!(ROLES, |config| account(&config).roles(&stack()).await);
scene!(CREATE_ROLE, |config| account(&config).create_role(&stack(), &spec().name, &role()).await);
scene!(SET_TRUST, |config| account(&config).set_trust(&role()).await);
scene!(PUT_ROLE_POLICY, |config| account(&config).put_role_policy(&role()).await);
scene!(DELETE_ROLE, |config| account(&config).delete_role(&role().role_name).await);

scene!(LOG_GROUP, |config| account(&config).log_group(&stack()).await);
scene!(LOG_POLICY, |config| account(&config).log_policy(&stack()).await);
scene!(CREATE_LOG_GROUP, |config| account(&config).create_log_group(&stack(), &wanted().log_group).await);
scene!(SET_RETENTION, |config| account(&config).set_retention(&wanted().log_group).await);
scene!(PUT_LOG_POLICY, |config| account(&config).put_log_policy(&wanted().log_policy).await);
scene!(DELETE_LOG_GROUP, |config| account(&config).delete_log_group(&stack().transfer_log_group()).await);
scene!(DELETE_LOG_POLICY, |config| account(&config).delete_log_policy(&names::log_policy(&stack())).await);

scene!(LOCATIONS, |config| account(&config).locations(&stack()).await);
scene!(TASKS, |config| account(&config).tasks(&stack()).await);
scene!(CREATE_EFS_LOCATION, |config| account(&config).create_location(&stack(), &spec().name, &setup().from).await);
scene!(CREATE_S3_LOCATION, |config| account(&config).create_location(&stack(), &spec().name, &setup().to).await);
scene!(CREATE_TASK, |config| account(&config).create_task(&stack(), &spec().name, &setup().task, (FROM, TO)).await);
scene!(UPDATE_TASK, |config| account(&config).update_task(&task(), &setup().task).await);
scene!(DELETE_TASK, |config| account(&config).delete_task(&task()).await);
scene!(DELETE_LOCATION, |config| account(&config).delete_location(TO).await);

scene!(SCHEDULES, |config| account(&config).schedules(&stack()).await);
scene!(CREATE_SCHEDULE, |config| account(&config).create_schedule(&wanted().schedules[0]).await);
scene!(UPDATE_SCHEDULE, |config| account(&config).update_schedule(&wanted().schedules[0]).await);
scene!(DELETE_SCHEDULE, |config| account(&config).delete_schedule(&stack(), "nightly").await);

scene!(BUCKET, |config| account(&config).bucket(&bucket()).await);
scene!(PUT_BUCKET_POLICY, |config| account(&config).put_bucket_policy(&bucket(), "{\"Statement\":[]}").await);
scene!(DELETE_BUCKET_POLICY, |config| account(&config).delete_bucket_policy(&bucket()).await);
scene!(TURN_ACLS_OFF, |config| account(&config).turn_acls_off(&bucket()).await);
scene!(ENABLE_VERSIONING, |config| account(&config).enable_versioning(&bucket()).await);
scene!(PUT_REPLICATION, |config| account(&config).set_replication(&bucket(), Some(&replication())).await);
scene!(DELETE_REPLICATION, |config| account(&config).set_replication(&bucket(), None).await);

scene!(READ_SHELF, |config| account(&config).read(&stack(), names::CURRENT_PLAN_KEY).await);
scene!(WRITE_SHELF, |config| account(&config).write(&stack(), names::CURRENT_PLAN_KEY, b"{}".to_vec()).await);
scene!(CLEAR_SHELF, |config| account(&config).remove(&stack(), names::CURRENT_PLAN_KEY).await);

/// All of them.
pub(super) const PROVISION: &[Scene] = &[
    ROLES,
    CREATE_ROLE,
    SET_TRUST,
    PUT_ROLE_POLICY,
    DELETE_ROLE,
    LOG_GROUP,
    LOG_POLICY,
    CREATE_LOG_GROUP,
    SET_RETENTION,
    PUT_LOG_POLICY,
    DELETE_LOG_GROUP,
    DELETE_LOG_POLICY,
    LOCATIONS,
    TASKS,
    CREATE_EFS_LOCATION,
    CREATE_S3_LOCATION,
    CREATE_TASK,
    UPDATE_TASK,
    DELETE_TASK,
    DELETE_LOCATION,
    SCHEDULES,
    CREATE_SCHEDULE,
    UPDATE_SCHEDULE,
    DELETE_SCHEDULE,
    BUCKET,
    PUT_BUCKET_POLICY,
    DELETE_BUCKET_POLICY,
    TURN_ACLS_OFF,
    ENABLE_VERSIONING,
    PUT_REPLICATION,
    DELETE_REPLICATION,
    READ_SHELF,
    WRITE_SHELF,
    CLEAR_SHELF,
];

fn bucket() -> BucketOf {
    BucketOf { bucket: "example-assets-dr".into(), owner: "222222222222".into() }
}

/// Every member that a rule can have.
fn replication() -> Value {
    json!({"Role": "arn:aws:iam::123456789012:role/r", "Rules": [
        {"ID": "nightferry-assets", "Priority": 2, "Filter": {"Prefix": "public/"}, "Status": "Enabled",
         "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
         "Destination": {"Bucket": "arn:aws:s3:::example-assets-dr", "Account": "222222222222",
             "StorageClass": "STANDARD_IA", "AccessControlTranslation": {"Owner": "Destination"},
             "EncryptionConfiguration": {"ReplicaKmsKeyID": "arn:aws:kms:eu-west-1:222222222222:key/k"},
             "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 15}},
             "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}}},
         "DeleteMarkerReplication": {"Status": "Disabled"}},
        {"ID": "theirs", "Priority": 1, "Status": "Disabled",
         "Filter": {"And": {"Prefix": "a/", "Tags": [{"Key": "k", "Value": "v"}]}},
         "Destination": {"Bucket": "arn:aws:s3:::theirs"}, "DeleteMarkerReplication": {"Status": "Enabled"}},
    ]})
}

fn role() -> Role {
    setup().role.expect("a bucket has its role")
}
