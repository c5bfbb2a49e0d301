//! The constraint tables of the operations the stand-in serves, after the service's published model.

use super::constraint::{Member, Shape, optional, required};

const P: usize = 128;
const PARTITIONED_LOCATION: &str = "^arn:(aws|aws-cn|aws-us-gov|aws-eusc|aws-iso|aws-iso-b):datasync:[a-z\\-0-9]+:[0-9]{12}:location/loc-[0-9a-z]{17}$";
const PARTITIONED_TASK: &str =
    "^arn:(aws|aws-cn|aws-us-gov|aws-eusc|aws-iso|aws-iso-b):datasync:[a-z\\-0-9]*:[0-9]{12}:task/task-[0-9a-f]{17}$";
const PARTITIONED_EXECUTION: &str = "^arn:(aws|aws-cn|aws-us-gov|aws-eusc|aws-iso|aws-iso-b):datasync:[a-z\\-0-9]*:[0-9]{12}:task/task-[0-9a-f]{17}/execution/exec-[0-9a-f]{17}$";

const LOCATION: Shape = Shape::Text { max: P, pattern: PARTITIONED_LOCATION };
const TASK: Shape = Shape::Text { max: P, pattern: PARTITIONED_TASK };
const EXECUTION: Shape = Shape::Text { max: P, pattern: PARTITIONED_EXECUTION };
const ROLE: Shape = Shape::Text {
    max: 2048,
    pattern: "^arn:(aws|aws-cn|aws-us-gov|aws-eusc|aws-iso|aws-iso-b):iam::[0-9]{12}:role/.*$",
};
const ROLE_OR_EMPTY: Shape = Shape::Text {
    max: 2048,
    pattern: "(^arn:(aws|aws-cn|aws-us-gov|aws-eusc|aws-iso|aws-iso-b):iam::[0-9]{12}:role/.*$)|(^$)",
};
const BUCKET: Shape = Shape::Text {
    max: 268,
    pattern: "^arn:(aws|aws-cn|aws-us-gov|aws-eusc|aws-iso|aws-iso-b):s3:::[a-zA-Z0-9.\\-_]{1,255}$",
};
const SUBDIRECTORY: Shape = Shape::Text { max: 4096, pattern: "^[a-zA-Z0-9_\\-\\+\\./\\(\\)\\p{Zs}]*$" };
const FILE_SYSTEM: Shape = Shape::Text {
    max: P,
    pattern: "^arn:(aws|aws-cn|aws-us-gov|aws-eusc|aws-iso|aws-iso-b):elasticfilesystem:[a-z\\-0-9]+:[0-9]{12}:file-system/fs-[0-9a-f]{8,40}$",
};
const ACCESS_POINT: Shape = Shape::Text {
    max: P,
    pattern: "(^arn:(aws|aws-cn|aws-us-gov|aws-eusc|aws-iso|aws-iso-b):elasticfilesystem:[a-z\\-0-9]+:[0-9]{12}:access-point/fsap-[0-9a-f]{8,40}$)|(^$)",
};
pub(super) const SUBNET: Shape = Shape::Text {
    max: P,
    pattern: "^arn:(aws|aws-cn|aws-us-gov|aws-eusc|aws-iso|aws-iso-b):ec2:[a-z\\-0-9]*:[0-9]{12}:subnet/subnet-[a-f0-9]+$",
};
pub(super) const SECURITY_GROUP: Shape = Shape::Text {
    max: P,
    pattern: "^arn:(aws|aws-cn|aws-us-gov|aws-eusc|aws-iso|aws-iso-b):ec2:[a-z\\-0-9]*:[0-9]{12}:security-group/sg-[a-f0-9]+$",
};
const LOG_GROUP: Shape = Shape::Text {
    max: 562,
    pattern: "^arn:(aws|aws-cn|aws-us-gov|aws-eusc|aws-iso|aws-iso-b):logs:[a-z\\-0-9]+:[0-9]{12}:log-group:([^:\\*]*)(:\\*)?$",
};
pub(super) const NAME: Shape = Shape::Text { max: 256, pattern: "^[a-zA-Z0-9\\s+=._:@/-]*$" };
const TAG_KEY: Shape = Shape::Text { max: 256, pattern: "^[a-zA-Z0-9\\s+=._:/-]+$" };
const TAG: Shape = Shape::Object(&[required("Key", TAG_KEY), optional("Value", NAME)]);
pub(super) const TAGS: Shape = Shape::List { min: 0, max: 50, of: &TAG };
const TAGGABLE: Shape = Shape::Text {
    max: P,
    pattern: "^arn:(aws|aws-cn|aws-us-gov|aws-eusc|aws-iso|aws-iso-b):datasync:[a-z\\-0-9]+:[0-9]{12}:(agent|task|location)/(agent|task|loc)-[a-z0-9]{17}(/execution/exec-[a-f0-9]{17})?$",
};
const STORAGE_CLASS: Shape = Shape::OneOf(&[
    "STANDARD",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "OUTPOSTS",
    "GLACIER_INSTANT_RETRIEVAL",
]);
const ENCRYPTION: Shape = Shape::OneOf(&["NONE", "TLS1_2"]);
const S3_CONFIG: Shape = Shape::Object(&[required("BucketAccessRoleArn", ROLE)]);
const EC2_CONFIG: Shape = Shape::Object(&[
    required("SubnetArn", SUBNET),
    required("SecurityGroupArns", Shape::List { min: 1, max: 5, of: &SECURITY_GROUP }),
]);
const OPTIONS: Shape = Shape::Object(&[
    optional("VerifyMode", Shape::OneOf(&["POINT_IN_TIME_CONSISTENT", "ONLY_FILES_TRANSFERRED", "NONE"])),
    optional("OverwriteMode", Shape::OneOf(&["ALWAYS", "NEVER"])),
    optional("Atime", Shape::OneOf(&["NONE", "BEST_EFFORT"])),
    optional("Mtime", Shape::OneOf(&["NONE", "PRESERVE"])),
    optional("Uid", Shape::OneOf(&["NONE", "INT_VALUE", "NAME", "BOTH"])),
    optional("Gid", Shape::OneOf(&["NONE", "INT_VALUE", "NAME", "BOTH"])),
    optional("PreserveDeletedFiles", Shape::OneOf(&["PRESERVE", "REMOVE"])),
    optional("PreserveDevices", Shape::OneOf(&["NONE", "PRESERVE"])),
    optional("PosixPermissions", Shape::OneOf(&["NONE", "PRESERVE"])),
    optional("BytesPerSecond", Shape::Whole { min: -1, max: i64::MAX }),
    optional("TaskQueueing", Shape::OneOf(&["ENABLED", "DISABLED"])),
    optional("LogLevel", Shape::OneOf(&["OFF", "BASIC", "TRANSFER"])),
    optional("TransferMode", Shape::OneOf(&["CHANGED", "ALL"])),
    optional("SecurityDescriptorCopyFlags", Shape::OneOf(&["NONE", "OWNER_DACL", "OWNER_DACL_SACL"])),
    optional("ObjectTags", Shape::OneOf(&["PRESERVE", "NONE"])),
]);
const FILTERS: Shape = Shape::List {
    min: 0,
    max: 1,
    of: &Shape::Object(&[
        optional("FilterType", Shape::OneOf(&["SIMPLE_PATTERN"])),
        optional("Value", Shape::Text { max: 102_400, pattern: "^[^\\x00]+$" }),
    ]),
};
const MANIFEST: Shape = Shape::Clearable(&[
    optional("Action", Shape::OneOf(&["TRANSFER"])),
    optional("Format", Shape::OneOf(&["CSV"])),
    required(
        "Source",
        Shape::Object(&[required(
            "S3",
            Shape::Object(&[
                required("ManifestObjectPath", SUBDIRECTORY),
                required("BucketAccessRoleArn", ROLE),
                required("S3BucketArn", BUCKET),
                optional("ManifestObjectVersionId", Shape::Text { max: 100, pattern: "^.+$" }),
            ]),
        )]),
    ),
]);
const LEVEL: Shape = Shape::OneOf(&["ERRORS_ONLY", "SUCCESSES_AND_ERRORS"]);
const OVERRIDE: Shape = Shape::Object(&[optional("ReportLevel", LEVEL)]);
const REPORT: Shape = Shape::Clearable(&[
    required(
        "Destination",
        Shape::Object(&[required(
            "S3",
            Shape::Object(&[
                optional("Subdirectory", SUBDIRECTORY),
                required("S3BucketArn", BUCKET),
                required("BucketAccessRoleArn", ROLE),
            ]),
        )]),
    ),
    optional("OutputType", Shape::OneOf(&["SUMMARY_ONLY", "STANDARD"])),
    optional("ReportLevel", LEVEL),
    optional("ObjectVersionIds", Shape::OneOf(&["INCLUDE", "NONE"])),
    optional(
        "Overrides",
        Shape::Object(&[
            optional("Transferred", OVERRIDE),
            optional("Verified", OVERRIDE),
            optional("Deleted", OVERRIDE),
            optional("Skipped", OVERRIDE),
        ]),
    ),
]);
const SCHEDULE: Shape = Shape::Object(&[
    required(
        "ScheduleExpression",
        Shape::Text { max: 256, pattern: "^[a-zA-Z0-9\\ _\\*\\?,\\|\\^\\-/\\#\\s\\(\\)\\+]*$" },
    ),
    optional("Status", Shape::OneOf(&["ENABLED", "DISABLED"])),
]);
const OPERATOR: Shape = Shape::OneOf(&[
    "Equals",
    "NotEquals",
    "In",
    "LessThanOrEqual",
    "LessThan",
    "GreaterThanOrEqual",
    "GreaterThan",
    "Contains",
    "NotContains",
    "BeginsWith",
]);
const VALUES: Shape = Shape::List {
    min: 0,
    max: 1000,
    of: &Shape::Text { max: 255, pattern: "^[0-9a-zA-Z_\\ \\-\\:\\*\\.\\\\/\\?-]+$" },
};
pub(super) const MAX_RESULTS: Member = optional("MaxResults", Shape::Whole { min: 0, max: 100 });
pub(super) const NEXT_TOKEN: Member = optional("NextToken", Shape::Text { max: 65_535, pattern: "[a-zA-Z0-9=_-]+" });

