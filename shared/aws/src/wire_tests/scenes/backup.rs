//! What the functions of a night with machines ask.

use nightferry_workflow::World as _;
use nightferry_workflow::ports::{Backups as _, Instances as _};

use super::{Scene, scene};
use crate::wire_tests::fixture::{MACHINE, POINT, backup_job, backup_order, copy_order, run, world};

scene!(START_BACKUP, |config| world(&config).backups().start(&backup_order()).await);
scene!(BACKUPS_OF_MACHINE, |config| world(&config).backups().jobs_of(MACHINE, run().opened_at).await);
scene!(OBSERVE_BACKUP, |config| world(&config).backups().observe(&backup_job()).await);
scene!(STOP_BACKUP, |config| world(&config).backups().stop(&backup_job()).await);
scene!(RECOVERY_POINT, |config| world(&config).backups().point("EC2", POINT).await);
scene!(RECOVERY_POINTS_IN_VAULT, |config| world(&config).backups().points_in("EC2").await);
scene!(COPIES_OF_POINT, |config| world(&config).backups().copies_of(POINT).await);
scene!(START_COPY, |config| world(&config).backups().copy(&copy_order()).await);
scene!(TAGGED_INSTANCES, |config| {
    let tags = [("AWSBackup".to_owned(), "EC2".to_owned())].into();
    world(&config).instances().tagged(&tags).await
});
scene!(DESCRIBED_INSTANCES, |config| {
    let ids = ["i-0123456789abcdef0".parse().unwrap()];
    world(&config).instances().described(&ids).await
});
scene!(IMAGES, |config| world(&config).instances().images(&["ami-0fedcba9876543210".to_owned()]).await);

/// All of them.
pub(super) const BACKUP: &[Scene] = &[
    START_BACKUP,
    BACKUPS_OF_MACHINE,
    OBSERVE_BACKUP,
    STOP_BACKUP,
    RECOVERY_POINT,
    RECOVERY_POINTS_IN_VAULT,
    COPIES_OF_POINT,
    START_COPY,
    TAGGED_INSTANCES,
    DESCRIBED_INSTANCES,
    IMAGES,
];
