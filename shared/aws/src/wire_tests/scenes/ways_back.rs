//! What is made and deleted in DataSync to bring a copy back, and what is read to rehearse it.

use nightferry_domain::back::WayEnd;
use nightferry_domain::copy_drill::Folder;
use nightferry_domain::ids::RunId;
use nightferry_domain::provision::{Location, Task};
use nightferry_workflow::World as _;
use nightferry_workflow::copy_back::ports::{AccessPoints as _, WaysBack as _};
use nightferry_workflow::drill_copy::Objects as _;
use nightferry_workflow::ports::Transfers as _;

use super::{Scene, scene};
use crate::objects::S3Objects;
use crate::wire_tests::fixture::{account, setup, task, world};

const COPY: &str = "arn:aws:datasync:ap-northeast-1:123456789012:location/loc-0bbbbbbbbbbbbbbbb";
const POINT: &str = "arn:aws:elasticfilesystem:ap-northeast-1:123456789012:access-point/fsap-0123456789abcdef0";
const MADE: &str = "arn:aws:datasync:ap-northeast-1:123456789012:location/loc-0ccccccccccccccccc";

scene!(ACCESS_POINT_ROOT, |config| account(&config).root_of(POINT).await);
scene!(MADE_FOR_RESTORE, |config| account(&config).made_for(&run()).await);
scene!(MAKE_RESTORE_LOCATION, |config| account(&config).make_location(&run(), &source()).await);
scene!(MAKE_RESTORE_BUCKET, |config| account(&config).make_location(&run(), &bucket()).await);
scene!(MAKE_RESTORE_TASK, |config| account(&config).make_task(&run(), &named(), (COPY, MADE)).await);
scene!(IS_TASK_IN_THE_MAKING, |config| account(&config).is_in_the_making(&task()).await);
scene!(DELETE_RESTORE_TASK, |config| world(&config).transfers().delete_task(&task()).await);
scene!(DELETE_RESTORE_LOCATION, |config| world(&config).transfers().delete_location(MADE).await);

scene!(OBJECTS_LISTED, |config| S3Objects::new(&config).listed(&folder()).await);
scene!(OBJECT_DIGEST, |config| S3Objects::new(&config).digest("example-assets-dr", "public/a b.txt").await);

/// All of them.
pub(super) const WAY_SCENES: &[Scene] = &[
    ACCESS_POINT_ROOT,
    MADE_FOR_RESTORE,
    MAKE_RESTORE_LOCATION,
    MAKE_RESTORE_BUCKET,
    MAKE_RESTORE_TASK,
    IS_TASK_IN_THE_MAKING,
    DELETE_RESTORE_TASK,
    DELETE_RESTORE_LOCATION,
    OBJECTS_LISTED,
    OBJECT_DIGEST,
];

fn folder() -> Folder {
    Folder { bucket: "example-assets".into(), prefix: "public/".into() }
}

fn run() -> RunId {
    RunId::restore("2026-11-22T21:00:00Z".parse().unwrap(), 7, false)
}

fn named() -> Task {
    let own = setup().task;
    Task { name: format!("{} {}", own.name, run()), ..own }
}

fn source() -> WayEnd {
    let Location::Efs(source) = setup().from else { panic!("the job's source is a file system") };
    WayEnd::Files(source)
}

fn bucket() -> WayEnd {
    let Location::S3(copy) = setup().to else { panic!("the job's copy is in a bucket") };
    WayEnd::Bucket(copy)
}