/// The table of an operation, or `None` for an operation the stand-in does not serve.
pub(super) fn table(operation: &str) -> Option<&'static [Member]> {
    Some(match operation {
        "CreateLocationEfs" => CREATE_LOCATION_EFS,
        "CreateLocationS3" => CREATE_LOCATION_S3,
        "UpdateLocationEfs" => UPDATE_LOCATION_EFS,
        "UpdateLocationS3" => UPDATE_LOCATION_S3,
        "DescribeLocationEfs" | "DescribeLocationS3" | "DeleteLocation" => ONE_LOCATION,
        "ListLocations" => LIST_LOCATIONS,
        "CreateTask" => CREATE_TASK,
        "UpdateTask" => UPDATE_TASK,
        "DescribeTask" | "DeleteTask" => ONE_TASK,
        "ListTasks" => LIST_TASKS,
        "StartTaskExecution" => START,
        "DescribeTaskExecution" | "CancelTaskExecution" => ONE_EXECUTION,
        "UpdateTaskExecution" => UPDATE_EXECUTION,
        "ListTaskExecutions" => LIST_EXECUTIONS,
        "TagResource" => TAG_RESOURCE,
        "UntagResource" => UNTAG_RESOURCE,
        "ListTagsForResource" => LIST_TAGS,
        _ => return super::agents::table(operation),
    })
}

