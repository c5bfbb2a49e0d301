//! A copy between buckets brought back: to any folder of any bucket that is no copy, by roles that were made for it.

use super::consent::{consented, off_copies};
use super::order::{Ends, Order, OwnLocation, Reads, Told};
use super::{Refusal, Spot, WayEnd, Wish, notes};
use crate::destination::BucketEnd;
use crate::filters::Filters;
use crate::plan::{BucketName, Prefix, S3Endpoint};
use crate::provision::{S3Location, Task, documents, names};
use crate::reach::{Reach, SourceBucket};
use crate::stack::Stack;

pub(super) fn to_bucket(
    stack: &Stack,
    (bucket, prefix): (&BucketName, &Prefix),
    task: Task,
    ends: &Ends,
    wish: &Wish,
) -> Result<Order, Refusal> {
    let spot = Spot::in_bucket(bucket.as_str(), prefix.as_str());
    off_copies(&spot, ends, wish)?;
    consented(&spot, ends, wish)?;
    let (from, role) = reads(stack, ends, wish)?;
    let Some(writes) = wish.roles.write.as_ref().map(ToString::to_string) else {
        return Err(no_write_role(stack, (bucket, prefix), ends));
    };
    let copy = &ends.copy;
    let source = SourceBucket {
        bucket: copy.bucket.clone(),
        prefix: copy.prefix.clone(),
        owner: copy.owner.clone(),
        bucket_access_role: role.clone(),
        key: copy.key.clone(),
        filters: Filters::default(),
    };
    let known = ends.known.clone();
    Ok(Order {
        from,
        role,
        to: WayEnd::Bucket(location(stack, bucket.as_str(), prefix.as_str(), &writes)),
        task,
        only: wish.only.clone(),
        notes: notes::of_objects(&spot, ends, wish),
        is_drill: false,
        told: Told {
            from: copy.shown.clone(),
            bucket: BucketEnd { bucket: bucket.to_string(), prefix: prefix.key_prefix(), bucket_access_role: writes },
            task_reports: ends.task_reports.clone(),
            reach: Reach { source: Some(source), owner: known.owner, key: known.key },
        },
    })
}

/// The job's own location, read by the role that wrote it; or, of a replica, one that is made for it, by a role that was.
fn reads(stack: &Stack, ends: &Ends, wish: &Wish) -> Result<(Reads, String), Refusal> {
    let copy = &ends.copy;
    match (&copy.own, &wish.roles.read) {
        (Some(OwnLocation { arn, role }), None) => Ok((Reads::Own(arn.clone()), role.clone())),
        (Some(_), Some(_)) => {
            Err(Refusal::IdleRole { option: "--read-role", why: "the copy is read by the role that wrote it" })
        }
        (None, Some(role)) => {
            let folder = format!("/{}", copy.prefix.trim_end_matches('/'));
            let made = location(stack, &copy.bucket, &folder, role.as_str());
            Ok((Reads::Made(WayEnd::Bucket(made)), role.to_string()))
        }
        (None, None) => Err(no_read_role(stack, ends)),
    }
}

fn location(stack: &Stack, bucket: &str, folder: &str, role: &str) -> S3Location {
    S3Location {
        s3_bucket_arn: names::bucket_arn(stack, bucket),
        subdirectory: folder.to_owned(),
        s3_storage_class: "STANDARD".to_owned(),
        bucket_access_role_arn: role.to_owned(),
    }
}

fn no_write_role(stack: &Stack, (bucket, prefix): (&BucketName, &Prefix), ends: &Ends) -> Refusal {
    let known = &ends.known;
    let end = endpoint(bucket.clone(), prefix.clone(), known.owner.as_deref(), known.key.as_deref());
    Refusal::NoRole {
        act: "write",
        place: format!("s3://{bucket}/{}", prefix.key_prefix()),
        option: "--write-role",
        trust: documents::trust(stack).to_string(),
        policy: documents::destination_access(stack, &end).to_string(),
    }
}

fn no_read_role(stack: &Stack, ends: &Ends) -> Refusal {
    let copy = &ends.copy;
    let read = |bucket: BucketName| {
        let prefix = copy.prefix.parse().unwrap_or_default();
        let end = endpoint(bucket, prefix, copy.owner.as_deref(), copy.key.as_deref());
        documents::source_access(stack, &end).to_string()
    };
    Refusal::NoRole {
        act: "read",
        place: format!("s3://{}/{}", copy.bucket, copy.prefix),
        option: "--read-role",
        trust: documents::trust(stack).to_string(),
        policy: copy.bucket.parse().map(read).unwrap_or_default(),
    }
}

fn endpoint(bucket: BucketName, prefix: Prefix, owner: Option<&str>, key: Option<&str>) -> S3Endpoint {
    S3Endpoint {
        s3: bucket,
        prefix,
        account: owner.and_then(|owner| owner.parse().ok()),
        storage_class: None,
        kms_key: key.and_then(|key| key.parse().ok()),
    }
}
