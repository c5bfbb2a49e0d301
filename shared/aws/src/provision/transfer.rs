//! Between DataSync's types and ours: every setting both ways.

use aws_sdk_datasync::error::BuildError;
use aws_sdk_datasync::operation::describe_location_efs::DescribeLocationEfsOutput;
use aws_sdk_datasync::operation::describe_location_s3::DescribeLocationS3Output;
use aws_sdk_datasync::operation::describe_task::DescribeTaskOutput;
use aws_sdk_datasync::types::{
    FilterRule, FilterType, Options, ReportDestination, ReportDestinationS3, ReportLevel, ReportOutputType, TaskMode,
    TaskReportConfig,
};
use nightferry_domain::provision::{
    EfsLocation, Location, ReportDestination as OurDestination, S3Location, Task, TaskOptions, TaskReport, names,
    uri_parts,
};
use nightferry_domain::stack::Stack;

pub(super) fn efs_location(stack: &Stack, told: &DescribeLocationEfsOutput) -> Option<Location> {
    let (file_system, subdirectory) = uri_parts(told.location_uri()?)?;
    let network = told.ec2_config()?;
    Some(Location::Efs(EfsLocation {
        efs_filesystem_arn: stack.arn("elasticfilesystem", &format!("file-system/{file_system}")),
        subdirectory,
        subnet_arn: network.subnet_arn.clone(),
        security_group_arns: network.security_group_arns.iter().cloned().collect(),
        access_point_arn: told.access_point_arn.clone(),
        in_transit_encryption: told.in_transit_encryption().map_or("NONE", |way| way.as_str()).to_owned(),
    }))
}

pub(super) fn s3_location(stack: &Stack, told: &DescribeLocationS3Output) -> Option<Location> {
    let (bucket, subdirectory) = uri_parts(told.location_uri()?)?;
    Some(Location::S3(S3Location {
        s3_bucket_arn: names::bucket_arn(stack, bucket),
        subdirectory,
        s3_storage_class: told.s3_storage_class().map_or("STANDARD", |class| class.as_str()).to_owned(),
        bucket_access_role_arn: told.s3_config()?.bucket_access_role_arn.clone(),
    }))
}

pub(super) fn options(ours: &TaskOptions) -> Options {
    Options::builder()
        .verify_mode(ours.verify_mode.as_str().into())
        .transfer_mode(ours.transfer_mode.as_str().into())
        .overwrite_mode(ours.overwrite_mode.as_str().into())
        .preserve_deleted_files(ours.preserve_deleted_files.as_str().into())
        .preserve_devices(ours.preserve_devices.as_str().into())
        .atime(ours.atime.as_str().into())
        .mtime(ours.mtime.as_str().into())
        .uid(ours.uid.as_str().into())
        .gid(ours.gid.as_str().into())
        .posix_permissions(ours.posix_permissions.as_str().into())
        .bytes_per_second(ours.bytes_per_second)
        .task_queueing(ours.task_queueing.as_str().into())
        .log_level(ours.log_level.as_str().into())
        .object_tags(ours.object_tags.as_str().into())
        .build()
}

/// An empty list clears what was there; no list would keep it.
pub(super) fn filters(patterns: Option<&str>) -> Vec<FilterRule> {
    let rule = |patterns| FilterRule::builder().filter_type(FilterType::SimplePattern).value(patterns).build();
    patterns.map(rule).into_iter().collect()
}

pub(super) fn report(task: &Task) -> Result<Option<TaskReportConfig>, BuildError> {
    let Some(report) = &task.task_report_config else { return Ok(None) };
    let bucket = ReportDestinationS3::builder()
        .s3_bucket_arn(&report.destination.s3_bucket_arn)
        .subdirectory(&report.destination.subdirectory)
        .bucket_access_role_arn(&report.destination.bucket_access_role_arn)
        .build()?;
    let config = TaskReportConfig::builder()
        .destination(ReportDestination::builder().s3(bucket).build())
        .output_type(ReportOutputType::from(report.output_type.as_str()))
        .report_level(ReportLevel::from(report.report_level.as_str()));
    Ok(Some(config.build()))
}

pub(super) fn task_settings(told: &DescribeTaskOutput) -> Task {
    Task {
        name: told.name().unwrap_or_default().to_owned(),
        task_mode: told.task_mode().map_or("BASIC", |mode| mode.as_str()).to_owned(),
        options: told.options().map_or_else(|| observed_options(&Options::builder().build()), observed_options),
        includes: observed_filter(told.includes()),
        excludes: observed_filter(told.excludes()),
        cloud_watch_log_group_arn: log_group(told),
        task_report_config: told.task_report_config().and_then(observed_report),
    }
}

/// An Enhanced task is not told where to log, and shows the service's own group all the same.
fn log_group(told: &DescribeTaskOutput) -> Option<String> {
    let named = told.cloud_watch_log_group_arn().map(|arn| arn.trim_end_matches(":*").to_owned());
    let is_enhanced = told.task_mode() == Some(&TaskMode::Enhanced);
    named.filter(|arn| !(is_enhanced && arn.ends_with(":log-group:/aws/datasync")))
}

fn observed_options(told: &Options) -> TaskOptions {
    macro_rules! text {
        ($field:ident) => {
            told.$field().map(|value| value.as_str().to_owned()).unwrap_or_default()
        };
    }
    TaskOptions {
        verify_mode: text!(verify_mode),
        transfer_mode: text!(transfer_mode),
        overwrite_mode: text!(overwrite_mode),
        preserve_deleted_files: text!(preserve_deleted_files),
        preserve_devices: text!(preserve_devices),
        atime: text!(atime),
        mtime: text!(mtime),
        uid: text!(uid),
        gid: text!(gid),
        posix_permissions: text!(posix_permissions),
        bytes_per_second: told.bytes_per_second().unwrap_or(-1),
        task_queueing: text!(task_queueing),
        log_level: text!(log_level),
        object_tags: text!(object_tags),
    }
}

fn observed_filter(rules: &[FilterRule]) -> Option<String> {
    let patterns: Vec<&str> = rules.iter().filter_map(FilterRule::value).filter(|value| !value.is_empty()).collect();
    (!patterns.is_empty()).then(|| patterns.join("|"))
}

fn observed_report(told: &TaskReportConfig) -> Option<TaskReport> {
    let bucket = told.destination()?.s3()?;
    Some(TaskReport {
        destination: OurDestination {
            s3_bucket_arn: bucket.s3_bucket_arn.clone(),
            subdirectory: format!("{}/", bucket.subdirectory().unwrap_or_default().trim_matches('/')),
            bucket_access_role_arn: bucket.bucket_access_role_arn.clone(),
        },
        output_type: told.output_type().map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        report_level: told.report_level().map(|level| level.as_str().to_owned()).unwrap_or_default(),
    })
}