pub(super) const ONE_LOCATION: &[Member] = &[required("LocationArn", LOCATION)];
const ONE_TASK: &[Member] = &[required("TaskArn", TASK)];
const ONE_EXECUTION: &[Member] = &[required("TaskExecutionArn", EXECUTION)];
const UPDATE_EXECUTION: &[Member] = &[required("TaskExecutionArn", EXECUTION), required("Options", OPTIONS)];
const LIST_EXECUTIONS: &[Member] = &[optional("TaskArn", TASK), MAX_RESULTS, NEXT_TOKEN];
const TAG_RESOURCE: &[Member] = &[required("ResourceArn", TAGGABLE), required("Tags", TAGS)];
const UNTAG_RESOURCE: &[Member] =
    &[required("ResourceArn", TAGGABLE), required("Keys", Shape::List { min: 1, max: 50, of: &TAG_KEY })];
const LIST_TAGS: &[Member] = &[required("ResourceArn", TAGGABLE), MAX_RESULTS, NEXT_TOKEN];
const CREATE_LOCATION_EFS: &[Member] = &[
    required("EfsFilesystemArn", FILE_SYSTEM),
    required("Ec2Config", EC2_CONFIG),
    optional("Subdirectory", SUBDIRECTORY),
    optional("AccessPointArn", ACCESS_POINT),
    optional("FileSystemAccessRoleArn", ROLE),
    optional("InTransitEncryption", ENCRYPTION),
    optional("Tags", TAGS),
];
const UPDATE_LOCATION_EFS: &[Member] = &[
    required("LocationArn", LOCATION),
    optional("Subdirectory", SUBDIRECTORY),
    optional("AccessPointArn", ACCESS_POINT),
    optional("FileSystemAccessRoleArn", ROLE_OR_EMPTY),
    optional("InTransitEncryption", ENCRYPTION),
];
const CREATE_LOCATION_S3: &[Member] = &[
    required("S3BucketArn", BUCKET),
    required("S3Config", S3_CONFIG),
    optional("Subdirectory", SUBDIRECTORY),
    optional("S3StorageClass", STORAGE_CLASS),
    optional("Tags", TAGS),
];
const UPDATE_LOCATION_S3: &[Member] = &[
    required("LocationArn", LOCATION),
    optional("S3Config", S3_CONFIG),
    optional("Subdirectory", SUBDIRECTORY),
    optional("S3StorageClass", STORAGE_CLASS),
];
const LIST_LOCATIONS: &[Member] = &[
    MAX_RESULTS,
    NEXT_TOKEN,
    optional(
        "Filters",
        Shape::List {
            min: 0,
            max: 50,
            of: &Shape::Object(&[
                required("Name", Shape::OneOf(&["LocationUri", "LocationType", "CreationTime"])),
                required("Values", VALUES),
                required("Operator", OPERATOR),
            ]),
        },
    ),
];
const LIST_TASKS: &[Member] = &[
    MAX_RESULTS,
    NEXT_TOKEN,
    optional(
        "Filters",
        Shape::List {
            min: 0,
            max: 50,
            of: &Shape::Object(&[
                required("Name", Shape::OneOf(&["LocationId", "CreationTime"])),
                required("Values", VALUES),
                required("Operator", OPERATOR),
            ]),
        },
    ),
];
const CREATE_TASK: &[Member] = &[
    required("SourceLocationArn", LOCATION),
    required("DestinationLocationArn", LOCATION),
    optional("CloudWatchLogGroupArn", LOG_GROUP),
    optional("Name", NAME),
    optional("Options", OPTIONS),
    optional("Includes", FILTERS),
    optional("Excludes", FILTERS),
    optional("Schedule", SCHEDULE),
    optional("Tags", TAGS),
    optional("ManifestConfig", MANIFEST),
    optional("TaskReportConfig", REPORT),
    optional("TaskMode", Shape::OneOf(&["BASIC", "ENHANCED"])),
];
const UPDATE_TASK: &[Member] = &[
    required("TaskArn", TASK),
    optional("CloudWatchLogGroupArn", Shape::Text { max: 562, pattern: "" }),
    optional("Name", NAME),
    optional("Options", OPTIONS),
    optional("Includes", FILTERS),
    optional("Excludes", FILTERS),
    optional("Schedule", SCHEDULE),
    optional("ManifestConfig", MANIFEST),
    optional("TaskReportConfig", REPORT),
];
const START: &[Member] = &[
    required("TaskArn", TASK),
    optional("OverrideOptions", OPTIONS),
    optional("Includes", FILTERS),
    optional("Excludes", FILTERS),
    optional("ManifestConfig", MANIFEST),
    optional("TaskReportConfig", REPORT),
    optional("Tags", TAGS),
];
