//! DataSync: one exception for whatever is wrong with a request, one for whatever is wrong with the service.

use super::protocol::Protocol;
use super::{Code, Doubt, Refused, Service, code, common};

const BOTH: &[&str] = &["InternalException", "InvalidRequestException"];

const CODES: &[Code] = &[code(500, "InternalException", Doubt), code(400, "InvalidRequestException", Refused)];

pub(super) const DATASYNC: Service = Service {
    name: "DataSync",
    sdk: "aws-sdk-datasync",
    protocol: Protocol::Json,
    any: common::JSON,
    codes: CODES,
    operations: &[
        ("CancelTaskExecution", BOTH),
        ("CreateAgent", BOTH),
        ("CreateLocationEfs", BOTH),
        ("CreateLocationNfs", BOTH),
        ("CreateLocationS3", BOTH),
        ("CreateLocationSmb", BOTH),
        ("CreateTask", BOTH),
        ("DeleteAgent", BOTH),
        ("DeleteLocation", BOTH),
        ("DeleteTask", BOTH),
        ("DescribeAgent", BOTH),
        ("DescribeLocationEfs", BOTH),
        ("DescribeLocationNfs", BOTH),
        ("DescribeLocationS3", BOTH),
        ("DescribeLocationSmb", BOTH),
        ("DescribeTask", BOTH),
        ("DescribeTaskExecution", BOTH),
        ("ListAgents", BOTH),
        ("ListLocations", BOTH),
        ("ListTagsForResource", BOTH),
        ("ListTaskExecutions", BOTH),
        ("ListTasks", BOTH),
        ("StartTaskExecution", BOTH),
        ("UpdateTask", BOTH),
    ],
};
